"""Files built of boxes with lengths: MP4, QuickTime, HEIC, CR3."""

from __future__ import annotations

import struct
from pathlib import Path

from hdp.ingest.problems import COPY, Problem, invalid

_MOST = 100_000
_TOP = {
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"uuid", b"meta", b"moof",
    b"mfra", b"sidx", b"styp", b"emsg", b"pdin", b"udta", b"ssix", b"prft", b"idat", b"junk",
}  # fmt: skip


def cut_off(path: Path, *, needs: bytes) -> Problem | None:
    """The problem where a box reaches beyond the file's end, or a needed one is not there."""
    size = path.stat().st_size
    seen: set[bytes] = set()
    at = 0
    with path.open("rb") as file:
        for _ in range(_MOST):
            file.seek(at)
            head = file.read(16)
            if len(head) < 8 or (seen and head[4:8] not in _TOP and needs in seen):
                break  # some writers leave bytes behind the last box
            length, kind = struct.unpack(">I4s", head[:8])
            if length == 1 and len(head) == 16:
                length = struct.unpack(">Q", head[8:])[0]
            if length == 0:
                length = size - at
            if length < 8 or at + length > size:
                return _truncated(path, kind, at + length, size)
            seen.add(kind)
            at += length
    if needs not in seen:
        name = needs.decode("ascii")
        message = f"{path.name} has no “{name}” part, without which nothing can be played or shown."
        return invalid("truncated", message, "Copy it again; a cut recording can be repaired.")
    return None


def _truncated(path: Path, kind: bytes, meant: int, size: int) -> Problem:
    name = kind.decode("latin-1")
    if not name.isalnum():
        return invalid("truncated", f"{path.name} is damaged: a part has no proper length.", COPY)
    message = f"{path.name} breaks off in its “{name}” part: {size} of {meant} bytes are there."
    return invalid("truncated", message, COPY)
