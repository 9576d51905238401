"""The files that a file names: OBJ -> MTL -> textures, glTF -> buffers and images, PLY."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from hdp.ingest.names import extension_of

# Bounds on what is read of a file that may be hostile.
MAX_LINE = 64 * 1024
MAX_TEXT = 16 * 1024 * 1024
MAX_GLTF = 128 * 1024 * 1024
MAX_REFERENCES = 5000
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Reference:
    """A path as a file writes it; `role` is what it is needed as.

    `several` says that the text may hold more than one name (OBJ's mtllib).
    """

    text: str
    role: str
    several: bool = False


def references_of(path: Path) -> list[Reference]:
    """Every file that `path` names, in its order, each once; [] for kinds that name none.

    Raises OSError where it cannot be read and ValueError where it cannot be understood.
    """
    reader = _READERS.get(extension_of(path.name))
    if reader is None:
        return []
    found = dict.fromkeys(reader(path))
    return list(found)[:MAX_REFERENCES]


def refers(name: str) -> bool:
    """Whether files of this name's kind can name others."""
    return extension_of(name) in _READERS


def decode(data: bytes) -> str:
    """Text as it was most likely meant: UTF-8, else the Western code page."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


_MTLLIB = re.compile(rb"^[ \t]*mtllib[ \t]+([^\r\n]+)", re.MULTILINE | re.IGNORECASE)


def _obj(path: Path) -> Iterator[Reference]:
    for block in _line_blocks(path):
        if b"mtllib" not in block and b"MTLLIB" not in block:
            continue
        for match in _MTLLIB.finditer(block.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ")):
            if len(match[1]) < MAX_LINE and (text := _clean(decode(match[1]))):
                yield Reference(text, "material", several=True)


def _line_blocks(path: Path) -> Iterator[bytes]:
    """The file in blocks that end where lines end; endless lines are cut."""
    rest = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            block = rest + block
            cut = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
            while cut > 1 and block[:cut].rstrip(b"\r\n").endswith(b"\\"):
                cut = block.rfind(b"\n", 0, cut - 1) + 1
            rest = block[cut:] if len(block) - cut < MAX_LINE else b""
            yield block[:cut].removeprefix(b"\xef\xbb\xbf")
    yield rest.removeprefix(b"\xef\xbb\xbf")


def _clean(text: str) -> str:
    text = text.strip().strip("\0")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].strip()
    return text


_TEXTURE = re.compile(r"^(map_(?!aat\b)\w+|bump|disp|decal|norm|refl)[ \t]+(.+)$", re.IGNORECASE)
_ONE = {"-blendu", "-blendv", "-cc", "-clamp", "-imfchan", "-texres", "-bm", "-boost", "-type",
        "-colorspace"}  # fmt: skip
_NUMBERS = {"-o": 3, "-s": 3, "-t": 3, "-mm": 2}
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_WORD = re.compile(r"[ \t]*(\S+)")


def _mtl(path: Path) -> Iterator[Reference]:
    with path.open("rb") as file:
        text = decode(file.read(MAX_TEXT))
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        match = _TEXTURE.match(line.strip()) if len(line) < MAX_LINE else None
        if match and (name := _clean(_after_options(match[2]))):
            yield Reference(name, "texture")


def _after_options(text: str) -> str:
    """The file name of a texture statement: what follows its options, spaces kept."""
    position = 0
    while word := _WORD.match(text, position):
        option = word[1].lower()
        if option in _ONE:
            following = _WORD.match(text, word.end())
            position = following.end() if following else len(text)
        elif option in _NUMBERS:
            position = _after_numbers(text, word.end(), _NUMBERS[option])
        else:
            break
    return text[position:]


def _after_numbers(text: str, position: int, most: int) -> int:
    for _ in range(most):
        word = _WORD.match(text, position)
        if not word or not _NUMBER.match(word[1]):
            break
        position = word.end()
    return position


def _gltf(path: Path) -> Iterator[Reference]:
    with path.open("rb") as file:
        data = file.read(MAX_GLTF + 1)
    if len(data) > MAX_GLTF:
        raise ValueError("its JSON is too large to be read")
    yield from _gltf_json(data)


def _glb(path: Path) -> Iterator[Reference]:
    with path.open("rb") as file:
        header = file.read(20)
        if len(header) < 20 or header[:4] != b"glTF" or header[16:20] != b"JSON":
            raise ValueError("it has no GLB header")
        (length,) = struct.unpack("<I", header[12:16])
        if length > MAX_GLTF:
            raise ValueError("its JSON is too large to be read")
        yield from _gltf_json(file.read(length))


def _gltf_json(data: bytes) -> Iterator[Reference]:
    try:
        document: Any = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None
    if not isinstance(document, dict):
        raise ValueError("its JSON is no glTF document")
    for part, role in (("buffers", "buffer"), ("images", "texture")):
        entries = document.get(part)
        for entry in entries if isinstance(entries, list) else ():
            uri = entry.get("uri") if isinstance(entry, dict) else None
            if isinstance(uri, str) and uri and not uri.lower().startswith("data:"):
                yield Reference(unquote(uri), role)


_TEXTURE_FILE = re.compile(rb"^comment[ \t]+TextureFile[ \t]+([^\r\n]+)", re.MULTILINE | re.I)


def _ply(path: Path) -> Iterator[Reference]:
    with path.open("rb") as file:
        head = file.read(MAX_LINE).partition(b"end_header")[0]
    for match in _TEXTURE_FILE.finditer(head):
        yield Reference(_clean(decode(match[1])), "texture")


_READERS: dict[str, Callable[[Path], Iterator[Reference]]] = {
    ".obj": _obj, ".mtl": _mtl, ".gltf": _gltf, ".glb": _glb, ".ply": _ply,
}  # fmt: skip
