"""`hdp item pack`: the names in the record on the command line."""

from __future__ import annotations


def test_pack_shows_and_chooses(hdp, made):
    shown = hdp("item", "pack", 1, "--json").json["items"][0]
    assert shown["files"] == [
        {"name": "photo_000.jpg", "kind": "file", "size": shown["files"][0]["size"],
         "from": ["photo_000.jpg"]}
    ]  # fmt: skip
    assert shown["choices"] == {"archive": "auto", "model": "zip"}
    chosen = hdp("item", "pack", 1, 2, "--archive", "all", "--json").json["items"]
    assert [one["files"][0]["kind"] for one in chosen] == ["zip", "zip"]
    assert "photo_000.zip" in hdp("item", "pack", 1).out
    back = hdp("item", "pack", 1, "--reset", "--json").json["items"][0]
    assert (back["own"], back["choices"]["archive"]) == ({}, "auto")


def test_pack_for_the_whole_project(hdp, made):
    ran = hdp("item", "pack", "--for-project", "--archive", "subfolders", "--json")
    assert ran.json == {"choices": {"archive": "subfolders", "model": "zip"}}
    assert hdp("item", "pack", "--for-project", "--reset", "--json").json["choices"] == {
        "archive": "auto", "model": "zip",
    }  # fmt: skip


def test_pack_refuses_what_is_not_meant(hdp, made):
    for words in (("item", "pack"), ("item", "pack", 1, "--archive", "rar"),
                  ("item", "pack", 1, "--for-project"), ("item", "pack", 99)):  # fmt: skip
        assert hdp(*words).code != 0
