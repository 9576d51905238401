"""Many files in limited processes: what harms one of them harms that file only."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from hdp.ingest import checker
from hdp.ingest.checker import Checker
from hdp.ingest.checks import Checked, check_file
from hdp.sdk import Cancelled


def odd(path, *, relpath=""):
    """Does to this process what a native library might do."""
    if path.name.startswith("crash"):
        os.abort()
    if path.name.startswith("hang"):
        time.sleep(600)
    if path.name.startswith("eat"):
        return Checked(str(len(bytearray(40 * 1024**3))))
    return check_file(path, relpath=relpath)


def put(folder, *names):
    paths = []
    for name in names:
        (folder / name).write_bytes(b"text of a file")
        paths.append((folder / name, f"in/{name}"))
    return paths


def statuses(found):
    return [one.status for one in found]


def test_answers_come_in_order_with_progress(tmp_path, monkeypatch):
    monkeypatch.setattr(checker, "_PORTION_FILES", 7)
    paths = put(tmp_path, *(f"{n}.txt" for n in range(40)))
    paths[11][0].write_bytes(b"")
    told = []
    with Checker(workers=2) as one:
        found = list(one.check_many(paths, progress=told.append))
    assert [n for n, status in enumerate(statuses(found)) if status == "invalid"] == [11]
    assert found[11].findings[0].where == {"file": "in/11.txt"}
    assert told == sorted(told) and told[-1] == 40


def test_a_crash_harms_its_file_only(tmp_path):
    paths = put(tmp_path, "a.txt", "crash.txt", "b.txt", "crash2.txt", "c.txt")
    with Checker(workers=1, check=odd) as one:
        found = list(one.check_many(paths))
    assert statuses(found) == ["valid", "invalid", "valid", "invalid", "valid"]
    assert found[1].findings[0].code == "worker-died"
    assert found[1].findings[0].message.startswith("crash.txt could not be checked.")


def test_a_hang_is_ended_and_the_rest_goes_on(tmp_path):
    paths = put(tmp_path, "a.txt", "hang.txt", "b.txt")
    with Checker(workers=1, seconds=1.5, check=odd) as one:
        found = list(one.check_many(paths))
    assert statuses(found) == ["valid", "invalid", "valid"]
    assert found[1].findings[0].code == "worker-timeout"


@pytest.mark.skipif(sys.platform != "linux", reason="on purpose: only Linux keeps this limit")
def test_a_file_that_eats_memory_is_invalid(tmp_path):
    paths = put(tmp_path, "eat.txt", "b.txt")
    with Checker(workers=1, check=odd) as one:
        found = list(one.check_many(paths))
    assert statuses(found) == ["invalid", "valid"]
    assert found[0].findings[0].code == "worker-memory"


def test_cancel_ends_a_hang_at_once(tmp_path):
    asked = threading.Event()
    timer = threading.Timer(0.3, asked.set)
    timer.start()
    with Checker(workers=1, check=odd) as one, pytest.raises(Cancelled):
        list(one.check_many(put(tmp_path, "hang.txt"), cancelled=asked.is_set))
    timer.join()


def test_leaving_early_leaves_nothing_behind(tmp_path):
    with Checker(workers=1) as one:
        first = next(iter(one.check_many(put(tmp_path, "a.txt", "b.txt"))))
    assert first.status == "valid"


def test_real_files(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:50])
    files = [(tmp_path / "a.png", "a.png"), (tmp_path / "b.png", "b.png"), (Path("none"), "none")]
    with Checker(workers=2) as one:
        assert statuses(one.check_many(files)) == ["valid", "invalid", "missing"]
