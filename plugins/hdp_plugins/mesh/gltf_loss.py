"""What a glTF says that a copy made here would not: told, or refused where it would look wrong."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_MOST_JSON = 64 << 20
_REPEAT = 10497  # the wrap mode of a sampler that names none
_TRANSFORM = "KHR_texture_transform"
_BASIS = "KHR_texture_basisu"
_PARTS = {"animations": "animations", "skins": "skins", "cameras": "cameras"}
# How the file is packed says nothing of how the model looks.
_PACKING = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_mesh_quantization",
            _BASIS, "EXT_texture_webp")  # fmt: skip


def read_gltf(path: Path) -> dict[str, Any]:
    """The JSON of a glTF or GLB; empty where it is none."""
    try:
        with path.open("rb") as file:
            head = file.read(20)
            if head[:4] == b"glTF":
                length = struct.unpack_from("<I", head, 12)[0]
                text = file.read(min(length, _MOST_JSON))
            else:
                text = head + file.read(_MOST_JSON)
        data = json.loads(text)
    except (OSError, ValueError, struct.error):
        return {}
    return data if isinstance(data, dict) else {}


def breaking(data: Mapping[str, Any]) -> list[str]:
    """What a copy would show wrongly, in words."""
    found = ["moved or repeated textures (KHR_texture_transform)"] if _has_transform(data) else []
    primitives = list(_primitives(data))
    if any("targets" in one for one in primitives):
        found.append("morph targets")
    if data.get("skins"):
        found.append("skins")
    if any(_BASIS in one.get("extensions", {}) and "source" not in one for one in _textures(data)):
        found.append("KTX2 textures")
    return found


def _textures(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (one for one in _list(data, "textures") if isinstance(one, dict))


def lost(data: Mapping[str, Any]) -> list[str]:
    """What a copy would not have, although it looks the same or nearly so, in words."""
    found = [word for name, word in _PARTS.items() if name != "skins" and data.get(name)]
    used = [str(one) for one in _list(data, "extensionsUsed")]
    found += sorted({one for one in used if one not in (*_PACKING, _TRANSFORM)})
    if any("TEXCOORD_1" in str(one.get("attributes")) for one in _primitives(data)):
        found.append("second texture coordinates")
    samplers = [one for one in _list(data, "samplers") if isinstance(one, dict)]
    if any(one.get(side, _REPEAT) != _REPEAT for one in samplers for side in ("wrapS", "wrapT")):
        found.append("how textures end at their edges")
    return found


def _primitives(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for mesh in _list(data, "meshes"):
        if isinstance(mesh, dict):
            yield from (one for one in _list(mesh, "primitives") if isinstance(one, dict))


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    found = data.get(name)
    return found if isinstance(found, list) else []


def _has_transform(data: Mapping[str, Any]) -> bool:
    waiting: list[Any] = list(_list(data, "materials"))
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if _moves(one.get(_TRANSFORM)):
                return True
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False


def _moves(transform: Any) -> bool:
    if not isinstance(transform, dict):
        return False
    still = {"offset": [0, 0], "rotation": 0, "scale": [1, 1]}
    return any(transform.get(name, value) != value for name, value in still.items())
