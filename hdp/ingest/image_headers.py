"""Images that are known by their headers only: camera RAW, textures of renderers, SVG."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from hdp.ingest.boxes import cut_off
from hdp.ingest.document_checks import xml
from hdp.ingest.privacy import raw_remarks
from hdp.ingest.problems import COPY, Problem, invalid, remark

RAW = (
    "image/x-adobe-dng", "image/x-canon-cr2", "image/x-nikon-nef", "image/x-sony-arw",
    "image/x-olympus-orf", "image/x-panasonic-rw2",
)  # fmt: skip
_MAX_IFDS, _MAX_ENTRIES = 100, 4096
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_OFFSETS, _COUNTS, _SUB_IFDS, _EXIF = (273, 324, 513), (279, 325, 514), 330, 34665
_KTX2 = b"\xabKTX 20\xbb\r\n\x1a\n"


def tiff_raw(path: Path) -> Iterator[Problem]:
    """Camera RAW built as TIFF: every directory and strip must lie inside the file."""
    try:
        need = _TiffEnd(path).need()
    except (struct.error, ValueError) as error:
        why = str(error) or "its directories lead nowhere"
        yield invalid("raw", f"{path.name} has no whole RAW header: {why}.", COPY)
        return
    yield from _raw(path, need)


def raf(path: Path) -> Iterator[Problem]:
    """Fuji RAW: its preview, header and raw data must lie inside the file."""
    with path.open("rb") as file:
        head = file.read(108)
    if len(head) < 108 or not head.startswith(b"FUJIFILMCCD-RAW"):
        yield invalid("raw", f"{path.name} has no whole RAW header.", COPY)
        return
    numbers = struct.unpack(">6I", head[84:108])
    yield from _raw(path, max(sum(numbers[n : n + 2]) for n in (0, 2, 4)))


def cr3(path: Path) -> Iterator[Problem]:
    """Canon RAW built of boxes: all of them must be there."""
    problem = cut_off(path, needs=b"moov")
    if problem:
        yield problem
    else:
        yield from _raw(path, 0)


def _raw(path: Path, need: int) -> Iterator[Problem]:
    size = path.stat().st_size
    if need > size:
        message = f"{path.name} breaks off: it should have at least {need} bytes and has {size}."
        yield invalid("truncated", message, COPY)
        return
    message = f"{path.name} is camera RAW: its header was checked, its picture was not decoded."
    yield remark("raw-not-decoded", message, "Look at it in a RAW converter where that matters.")
    yield from raw_remarks(path)


class _TiffEnd:
    """Walks the directories of a TIFF and remembers how far its data reaches."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._end = 0
        self._seen: set[int] = set()

    def need(self) -> int:
        """How many bytes the file must have; ValueError where the header is none."""
        with self._path.open("rb") as file:
            head = file.read(8)
            if head[:2] not in (b"II", b"MM") or len(head) < 8:
                raise ValueError("it does not begin as one")
            self._order = "<" if head[:2] == b"II" else ">"
            self._file = file
            waiting = [struct.unpack(f"{self._order}I", head[4:])[0]]
            while waiting and len(self._seen) < _MAX_IFDS:
                start = waiting.pop()
                if start and start not in self._seen:
                    self._seen.add(start)
                    waiting += self._directory(start)
        return self._end

    def _directory(self, start: int) -> list[int]:
        self._file.seek(start)
        count = self._unpack("H", self._file.read(2))[0]
        if not 0 < count <= _MAX_ENTRIES:
            raise ValueError(f"its directory has {count} entries")
        data = self._file.read(12 * count + 4)
        self._end = max(self._end, start + 2 + 12 * count)
        found: dict[int, tuple[int, ...]] = {}
        for n in range(count):
            tag, kind, many = self._unpack("HHI", data[12 * n : 12 * n + 8])
            found[tag] = self._values(kind, many, data[12 * n + 8 : 12 * n + 12])
        for where, sizes in zip(_OFFSETS, _COUNTS, strict=True):
            for one, size in zip(found.get(where, ()), found.get(sizes, ()), strict=False):
                self._end = max(self._end, one + size)
        rest = data[12 * count :]
        after = self._unpack("I", rest) if len(rest) == 4 else (0,)
        return [*after, *found.get(_SUB_IFDS, ()), *found.get(_EXIF, ())]

    def _values(self, kind: int, many: int, field: bytes) -> tuple[int, ...]:
        size = _SIZES.get(kind, 1) * many
        if size > 4:
            place = self._unpack("I", field)[0]
            self._end = max(self._end, place + size)
            if kind not in (3, 4, 13) or many > 1_000_000:
                return ()
            self._file.seek(place)
            field = self._file.read(size)
        letter = {3: "H", 4: "I", 13: "I"}.get(kind)
        if letter is None or len(field) < size:
            return ()
        return self._unpack(f"{many}{letter}", field[:size])

    def _unpack(self, form: str, data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"{self._order}{form}", data)


def svg(path: Path) -> Iterator[Problem]:
    """SVG is read as XML, without what it may refer to."""
    yield from xml(path)


def exr(path: Path) -> Iterator[Problem]:
    """OpenEXR: a header with channels and a size."""
    with path.open("rb") as file:
        head = file.read(65536)
    if not head.startswith(b"\x76\x2f\x31\x01") or b"channels\0" not in head:
        yield _no_header(path, "OpenEXR")


def radiance(path: Path) -> Iterator[Problem]:
    """Radiance HDR: a header that ends with the size of the picture."""
    with path.open("rb") as file:
        head = file.read(8192)
    begins = head.startswith((b"#?RADIANCE", b"#?RGBE"))
    if not begins or b"\n\n" not in head or b"-Y " not in head:
        yield _no_header(path, "Radiance")


def ktx2(path: Path) -> Iterator[Problem]:
    """KTX2: every level must lie inside the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(80)
        levels = max(1, struct.unpack("<I", head[40:44])[0]) if len(head) == 80 else 0
        index = file.read(24 * min(levels, 64))
    if not head.startswith(_KTX2) or len(head) < 80 or len(index) < 24 * levels:
        yield _no_header(path, "KTX2")
        return
    ends = [sum(struct.unpack("<QQ", index[n : n + 16])) for n in range(0, len(index), 24)]
    if max(ends) > size:
        yield invalid("truncated", f"{path.name} breaks off: {max(ends)} bytes are meant.", COPY)


def dds(path: Path) -> Iterator[Problem]:
    """DirectDraw surface: a whole header with a size."""
    with path.open("rb") as file:
        head = file.read(128)
    if (
        len(head) < 128
        or head[:8] != b"DDS \x7c\0\0\0"
        or not all(struct.unpack("<II", head[12:20]))
    ):
        yield _no_header(path, "DDS")


def _no_header(path: Path, what: str) -> Problem:
    return invalid("no-image", f"{path.name} has no whole {what} header.", COPY)
