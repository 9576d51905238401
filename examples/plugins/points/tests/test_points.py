"""What is wrong with XYZ files is told with its line, and sound ones have a picture."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import points
import pytest
from hdp.testing import CheckerContract, ThumbnailerContract
from PIL import Image
from points.reading import check

CUBE = "".join(f"{x} {y} {z}\n" for x in (0, 1) for y in (0, 1) for z in (0, 1))


class TestChecker(CheckerContract):
    checker = points.hdp_checkers()[0]
    sound = {"cube.xyz": f"# a cube\n{CUBE}".encode()}
    broken = {"words.xyz": b"no points here\n", "none.xyz": b"# nothing\n"}


class TestThumbnailer(ThumbnailerContract):
    thumbnailer = points.hdp_thumbnailers()[0]
    sound = {"cube.xyz": CUBE.encode()}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("1 2 3\n4 5\n", 2, "fewer than three numbers"),
        ("1 2 3\n\n4 5 six\n", 3, "no number"),
        ("1;2;3\n1,2,3,255,0,0\n", 2, "6 numbers"),
        ("nan 1 2\n", 1, "without end"),
    ],
)
def test_the_line_is_named(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = tmp_path / "a.xyz"
    path.write_text(text)
    told = next(iter(check(path)))
    assert told.where == {"line": line}
    assert words in told.message


def test_the_corners_of_a_cube_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "cube.xyz"
    path.write_text(CUBE)
    with Image.open(BytesIO(points.hdp_thumbnailers()[0].draw(path, 101))) as made:
        assert made.size == (101, 101)
        assert sum(one < 255 for one in made.tobytes()) == 8
