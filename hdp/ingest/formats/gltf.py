"""glTF and GLB: data files and images that are not inside."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hdp.ingest.formats.reference import Check, Reference, from_uri

MAX_GLTF = 128 * 1024 * 1024
# Extensions name their pictures by number in `images`, so that these are all of them.
_PARTS = (("buffers", "buffer"), ("images", "texture"), ("shaders", "material"))


def gltf(path: Path, check: Check) -> Iterator[Reference]:
    """What the JSON of a glTF names."""
    with path.open("rb") as file:
        data = file.read(MAX_GLTF + 1)
    if len(data) > MAX_GLTF:
        raise ValueError("its JSON is too large to be read")
    check()
    yield from _document(data)


def glb(path: Path, check: Check) -> Iterator[Reference]:
    """What the JSON inside a GLB names."""
    with path.open("rb") as file:
        header = file.read(20)
        if len(header) < 20 or header[:4] != b"glTF" or header[16:20] != b"JSON":
            raise ValueError("it has no GLB header")
        (length,) = struct.unpack("<I", header[12:16])
        if length > MAX_GLTF:
            raise ValueError("its JSON is too large to be read")
        yield from _document(file.read(length))


def _document(data: bytes) -> Iterator[Reference]:
    try:
        document: Any = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None
    if not isinstance(document, dict):
        raise ValueError("its JSON is no glTF document")
    for part, role in _PARTS:
        entries = document.get(part)
        if isinstance(entries, dict):  # glTF 1.0
            entries = list(entries.values())
        for entry in entries if isinstance(entries, list) else ():
            uri = entry.get("uri") if isinstance(entry, dict) else None
            if isinstance(uri, str) and (found := from_uri(uri, role, fragments=False)):
                yield found
