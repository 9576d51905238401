"""glTF: buffer views inside buffers, accessors inside views, and the numbers in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hdp.ingest.model_checks import AGAIN
from hdp.ingest.problems import Problem, doubtful, invalid

_FORMATS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_UNSIGNED = (5121, 5123, 5125)
_PADDED = {("MAT2", 1): 8, ("MAT3", 1): 12, ("MAT3", 2): 24}
_MAX_VALUES = 200_000_000
_COMPRESSED = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression")


class Accessors:
    """The data of a glTF; `buffers` are byte arrays, None where one cannot be looked at."""

    def __init__(self, name: str, document: dict[str, Any], buffers: list[Any]) -> None:
        self._name = name
        self._document = document
        self._buffers = buffers
        self._views: list[dict[str, Any]] = document.get("bufferViews", [])
        self._accessors: list[dict[str, Any]] = document.get("accessors", [])

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong with views, accessors and the meshes that use them."""
        try:
            broken = False
            for one in (*self._view_problems(), *self._accessor_problems()):
                broken = broken or one.severity == "error"
                yield one
            if not broken:
                yield from self._mesh_problems()
        except (TypeError, KeyError, AttributeError, ValueError) as error:
            message = f"{self._name} has parts that are not as glTF has them: {error}."
            yield invalid("gltf", message, AGAIN)

    def _view_problems(self) -> Iterator[Problem]:
        for number, view in enumerate(self._views):
            offset, length = view.get("byteOffset", 0), view["byteLength"]
            whole = self._document["buffers"][view["buffer"]]["byteLength"]
            if offset < 0 or length < 1 or offset + length > whole:
                what = f"bytes {offset} to {offset + length} of {whole}"
                yield self._bad(f"bufferViews[{number}] lies outside its buffer: {what}")
            stride = view.get("byteStride", 4)
            if not 4 <= stride <= 252 or stride % 4:
                yield self._bad(f"bufferViews[{number}] has a step of {stride} bytes")

    def _accessor_problems(self) -> Iterator[Problem]:
        for number, one in enumerate(self._accessors):
            where = f"accessors[{number}]"
            kind, form = one["type"], one["componentType"]
            if form not in _FORMATS or kind not in _WIDTHS:
                yield self._bad(f"{where} has the unknown type {kind} of {form}")
            elif one["count"] < 1:
                yield self._bad(f"{where} has a count of {one['count']}")
            else:
                if "bufferView" in one:
                    yield from self._inside(where, one, one["bufferView"], one["count"])
                if "sparse" in one:
                    yield from self._sparse(where, one)
                yield from self._limits(where, one)

    def _inside(
        self, where: str, one: dict[str, Any], view_number: int, count: int
    ) -> Iterator[Problem]:
        view = self._views[view_number]
        if any(key in view.get("extensions", {}) for key in _COMPRESSED):
            return
        offset, element = one.get("byteOffset", 0), _element_size(one)
        component = int(_FORMATS[one["componentType"]][2])
        stride = view.get("byteStride", element)
        end = offset + stride * (count - 1) + element
        if offset < 0 or end > view["byteLength"]:
            what = f"{end} bytes of {view['byteLength']}"
            yield self._bad(f"{where} reaches beyond bufferViews[{view_number}]: {what}")
        if (offset + view.get("byteOffset", 0)) % component or stride % component:
            yield self._bad(f"{where} does not begin at a multiple of {component} bytes")

    def _sparse(self, where: str, one: dict[str, Any]) -> Iterator[Problem]:
        sparse = one["sparse"]
        count, indices, values = sparse["count"], sparse["indices"], sparse["values"]
        if not 1 <= count <= one["count"] or indices["componentType"] not in _UNSIGNED:
            yield self._bad(f"{where} has a sparse part of {count} for {one['count']} values")
            return
        places = {"type": "SCALAR", **indices, "count": count}
        found = list(self._inside(f"{where}.sparse.indices", places, indices["bufferView"], count))
        same = {"type": one["type"], "componentType": one["componentType"], **values}
        found += self._inside(f"{where}.sparse.values", same, values["bufferView"], count)
        yield from found
        numbers = None if found else self.values(places)
        if numbers is not None and int(numbers.max(initial=0)) >= one["count"]:
            yield self._bad(f"{where} has sparse indices up to {numbers.max()} of {one['count']}")

    def _limits(self, where: str, one: dict[str, Any]) -> Iterator[Problem]:
        width = _WIDTHS[one["type"]]
        for key in ("min", "max"):
            if key in one and (not isinstance(one[key], list) or len(one[key]) != width):
                yield self._bad(f"{where} has a “{key}” that does not fit {one['type']}")

    def _mesh_problems(self) -> Iterator[Problem]:
        for number, mesh in enumerate(self._document.get("meshes", ())):
            for part, primitive in enumerate(mesh["primitives"]):
                where = f"meshes[{number}].primitives[{part}]"
                yield from self._primitive(where, primitive)

    def _primitive(self, where: str, one: dict[str, Any]) -> Iterator[Problem]:
        attributes = one["attributes"]
        counts = {self._accessors[number]["count"] for number in attributes.values()}
        if "POSITION" not in attributes:
            yield doubtful("gltf", f"{self._name} has {where} without positions.", AGAIN)
        else:
            yield from self._positions(where, self._accessors[attributes["POSITION"]])
        if len(counts) > 1:
            yield self._bad(f"{where} has attributes of different lengths: {sorted(counts)}")
        if one.get("mode", 4) not in range(7):
            yield self._bad(f"{where} has the unknown mode {one['mode']}")
        if "indices" in one and counts:
            yield from self._indices(where, self._accessors[one["indices"]], min(counts))

    def _positions(self, where: str, one: dict[str, Any]) -> Iterator[Problem]:
        import numpy

        if one["type"] != "VEC3" or "min" not in one or "max" not in one:
            message = f"{self._name} has {where} whose positions lack their type or limits."
            yield doubtful("gltf-limits", message, AGAIN)
            return
        values = self.values(one)
        if values is None or "sparse" in one:
            return
        if not numpy.isfinite(values).all():
            yield self._bad(f"{where} has positions that are no numbers")
            return
        low, high = numpy.array(one["min"], float), numpy.array(one["max"], float)
        loose = 1e-4 * max(1e-12, float(numpy.abs(high - low).max()))
        least, most = values.min(axis=0), values.max(axis=0)
        if (numpy.abs(least - low) > loose).any() or (numpy.abs(most - high) > loose).any():
            message = f"{self._name} has {where} whose positions are not in the limits it says."
            yield doubtful("gltf-limits", message, AGAIN)

    def _indices(self, where: str, one: dict[str, Any], vertices: int) -> Iterator[Problem]:
        if one["type"] != "SCALAR" or one["componentType"] not in _UNSIGNED:
            yield self._bad(f"{where} has indices that are no whole numbers from 0")
            return
        numbers = self.values(one)
        if numbers is not None and int(numbers.max(initial=0)) >= vertices:
            message = f"{self._name} has faces in {where} that point to vertices which are not"
            yield invalid("mesh-index", f"{message} there: {numbers.max()} of {vertices}.", AGAIN)

    def values(self, one: dict[str, Any]) -> Any:
        """An accessor's numbers, one row for each element; None where they are not there."""
        import numpy

        if "bufferView" not in one or _element_size(one) * one["count"] > _MAX_VALUES * 4:
            return None
        data = self.view(one["bufferView"])
        if data is None:
            return None
        width, form = _WIDTHS[one["type"]], numpy.dtype(_FORMATS[one["componentType"]])
        stride = self._views[one["bufferView"]].get("byteStride") or _element_size(one)
        shape = (one["count"],) if width == 1 else (one["count"], width)
        steps = (stride,) if width == 1 else (stride, form.itemsize)
        start = one.get("byteOffset", 0)
        return numpy.ndarray(shape, form, data, start, steps)

    def view(self, number: int | None) -> Any:
        """The bytes of a buffer view, None where they are not there or are compressed."""
        if number is None:
            return None
        view = self._views[number]
        content = self._buffers[view["buffer"]]
        if content is None or any(key in view.get("extensions", {}) for key in _COMPRESSED):
            return None
        start = view.get("byteOffset", 0)
        return content[start : start + view["byteLength"]]

    def _bad(self, what: str) -> Problem:
        return invalid("gltf-accessor", f"{self._name}: {what}.", AGAIN)


def _element_size(one: dict[str, Any]) -> int:
    component = int(_FORMATS[one["componentType"]][2])
    return _PADDED.get((one["type"], component), component * _WIDTHS[one["type"]])
