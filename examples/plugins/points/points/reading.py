"""XYZ files: a point on each line, three numbers and perhaps a colour or more behind them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from hdp.sdk import Finding

MOST_TOLD = 5
Point = tuple[float, ...]


def read_points(path: Path) -> Iterator[tuple[int, Point | str]]:
    """Each line that is no comment: its number, and a point or what is wrong with it."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            text = line.strip()
            if text and not text.startswith(("#", "//")):
                yield number, read_point(text)


def read_point(text: str) -> Point | str:
    """The numbers of a line, or a sentence on why there are none."""
    words = text.replace(",", " ").replace(";", " ").split()
    if len(words) < 3:
        return "has fewer than three numbers"
    try:
        point = tuple(float(one) for one in words)
    except ValueError:
        return "holds something that is no number"
    return point if all(math.isfinite(one) for one in point) else "holds a number without end"


def check(path: Path) -> Iterator[Finding]:
    """What HDP tells of the file."""
    points = wrong = width = 0
    for number, point in read_points(path):
        if isinstance(point, str):
            wrong += 1
            if wrong <= MOST_TOLD:
                yield bad_line(number, point)
        elif width and len(point) != width:
            yield bad_line(number, f"has {len(point)} numbers, the lines before have {width}")
            return
        else:
            points, width = points + 1, len(point)
    if wrong > MOST_TOLD:
        yield Finding("error", "xyz-lines", f"{wrong} lines are no points.", "Export it again.")
    if not points:
        yield Finding("error", "xyz-empty", f"{path.name} holds no points.", "Export it again.")


def bad_line(number: int, why: str) -> Finding:
    """A line that is no point."""
    where = {"line": number}
    return Finding("error", "xyz-line", f"Line {number} {why}.", "Export it again.", where)
