"""Formats of files that a plugin knows: to check them, to show them, to read a table from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hdp.sdk.model import Finding


@dataclass(frozen=True)
class Checker:
    """Looks whether the files of a format are sound, after HDP's own check of them.

    `check` takes the path of a file and gives findings: an `error` makes the file invalid, a
    `warning` leaves it usable with problems, an `info` is only told. `where` may hold a `line`.
    It runs in a process that may be lost, for 30 seconds and more for large files.
    """

    id: str
    title: str
    check: Callable[[Path], Iterable[Finding]]
    extensions: Sequence[str]
    isolation: str = "process"


@dataclass(frozen=True)
class Thumbnailer:
    """Makes pictures of files that HDP makes none of.

    `draw` takes the path of a file and the pixels of the longer side, and gives the bytes of a
    PNG or JPEG; larger ones are made smaller. An HdpError says why there is no picture.
    It runs in a process that may be lost, for 30 seconds.
    """

    id: str
    title: str
    draw: Callable[[Path, int], bytes]
    extensions: Sequence[str]
    isolation: str = "process"


@dataclass(frozen=True)
class Source:
    """Reads the export of a collections system as a table that a mapping can use.

    `read` takes the path of a file and gives rows, the first of them the column names. Cells are
    texts, numbers, booleans or None. An InvalidInput says what is wrong with the file, and its
    `where` may hold a `line`. It runs in a process that may be lost, for 60 seconds until
    the next rows are there.
    """

    id: str
    title: str
    read: Callable[[Path], Iterable[Sequence[Any]]]
    extensions: Sequence[str]
    isolation: str = "process"
