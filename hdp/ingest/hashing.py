"""SHA-256 and MD5 of many files in one pass over their bytes."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from hdp.ingest.items import below_root
from hdp.ingest.types import HEAD, media_type
from hdp.ingest.walk import Found
from hdp.sdk import Cancelled, Finding

BLOCK = 1024 * 1024
_BATCH_FILES, _BATCH_BYTES = 500, 32 * BLOCK
_local = threading.local()


class Hashes(NamedTuple):
    """What the bytes of a file say; hashes as lower-case hex."""

    sha256: str
    md5: str
    media_type: str = ""


Key = tuple[str, int, int, int]
Known = Callable[[Key], Sequence[str] | None] | Mapping[Key, Sequence[str]]
Progress = Callable[[int], None]
Cancel = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Hashed:
    """A file and its hashes, or the finding that says why there are none."""

    found: Found
    hashes: Hashes | None
    finding: Finding | None = None


def hash_file(
    path: Path, progress: Progress | None = None, cancelled: Cancel | None = None
) -> Hashes:
    """SHA-256, MD5 and media type; `progress` is told the bytes read since the last call."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    head = b""
    with path.open("rb", buffering=0) as file:
        for block in _blocks(file):
            head = head or bytes(block[:HEAD])
            sha256.update(block)
            md5.update(block)
            if progress:
                progress(len(block))
            if cancelled and cancelled():
                raise Cancelled("Stopped while files were being read.")
    return Hashes(sha256.hexdigest(), md5.hexdigest(), media_type(path.name, head))


def _blocks(file: FileIO) -> Iterator[memoryview]:
    # One buffer per thread: a fresh one for each small file costs more than the hashing.
    if not hasattr(_local, "buffer"):
        _local.buffer = memoryview(bytearray(BLOCK))
    view: memoryview = _local.buffer
    while count := file.readinto(view):
        yield view[:count]


def hash_many(
    root: Path | Callable[[str], Path],
    files: Iterable[Found],
    *,
    threads: int | None = None,
    known: Known | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Iterator[Hashed]:
    """The hashes of all files, in their order; what is `known` is not read again.

    `root` is the folder that the relpaths are below, or a function from relpath to path.
    A file that cannot be read, vanishes or changes meanwhile gives a finding.
    """
    ask = _asker(known)
    place = root if callable(root) else root.joinpath
    pool = ThreadPoolExecutor(threads or min(8, os.cpu_count() or 1), "hash")
    waiting: deque[Future[list[Hashed]]] = deque()

    ended = threading.Event()  # Ctrl-C comes to the thread that waits, not to those that read

    def stopped() -> bool:
        return ended.is_set() or bool(cancelled and cancelled())

    def work(batch: list[Found]) -> list[Hashed]:
        return [_hash_one(place, one, ask(one), progress, stopped) for one in batch]

    try:
        for batch in _batches(files):
            waiting.append(pool.submit(work, batch))
            if len(waiting) > 8:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        ended.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _batches(files: Iterable[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    size = 0
    for one in files:
        batch.append(one)
        size += one.size
        if len(batch) >= _BATCH_FILES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _asker(known: Known | None) -> Callable[[Found], Hashes | None]:
    ask = known.get if isinstance(known, Mapping) else known

    def answer(found: Found) -> Hashes | None:
        before = ask(found) if ask else None
        return Hashes(*before) if before else None

    return answer


def _hash_one(
    place: Callable[[str], Path],
    found: Found,
    before: Hashes | None,
    progress: Progress | None,
    cancelled: Cancel | None,
) -> Hashed:
    if cancelled and cancelled():
        raise Cancelled("The scan was stopped.")
    if before:
        if progress:
            progress(found.size)
        return Hashed(found, before)
    path = place(found.relpath)
    try:
        hashes = hash_file(path, progress, cancelled)
        info = path.stat()
    except FileNotFoundError:
        return Hashed(found, None, _finding(found, "missing", "The file vanished meanwhile."))
    except OSError as error:
        why = error.strerror or str(error)
        return Hashed(found, None, _finding(found, "unreadable", f"It cannot be read: {why}."))
    if (info.st_size, info.st_mtime_ns) != (found.size, found.mtime_ns):
        return Hashed(found, None, _finding(found, "changed", "It was changed while it was read."))
    return Hashed(found, hashes)


def _finding(found: Found, code: str, message: str) -> Finding:
    hint = "Check the file, then scan again."
    return Finding("error", code, message, hint, {"file": below_root(found.relpath)})
