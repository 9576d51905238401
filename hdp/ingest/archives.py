"""ZIP archives: the same files give the same bytes, and what was written is read back."""

from __future__ import annotations

import hashlib
import os
import re
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hdp.ingest.hashing import BLOCK, hash_file
from hdp.ingest.names import fold
from hdp.sdk import Cancelled, InvalidInput

Progress = Callable[[int], None]
Cancel = Callable[[], bool]
_DRIVE = re.compile(r"^[A-Za-z]:")
_MODE = 0o100644 << 16
# Sizes of a ZIP's own parts: local header, entry of the directory, end.
_LOCAL, _ENTRY, _END = 30, 46, 22


@dataclass(frozen=True)
class Member:
    """A file to pack: its path inside the archive with `/`, where it is, and what it must hold."""

    name: str
    source: Path
    size: int
    sha256: str


@dataclass(frozen=True)
class Made:
    """A file that HDP made and has read back: size in bytes, hashes as lower-case hex."""

    path: Path
    size: int
    sha256: str
    md5: str


def archive_size(members: Iterable[tuple[str, int]]) -> int:
    """Bytes of an archive of (name, size), before it is made; exact below 2 GB."""
    return _END + sum(
        _LOCAL + _ENTRY + 2 * len(name.encode("utf-8", "surrogateescape")) + size
        for name, size in members
    )


def check_names(names: Sequence[str]) -> None:
    """Refuse names that would leave the folder they are unpacked in, or cover each other."""
    seen: dict[str, str] = {}
    for name in names:
        if why := _why_bad(name):
            raise _bad_name(name, why)
        if fold(name) in seen:
            raise _bad_name(name, f"it cannot be told from {seen[fold(name)]} everywhere")
        seen[fold(name)] = name
    for name in names:
        parts = name.split("/")
        for depth in range(1, len(parts)):
            if (other := seen.get(fold("/".join(parts[:depth])))) is not None:
                raise _bad_name(name, f"{other} is a file and cannot be a folder too")


def _why_bad(name: str) -> str:
    if name.startswith("/") or _DRIVE.match(name):
        return "it starts at the root of a drive"
    if "\\" in name or "\0" in name:
        return "it holds a character that other systems take for a folder"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "a part of its path is empty or leads upwards"
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "its bytes are no text"
    return ""


def _bad_name(name: str, why: str) -> InvalidInput:
    return InvalidInput(
        f"“{name}” cannot go into an archive: {why}.",
        code="archive-name",
        hint="Rename it and scan again, or leave it out of the item.",
        where={"file": name},
    )


def make_archive(
    folder: Path,
    name: str,
    members: Sequence[Member],
    *,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Made:
    """An archive of the members in `folder`, made or found there; nothing is overwritten.

    Where `name` is taken by other content it is called `<stem>-2.zip` and so on. `progress` is
    told bytes, three times those of the members in all. Raises InvalidInput `file-changed` where
    a member is not what its hash says, and leaves nothing behind then.
    """
    ordered = sorted(members, key=lambda one: one.name)
    check_names([one.name for one in ordered])
    folder.mkdir(parents=True, exist_ok=True)
    place = next(one for one in _places(folder, name) if _is_free(one, ordered, cancelled))
    if not place.exists():
        _write_new(place, ordered, progress, cancelled)
    hashes = hash_file(place, progress, cancelled)
    return Made(place, place.stat().st_size, hashes.sha256, hashes.md5)


def _places(folder: Path, name: str) -> Iterator[Path]:
    stem, dot, extension = name.rpartition(".")
    yield folder / name
    number = 2
    while True:
        yield folder / f"{stem}-{number}{dot}{extension}"
        number += 1


def _is_free(place: Path, members: Sequence[Member], cancelled: Cancel | None) -> bool:
    if not os.path.lexists(place):
        return True
    try:
        _verify(place, members, None, cancelled)
    except InvalidInput:
        return False
    return True


def _write_new(
    place: Path, members: Sequence[Member], progress: Progress | None, cancelled: Cancel | None
) -> None:
    part = place.with_name(f".{uuid.uuid4().hex}.part")
    try:
        _write(part, members, progress, cancelled)
        _verify(part, members, progress, cancelled)
        put_in_place(part, place)
    except OSError as error:
        raise not_written(place, error) from error
    finally:
        part.unlink(missing_ok=True)


def put_in_place(part: Path, place: Path) -> None:
    """Give a finished file its name; what has that name already stays and is an OSError."""
    try:
        os.link(part, place)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if place.exists():
            raise FileExistsError(17, "there is such a file already", str(place)) from None
        part.rename(place)


def not_written(place: Path, error: OSError) -> InvalidInput:
    """The error of an output that cannot be written."""
    return InvalidInput(
        f"{place.name} cannot be written: {error.strerror or error}.",
        code="output-not-writable",
        hint=f"See that there is room in {place.parent} and that you may write there.",
        where={"file": str(place)},
    )


def _write(
    part: Path, members: Sequence[Member], progress: Progress | None, cancelled: Cancel | None
) -> None:
    # Stored, not compressed: what a compressor makes differs between its versions.
    with part.open("xb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for one in members:
                with archive.open(_entry(one), "w") as goal:
                    _copy(one, goal, progress, cancelled)
        file.flush()
        os.fsync(file.fileno())


def _entry(one: Member) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(one.name, (1980, 1, 1, 0, 0, 0))
    entry.create_system = 3
    entry.external_attr = _MODE
    entry.compress_type = zipfile.ZIP_STORED
    entry.file_size = one.size
    return entry


def _copy(
    one: Member, goal: IO[bytes], progress: Progress | None, cancelled: Cancel | None
) -> None:
    digest, size = hashlib.sha256(), 0
    try:
        with one.source.open("rb") as source:
            while block := source.read(BLOCK):
                size += len(block)
                if size > one.size:
                    break
                digest.update(block)
                goal.write(block)
                _tell(len(block), progress, cancelled)
    except FileNotFoundError as error:
        raise file_missing(one) from error
    if (size, digest.hexdigest()) != (one.size, one.sha256):
        raise _changed(one)


def _tell(count: int, progress: Progress | None, cancelled: Cancel | None) -> None:
    if progress:
        progress(count)
    if cancelled and cancelled():
        raise Cancelled("Stopped while files were being packed.")


def file_missing(one: Member) -> InvalidInput:
    """The error of a file that is to be packed and is not there."""
    return InvalidInput(
        f"{one.source.name} is not there any more.",
        code="file-missing",
        hint="Put it back and scan the project again.",
        where={"file": one.name},
    )


def _changed(one: Member) -> InvalidInput:
    return InvalidInput(
        f"{one.source.name} was changed since it was scanned; it was not packed.",
        code="file-changed",
        hint="Scan the project again, then prepare the item anew.",
        where={"file": one.name},
    )


def _verify(
    path: Path, members: Sequence[Member], progress: Progress | None, cancelled: Cancel | None
) -> None:
    """Read an archive back; InvalidInput where it is not exactly these members."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [(one.filename, one.file_size) for one in archive.infolist()]
            if entries != [(one.name, one.size) for one in members]:
                raise _broken(path)
            for entry, one in zip(archive.infolist(), members, strict=True):
                with archive.open(entry) as file:
                    if _digest(file, progress, cancelled) != one.sha256:
                        raise _broken(path)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise _broken(path) from error


def _digest(file: IO[bytes], progress: Progress | None, cancelled: Cancel | None) -> str:
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
        _tell(len(block), progress, cancelled)
    return digest.hexdigest()


def _broken(path: Path) -> InvalidInput:
    return InvalidInput(
        f"{path.name} was read back and does not hold what was packed.",
        code="archive-broken",
        hint="The drive may be failing: check it, then prepare again.",
        where={"file": str(path)},
    )
