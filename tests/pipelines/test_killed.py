"""Real kills at named points: the output folder is whole before and after, nothing is left."""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdp.pipelines.leftovers import output_folder, sweep_output, sweep_work, work_folder
from hdp.pipelines.output import swap_in, write_paradata
from hdp.sdk import Cancelled, Refused

# Makes the output folder anew with other content, and is killed at a point on the way.
CHILD = """
import hashlib, os, signal, sys
from pathlib import Path
from hdp.pipelines import leftovers, output
to, point, text = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

def reached(name):
    if name == point:
        os.kill(os.getpid(), signal.SIGKILL)

output._reached = reached
with leftovers.work_folder(to.parent.parent / "work"), \\
        leftovers.output_folder(to, lambda: False) as new:
    if point == "made":
        (new / "half.txt").write_text("half")
        reached("made")
    told = []
    for name in ("a.txt", "deep/b.txt", text + ".txt"):
        (new / name).parent.mkdir(exist_ok=True)
        (new / name).write_text(text)
        told.append({"path": name, "sha256": hashlib.sha256(text.encode()).hexdigest()})
    output.write_paradata(new, {"outputs": told})
    output.swap_in(new, to)
"""
OLD = {"a.txt": "old", "deep/b.txt": "old", "old.txt": "old"}
NEW = {"a.txt": "new", "deep/b.txt": "new", "new.txt": "new"}


@pytest.fixture
def make(tmp_path):
    to = tmp_path / "item" / "Web-copies"

    def go(text, point="never"):
        command = [sys.executable, "-c", CHILD, str(to), point, text]
        done = subprocess.run(command, check=False, timeout=60)
        assert done.returncode == (0 if point == "never" else -signal.SIGKILL)

    return to, go


def content(folder):
    found = [one for one in folder.rglob("*") if one.is_file() and one.name != "paradata.json"]
    return {one.relative_to(folder).as_posix(): one.read_text() for one in found}


@pytest.mark.parametrize(
    ("point", "after", "by_hand"),
    [("made", OLD, False), ("made", OLD, True), ("ready", NEW, False), ("ready", NEW, True),
     ("away", NEW, False), ("exchanged", NEW, False), ("merging", NEW, True)],
)  # fmt: skip
def test_a_kill_leaves_one_whole_state(make, tmp_path, point, after, by_hand):
    to, go = make
    go("old")
    mine = {"notes.txt": "mine"} if by_hand else {}
    for name, text in mine.items():
        (to / name).write_text(text)
    go("new", point)
    sweep_output(to.parent)
    assert content(to) == after | mine
    assert sorted(one.name for one in to.parent.iterdir()) == [to.name]
    sweep_work(tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == []
    go("new")
    assert content(to) == NEW | mine


def test_the_next_run_puts_it_in_order_itself(make, tmp_path):
    to, go = make
    go("old")
    go("new", "away")
    assert not to.exists()
    with output_folder(to, lambda: False):
        assert content(to) == NEW
    assert sorted(one.name for one in to.parent.iterdir()) == [to.name]


def test_an_old_folder_comes_back_where_nothing_new_is_whole(make):
    to, go = make
    go("old")
    to.rename(to.with_name(f".{to.name}.old-12345678"))
    sweep_output(to.parent)
    assert content(to) == OLD


def test_folders_of_the_living_are_let_alone(tmp_path):
    to = tmp_path / "item" / "P"
    with work_folder(tmp_path / "work") as work, output_folder(to, lambda: False) as new:
        (new / "x").write_text("x")
        sweep_output(to.parent)
        sweep_work(tmp_path / "work")
        assert (new / "x").is_file() and work.is_dir()
        with work_folder(tmp_path / "work") as other:
            assert work.is_dir() and other != work
    assert list(to.parent.iterdir()) == [] == list((tmp_path / "work").iterdir())


def test_many_at_once_never_sweep_each_other(tmp_path):
    def work(number):
        for turn in range(15):
            with work_folder(tmp_path / "work") as work:
                (work / "x").write_text(f"{number} {turn}")
                assert (work / "x").read_text() == f"{number} {turn}"

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(work, range(6)))
    assert list((tmp_path / "work").iterdir()) == []


def test_a_second_run_of_the_same_waits(tmp_path):
    to = tmp_path / "P"
    asked = iter([False, True])
    with (
        output_folder(to, lambda: False),
        pytest.raises(Cancelled),
        output_folder(to, lambda: next(asked)),
    ):
        pass


def test_what_a_person_made_is_no_leftover(tmp_path):
    hidden = [tmp_path / ".notes", tmp_path / ".P.newer", tmp_path / "P.old-1", tmp_path / ".git",
              tmp_path / ".P.lock", tmp_path / ".P.new-mine"]  # fmt: skip
    for one in hidden:
        one.mkdir()
    sweep_output(tmp_path)
    assert all(one.is_dir() for one in hidden)


def test_a_worker_ends_with_a_killed_parent(tmp_path, catalogue):
    script = """
import logging, os, sys, time
from pathlib import Path
from hdp.pipelines.executors import Worker
if __name__ == "__main__":
    worker = Worker()
    print(worker._process.pid, flush=True)
    time.sleep(60)
"""
    (tmp_path / "parent.py").write_text(script)
    command = [sys.executable, str(tmp_path / "parent.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        parent.kill()
    until = time.monotonic() + 30
    while _lives(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _lives(child)


def _lives(pid):
    try:
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_a_result_that_cannot_be_swapped_leaves_nothing(tmp_path):
    to = tmp_path / "P"
    to.mkdir()
    (to / "a.txt").write_text("a person's")
    with pytest.raises(Exception, match="already there"), output_folder(to, lambda: False) as new:
        (new / "a.txt").write_text("ours")
        write_paradata(new, {"outputs": []})
        swap_in(new, to)
    assert [one.name for one in tmp_path.iterdir()] == ["P"]
    assert (to / "a.txt").read_text() == "a person's"


NAMES = st.sampled_from(["a.txt", "b.txt", "deep/a.txt", "deep/c.txt"])
FILES = st.dictionaries(NAMES, st.sampled_from(["1", "2", "3"]), min_size=1)


@given(before=FILES, by_hand=st.dictionaries(NAMES, st.sampled_from(["x", "1"])), after=FILES)
def test_a_persons_files_survive_any_swap(before, by_hand, after):
    """Either all that was made stands there and all that is a person's, or nothing changed."""
    with tempfile.TemporaryDirectory() as name:
        to = Path(name) / "P"
        _swap(to, before)
        for one, text in by_hand.items():
            (to / one).parent.mkdir(parents=True, exist_ok=True)
            (to / one).write_text(text)
        there = content(to)
        mine = {one: text for one, text in by_hand.items() if before.get(one) != text}
        try:
            _swap(to, after)
        except Refused:
            assert content(to) == there
            assert any(after.get(one, text) != text for one, text in mine.items())
        else:
            assert content(to) == mine | after
        assert [one.name for one in Path(name).iterdir()] == ["P"]


def _swap(to, files):
    told = [{"path": one, "sha256": hashlib.sha256(text.encode()).hexdigest()}
            for one, text in files.items()]  # fmt: skip
    with output_folder(to, lambda: False) as new:
        for one, text in files.items():
            (new / one).parent.mkdir(parents=True, exist_ok=True)
            (new / one).write_text(text)
        write_paradata(new, {"outputs": told})
        swap_in(new, to)
