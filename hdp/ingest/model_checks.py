"""3D models: headers, lengths, and faces that point to vertices which are there."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hdp.ingest.references import MAX_GLTF, MAX_LINE, MAX_TEXT

Problem = tuple[str, str, str, str]
_AGAIN = "Export the model again."


def obj(path: Path) -> Iterator[Problem]:
    """Faces without vertices, indices out of range, numbers that are none."""
    vertices = elements = wrong = highest = 0
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE):
            word, _, rest = line.lstrip().partition(b" ")
            if word == b"v":
                vertices += 1
            elif word in (b"f", b"l", b"p"):
                elements += 1
                top, bad = _corners(rest, vertices)
                highest = max(highest, top)
                wrong += bad
    if wrong or highest > vertices:
        what = f"up to vertex {highest} of {vertices}" if highest > vertices else f"{wrong} faces"
        message = f"{path.name} has faces that point to vertices which are not there: {what}."
        yield "error", "obj-index", message, _AGAIN
    if not elements:
        message = f"{path.name} has no faces ({vertices} vertices)."
        yield "error" if not vertices else "warning", "no-faces", message, _AGAIN


def _corners(text: bytes, vertices: int) -> tuple[int, int]:
    """The highest vertex named, and 1 where a corner is wrong in itself."""
    highest = 0
    for corner in text.partition(b"#")[0].split():
        try:
            number = int(corner.partition(b"/")[0])
        except ValueError:
            return highest, 1
        if number == 0 or number < -vertices:
            return highest, 1
        highest = max(highest, number)
    return highest, 0


def mtl(path: Path) -> Iterator[Problem]:
    """A material file that defines no material."""
    with path.open("rb") as file:
        data = file.read(MAX_TEXT)
    if b"newmtl" not in data:
        message = f"{path.name} defines no material."
        yield "warning", "no-material", message, "Export the materials again."


def gltf(path: Path) -> Iterator[Problem]:
    """A glTF whose JSON is none."""
    with path.open("rb") as file:
        yield from _document(path, file.read(MAX_GLTF))


def _document(path: Path, data: bytes) -> Iterator[Problem]:
    try:
        document: Any = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        yield "error", "gltf", f"{path.name} has no proper JSON: {error}.", _AGAIN
        return
    asset = document.get("asset") if isinstance(document, dict) else None
    if not isinstance(asset, dict) or "version" not in asset:
        yield "error", "gltf", f"{path.name} does not say its glTF version.", _AGAIN
    elif not document.get("meshes"):
        yield "warning", "no-faces", f"{path.name} has no meshes.", _AGAIN


def glb(path: Path) -> Iterator[Problem]:
    """A GLB whose lengths do not add up to the file, or whose JSON is none."""
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(20)
        if len(header) < 20 or header[:4] != b"glTF" or header[16:20] != b"JSON":
            yield "error", "glb", f"{path.name} has no GLB header.", _AGAIN
            return
        length, chunk = struct.unpack("<8xII", header[:16])
        if length != size or chunk + 20 > size:
            message = f"{path.name} says it has {length} bytes and has {size}: it breaks off."
            hint = "Copy it again from its source."
            yield "error" if size < length else "warning", "truncated", message, hint
        if chunk + 20 <= size and chunk <= MAX_GLTF:
            yield from _document(path, file.read(chunk))


def ply(path: Path) -> Iterator[Problem]:
    """A PLY without a whole header or without vertices."""
    with path.open("rb") as file:
        head, end, _ = file.read(MAX_LINE).partition(b"end_header")
    if not head.startswith(b"ply") or not end or b"format " not in head:
        yield "error", "ply", f"{path.name} has no whole PLY header.", _AGAIN
    elif b"element vertex 0" in head.replace(b"\r", b"").split(b"\n"):
        yield "error", "no-faces", f"{path.name} has no vertices.", _AGAIN


def stl(path: Path) -> Iterator[Problem]:
    """A binary STL whose length is not that of its triangles, or a text one that breaks off."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(84)
        file.seek(max(0, size - 1024))
        tail = file.read()
    triangles = struct.unpack("<I", head[80:84])[0] if len(head) == 84 else -1
    if size == 84 + 50 * triangles:
        if not triangles:
            yield "error", "no-faces", f"{path.name} has no triangles.", _AGAIN
    elif not head.startswith(b"solid"):
        message = f"{path.name} does not have the length of its triangles: it breaks off."
        yield "error", "truncated", message, "Copy it again from its source."
    elif b"endsolid" not in tail:
        yield "error", "truncated", f"{path.name} breaks off.", "Copy it again from its source."
