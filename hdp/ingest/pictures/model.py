"""Reads a 3D model into plain arrays; opens no file but those it is given."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from hdp.ingest.names import basename, extension_of
from hdp.ingest.pictures.problem import NoPicture

Array = NDArray[Any]
_LIGHT_GREY = (0.78, 0.78, 0.78, 1.0)
_UNSET = (102, 102, 102)  # what a material of an OBJ has in trimesh that says nothing
_MOST_NODES = 5000
_MOST_POINTS = 30_000_000
_MOST_WORDS = 32
TEXTURE_SIDE = 1024  # pixels; more is not seen in a small picture
_Z_UP = (".stl", ".ply")  # scanners and printers; the others are drawn with y upwards


@dataclass(frozen=True)
class Part:
    """One surface or cloud: `faces` (m, 3) may be empty; `colors` are uint8 for points or faces.

    `color` is red, green, blue, opacity from 0 to 1; `texture` (h, w, 3 or 4) uint8 from the top.
    """

    points: Array
    faces: Array
    uv: Array | None = None
    texture: Array | None = None
    colors: Array | None = None
    color: tuple[float, float, float, float] = _LIGHT_GREY


@dataclass(frozen=True)
class Model:
    """What is drawn; `up` is "y" or "z"."""

    parts: list[Part]
    up: str = "y"


@dataclass
class OwnFiles:
    """The files of one item by the names that its model may use for them, and no others."""

    files: Mapping[str, str]  # path relative to the model's folder -> file on disk
    _index: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._index = {}
        for path, place in self.files.items():
            for name in (path, path.casefold(), basename(path).casefold()):
                self._index.setdefault(name, place)

    def find(self, name: str) -> str | None:
        """Where the named file lies; options before its name are left out."""
        words = name.replace("\\", "/").strip().strip('"').split(" ")[:_MOST_WORDS]
        for start in range(len(words)):
            path = posixpath.normpath(" ".join(words[start:]))
            for one in (path, path.casefold(), basename(path).casefold()):
                if one in self._index:
                    return self._index[one]
        return None

    def read(self, name: str) -> bytes:
        """The content of the named file; FileNotFoundError where it is none of the item's."""
        place = self.find(name)
        if place is None or not Path(place).is_file():
            raise FileNotFoundError(name)
        return Path(place).read_bytes()


def read_model(path: Path, files: Mapping[str, str]) -> Model:
    """The model as arrays; `files` are the item's others, relative to the model's folder.

    Raises NoPicture, or whatever its reader raises on damaged data.
    """
    kind = extension_of(path.name)
    parts = _parts(path, kind, OwnFiles(files))
    whole = [one for one in map(_sound, parts) if one is not None]
    if not whole:
        raise NoPicture("It holds nothing that can be drawn.")
    return Model(whole, "z" if kind in _Z_UP else "y")


def _parts(path: Path, kind: str, own: OwnFiles) -> Iterator[Part]:
    import trimesh

    class Resolver(trimesh.resolvers.Resolver):
        def __init__(self) -> None:
            pass

        def get(self, key: str) -> bytes:
            return own.read(key)

        def write(self, name: str, data: Any) -> None:
            raise NoPicture("Nothing is written while a picture is made.")

        def namespaced(self, namespace: str) -> Any:
            return self

        def keys(self) -> list[str]:
            return list(own.files)

    with path.open("rb") as file:
        scene = trimesh.load_scene(
            file, file_type=kind[1:], resolver=Resolver(), process=False, allow_remote=False
        )
    seen = 0
    for node in list(scene.graph.nodes_geometry)[:_MOST_NODES]:
        transform, name = scene.graph[node]
        shape = scene.geometry[name]
        seen += len(getattr(shape, "vertices", ()))
        if seen > _MOST_POINTS:
            raise NoPicture("It has too many points for a picture.")
        yield _part(shape, numpy.asarray(transform))


def _part(shape: Any, transform: Array) -> Part:
    points = numpy.asarray(shape.vertices, dtype=float)
    points = points @ transform[:3, :3].T + transform[:3, 3]
    faces = getattr(shape, "faces", None)
    if faces is None or not len(faces):
        colors = getattr(shape, "colors", None)
        return Part(points, numpy.empty((0, 3), int), colors=_colors(colors, len(points)))
    plain = Part(points, numpy.asarray(faces))
    visual = shape.visual
    if visual.kind == "vertex":
        return replace(plain, colors=_colors(visual.vertex_colors, len(points)))
    if visual.kind == "face":
        return replace(plain, colors=_colors(visual.face_colors, len(faces)))
    material = getattr(visual, "material", None)
    return plain if material is None else _dressed(plain, visual, material)


def _colors(colors: Any, count: int) -> Array | None:
    if colors is None or numpy.shape(colors) not in ((count, 3), (count, 4)):
        return None
    return numpy.ascontiguousarray(colors, dtype=numpy.uint8)


def _dressed(part: Part, visual: Any, material: Any) -> Part:
    physical = hasattr(material, "baseColorTexture")
    image = material.baseColorTexture if physical else getattr(material, "image", None)
    given = material.baseColorFactor if physical else getattr(material, "diffuse", None)
    color = _rgba(given) or (_LIGHT_GREY if image is None else (1.0, 1.0, 1.0, 1.0))
    opaque = physical and (material.alphaMode or "OPAQUE") == "OPAQUE"
    if opaque:
        color = (*color[:3], 1.0)
    uv = getattr(visual, "uv", None)
    if image is None or uv is None or len(uv) != len(part.points):
        return replace(part, color=color)
    return replace(
        part,
        uv=numpy.asarray(uv, dtype=float)[:, :2],
        texture=texture(image, opaque=opaque),
        color=color if physical else (1.0, 1.0, 1.0, color[3]),
    )


def _rgba(given: Any) -> tuple[float, float, float, float] | None:
    if given is None or len(given) not in (3, 4):
        return None
    values = numpy.asarray(given)
    if values.dtype.kind in "iu":
        if tuple(values[:3]) == _UNSET:
            return None
        values = values / 255
    red, green, blue, *rest = (float(one) for one in numpy.clip(values, 0, 1))
    return red, green, blue, rest[0] if rest else 1.0


def texture(image: Any, *, opaque: bool) -> Array:
    """An image as an array of a size that is enough for a picture."""
    image.draft("RGB", (TEXTURE_SIDE, TEXTURE_SIDE))
    clear = not opaque and (image.mode in ("RGBA", "LA") or "transparency" in image.info)
    small = image.convert("RGBA" if clear else "RGB")
    small.thumbnail((TEXTURE_SIDE, TEXTURE_SIDE))
    return numpy.asarray(small)


def _sound(part: Part) -> Part | None:
    """The part without what no renderer should be given."""
    count = len(part.points)
    if not count:
        return None
    lost = ~numpy.isfinite(part.points).all(axis=1)
    if lost.all():
        return None
    points = part.points
    if lost.any():
        points = points.copy()
        points[lost] = points[~lost][0]
    if len(part.faces) and not 0 <= part.faces.min() <= part.faces.max() < count:
        return None
    uv = None if part.uv is None else numpy.nan_to_num(part.uv, posinf=0, neginf=0)
    return replace(part, points=points, uv=uv)
