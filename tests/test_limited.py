"""The limited process: crashes, hangs and memory hogs end alone."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hdp.limited import LimitedWorker, WorkerDied, WorkerMemory, WorkerTimeout
from hdp.sdk import Cancelled, InvalidInput


def add(a, b):
    print("this must not reach stdout")
    return a + b


def pid():
    return os.getpid()


def crash():
    os.abort()


def hang():
    time.sleep(600)


def eat():
    return len(bytearray(64 * 1024**3))


def refuse():
    raise InvalidInput("No.", code="said-no", hint="Ask again.", where={"file": "a"})


class Odd(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


def odd():
    raise Odd("very", "odd")


def count(upto, then):
    yield from range(upto)
    then()


def nothing():
    pass


@pytest.fixture
def worker():
    with LimitedWorker() as one:
        yield one


def test_calls_one_process_again_and_again(worker):
    assert worker.call(add, 2, 3) == 5
    first = worker.call(pid)
    assert worker.call(pid) == first != os.getpid()


def test_a_crash_is_told_and_the_next_call_works(worker):
    with pytest.raises(WorkerDied, match="crashed"):
        worker.call(crash)
    assert worker.call(add, 1, 1) == 2


def test_a_hang_is_stopped(worker):
    worker.call(nothing)
    with pytest.raises(WorkerTimeout, match="longer than its limit"):
        worker.call(hang, seconds=0.2)
    assert worker.call(add, 1, 1) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="on purpose: only Linux keeps this limit")
def test_too_much_memory_is_refused(worker):
    with pytest.raises(WorkerMemory):
        worker.call(eat)
    assert worker.call(add, 1, 1) == 2


def test_what_a_function_raises_is_raised_here(worker):
    with pytest.raises(InvalidInput) as raised:
        worker.call(refuse)
    assert (raised.value.name, raised.value.where) == ("said-no", {"file": "a"})
    with pytest.raises(Exception, match="Odd: very odd"):
        worker.call(odd)


def test_a_cancel_ends_the_call(worker):
    with pytest.raises(Cancelled):
        worker.call(hang, cancelled=lambda: True)


def test_streams_and_says_where_it_ended(worker):
    assert list(worker.stream(count, 3, nothing)) == [0, 1, 2]
    got = []
    with pytest.raises(WorkerDied):
        got.extend(worker.stream(count, 3, crash))
    seen = []
    with pytest.raises(WorkerTimeout):
        for one in worker.stream(count, 2, hang, seconds=0.3):
            seen.append(one)
    assert seen == [0, 1]
    assert worker.call(add, 1, 1) == 2


def test_a_stream_that_is_left_does_not_mix_with_the_next_call(worker):
    for _ in worker.stream(count, 100, nothing):
        break
    assert worker.call(add, 1, 1) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="on purpose: tries it with signals")
def test_the_child_ends_with_its_parent_and_prints_nothing(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, time\n"
        "from hdp.limited import LimitedWorker\n"
        "def said():\n    print('noise')\n    return os.getpid()\n"
        "if __name__ == '__main__':\n"
        "    print(LimitedWorker().call(said), flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    child = int(done.stdout)  # nothing but the number: the noise went to stderr
    deadline = time.monotonic() + 10
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(child)


def alive(child):
    try:
        return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
