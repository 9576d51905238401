"""What is written inside files: EXIF, IPTC, XMP, properties of documents, by exiftool's names."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hdp.ingest.embedded_read import read_all
from hdp.limited import LimitedWorker, WorkerDied

SECONDS = 20.0
_MEMORY = 2 * 1024**3
_KEPT = 20_000

Values = Mapping[str, Sequence[str]]


class ToRead(NamedTuple):
    """A file, its XMP sidecars, and the hashes of their contents ("" where not known)."""

    path: Path
    sidecars: tuple[Path, ...] = ()
    hashes: tuple[str, ...] = ()


class Embedded:
    """Reads files in a process that may crash alone, each content once. Close it."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = _MEMORY) -> None:
        self._worker = LimitedWorker(memory=memory)
        self._seconds = seconds
        self._known: OrderedDict[tuple[object, ...], Values] = OrderedDict()
        self._lock = threading.Lock()

    def __enter__(self) -> Embedded:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._worker.close()

    def values(self, file: ToRead, name: str) -> list[str]:
        """The values of "EXIF:Artist" or the like; none where the file has none or is damaged."""
        return find(self.read(file), name)

    def read(self, file: ToRead) -> Values:
        """All that is written in the file and its sidecars, by group and name in small letters."""
        key = _key(file)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = self._read(file)
        with self._lock:
            self._known[key] = found
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def _read(self, file: ToRead) -> Values:
        try:
            return self._worker.call(read_all, file.path, file.sidecars, seconds=self._seconds)
        except WorkerDied:
            return {}  # the check of the file says what is wrong with it


def _key(file: ToRead) -> tuple[object, ...]:
    """The name belongs to it, as it is one of the values."""
    if file.hashes and all(file.hashes):
        return (file.path.name, *file.hashes)
    return tuple(_stamp(one) for one in (file.path, *file.sidecars))


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), found.st_size, found.st_mtime_ns


def find(values: Values, name: str) -> list[str]:
    """The values of a tag; "XMP:Title" means it in any of XMP's groups, as for EXIF."""
    group, _, tag = name.lower().partition(":")
    if found := values.get(f"{group}:{tag}"):
        return list(found)
    for key, found in values.items():
        family, _, known = key.partition(":")
        if known == tag and family.partition("-")[0] == group:
            return list(found)
    return []
