"""Grouping, adding, accepting and checking on the command line; hostile folders too."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest


def ids(ran) -> dict[str, int]:
    """Primary -> id."""
    return {one["primary"]: one["id"] for one in ran.json["items"]}


def test_merge_split_move_primary_and_reset(hdp, made):
    assert hdp("item", "merge", 1, 2, "--key", "Pair", "--json").json["items"][0]["key"] == "Pair"
    ran = hdp("item", "split", 1, "photo_001.jpg", "--json")
    new = ran.json["item"]
    assert ran.code == 0 and ids(ran) == {"photo_000.jpg": 1, "photo_001.jpg": new}
    assert hdp("item", "move", 3, "photo_002.jpg", "--to", 1).code == 0
    assert hdp("item", "primary", 1, "photo_002.jpg").code == 0
    assert hdp("project", "scan").code == 0
    assert ids(hdp("item", "list", "--json")) == {"photo_002.jpg": 1, "photo_001.jpg": new}
    assert hdp("item", "regroup", "--reset", 1, new).code == 0
    assert len(ids(hdp("item", "list", "--json"))) == 3


def test_what_cannot_be_says_so(hdp, made):
    assert hdp("item", "merge", 1).code == 2
    assert hdp("item", "split", 1, "photo_000.jpg").code == 2
    assert hdp("item", "move", 1, "nothing.jpg", "--to", 2).code == 2
    assert hdp("item", "regroup", 1).code == 2
    assert hdp("item", "add", made).code == 3
    assert hdp("prepare", 1).code == 0
    ran = hdp("item", "merge", 1, 2, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (3, "has-deposit")


def test_add_and_find(hdp, made, folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "vase.jpg").write_bytes((folder / "photo_000.jpg").read_bytes() + b" ")
    ran = hdp("item", "add", other / "vase.jpg", "--json")
    assert ran.code == 0 and list(ids(ran)) == ["vase.jpg"]
    assert hdp("item", "add", other / "vase.jpg").code == 3
    (other / "vase.jpg").rename(tmp_path / "renamed.jpg")
    assert hdp("project", "scan").code == 0
    ran = hdp("item", "list", "--status", "missing", "--json")
    assert list(ids(ran)) == ["vase.jpg"]
    ran = hdp("item", "find", 4, "--in", tmp_path, "--json")
    assert ran.code == 0 and ids(ran) == {"renamed.jpg": 4}
    assert hdp("item", "list", "--status", "missing", "--json").json["total"] == 0


def test_what_is_added_is_opened_at_once(hdp, made, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 cut")
    assert hdp("item", "add", tmp_path / "broken.jpg").code == 0
    assert list(ids(hdp("item", "list", "--status", "invalid", "--json"))) == ["broken.jpg"]


def test_accepting_is_bound_to_the_problem(hdp, made, folder):
    (folder / "photo_000.jpg").write_bytes(b"\xff\xd8 cut short")
    assert hdp("project", "scan").code == 0
    assert hdp("prepare", 1).code == 1
    assert hdp("item", "accept", 1, "--reason", "  ").code == 2
    ran = hdp("item", "accept", 1, "--reason", "the only copy", "--json")
    told = ran.json["items"][0]["acceptance"]
    assert (told["reason"], told["problems"], told["open"]) == (
        "the only copy", ["photo_000.jpg"], [],
    )  # fmt: skip
    assert told["at"]
    assert "the only copy" in hdp("item", "show", 1).out
    assert hdp("prepare", 1).code == 0
    assert hdp("prepare", "--back", 1).code == 0
    (folder / "photo_000.jpg").write_bytes(b"\xff\xd8 damaged in another way")
    assert hdp("project", "scan").code == 0
    shown = hdp("item", "show", 1, "--json").json["acceptance"]
    assert shown["open"] == ["photo_000.jpg"]
    assert hdp("prepare", 1).code == 1


def test_check_reads_all_files_again(hdp, made, folder):
    assert hdp("project", "check").code == 0
    path = folder / "photo_000.jpg"
    content, info = path.read_bytes(), path.stat()
    path.write_bytes(content[:-10] + b"0123456789")
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    assert "changed" not in hdp("project", "scan").out
    (folder / "photo_001.jpg").unlink()
    ran = hdp("project", "check", "--json")
    assert ran.code == 1
    found = {one["file"]: one["problems"][0]["code"] for one in ran.json["problems"]}
    assert found == {"photo_000.jpg": "changed", "photo_001.jpg": "missing"}
    assert "1 changed" in hdp("project", "scan").out


def test_set_changes_how_the_project_is_scanned(hdp, made, folder):
    (folder / "photo_000_detail.jpg").write_bytes((folder / "photo_000.jpg").read_bytes() + b" ")
    ran = hdp("project", "set", "--bundle", "suffix")
    assert ran.code == 2
    assert hdp("project", "set", "--suffix", "_detail").code == 2
    assert hdp("project", "set", "--bundle", "suffix", "--suffix", "_detail").code == 0
    ran = hdp("project", "scan", "--dry-run", "--json")
    assert ran.code == 0
    assert ran.json["changes"]["new"] == ["photo_000_detail.jpg"]
    assert ran.json["changes"]["regrouped"] == [1]
    assert len(ran.json["items"]) == 3
    assert ids(hdp("item", "list", "--json")).keys() == {f"photo_00{n}.jpg" for n in range(3)}
    assert hdp("project", "scan").code == 0
    assert len(hdp("item", "show", 1, "--json").json["files"]) == 2
    assert hdp("project", "set", "--bundle", "none").code == 0
    assert hdp("project", "info", "--json").json["scan"]["suffix"] == ""


def test_a_dry_run_tells_of_items_that_only_get_another_key(hdp, made):
    assert hdp("project", "set", "--bundle", "prefix", "--prefix", "photo_").code == 0
    ran = hdp("project", "scan", "--dry-run")
    assert "Changes: 3 renamed." in ran.out
    assert "  renamed: 1: photo_000 -> 000" in ran.out
    changes = hdp("project", "scan", "--dry-run", "--json").json["changes"]
    assert changes["renamed"][0] == {"item": 1, "old": "photo_000", "new": "000"}
    assert changes["regrouped"] == [] and changes["new"] == []
    assert "3 renamed" in hdp("project", "scan").out
    assert hdp("item", "show", 1, "--json").json["key"] == "000"
    assert "Nothing would change." in hdp("project", "scan", "--dry-run").out


def test_kinds_of_collection_propose_options_and_are_overruled(hdp, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (tmp_path / "in" / "a.jpg").write_text("x")
    new = ("project", "new", tmp_path / "t.hdpc", "--name", "T", "--code", "T",
           "--input", tmp_path / "in", "--output", tmp_path / "out")  # fmt: skip
    assert hdp(*new, "--modality", "poetry").code == 2
    assert hdp(*new, "--modality", "image", "--prefix", "x").code == 2
    assert hdp(*new, "--modality", "model", "multimodal").code == 0
    scan = hdp("project", "info", "--json").json["scan"]
    assert (scan["bundle"], scan["primary"]) == ("stem", ".obj")
    assert ids(hdp("item", "list", "--json")) == {"a.obj": 1}


def test_info_counts(hdp, made):
    told = hdp("project", "info", "--json").json
    assert told["statuses"] == {"valid": 3}
    assert told["found"]["by_kind"]["image"] == {".jpg": 3}
    assert told["found"]["files"] == 3
    assert "3 valid" in hdp("project", "info").out


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Names and things that no collection should hold, and some do."""
    folder = tmp_path / "hostile"
    (folder / "sub").mkdir(parents=True)
    names = [
        "two\nlines.jpg", "<img src=x onerror=alert(1)>.jpg", "red\x1b[31m\x1b]0;title\x07.jpg",
        "a" * 251 + ".jpg", unicodedata.normalize("NFC", "é.jpg"),
        unicodedata.normalize("NFD", "é.jpg"), "right\u202egpj.exe.jpg", " spaces .jpg",
    ]  # fmt: skip
    for name in names:
        (folder / name).write_bytes(b"\xff\xd8 " + name.encode())
    os.mkfifo(folder / "pipe.jpg")
    (folder / "loop").symlink_to(folder)
    (folder / "sub" / "loop").symlink_to("..")
    (folder / "self.jpg").symlink_to("self.jpg")
    (folder / "zero.jpg").symlink_to("/dev/zero")
    with open(os.fsencode(folder) + b"/bad\xff.jpg", "wb") as file:  # noqa: PTH123 - bytes
        file.write(b"x")
    return folder


def test_a_hostile_folder_is_only_a_folder(hdp, hostile, tmp_path):
    wanted = {one.name for one in hostile.iterdir() if one.is_file() and not one.is_symlink()}
    wanted = {one for one in wanted if "\udcff" not in one}
    ran = hdp("project", "new", tmp_path / "t.hdpc", "--name", "T", "--code", "T", "--input",
              hostile, "--output", tmp_path / "out", "--extensions", ".jpg")  # fmt: skip
    assert ran.code == 0, ran.err
    for args in (("item", "list"), ("item", "show", 1), ("project", "scan", "--dry-run"),
                 ("project", "check"), ("project", "info"), ("prepare", "--all")):  # fmt: skip
        ran = hdp(*args)
        assert ran.code in (0, 1), (args, ran.err)
        assert not {"\x1b", "\x07", "\u202e"} & {*ran.out, *ran.err}, args
        assert "two\nlines" not in ran.out + ran.err, args
        json.dumps(hdp(*args, "--json").json)
    assert ids(hdp("item", "list", "--json")).keys() == wanted
    assert len(wanted) == 8


def test_an_unreadable_folder_is_reported(hdp, folder, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("on purpose: nothing is unreadable for root")
    (folder / "locked").mkdir(mode=0)
    try:
        ran = hdp("project", "scan", "--dry-run", "--input", folder, "--mode", "hybrid", "--json")
    finally:
        (folder / "locked").chmod(0o700)
    assert ran.code == 0
    assert "unreadable" in {one["code"] for one in ran.json["findings"]}
