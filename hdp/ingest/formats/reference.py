"""A name that a file gives for another file, and the bounds on reading it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import unquote

from hdp.ingest.names import extension_of

# Bounds on what is read of a file that may be hostile.
MAX_LINE = 64 * 1024
MAX_REFERENCES = 5000
_BLOCK = 1024 * 1024
_ZEROS = bytes(_BLOCK)

Check = Callable[[], None]  # raises Cancelled where the person has stopped the work


@dataclass(frozen=True)
class Reference:
    """A path as a file writes it; `role` is what it is needed as.

    `several` says that the text may hold more than one name (OBJ's mtllib); `also` are other
    readings of the same name; `places` are paths where programs look for it by custom, tried
    where the path itself leads nowhere.
    """

    text: str
    role: str
    several: bool = False
    also: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def to_json(self) -> list[Any]:
        """The reference as short JSON, to be kept with its file."""
        return [self.text, self.role, self.several, list(self.also), list(self.places)]

    @classmethod
    def from_json(cls, data: list[Any]) -> Reference:
        """The reference that `to_json` gave."""
        text, role, several, also, places = data
        return cls(text, role, several, tuple(also), tuple(places))


def decode(data: bytes) -> str:
    """Text as it was most likely meant: UTF-8, else the Western code page."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def clean(text: str) -> str:
    """A name without what stands around it."""
    text = text.strip().strip("\0")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].strip()
    return text


_IMAGES = {
    ".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".bmp", ".tga", ".gif", ".webp", ".exr",
    ".hdr", ".dds", ".ktx", ".ktx2", ".psd", ".tx", ".avif", ".jp2", ".sgi", ".rgb", ".iff",
    ".heic", ".mp4", ".mov", ".mpg", ".mpeg", ".svg", ".pic", ".rat", ".ppm", ".basis",
}  # fmt: skip


def role_of(name: str) -> str:
    """What a file is needed as, told by its name alone: a texture, or a part of the whole."""
    return "texture" if extension_of(name) in _IMAGES else "member"


def from_uri(uri: str, role: str, *, fragments: bool = True) -> Reference | None:
    """What a URI names, its escapes resolved; None where the content is in the URI itself."""
    uri = uri.strip()
    if not uri or uri.lower().startswith(("data:", "javascript:", "ecmascript:", "vrmlscript:")):
        return None
    raw = uri.partition("#")[0] if fragments else uri
    if not raw:
        return None  # a place in the same file
    plain = _without_scheme(raw)
    text = unquote(plain)
    also = tuple(one for one in dict.fromkeys((plain, uri)) if one != text)
    return Reference(text, role, also=also if "://" not in uri else ())


def _without_scheme(uri: str) -> str:
    if not uri.lower().startswith("file:"):
        return uri
    rest = uri[5:]
    if not rest.startswith("//"):
        return rest
    below = rest[2:]
    if re.match(r"/[A-Za-z]:", below):
        return below[1:]
    if below.startswith(("/", "./", "../")) or "/" not in below:
        return below  # some programs write file://name
    return rest  # a server, as in \\server\share


def line_blocks(file: BinaryIO, check: Check) -> Iterator[bytes]:
    """A stream in blocks that end where lines end; the middle of endless lines is dropped."""
    rest, midway = b"", False
    while block := file.read(_BLOCK):
        check()
        if block == _ZEROS:  # the hole of a sparse file: an endless line, skipped at full speed
            rest, midway = b"", True
            continue
        if midway:  # nothing up to the next line begins one
            start = _first_end(block)
            if start < 0:
                continue
            block, midway = block[start:], False
        block = rest + block
        cut = _last_end(block)
        rest = block[cut:]
        if len(rest) > MAX_LINE:
            rest, midway = b"", True
        if cut:
            yield block[:cut].removeprefix(b"\xef\xbb\xbf")
    if rest:
        yield rest.removeprefix(b"\xef\xbb\xbf")


def _last_end(block: bytes) -> int:
    """Where the last line ends that does not go on in the next, within the longest line."""
    end = cut = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
    while cut > 1 and block[max(0, cut - 3) : cut].rstrip(b"\r\n").endswith(b"\\"):
        cut = block.rfind(b"\n", 0, cut - 1) + 1
        if end - cut > MAX_LINE:
            return end
    return cut


def _first_end(block: bytes) -> int:
    ends = [one for one in (block.find(b"\n"), block.find(b"\r")) if one >= 0]
    return min(ends, default=-1)
