"""document.ocr: scanned pages and pictures of text become text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hdp.sdk import (
    Component,
    ComponentError,
    Finding,
    LocalFile,
    Output,
    Params,
    Port,
    Result,
    Step,
)
from hdp_plugins.document.hocr import hocr
from hdp_plugins.document.opening import PDF
from hdp_plugins.document.reading import (
    SCRIPTS_MISSING,
    Line,
    as_text,
    make_reader,
    missing,
    read_lines,
)
from hdp_plugins.document.scans import scanned_pages
from hdp_plugins.document.text import joined

_INSTALL = "Install HDP's extra: pip install 'heritage-data-processor[ocr]'."
_Page = tuple[int, tuple[int, int], list[Line]]


@dataclass(frozen=True)
class OcrParams(Params):
    """How pages are read."""

    language: str = field(
        default="",
        metadata={"help": "ISO code of the text's language, such as de; it is checked that its"
                          " letters can be read, and stands in the hOCR."},
    )  # fmt: skip
    pages: str = field(default="", metadata={"help": "Pages to read, such as 1-3, 8. Empty: all."})
    dpi: int = field(
        default=200,
        metadata={"help": "How finely pages of a PDF are drawn.", "min": 72, "max": 600},
    )
    confidence: float = field(
        default=0.5,
        metadata={"help": "Lines that are less sure are left out.", "min": 0.0, "max": 1.0},
    )
    page_marks: bool = field(
        default=False, metadata={"help": "A line before each page that says its number."}
    )
    value_characters: int = field(
        default=20_000,
        metadata={"help": "How much of the text later steps get as the value `text`.", "min": 0},
    )


class ReadScans(Component[OcrParams]):
    """Text in Latin, Chinese and Japanese letters, read on this computer; text and hOCR."""

    id = "document.ocr"
    version = 1
    title = "Read scanned pages (OCR)"
    inputs = (Port("document", (PDF, "image/*")),)
    outputs = (Port("text", ("text/plain",)), Port("hocr", ("text/html",)))
    params = OcrParams
    isolation = "process"

    def __init__(self) -> None:
        """The models are loaded when the first page is read, once in each worker."""
        self._reader: Any = None

    def check(self) -> Iterable[Finding]:
        """Whether the reader is installed."""
        if gone := missing():
            text = f"Scanned pages cannot be read here: {' and '.join(gone)} is not installed."
            yield Finding("error", "ocr-missing", text, hint=_INSTALL)

    def close(self) -> None:
        """Let go of the models."""
        self._reader = None

    def run(self, step: Step[OcrParams]) -> Result:
        """A text file and an hOCR file; the values text, pages, characters and confidence."""
        file = step.inputs["document"][0]
        _refuse_script(file, step.params.language)
        pages = list(self._pages(file, step))
        whole = joined(
            [(number, as_text(lines)) for number, _, lines in pages], marks=step.params.page_marks
        )
        return Result(
            {"text": [_write(step, file, ".txt", whole)],
             "hocr": [_write(step, file, ".hocr.html",
                             hocr(file.name, pages, step.params.language))]},
            values=_values(pages, whole, step.params.value_characters),
            findings=list(_findings(file, pages)),
        )  # fmt: skip

    def _pages(self, file: LocalFile, step: Step[OcrParams]) -> Iterator[_Page]:
        params = step.params
        for number, count, image in scanned_pages(file, pages=params.pages, dpi=params.dpi):
            step.check_cancelled()
            lines = read_lines(self._loaded(), image, surest=params.confidence)
            yield number, image.size, lines
            step.progress(number, count, f"{file.name}: page {number}")

    def _loaded(self) -> Any:
        if self._reader is None:
            for problem in self.check():
                raise ComponentError(problem.message, code=problem.code, hint=problem.hint)
            self._reader = make_reader()
        return self._reader


def _refuse_script(file: LocalFile, language: str) -> None:
    script = SCRIPTS_MISSING.get(language.strip().lower().partition("-")[0])
    if script:
        raise ComponentError(
            f"{file.name}: {script} letters cannot be read here.",
            code="ocr-script",
            hint="Read it with another program, and put the text beside the document.",
            where={"file": file.name},
            values={"script": script},
        )


def _write(step: Step[OcrParams], file: LocalFile, ending: str, text: str) -> Output:
    path = step.workdir / f"{Path(file.name).stem}{ending}"
    path.write_text(text, encoding="utf-8", newline="\n")
    return Output(path, derived_from=(file.name,))


def _values(pages: list[_Page], whole: str, characters: int) -> dict[str, Any]:
    sure = [one.sure for _, _, lines in pages for one in lines]
    mean = round(sum(sure) / len(sure), 3) if sure else 0.0
    return {"text": whole[:characters], "pages": len(pages), "characters": len(whole),
            "confidence": mean}  # fmt: skip


def _findings(file: LocalFile, pages: list[_Page]) -> Iterator[Finding]:
    if not any(lines for _, _, lines in pages):
        yield Finding(
            "warning",
            "ocr-nothing",
            f"No text was read in {file.name}.",
            hint="Look whether it is upright and sharp; a higher dpi may help.",
            where={"file": file.name},
        )
