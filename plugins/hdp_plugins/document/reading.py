"""The reader of scanned pages: RapidOCR with the models in its own wheel; nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

NEEDED = ("rapidocr", "onnxruntime")
# What the models in the wheel cannot read; their letters are not among those they know.
SCRIPTS_MISSING = {
    **dict.fromkeys(("ru", "uk", "bg", "be", "sr", "mk", "mn", "rus", "ukr", "bul"), "Cyrillic"),
    **dict.fromkeys(("el", "grc", "ell", "gre"), "Greek"),
    **dict.fromkeys(("ar", "fa", "ur", "ara", "fas", "urd"), "Arabic"),
    **dict.fromkeys(("he", "heb", "yi", "yid"), "Hebrew"),
    **dict.fromkeys(("hi", "hin", "mr", "ne", "sa", "san"), "Devanagari"),
    **dict.fromkeys(("ko", "kor"), "Korean"),
    **dict.fromkeys(("th", "tha"), "Thai"),
}
_LONGEST_SIDE = 3500  # pixels; pages above are read smaller, which is what the models like


@dataclass(frozen=True)
class Line:
    """A line of text, its box (left, top, right, bottom) in pixels, and how sure it is (0-1)."""

    text: str
    box: tuple[int, int, int, int]
    sure: float


def missing() -> list[str]:
    """The packages that reading needs and this computer lacks."""
    return [one for one in NEEDED if find_spec(one) is None]


def make_reader(threads: int = 2) -> Any:
    """The loaded models; ImportError where the extra is not installed."""
    params = {
        "Global.log_level": "critical",
        "Global.max_side_len": _LONGEST_SIDE,
        # One worker is one of several: each taking all cores would slow them all.
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
    }
    return import_module("rapidocr").RapidOCR(params=params)


def read_lines(reader: Any, image: Any, *, surest: float) -> list[Line]:
    """The lines of an RGB picture in reading order; those less sure than `surest` left out."""
    import numpy

    # The reader takes arrays as OpenCV has them: blue first.
    found = reader(numpy.ascontiguousarray(numpy.asarray(image.convert("RGB"))[:, :, ::-1]))
    if found.txts is None:
        return []
    lines = [
        Line(str(text), _box(corners), float(sure))
        for text, corners, sure in zip(found.txts, found.boxes, found.scores, strict=True)
        if str(text).strip() and float(sure) >= surest
    ]
    return [one for row in _rows(lines) for one in row]


def as_text(lines: list[Line]) -> str:
    """The lines as text; what stands side by side is one line."""
    return "\n".join(" ".join(one.text for one in row) for row in _rows(lines))


def _box(corners: Any) -> tuple[int, int, int, int]:
    across, down = [float(one[0]) for one in corners], [float(one[1]) for one in corners]
    return (round(min(across)), round(min(down)), round(max(across)), round(max(down)))


def _rows(lines: list[Line]) -> Iterator[list[Line]]:
    row: list[Line] = []
    for one in sorted(lines, key=_middle):
        if row and _middle(one) - _middle(row[0]) > (row[0].box[3] - row[0].box[1]) / 2:
            yield sorted(row, key=lambda each: each.box[0])
            row = []
        row.append(one)
    if row:
        yield sorted(row, key=lambda each: each.box[0])


def _middle(line: Line) -> float:
    return (line.box[1] + line.box[3]) / 2
