"""Bodies of files: streamed to disk with their MD5, kept once however often they are used."""

from __future__ import annotations

import hashlib
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hdp.practice import catalogue

_BLOCK = 1024 * 1024
_DAY = 24 * 3600


class BrokenOff(Exception):
    """The body ended before its announced length."""


@dataclass(frozen=True)
class Received:
    """A body on disk that belongs to nobody yet."""

    path: Path
    size: int
    md5: str


class Bodies:
    """The folder `files`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "files"
        self._folder.mkdir(exist_ok=True)
        self._sweep()

    def _sweep(self) -> None:
        """Remove what a process left that ended in the middle of receiving a body."""
        for path in self._folder.glob("receiving-*"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _DAY:
                    path.unlink()

    def path(self, md5: str) -> Path:
        """Where the body with this MD5 lies."""
        return self._folder / md5

    @contextmanager
    def receive(
        self, source: IO[bytes], length: int, change: Callable[[bytes], bytes] | None = None
    ) -> Iterator[Received]:
        """Stream a body into a temporary file, which is removed unless `keep` took it.

        `change` alters the first block: the fault of a body damaged on its way.
        """
        path = self._folder / f"receiving-{uuid.uuid4().hex}"
        try:
            yield _stream(source, length, path, change)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, received: Received) -> None:
        """Give the body its place; call it inside the catalogue's write transaction."""
        goal = self.path(received.md5)
        if not goal.exists():
            received.path.replace(goal)

    def release(self, db: sqlite3.Connection, md5: str) -> None:
        """Remove the body where no row points to it; inside the write transaction as well."""
        if not catalogue.is_pretending() and not catalogue.in_use(db, md5):
            with suppress(OSError):  # somebody may be reading it; it is found again by its name
                self.path(md5).unlink(missing_ok=True)


def _stream(
    source: IO[bytes], length: int, path: Path, change: Callable[[bytes], bytes] | None
) -> Received:
    md5, size = hashlib.md5(usedforsecurity=False), 0
    with path.open("xb") as goal:
        while size < length:
            block = source.read(min(_BLOCK, length - size))
            if not block:
                raise BrokenOff(f"{size} of {length} bytes came")
            if change and not size:
                block = change(block)
            md5.update(block)
            goal.write(block)
            size += len(block)
    return Received(path, size, md5.hexdigest())
