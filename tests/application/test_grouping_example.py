"""The live example of the grouping."""

from __future__ import annotations

import pytest

from hdp.application.grouping_example import MOST_FILES, count_files, example
from hdp.ingest.options import ScanOptions
from hdp.sdk import UsageError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "box 1").mkdir()
    for name in ("site042_main.obj", "site042_detail.jpg", "site043_main.obj", "note.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "box 1" / "a.jpg").write_text("x")
    (tmp_path / ".hidden").write_text("x")
    return tmp_path


def lines(options):
    return [(one["name"], one["key"]) for one in example(options)["lines"]]


def test_real_names_with_their_keys(folder):
    options = ScanOptions(folder, extensions=(".obj", ".jpg"), bundle="suffix", suffix="_[a-z]+")
    assert lines(options) == [
        ("site042_detail.jpg", "site042"),
        ("site042_main.obj", "site042"),
        ("site043_main.obj", "site043"),
    ]
    assert example(options)["items"] == 2


def test_folders_are_items(folder):
    assert lines(ScanOptions(folder, mode="subdirectory")) == [("box 1/a.jpg", "box 1")]


def test_made_up_names_where_nothing_fits(folder):
    shown = example(ScanOptions(folder, extensions=(".wav",), bundle="suffix", suffix="_[a-z]+"))
    assert shown["own"] is False and shown["items"] == 2


def test_a_runaway_pattern_is_stopped(folder):
    (folder / ("a" * 60 + "!")).write_text("x")
    with pytest.raises(UsageError, match="takes too long"):
        example(ScanOptions(folder, bundle="core", pattern="(a+)+$"))


def test_only_so_many_are_looked_at(tmp_path):
    for number in range(MOST_FILES + 5):
        (tmp_path / f"{number}.jpg").touch()
    shown = example(ScanOptions(tmp_path))
    assert shown["files"] == MOST_FILES and shown["more"]
    assert count_files(tmp_path)["files"] == MOST_FILES + 5
