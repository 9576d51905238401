"""The mark is where it should be, and nothing else of the picture is changed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from hdp.sdk import ComponentError, LocalFile, Record
from hdp.testing import ComponentContract, make_file, run_component
from PIL import Image, ImageChops
from watermark.text import Watermark


def picture(
    folder: Path, name: str = "amphora.png", size: tuple[int, int] = (400, 300)
) -> LocalFile:
    made = BytesIO()
    Image.new("RGB", size, (90, 60, 30)).save(made, "JPEG" if name.endswith("jpg") else "PNG")
    return make_file(folder, name, made.getvalue())


class TestContract(ComponentContract):
    component = Watermark
    params = {"text": "Museum X"}


@pytest.mark.parametrize("corner", ["bottom right", "bottom left", "top right", "top left"])
def test_only_its_corner_is_changed(tmp_path: Path, corner: str) -> None:
    file = picture(tmp_path)
    result = run_component(Watermark, {"images": [file]}, tmp_path, text="X", corner=corner)
    (made,) = result.files["images"]
    with Image.open(made) as after, Image.open(file.path) as before:
        assert after.size == before.size
        box = ImageChops.difference(after.convert("RGB"), before.convert("RGB")).getbbox()
    assert box is not None
    assert (box[0] > 200) == ("right" in corner)
    assert (box[1] > 150) == ("bottom" in corner)


def test_the_licence_is_written_where_no_text_is_given(tmp_path: Path) -> None:
    file, record = picture(tmp_path, "a.jpg"), Record({"license": "cc-by-4.0"})
    result = run_component(Watermark, {"images": [file]}, tmp_path, record=record)
    (made,) = result.files["images"]
    with Image.open(made) as after:
        assert after.format == "JPEG"
    with pytest.raises(ComponentError, match="nothing to write"):
        run_component(Watermark, {"images": [file]}, tmp_path, record=Record({}))


def test_a_long_text_is_written_smaller_and_told(tmp_path: Path) -> None:
    file = picture(tmp_path, size=(120, 400))
    result = run_component(Watermark, {"images": [file]}, tmp_path, text="word " * 9, height=10.0)
    assert [one.code for one in result.findings] == ["watermark-smaller"]


def test_a_file_that_is_no_picture(tmp_path: Path) -> None:
    file = make_file(tmp_path, "a.png", b"no picture")
    with pytest.raises(ComponentError, match=r"a\.png is no picture"):
        run_component(Watermark, {"images": [file]}, tmp_path, text="X")
