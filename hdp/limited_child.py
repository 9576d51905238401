"""What the limited process runs: one call after the other, within its limits."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from hdp.sdk import HdpError

MEMORY = 4 * 1024**3
# Threads of native libraries reserve address space that they never use.
_PER_CORE = 192 * 1024**2
_LATE_S = 5.0
_WATCH_S = 0.25


def serve(pipe: Connection, memory: int) -> None:
    """Answer calls until the other side hangs up."""
    _be_quiet()
    _die_with_parent()
    _limit(memory)
    with contextlib.suppress(EOFError, OSError), Path(os.devnull).open("w") as nowhere:
        while message := pipe.recv_bytes():
            for kind, value in _answers(message, nowhere):
                pipe.send_bytes(pickle.dumps((kind, value)))
                if kind == "memory":
                    return  # what is left over in this process is not known


def _be_quiet() -> None:
    # What libraries print about a file must not get between the lines of `hdp --json`, nor
    # look like a fault of HDP: whatever matters comes back as an answer.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        with contextlib.suppress(OSError):
            os.dup2(nowhere, number)
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - open to the end
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which ends this one
    # The workers themselves are the parallel part.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:
        return  # Windows: only the time is limited
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    whole = memory + _in_use() + _PER_CORE * (os.cpu_count() or 1)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard != resource.RLIM_INFINITY:
        whole = min(whole, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (whole, hard))
    if sys.platform == "darwin":  # accepts the limit and does not keep it
        threading.Thread(target=_watch_memory, args=(memory,), daemon=True).start()


def _in_use() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGESIZE")


def _watch_memory(memory: int) -> None:
    import resource

    pause = threading.Event()
    while not pause.wait(_WATCH_S):
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > memory:  # bytes on macOS
            os._exit(1)


def _answers(message: bytes, nowhere: Any) -> Iterator[tuple[str, Any]]:
    try:
        way, function, args, seconds = pickle.loads(message)
        yield "begun", None  # starting and importing is not the file's fault: the time begins here
        if way == "call":
            yield "done", _within(seconds, nowhere, lambda: function(*args))
            return
        source = iter(function(*args))
        while (one := _within(seconds, nowhere, lambda: next(source, _END))) is not _END:
            yield "next", one
        yield "end", None
    except MemoryError:
        yield "memory", None
    except Exception as error:  # noqa: BLE001 - the parent decides about whatever it was
        yield "raised", _sendable(error)


_END = object()


def _within(seconds: float, nowhere: Any, work: Any) -> Any:
    # Ends this process even where the parent is gone and native code never lets go.
    faulthandler.dump_traceback_later(seconds + _LATE_S, exit=True, file=nowhere)
    try:
        return work()
    finally:
        faulthandler.cancel_dump_traceback_later()


def _sendable(error: Exception) -> Exception:
    try:
        again = pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - pickling raises whatever the objects inside raise
        again = None
    if isinstance(again, Exception):
        return again
    return HdpError(f"{type(error).__name__}: {error}", code="worker-failed")
