"""Folders of runs at work, and what is left of those whose process was killed."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from hdp.pipelines import output
from hdp.sdk import Cancelled, HdpError

_PREFIX = "run-"
_LOCK = ".hdp-lock"
_OURS = re.compile(r"\.(?P<owner>.+)\.(hdp-lock|(?P<kind>new|old|put)-[0-9a-f]{8})")
_POLL_S = 0.1
_PATIENCE_S = 30.0


@contextlib.contextmanager
def work_folder(root: Path) -> Iterator[Path]:
    """An empty folder for one run's steps; what dead runs left below `root` goes."""
    root.mkdir(parents=True, exist_ok=True)
    work = root / f"{_PREFIX}{uuid4().hex}"
    lock = FileLock(f"{work}{_LOCK}", thread_local=False)
    # Before there is anything to look after; another run that sweeps may hold it for a moment.
    lock.acquire(timeout=_PATIENCE_S)
    try:
        sweep_work(root)
        work.mkdir()
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        _let_go(lock)


def sweep_work(root: Path) -> None:
    """Remove the work folders of runs whose process is gone."""
    for name in {one.name.removesuffix(_LOCK) for one in root.glob(f"{_PREFIX}*")}:
        lock = FileLock(root / f"{name}{_LOCK}", thread_local=False)
        with contextlib.suppress(Timeout, OSError):
            lock.acquire(timeout=0)
            try:
                shutil.rmtree(root / name, ignore_errors=True)
            finally:
                _let_go(lock)


@contextlib.contextmanager
def output_folder(to: Path, cancelled: Callable[[], bool]) -> Iterator[Path]:
    """An empty folder beside `to`, for this run alone; another run of the same waits.

    What a killed run left there is put in order first: `to` is whole before and after.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    lock = _lock_of(to)
    while True:
        try:
            lock.acquire(timeout=_POLL_S)
            break
        except Timeout:
            if cancelled():
                raise Cancelled("The run was cancelled.") from None
    new = to.with_name(f".{to.name}.new-{uuid4().hex[:8]}")
    try:
        recover(to)
        new.mkdir()
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)
        _let_go(lock)


def sweep_output(folder: Path) -> None:
    """Put in order what killed runs left in an item's folder; runs at work are let alone."""
    if not folder.is_dir():
        return
    for name in {_owner(one.name) for one in folder.iterdir()} - {""}:
        lock = _lock_of(folder / name)
        with contextlib.suppress(Timeout, OSError):
            lock.acquire(timeout=0)
            try:
                recover(folder / name)
            finally:
                _let_go(lock)


def recover(to: Path) -> None:
    """Finish or undo the swap of a killed run; the caller holds the lock of `to`."""
    hidden = [one for one in to.parent.iterdir() if _owner(one.name) == to.name]
    for one in hidden:
        if _kind(one.name) == "put":  # it was complete when it was renamed so
            with contextlib.suppress(HdpError):
                output.put_in_place(one, to)
            shutil.rmtree(one, ignore_errors=True)
    for one in hidden:
        if _kind(one.name) == "old" and one.is_dir() and not to.exists():
            one.rename(to)
        if _kind(one.name) in ("old", "new"):
            shutil.rmtree(one, ignore_errors=True)


def _lock_of(to: Path) -> FileLock:
    return FileLock(to.with_name(f".{to.name}{_LOCK}"), thread_local=False)


def _let_go(lock: FileLock) -> None:
    # Removed while it is held: whoever waits for it sees that its file is gone.
    with contextlib.suppress(OSError):
        Path(lock.lock_file).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        lock.release()


def _owner(name: str) -> str:
    """The folder that a hidden name beside it belongs to, "" for all other names."""
    match = _OURS.fullmatch(name)
    return match["owner"] if match else ""


def _kind(name: str) -> str:
    match = _OURS.fullmatch(name)
    return (match["kind"] or "") if match else ""
