"""Smaller GLB files: their geometry packed with meshopt, without any loss.

Draco is read, but not written: it is smaller, but moves points and texture coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from hdp.sdk import ComponentError, Finding, LocalFile
from hdp_plugins.mesh import gltf_loss, packed
from hdp_plugins.mesh.container import read_container, write_container
from hdp_plugins.mesh.opening import Model
from hdp_plugins.mesh.packed import MESHOPT

Compression = Literal["none", "meshopt"]
HELP = "meshopt packs the shape in GLB files without any loss; not every program opens them."
_SIZES = {5121: 1, 5123: 2, 5125: 4, 5126: 4}
_PARTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_WHOLE = 4  # bytes: the packer takes whole groups of these


def refuse_packing(file: LocalFile, compression: Compression, suffix: str) -> None:
    """Raise ComponentError where it is asked for and cannot be done; before any work."""
    if compression == "none":
        return
    if suffix != ".glb":
        raise _problem(
            file, f"only GLB files can be packed, not {suffix}", "Choose the format glb."
        )
    if find_spec("meshoptimizer") is None:
        hint = "Install HDP's extra [mesh] (meshoptimizer), or choose compression: none."
        raise _problem(file, "nothing that packs models is installed", hint)


def write_glb(model: Model, path: Path, compression: Compression) -> None:
    """Write a model as GLB, packed as asked; it was checked before that this can be done."""
    model.scene.export(str(path), file_type="glb")
    if compression == "meshopt":
        path.write_bytes(_pack(path.read_bytes()))


def tell_packing(file: LocalFile, path: Path, compression: Compression) -> Iterator[Finding]:
    """Say where nothing of a copy could be packed."""
    if compression != "none" and not packed.is_packed(gltf_loss.read_gltf(path)):
        text = f"{file.name}: nothing of the copy could be packed."
        yield Finding("warning", "mesh-packing", text, where={"file": file.name})


def _problem(file: LocalFile, reason: str, hint: str) -> ComponentError:
    return ComponentError(
        f"{file.name}: {reason}.", code="mesh-packing", hint=hint, where={"file": file.name}
    )


def _pack(data: bytes) -> bytes:
    document, buffers = read_container(data, _nothing_beside)
    accessors, indices = document["accessors"], set(_indices(document))
    views = [_slice(one, buffers[0]) for one in document["bufferViews"]]
    used: dict[int, set[int]] = {}
    for number, one in enumerate(accessors):
        used.setdefault(one["bufferView"], set()).add(number)
    place = 0
    for number, numbers in used.items():
        raw = views[number]
        one = accessors[min(numbers)]
        made = _encode(one, raw, min(numbers) in indices) if len(numbers) == 1 else None
        if made is None:
            continue
        views[number], facts = made
        view = document["bufferViews"][number]
        view |= {"buffer": 1, "byteOffset": place, "byteLength": len(raw)}
        view["extensions"] = {MESHOPT: facts}
        place += len(raw) + -len(raw) % _WHOLE
    if place:
        document["buffers"] = [
            {},
            {"byteLength": place, "extensions": {MESHOPT: {"fallback": True}}},
        ]
        for name in ("extensionsUsed", "extensionsRequired"):
            document[name] = sorted({*document.get(name, []), MESHOPT})
    return write_container(document, views)


def _nothing_beside(name: str) -> bytes:
    raise ValueError(f"it refers to {name}")


def _indices(document: Mapping[str, Any]) -> list[int]:
    return [
        one["indices"] for mesh in document["meshes"] for one in mesh["primitives"]
        if "indices" in one and one.get("mode", 4) == 4
    ]  # fmt: skip


def _slice(view: Mapping[str, Any], data: bytes) -> bytes:
    start = view.get("byteOffset", 0)
    return data[start : start + view["byteLength"]]


def _encode(
    accessor: Mapping[str, Any], raw: bytes, is_index: bool
) -> tuple[bytes, dict[str, Any]] | None:
    """The packed bytes and what is said of them; None for what this cannot pack."""
    import meshoptimizer
    import numpy

    size, count = _SIZES.get(accessor["componentType"], 0), accessor["count"]
    stride = size * _PARTS.get(accessor["type"], 0)
    if not count or count * stride != len(raw) or accessor.get("byteOffset"):
        return None
    facts = {"byteStride": stride, "count": count}
    if is_index:
        if size == 1 or count % 3:
            return None
        numbers = numpy.frombuffer(raw, {2: "<u2", 4: "<u4"}[size])
        meshoptimizer.encode_index_version(1)
        return meshoptimizer.encode_index_buffer(numbers), facts | {"mode": "TRIANGLES"}
    if stride % _WHOLE:
        return None
    meshoptimizer.encode_vertex_version(0)  # what the extension knows
    rows = numpy.frombuffer(raw, numpy.uint8).reshape(count, stride)
    return meshoptimizer.encode_vertex_buffer(rows, count, stride), facts | {"mode": "ATTRIBUTES"}
