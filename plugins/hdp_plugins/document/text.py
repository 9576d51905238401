"""document.text: the text that a document holds, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hdp.sdk import Component, Finding, LocalFile, Output, Params, Port, Result, Step
from hdp_plugins.document.opening import DOCX, PDF, chosen_pages, open_pdf, unreadable
from hdp_plugins.document.word import docx_text

# What a page may hold; a page with more is made to fill memory.
MAX_CHARACTERS = 5_000_000


@dataclass(frozen=True)
class TextParams(Params):
    """What is taken out, and how pages are told apart."""

    pages: str = field(
        default="",
        metadata={"help": "Pages of a PDF to read, such as 1-3, 8. Empty: all."},
    )
    page_marks: bool = field(
        default=False,
        metadata={"help": "A line before each page that says its number."},
    )
    value_characters: int = field(
        default=20_000,
        metadata={
            "help": "How much of the text later steps get as the value `text`.", "min": 0
        },
    )  # fmt: skip


class TakeText(Component[TextParams]):
    """The text of a PDF, DOCX, Markdown or plain text, as a text file in UTF-8."""

    id = "document.text"
    version = 1
    title = "Take the text out of a document"
    inputs = (Port("document", (PDF, DOCX, "text/plain", "text/markdown")),)
    outputs = (Port("text", ("text/plain",)),)
    params = TextParams
    isolation = "process"

    def run(self, step: Step[TextParams]) -> Result:
        """One text file, and the values text, pages and characters."""
        file = step.inputs["document"][0]
        pages = _pages(file, step)
        empty = [number for number, text in pages if not text.strip()]
        whole = joined(pages, marks=step.params.page_marks)
        path = step.workdir / f"{Path(file.name).stem}.txt"
        path.write_text(whole, encoding="utf-8", newline="\n")
        values = {
            "text": whole[: step.params.value_characters],
            "pages": len(pages),
            "characters": len(whole),
        }
        output = Output(path, derived_from=(file.name,))
        findings = list(_empty_pages(file, empty, len(pages)))
        return Result({"text": [output]}, values=values, findings=findings)


def joined(pages: list[tuple[int, str]], *, marks: bool) -> str:
    """The pages one after another, each with its number before it if `marks`."""
    texts = [f"--- {number} ---\n{text}" if marks else text for number, text in pages]
    return "\n\n".join(one.strip("\n") for one in texts).strip() + "\n"


def _pages(file: LocalFile, step: Step[TextParams]) -> list[tuple[int, str]]:
    suffix = Path(file.name).suffix.lower()
    if file.media_type == PDF or suffix == ".pdf":
        return list(_pdf_pages(file, step))
    if file.media_type == DOCX or suffix == ".docx":
        return [(1, docx_text(file))]
    return [(1, plain_text(file))]


def _pdf_pages(file: LocalFile, step: Step[TextParams]) -> Iterator[tuple[int, str]]:
    import pypdfium2

    with open_pdf(file) as document:
        chosen = chosen_pages(step.params.pages, len(document))
        for done, index in enumerate(chosen, 1):
            step.check_cancelled()
            try:
                text = page_text(document[index])
            except pypdfium2.PdfiumError as error:
                raise unreadable(file, f"page {index + 1} is damaged") from error
            yield index + 1, text
            step.progress(done, len(chosen), f"{file.name}: page {index + 1}")


def page_text(page: Any) -> str:
    """The text of a PDFium page, with plain line ends and soft hyphens resolved."""
    read = page.get_textpage()
    try:
        text = str(read.get_text_range(0, min(read.count_chars(), MAX_CHARACTERS)))
    finally:
        read.close()
        page.close()
    # PDFium marks a word that is divided at a line's end with U+FFFE or U+0002.
    for mark in ("\ufffe", "\x02"):
        text = text.replace(f"{mark}\r\n", "").replace(mark, "")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def plain_text(file: LocalFile) -> str:
    """A text file in UTF-8, UTF-16 or Windows-1252; ComponentError where it is no text."""
    try:
        raw = file.path.read_bytes()
    except OSError as error:
        raise unreadable(file, error.strerror or "it cannot be opened") from error
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace").replace("\r\n", "\n")
    if b"\x00" in raw:
        raise unreadable(file, "this is no text")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _empty_pages(file: LocalFile, empty: list[int], count: int) -> Iterator[Finding]:
    if not empty:
        return
    some = ", ".join(map(str, empty[:20])) + (" …" if len(empty) > 20 else "")
    what = "holds no text" if len(empty) == count else f"has pages without text ({some})"
    yield Finding(
        "warning",
        "document-no-text",
        f"{file.name} {what}: perhaps they are scanned.",
        hint="Scanned pages are read by the component document.ocr.",
        where={"file": file.name},
        args={"pages": len(empty)},
    )
