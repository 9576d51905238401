"""Finished steps are not done again, unless something that matters to them has changed."""

import os
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdp.pipelines.calls import Call
from hdp.pipelines.keeping import Kept, make_key
from hdp.plugins import Origin
from hdp.sdk import ComponentError, LocalFile, Record

COUNT = "{id: c, uses: trial.counts, in: {files: inputs.all}}"
FAILS = "{id: f, uses: trial.raises, in: {files: c.files}}"


@pytest.fixture
def marks(tmp_path, monkeypatch):
    place = tmp_path / "marks"
    monkeypatch.setenv("TRIAL_MARKS", str(place))
    return lambda: place.read_text().split() if place.exists() else []


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path / "kept")


def test_a_finished_step_comes_back_the_same(play, source, kept, marks):
    first = play([COUNT], [source("a.txt")], kept=kept)
    second = play([COUNT], [source("a.txt")], kept=kept)
    assert marks() == ["a.txt"]
    assert [one.relpath for one in second.outputs] == ["deep/a.txt"]
    assert [vars(one) for one in first.outputs] == [vars(one) for one in second.outputs]
    assert (first.metadata, first.values) == (second.metadata, second.values)
    assert [one.reused for one in (*first.steps, *second.steps)] == [False, True]
    assert first.steps[0].started == second.steps[0].started


def test_what_a_later_step_spoils_is_not_done_again(play, source, kept, marks):
    files = [source("a.txt"), source("b.txt")]
    for _ in range(2):
        with pytest.raises(ComponentError):
            play([COUNT, FAILS], files, kept=kept)
    assert marks() == ["a.txt", "b.txt"]
    play([COUNT], files, kept=kept)
    assert marks() == ["a.txt", "b.txt"]


def test_again_does_it_again(play, source, kept, marks):
    for again in (False, True, False):
        play([COUNT], [source("a.txt")], kept=kept, again=again)
    assert len(marks()) == 2


def test_only_what_a_component_reads_matters(play, source, kept, marks):
    step = "{id: r, uses: trial.reader, in: {files: inputs.all}}"
    for title, notes in (("A", "1"), ("A", "2"), ("B", "2")):
        play([step], [source("a.txt")], fields={"title": title, "notes": notes}, kept=kept)
    assert len(marks()) == 2


@pytest.mark.parametrize("harm", ["changed", "gone", "no result", "linked output changed"])
def test_what_somebody_changed_is_done_again(play, source, kept, marks, tmp_path, harm):
    play([COUNT], [source("a.txt")], kept=kept)
    (entry,) = kept.folder.iterdir()
    if harm == "changed":
        (entry / "0").unlink()
        (entry / "0").write_text("other")
    elif harm == "gone":
        (entry / "0").unlink()
    elif harm == "no result":
        (entry / "result.json").write_text("{")
    else:
        (tmp_path / "out/deep/a.txt").write_text("edited in place")
        (tmp_path / "out/deep/a.txt").rename(tmp_path / "edited.txt")
    result = play([COUNT], [source("a.txt")], kept=kept)
    assert len(marks()) == 2
    assert result.outputs[0].path.read_text() == "originalhello"


def test_changing_a_copy_in_place_changes_no_other_items_file(play, source, kept, tmp_path):
    play([COUNT], [source("a.txt")], kept=kept, to=tmp_path / "one")
    play([COUNT], [source("a.txt")], kept=kept, to=tmp_path / "two")
    (tmp_path / "one/deep/a.txt").write_text("by hand")
    assert (tmp_path / "two/deep/a.txt").read_text() == "originalhello"


def test_a_folder_that_cannot_be_written_spoils_nothing(play, source, tmp_path, marks):
    (tmp_path / "kept").write_text("a file")
    kept = Kept(tmp_path / "kept")
    for _ in range(2):
        assert play([COUNT], [source("a.txt")], kept=kept).outputs
    assert len(marks()) == 2
    kept.trim()


def test_trimming_goes_by_age_and_then_by_size(tmp_path):
    def entry(name, size, days):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "0").write_bytes(b"x" * size)
        used = time.time() - days * 86_400
        os.utime(folder, (used, used))

    for name, size, days in (("new", 10, 0), ("old", 10, 40), ("mid", 95, 1), (".new-dead", 1, 1)):
        entry(name, size, days)
    Kept(tmp_path, days=30, size=100).trim()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["new"]


_KIND = SimpleNamespace(id="x.y", version=1)
_CALL = Call(
    "x.y", Origin("x", "x"), "x", "Y", {"side": 3},
    {"files": [LocalFile(Path("/p/a.jpg"), "a.jpg", sha256="1", references=())]},
    Record({"title": "T"}, key="k"), Path("/w"), {"token": "s"}, 5.0, {"server": "u"}, 9,
)  # fmt: skip


def _key(call, kind=_KIND, plugin="1"):
    return make_key(kind, call, plugin, lambda one: one.sha256)


@given(
    st.text(), st.integers(), st.dictionaries(st.text(), st.text()), st.floats(min_value=0.1),
)  # fmt: skip
def test_work_folder_secrets_and_limits_do_not_matter(name, memory, secrets, timeout):
    other = replace(_CALL, workdir=Path("/x") / f"n{len(name)}", memory=memory,
                    secrets=secrets, timeout=timeout)  # fmt: skip
    assert _key(other) == _key(_CALL)


def test_everything_else_matters():
    file = _CALL.inputs["files"][0]
    texture = replace(file, name="t.png", sha256="9")
    others = [
        _key(replace(_CALL, settings={"side": 4})),
        _key(replace(_CALL, own={"server": "v"})),
        _key(replace(_CALL, record=Record({"title": "U"}, key="k"))),
        _key(replace(_CALL, inputs={"files": [replace(file, sha256="2")]})),
        _key(replace(_CALL, inputs={"files": [replace(file, name="b.jpg")]})),
        _key(replace(_CALL, inputs={"files": [replace(file, references=[texture])]})),
        _key(replace(_CALL, inputs={"other": [file]})),
        _key(_CALL, SimpleNamespace(id="x.y", version=2)),
        _key(_CALL, plugin="2"),
    ]
    assert len({*others, _key(_CALL)}) == 10
