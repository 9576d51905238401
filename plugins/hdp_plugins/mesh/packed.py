"""glTF models with packed geometry (meshopt, quantised numbers), made plain to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from hdp_plugins.mesh.container import read_container, write_container

if TYPE_CHECKING:
    from numpy.typing import NDArray

MESHOPT, DRACO = "EXT_meshopt_compression", "KHR_draco_mesh_compression"
_QUANTISED = "KHR_mesh_quantization"
_FLOAT = 5126
_TYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", _FLOAT: "<f4"}
_PARTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
# The reader takes these as numbers of any kind; bones and weights are not read at all.
_AS_THEY_ARE = ("COLOR_", "JOINTS_", "WEIGHTS_")


def missing_library(document: Mapping[str, Any]) -> str | None:
    """What has to be installed before a model can be read; None where nothing."""
    used = document.get("extensionsUsed") or []
    if MESHOPT in used and find_spec("meshoptimizer") is None:
        return "meshoptimizer"
    return "DracoPy" if DRACO in used and find_spec("DracoPy") is None else None


def is_packed(document: Mapping[str, Any]) -> bool:
    """Whether the reader of models would take its numbers for something else."""
    used = document.get("extensionsUsed") or []
    return MESHOPT in used or _QUANTISED in used


def unpack(data: bytes, read: Callable[[str], bytes]) -> bytes:
    """The model as a GLB of plain numbers; ValueError, KeyError or RuntimeError where damaged."""
    document, buffers = read_container(data, read)
    views = [_view(one, buffers) for one in document.get("bufferViews", [])]
    for one in document["bufferViews"]:
        one.pop("extensions", None)
    for index in sorted(set(_attributes(document))):
        accessor = document["accessors"][index]
        if accessor["componentType"] != _FLOAT:
            values = _to_float(accessor, document["bufferViews"], views)
            _replace(accessor, values)
            accessor["bufferView"] = len(views)
            views.append(values.tobytes())
            document["bufferViews"].append({})
    for name in ("extensionsUsed", "extensionsRequired"):
        kept = [one for one in document.get(name, []) if one not in (MESHOPT, _QUANTISED)]
        document.pop(name, None)
        document |= {name: kept} if kept else {}
    document["buffers"] = []
    return write_container(document, views)


def _view(view: Mapping[str, Any], buffers: list[bytes]) -> bytes:
    packed = view.get("extensions", {}).get(MESHOPT)
    place = view if packed is None else packed
    start, length = place.get("byteOffset", 0), place["byteLength"]
    data = buffers[place["buffer"]][start : start + length]
    if len(data) < length:
        raise ValueError("a part of its data is missing")
    return data if packed is None else _decode(packed, data, view["byteLength"])


def _decode(packed: Mapping[str, Any], data: bytes, length: int) -> bytes:
    import meshoptimizer
    import numpy

    count, stride, mode = packed["count"], packed["byteStride"], packed["mode"]
    if count * stride != length:
        raise ValueError("the lengths of its data contradict each other")
    if mode == "ATTRIBUTES":
        made = meshoptimizer.decode_vertex_buffer(
            count, stride, data, numpy.dtype((numpy.void, stride))
        )
        return bytes(_filter(packed.get("filter", "NONE"))(made, count, stride).tobytes())
    known = {"TRIANGLES": meshoptimizer.decode_index_buffer,
             "INDICES": meshoptimizer.decode_index_sequence}  # fmt: skip
    indices = known[mode](count, 4, data)
    return bytes(indices.astype({2: "<u2", 4: "<u4"}[stride]).tobytes())


def _filter(name: str) -> Callable[[Any, int, int], Any]:
    import meshoptimizer

    known: dict[str, Callable[[Any, int, int], Any]] = {
        "NONE": lambda made, _count, _stride: made,
        "OCTAHEDRAL": meshoptimizer.decode_filter_oct,
        "QUATERNION": meshoptimizer.decode_filter_quat,
        "EXPONENTIAL": meshoptimizer.decode_filter_exp,
    }
    return known[name]


def _attributes(document: Mapping[str, Any]) -> Iterator[int]:
    for mesh in document.get("meshes", []):
        for one in mesh["primitives"]:
            if DRACO not in one.get("extensions", {}):
                yield from (
                    index for name, index in one["attributes"].items()
                    if not name.startswith(_AS_THEY_ARE)
                )  # fmt: skip


def _to_float(
    accessor: Mapping[str, Any], places: list[dict[str, Any]], views: list[bytes]
) -> NDArray[Any]:
    import numpy

    if "sparse" in accessor:
        raise ValueError("it has packed numbers that are given in part only")
    kind = numpy.dtype(_TYPES[accessor["componentType"]])
    parts, count = _PARTS[accessor["type"]], accessor["count"]
    stride = places[accessor["bufferView"]].get("byteStride") or kind.itemsize * parts
    found: NDArray[Any] = numpy.ndarray(
        (count, parts), kind, views[accessor["bufferView"]], accessor.get("byteOffset", 0),
        (stride, kind.itemsize),
    ).astype("<f4")  # fmt: skip
    if not accessor.get("normalized"):
        return found
    scaled: NDArray[Any] = found / numpy.float32(numpy.iinfo(kind).max)
    scaled = numpy.maximum(scaled, -1).astype("<f4")
    return scaled


def _replace(accessor: dict[str, Any], values: NDArray[Any]) -> None:
    for name in ("normalized", "byteOffset", "min", "max"):
        accessor.pop(name, None)
    accessor["componentType"] = _FLOAT
    if len(values):
        accessor |= {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()}
