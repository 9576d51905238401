"""Sound and moving images: headers, lengths, tags; nothing is decoded."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from hdp.ingest.boxes import cut_off
from hdp.ingest.privacy import Traces
from hdp.ingest.problems import COPY, SAVE, Problem, doubtful, invalid

# The library goes by names, and a name may lie.
TAGGED = {
    "audio/flac": ".flac", "audio/mpeg": ".mp3", "audio/ogg": ".ogg", "audio/aiff": ".aiff",
}  # fmt: skip
_PLACE = re.compile(rb"([+-]\d{2}(?:\.\d+)?)([+-]\d{3}(?:\.\d+)?)")
_PLACE_KEYS = (b"\xa9xyz", b"com.apple.quicktime.location.ISO6709", b"loci")
_MAX_INDEX = 50 * 1024 * 1024
_MOST_CHUNKS = 100_000


def audio(path: Path, extension: str) -> Iterator[Problem]:
    """Sound whose header and tags can be read; a recording without any length is none."""
    from tinytag import TinyTag, TinyTagException

    try:
        with path.open("rb") as file:
            tag = TinyTag.get(f"sound{extension}", file_obj=file)
    except (TinyTagException, ValueError, struct.error, EOFError, OverflowError) as error:
        why = str(error).rstrip(".") or type(error).__name__
        yield invalid("media", f"{path.name} has no header that can be read: {why}.", COPY)
        return
    if not tag.duration and not tag.samplerate:
        yield invalid("media", f"{path.name} holds no sound that can be found.", COPY)
        return
    if not tag.duration:
        message = f"{path.name} says that it lasts 0 seconds, or nothing about how long."
        yield doubtful("media-empty", message, "Play it to see whether it is whole.")
    yield from _tags(path, tag)


def _tags(path: Path, tag: object) -> Iterator[Problem]:
    traces = Traces()
    for value in vars(tag).values():
        if isinstance(value, str):
            traces.add_text(value)
    other = getattr(tag, "other", {})
    for one in other.get("copyright", ()):
        traces.rights[str(one)] = None
    yield from traces.problems(path.name)


def wav(path: Path) -> Iterator[Problem]:
    """WAV: every chunk must lie inside the file, and there must be sound in it."""
    found = list(riff(path))
    yield from found
    if not found:
        yield from audio(path, ".wav")


def riff(path: Path) -> Iterator[Problem]:
    """WAV and AVI: chunks that reach beyond the end of the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] not in (b"RIFF", b"RF64", b"RIFX") or len(head) < 12:
            yield invalid("media", f"{path.name} has no RIFF header.", COPY)
            return
        order = ">" if head[:4] == b"RIFX" else "<"
        at, large = 12, 0
        for _ in range(_MOST_CHUNKS):
            file.seek(at)
            chunk = file.read(8)
            if len(chunk) < 8:
                break
            name, length = chunk[:4], struct.unpack(f"{order}I", chunk[4:])[0]
            if name == b"ds64":
                large = struct.unpack("<Q", file.read(16)[8:16].ljust(8, b"\0"))[0]
            if name == b"data" and length == 0xFFFFFFFF:
                length = large or size - at - 8
            if at + 8 + length > size:
                yield _cut(path, name, length, size - at - 8)
                return
            at += 8 + length + length % 2


def _cut(path: Path, name: bytes, length: int, there: int) -> Problem:
    part = name.decode("latin-1").strip()
    if not part.isalnum():
        return doubtful("media-odd", f"{path.name} has bytes at its end that mean nothing.", SAVE)
    message = f"{path.name} breaks off: {there} of {length} bytes of its “{part}” part are there."
    return invalid("truncated", message, COPY)


def boxes(path: Path) -> Iterator[Problem]:
    """MP4 and QuickTime: whole boxes, an index, and the place where it was recorded."""
    problem = cut_off(path, needs=b"moov")
    if problem:
        yield problem
        return
    traces = Traces(place=_recorded_at(path))
    yield from traces.problems(path.name)


def sound_boxes(path: Path) -> Iterator[Problem]:
    """Sound in MP4: whole boxes, then its tags."""
    found = list(boxes(path))
    yield from found
    if not any(one.severity == "error" for one in found):
        yield from audio(path, ".m4a")


def _recorded_at(path: Path) -> str:
    data = _index(path)
    for key in _PLACE_KEYS:
        at = data.find(key)
        if at < 0:
            continue
        # QuickTime keeps names and values apart: the value stands further on.
        found = _PLACE.search(data, at, at + 64) or _PLACE.search(data, at)
        if found:
            return f"{float(found[1]):.4f}, {float(found[2]):.4f}"
    return ""


def _index(path: Path) -> bytes:
    at, size = 0, path.stat().st_size
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            head = file.read(16)
            if len(head) < 8:
                return b""
            length, kind = struct.unpack(">I4s", head[:8])
            if length == 1 and len(head) == 16:
                length = struct.unpack(">Q", head[8:])[0]
            if kind == b"moov":
                file.seek(at)
                return file.read(min(length or _MAX_INDEX, _MAX_INDEX))
            if length < 8:
                return b""
            at += length
    return b""


def matroska(path: Path) -> Iterator[Problem]:
    """Matroska and WebM: an EBML header, and a segment that is as long as it says."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        yield invalid("media", f"{path.name} has no Matroska header.", COPY)
        return
    at = head.find(b"\x18\x53\x80\x67")
    if at < 0:
        yield invalid("truncated", f"{path.name} breaks off behind its header.", COPY)
        return
    length, width = _vint(head[at + 4 : at + 12])
    if length is not None and at + 4 + width + length > size:
        message = (
            f"{path.name} breaks off: {at + 4 + width + length} bytes are meant, {size} there."
        )
        yield invalid("truncated", message, COPY)


def _vint(data: bytes) -> tuple[int | None, int]:
    if not data or not data[0]:
        return None, 0
    width = 9 - data[0].bit_length()
    value = int.from_bytes(data[:width], "big") - (1 << (7 * width))
    unknown = value == (1 << (7 * width)) - 1
    return (None if unknown or len(data) < width else value), width


def mpeg(path: Path) -> Iterator[Problem]:
    """MPEG program, transport or elementary streams, and MXF: by how they begin."""
    with path.open("rb") as file:
        head = file.read(65536)
    begins = b"\0\0\x01" in head[:16] or head[:1] == b"\x47" or b"\x06\x0e\x2b\x34" in head
    if not begins:
        yield invalid("media", f"{path.name} does not begin as such a file does.", COPY)
