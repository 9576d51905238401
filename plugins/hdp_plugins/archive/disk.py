"""Files written so that a crash leaves the old or the new, and what a failing disk means."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hdp.sdk import HdpError, InvalidInput, Rejected, TargetError, Unauthorised, Unreachable

BLOCK = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
_NAMES = (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ)


@dataclass(frozen=True)
class Sums:
    """Size in bytes and digests (lower-case hex) of a file."""

    size: int
    md5: str
    sha256: str


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Raise what the system says about the archive's disk as a TargetError."""
    try:
        yield
        return
    except OSError as error:
        problem = _problem(error)
    raise problem


def _problem(error: OSError) -> TargetError:
    reason = error.strerror or "unknown reason"
    if error.errno in _FULL:
        return Rejected(
            f"The archive's disk is full: {reason}.",
            code="disk-full",
            hint="Make room there and try again; nothing half-written counts.",
        )
    if error.errno in _NOT_ALLOWED:
        return Unauthorised(
            f"The archive folder cannot be changed: {reason}.",
            hint="Check who may write there.",
        )
    if error.errno in _NAMES:
        return Rejected(
            f"The archive's disk does not take this name: {reason}.",
            code="file-name",
            hint="Give the file a shorter, plain name.",
        )
    return Unreachable(
        f"The archive folder could not be read or written: {reason}.",
        hint="Check that the disk is there and try again.",
    )


def scratch(place: Path) -> Path:
    """A name in a folder that nobody else uses; what begins with a dot does not count."""
    return place / f".{uuid.uuid4().hex}"


def write(path: Path, text: str) -> None:
    """Replace a file's text at once."""
    made = scratch(path.parent)
    with made.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)


def sync(folder: Path) -> None:
    """See to it that names made in a folder outlast a power cut, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy(source: Path, to: Path, progress: Callable[[int, int], None]) -> Sums:
    """Copy a file into a new one and say what was copied; InvalidInput if it cannot be read."""
    md5, sha256, sent = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    with _opened(source) as (read, total), to.open("xb") as made:
        while block := read(BLOCK):
            made.write(block)
            md5.update(block)
            sha256.update(block)
            sent += len(block)
            progress(sent, max(sent, total))
        made.flush()
        os.fsync(made.fileno())
    return Sums(sent, md5.hexdigest(), sha256.hexdigest())


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Callable[[int], bytes], int]]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from None

    def read(size: int) -> bytes:
        try:
            return file.read(size)
        except OSError as error:
            raise _unreadable(path, error) from None

    with file:
        yield read, os.fstat(file.fileno()).st_size


def _unreadable(path: Path, error: OSError) -> HdpError:
    return InvalidInput(
        f"{path.name} cannot be read: {error.strerror or 'it cannot be opened'}.",
        code="file-unreadable",
        hint="Check that the file is still there and that you may read it.",
        where={"file": str(path)},
    )


def measure(path: Path) -> Sums:
    """Size and digests of a file of the archive."""
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            md5.update(block)
            sha256.update(block)
            size += len(block)
    return Sums(size, md5.hexdigest(), sha256.hexdigest())
