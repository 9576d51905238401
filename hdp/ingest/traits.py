"""What a new photograph or model has in common with the old one of the same thing."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from hdp.ingest.matching import NO_TRAITS, Traits
from hdp.ingest.types import by_extension

_HEAD = 1 << 20
_DULL = {"", "mesh", "object", "default", "group", "geometry", "node", "scene", "root", "cube"}


def read_traits(path: str) -> Traits:
    """The traits of a file; none where it cannot be read. For a process with limits."""
    kind = by_extension(path).partition("/")[0]
    try:
        if kind == "image":
            return Traits(picture=hash_picture(Path(path)))
        if kind == "model":
            return Traits(meshes=frozenset(_mesh_names(Path(path))))
    except Exception:  # noqa: BLE001 - a damaged file has no likeness, and checks tell of it
        return NO_TRAITS
    return NO_TRAITS


def hash_picture(path: Path) -> int:
    """64 bits that stay nearly the same when a picture is resized, converted or retouched.

    Each says whether a cell of a 9 x 8 grid is brighter than its neighbour (a difference hash).
    """
    from PIL import Image, ImageOps

    with Image.open(path) as picture:
        picture.draft("L", (144, 128))
        small = ImageOps.exif_transpose(picture).convert("L").resize((9, 8), Image.Resampling.BOX)
    cells = small.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            place = row * 9 + column
            bits = bits << 1 | (cells[place] > cells[place + 1])
    return bits


def _mesh_names(path: Path) -> set[str]:
    """Names that somebody gave to parts of a model."""
    if path.suffix.lower() == ".obj":
        with path.open("rb") as file:
            lines = file.read(_HEAD).splitlines()
        found = [one[2:].decode("utf-8", "replace") for one in lines if one[:2] in (b"o ", b"g ")]
    else:
        data = _gltf(path)
        parts = [*data.get("meshes", ()), *data.get("nodes", ())]
        found = [str(one.get("name") or "") for one in parts]
    folded = {one.strip().casefold() for one in found}
    return {one for one in folded if one.rstrip("._-0123456789") not in _DULL}


def _gltf(path: Path) -> dict[str, list[dict[str, object]]]:
    if path.suffix.lower() not in (".gltf", ".glb"):
        return {}
    with path.open("rb") as file:
        if path.suffix.lower() == ".glb":
            _magic, _version, _all, length, _kind = struct.unpack("<4sIIII", file.read(20))
            text = file.read(min(length, 64 * _HEAD))
        else:
            text = file.read(64 * _HEAD)
    data: dict[str, list[dict[str, object]]] = json.loads(text)
    return data
