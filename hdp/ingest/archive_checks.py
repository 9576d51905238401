"""Archives: listed and unpacked into nothing, within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from hdp.ingest.problems import COPY, Problem, doubtful, invalid

MAX_UNPACKED = 100 * 1024**3
_MAX_RATIO, _RATIO_FROM = 200, 50 * 1024**2
_MAX_DEPTH = 4
_MAX_NESTED = 50 * 1024**2  # bytes of an archive in an archive that is looked into
_MAX_ENTRIES = 2_000_000
_BLOCK = 1024 * 1024
_MOST_TOLD = 3
_ANEW = "Make the archive anew."
_LEADS_OUT = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)")


class _Bomb(Exception):
    """Unpacks to far more than it is."""


def zip_file(path: Path) -> Iterator[Problem]:
    """ZIP: where its entries lead, what they unpack to, and their checksums."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield from zip_entries(path, archive)
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error, ValueError) as error:
        yield invalid("damaged", f"{path.name} is no whole ZIP: {_why(error)}.", COPY)


def zip_entries(path: Path, archive: zipfile.ZipFile) -> Iterator[Problem]:
    """The problems of an open ZIP; nothing is unpacked where it is a bomb."""
    size = path.stat().st_size
    try:
        _refuse_bomb(_unpacked(archive, size, 0), size)
    except _Bomb:
        yield _bomb(path)
        return
    entries = archive.infolist()
    yield from _names(path, [one.filename for one in entries])
    links = [one.filename for one in entries if stat.S_ISLNK(one.external_attr >> 16)]
    yield from _links(path, links)
    if any(one.flag_bits & 1 for one in entries):
        message = f"{path.name} is encrypted: nobody can unpack it without the password."
        yield doubtful("encrypted", message, "Make it without a password if it may be read.")
        return
    yield from _sums(path, archive)


def _sums(path: Path, archive: zipfile.ZipFile) -> Iterator[Problem]:
    try:
        broken = archive.testzip()
    except NotImplementedError:
        message = f"{path.name} is packed in a way that cannot be tested here."
        yield doubtful("archive-unknown", message, "Pack it as ZIP with Deflate.")
        return
    if broken:
        message = f"{path.name} is damaged: {broken} does not match its checksum."
        yield invalid("damaged", message, COPY)


def _unpacked(archive: zipfile.ZipFile, size: int, depth: int) -> int:
    entries = archive.infolist()
    total = sum(one.file_size for one in entries)
    _refuse_bomb(total, size)
    if depth > _MAX_DEPTH:
        raise _Bomb
    for one in entries:
        inner = one.filename.lower().endswith(".zip") and one.file_size <= _MAX_NESTED
        if inner and not one.flag_bits & 1 and one.compress_type in (0, 8, 12, 14):
            total += _nested(archive, one, size, depth)
            _refuse_bomb(total, size)
    return total


def _nested(archive: zipfile.ZipFile, one: zipfile.ZipInfo, size: int, depth: int) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(archive.read(one))) as inner:
            return _unpacked(inner, size, depth + 1)
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error, ValueError, NotImplementedError):
        return 0  # its checksum is tested with the others


def _refuse_bomb(total: int, size: int) -> None:
    if total > MAX_UNPACKED or (total > _RATIO_FROM and total > _MAX_RATIO * max(1, size)):
        raise _Bomb


def _bomb(path: Path) -> Problem:
    message = f"{path.name} unpacks to far more than it is; it was not opened."
    return invalid("zip-bomb", message, _ANEW)


def _names(path: Path, names: list[str]) -> Iterator[Problem]:
    for one in [one for one in names if _LEADS_OUT.search(one)][:_MOST_TOLD]:
        message = f"{path.name} holds {one!r}, which leads out of the folder it is unpacked in."
        yield invalid("zip-path", message, _ANEW)
    twice = [name for name, count in Counter(names).items() if count > 1][:_MOST_TOLD]
    for one in twice:
        message = f"{path.name} holds {one!r} more than once; one would replace the other."
        yield doubtful("zip-twice", message, _ANEW)


def _links(path: Path, links: list[str]) -> Iterator[Problem]:
    if links:
        named = ", ".join(repr(one) for one in links[:_MOST_TOLD])
        message = f"{path.name} holds links instead of files: {named}."
        yield doubtful("archive-link", message, "Pack the files that the links lead to.")


def tar_file(path: Path) -> Iterator[Problem]:
    """TAR, also compressed: every entry is read, none is written."""
    try:
        with _unpacker(path) as raw:
            counted = _Counted(raw, path.stat().st_size)
            with tarfile.open(fileobj=counted, mode="r|") as archive:  # type: ignore[call-overload]
                yield from _members(path, archive)
            while counted.read(_BLOCK):
                pass  # the checksum of the compression stands at the end
        if counted.tail.strip(b"\0") or len(counted.tail) < 512:
            yield invalid("damaged", f"{path.name} breaks off: its end is missing.", COPY)
    except _Bomb:
        yield _bomb(path)
    except (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError, ValueError) as error:
        yield invalid("damaged", f"{path.name} is no whole archive: {_why(error)}.", COPY)


def _members(path: Path, archive: tarfile.TarFile) -> Iterator[Problem]:
    names, links, special = [], [], []
    for count, one in enumerate(archive):
        if count > _MAX_ENTRIES:
            raise _Bomb
        archive.members = []  # type: ignore[attr-defined] # else it remembers every entry
        names.append(one.name)
        if one.issym() or one.islnk():
            if one.issym() or _LEADS_OUT.search(one.linkname):
                links.append(one.name)
        elif not (one.isfile() or one.isdir()):
            special.append(one.name)
    yield from _names(path, names)
    yield from _links(path, links)
    for name in special[:_MOST_TOLD]:
        message = f"{path.name} holds {name!r}, which is a device or pipe, no file."
        yield invalid("zip-path", message, _ANEW)


def compressed(path: Path) -> Iterator[Problem]:
    """One file in gzip, bzip2 or xz, or a TAR in it."""
    if ".tar." in path.name.lower() or path.name.lower().endswith((".tgz", ".tbz", ".txz")):
        yield from tar_file(path)
        return
    if not _opener(path):
        yield invalid("damaged", f"{path.name} does not begin as such an archive does.", COPY)
        return
    try:
        with _unpacker(path) as raw:
            counted = _Counted(raw, path.stat().st_size)
            while counted.read(_BLOCK):
                pass
    except _Bomb:
        yield _bomb(path)
    except (EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        yield invalid("damaged", f"{path.name} is damaged or breaks off: {_why(error)}.", COPY)


class _Counted:
    """Reads on until it is more than it should be."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._size = size
        self._read = 0
        self.tail = b""

    def read(self, count: int) -> bytes:
        data = self._file.read(count)
        self._read += len(data)
        self.tail = (self.tail + data[-512:])[-512:]
        _refuse_bomb(self._read, self._size)
        return data


_OPENERS: tuple[tuple[bytes, Callable[[Path], Any]], ...] = (
    (b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\0", lzma.open),
)  # fmt: skip


def _unpacker(path: Path) -> Any:
    opener = _opener(path)
    return opener(path) if opener else path.open("rb")


def _opener(path: Path) -> Callable[[Path], Any] | None:
    with path.open("rb") as file:
        head = file.read(6)
    return next((opener for magic, opener in _OPENERS if head.startswith(magic)), None)


def _why(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
