"""Looking at a folder before there is a project."""

from __future__ import annotations

import time
import unicodedata

import pytest
from PIL import Image

from hdp.application import scanning
from hdp.application.found import Found
from hdp.application.page.previews import PreviewPages
from hdp.application.page.projects import ProjectPages
from hdp.events import PreviewChanged
from hdp.ingest import checker
from hdp.ingest.options import ScanOptions
from hdp.ingest.scan import scan
from hdp.project import items
from hdp.sdk import HdpError


@pytest.fixture
def folder(tmp_path):
    """A model with a texture in a folder, four photographs, and one that is none."""
    folder = tmp_path / "input"
    (folder / "tex").mkdir(parents=True)
    for number in range(4):
        Image.new("RGB", (40, 30), (number, 9, 9)).save(folder / f"photo_{number}.jpg")
    (folder / "bad.jpg").write_bytes(b"no picture")
    (folder / "m.obj").write_text("mtllib m.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (folder / "m.mtl").write_text("newmtl a\nmap_Kd tex/wood.png\n")
    Image.new("RGB", (4, 4)).save(folder / "tex" / "wood.png")
    return folder


@pytest.fixture
def body(folder, tmp_path):
    return {
        "file": str(tmp_path / "new.hdpc"), "name": "New", "code": "NEW", "input": str(folder),
        "output": str(tmp_path / "out"), "extensions": [".jpg", ".obj"],
    }  # fmt: skip


@pytest.fixture
def pages(app):
    pages = PreviewPages(app)
    yield pages
    pages.end()


@pytest.fixture
def look(pages):
    def look(body) -> str:
        preview = pages.start(body, lambda: False)["id"]
        assert pages._previews.get(preview).wait(60)
        return preview

    return look


def keys(pages, preview, **asked):
    return [one["key"] for one in pages.lines(preview, asked)["rows"] if "file" not in one]


def test_items_statuses_and_findings(pages, look, body, tmp_path, app):
    told = []
    app.bus.listen(lambda event: isinstance(event, PreviewChanged) and told.append(event.preview))
    preview = look(body)
    found = pages.get(preview)
    assert found["state"] == "done" and found["records"] == 6
    assert found["counts"]["by_status"] == {"valid": 5, "invalid": 1}
    assert found["in_files"][0]["files"] == ["bad.jpg"]
    assert {one["stage"] for one in told} >= {"listing", "checking", "reading"}
    assert told[-1]["state"] == "done"
    assert keys(pages, preview, status="invalid") == ["bad"]
    assert keys(pages, preview, search="WOOD") == ["m"]
    assert keys(pages, preview, code=found["in_files"][0]["code"]) == ["bad"]
    assert not list(tmp_path.glob("*.hdpc")) and not (tmp_path / "out").exists()


def test_what_is_not_opened_yet_is_not_called_valid(folder):
    found = Found(scan(ScanOptions(input=folder, extensions=(".jpg", ".obj"))), {})
    assert found.summary()["counts"]["by_status"] == {"unchecked": 6}
    assert {one["status"] for one in found.lines(unfolded={"m.obj"})["rows"]} == {"unchecked"}
    for relpath in ("m.obj", "m.mtl", "photo_1.jpg"):
        found.note(relpath, None)
    assert [one["key"] for one in found.lines(status="valid")["rows"]] == ["photo_1"]
    found.note("tex/wood.png", None)
    assert [one["key"] for one in found.lines(status="valid")["rows"]] == ["m", "photo_1"]


def test_names_are_found_however_their_accents_are_written(pages, look, body, folder):
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, f"Tür {form}.jpg")
        Image.new("RGB", (4, 4)).save(folder / name)
    for asked in ("tür", unicodedata.normalize("NFD", "TÜR")):
        assert len(keys(pages, look(body), search=asked)) == 2


def test_lines_in_portions_with_what_is_unfolded(pages, look, body):
    preview = look(body)
    whole = pages.lines(preview, {"unfolded": {"m.obj"}})
    assert (whole["total"], whole["items"]) == (9, 6)
    names = [one.get("path") or one["key"] for one in whole["rows"]]
    assert names == [
        "bad", "m", "m.obj", "m.mtl", "tex/wood.png", "photo_0", "photo_1", "photo_2", "photo_3"
    ]  # fmt: skip
    assert [one["depth"] for one in whole["rows"] if "file" in one] == [0, 1, 2]
    for offset in range(9):
        part = pages.lines(preview, {"unfolded": {"m.obj"}, "offset": offset, "limit": 2})
        assert part["rows"] == whole["rows"][offset : offset + 2]


def test_an_item_with_reports_and_the_names_in_its_record(pages, look, body):
    item = pages.item(look(body), "m.obj")
    assert [one["path"] for one in item["files"]] == ["m.obj", "m.mtl", "tex/wood.png"]
    assert {one["name"] for one in item["packing"]["files"]} >= {"m.obj", "m.mtl"}
    with pytest.raises(HdpError, match="not there any more"):
        pages.item("p1", "other.obj")


def test_nothing_is_done_twice(pages, look, body, monkeypatch, folder):
    look(body)
    opened = []
    real_check = checker.Checker.check_many

    def check_many(self, files, **options):
        files = list(files)
        opened.extend(path.name for path, _ in files)
        return real_check(self, files, **options)

    monkeypatch.setattr(checker.Checker, "check_many", check_many)
    (folder / "photo_9.jpg").write_bytes((folder / "photo_1.jpg").read_bytes())
    preview = look({**body, "bundle": "stem"})
    assert "photo_9.jpg" in opened and "photo_1.jpg" not in opened
    assert pages.get(preview)["counts"]["by_status"]["invalid"] == 1


def test_a_later_preview_ends_the_earlier(pages, body):
    first = pages.start(body, lambda: False)["id"]
    second = pages.start(body, lambda: False)["id"]
    assert pages._previews.get(second).wait(60)
    with pytest.raises(HdpError, match="old one"):
        pages.get(first)
    assert pages.get(second)["state"] == "done"


def test_cancel_keeps_what_was_found(pages, body, monkeypatch):
    real = checker.Checker.check_many

    def slow(self, files, *, cancelled, **options):
        for one in real(self, files, cancelled=cancelled, **options):
            while not cancelled():
                time.sleep(0.01)
            yield one

    monkeypatch.setattr(checker.Checker, "check_many", slow)
    preview = pages.start(body, lambda: False)["id"]
    while not pages.get(preview)["ready"]:
        time.sleep(0.01)
    assert pages.cancel(preview)["state"] == "cancelled"
    assert len(keys(pages, preview)) == 6


def arrange(pages, preview, body, action, items, **more):
    asked = {"action": action, "items": items, **more}
    hand = {name: body.get(name) or {} for name in ("by_hand", "set_aside")}
    return {**body, **pages.arrange(preview, {**asked, **hand})}


def files_of(pages, preview, primary):
    return [one["path"] for one in pages.item(preview, primary)["files"]]


def test_merge_split_move_primary_and_forget(pages, look, body):
    preview = look(body)
    merged = arrange(pages, preview, body, "merge", ["photo_1.jpg", "photo_0.jpg", "m.obj"])
    preview = look(merged)
    assert pages.get(preview)["records"] == 4
    assert keys(pages, preview) == ["bad", "photo_1", "photo_2", "photo_3"]
    (primary,) = (
        one["primary"] for one in pages.lines(preview, {})["rows"] if one["key"] == "photo_1"
    )
    assert sorted(files_of(pages, preview, primary)) == [
        "m.mtl", "m.obj", "photo_0.jpg", "photo_1.jpg", "tex/wood.png"
    ]  # fmt: skip
    chosen = arrange(pages, preview, merged, "primary", [primary], files=["photo_0.jpg"])
    preview = look(chosen)
    assert files_of(pages, preview, "photo_0.jpg")[0] == "photo_0.jpg"
    split = arrange(pages, preview, chosen, "split", ["photo_0.jpg"], files=["photo_1.jpg"])
    preview = look(split)
    assert files_of(pages, preview, "photo_1.jpg") == ["photo_1.jpg"]
    moved = arrange(
        pages, preview, split, "move", ["photo_0.jpg"], files=["m.obj"], to="photo_3.jpg"
    )
    preview = look(moved)
    assert files_of(pages, preview, "photo_3.jpg")[0] == "photo_3.jpg"
    assert "tex/wood.png" in files_of(pages, preview, "photo_3.jpg")
    everything = [one["primary"] for one in pages.lines(preview, {})["rows"]]
    forgotten = arrange(pages, preview, moved, "forget", everything)
    assert forgotten["by_hand"] == {"groups": {}, "keys": {}, "primaries": []}
    with pytest.raises(HdpError, match="Nothing would be left"):
        arrange(pages, preview, moved, "split", ["photo_2.jpg"], files=["photo_2.jpg"])
    with pytest.raises(HdpError, match="One item cannot be merged"):
        arrange(pages, preview, {**moved, "items": []}, "merge", ["photo_2.jpg"])


def test_by_hand_and_set_aside_survive_to_the_project(pages, look, body, app):
    preview = look(body)
    merged = arrange(pages, preview, body, "merge", ["photo_0.jpg", "photo_1.jpg"])
    preview = look(merged)
    with pytest.raises(HdpError, match="reason"):
        arrange(pages, preview, merged, "set-aside", ["bad.jpg"])
    aside = arrange(pages, preview, merged, "set-aside", ["bad.jpg"], reason="Not ours")
    preview = look(aside)
    assert pages.get(preview)["records"] == 4
    assert keys(pages, preview, status="set-aside") == ["bad"]
    job = ProjectPages(app).new(aside)["job"]
    assert app.jobs.wait(job, timeout=60)
    rows = {one.key: one for one in app.project.read(items.list_items)}
    assert sorted(rows) == ["bad", "m", "photo_0", "photo_2", "photo_3"]
    assert rows["bad"].set_aside == "Not ours"
    assert len(rows["photo_0"].files) == 2
    app.project.write(lambda c: items.set_aside(c, [rows["bad"].id], None))
    scanning.scan_project(app)
    again = {one.key: one for one in app.project.read(items.list_items)}
    assert again["bad"].set_aside is None, "what was restored stays restored"


def test_pictures(pages, look, body):
    preview = look(body)
    assert pages.picture(preview, "photo_0.jpg").stat().st_size > 100
    assert pages.picture(preview, "bad.jpg") is None
    assert pages.picture(preview, "../../etc/passwd") is None
