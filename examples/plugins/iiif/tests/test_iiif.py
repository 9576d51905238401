"""The manifest is what IIIF's Presentation API 3.0 asks for."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import iiif
import pytest
from hdp.sdk import ComponentError, LocalFile, Record
from hdp.testing import ComponentContract, make_file, run_component
from iiif.manifest import Manifest
from PIL import Image

RECORD = Record({
    "title": "Ἀμφορεύς", "description": "<p>Found.</p>", "license": "cc-by-sa-4.0",
    "creators": [{"name": "Doe, Jane"}],
})  # fmt: skip


def picture(folder: Path, name: str, size: tuple[int, int], turned: int = 1) -> LocalFile:
    made, exif = BytesIO(), Image.Exif()
    exif[0x0112] = turned
    Image.new("RGB", size).save(made, "JPEG", exif=exif)
    return make_file(folder, name, made.getvalue())


class TestContract(ComponentContract):
    component = Manifest


def test_canvases_titles_and_rights(tmp_path: Path) -> None:
    files = [picture(tmp_path, "b 2.jpg", (30, 20), turned=6), picture(tmp_path, "a.jpg", (40, 10))]
    result = run_component(
        Manifest, {"images": files}, tmp_path, record=RECORD, base="https://x.org/i/", language="el"
    )
    (made,) = result.files["manifest"]
    data = json.loads(Path(made).read_text("utf-8"))
    assert data["id"] == "https://x.org/i/record.manifest.json"
    assert data["label"] == {"el": ["Ἀμφορεύς"]}
    assert data["rights"] == "http://creativecommons.org/licenses/by-sa/4.0/"
    assert data["metadata"][0]["value"] == {"none": ["Doe, Jane"]}
    assert [(one["width"], one["height"]) for one in data["items"]] == [(40, 10), (20, 30)]
    bodies = [one["items"][0]["items"][0]["body"] for one in data["items"]]
    assert [one["id"] for one in bodies] == ["https://x.org/i/a.jpg", "https://x.org/i/b%202.jpg"]
    assert len({one["id"] for one in data["items"]}) == 2
    assert result.values == {"canvases": 2}


def test_what_the_record_does_not_say_is_left_out(tmp_path: Path) -> None:
    files = [picture(tmp_path, "a.jpg", (4, 4))]
    result = run_component(Manifest, {"images": files}, tmp_path, record=Record({}))
    data = json.loads(Path(result.files["manifest"][0]).read_text("utf-8"))
    assert not {"rights", "summary", "metadata", "viewingDirection"} & set(data)


def test_a_base_that_is_no_address(tmp_path: Path) -> None:
    with pytest.raises(ComponentError, match="no address"):
        run_component(Manifest, {"images": []}, tmp_path, base="file:///etc")


def test_a_manifest_without_rights_is_told(tmp_path: Path) -> None:
    file = make_file(tmp_path, "record.manifest.json", b"{}")
    (told,) = iiif.hdp_check_record(Record({}, files=(file,)))
    assert told.code == "iiif-no-rights"
    assert list(iiif.hdp_check_record(Record({"license": "cc0-1.0"}, files=(file,)))) == []
