"""Self-contained GLBs of models that consist of several files, compared with their source."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from hdp.ingest.flattening import read_gltf
from hdp.ingest.names import extension_of
from hdp.sdk import HdpError, InvalidInput

_MEDIA = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
_JSON, _BIN = 0x4E4F534A, 0x004E4942
_MOST = 2**32 - 1


# The file that a text inside a model means; nothing else is ever opened for it.
Find = Callable[[str], Path | None]


def write_glb(source: Path, goal: Path, textures: Sequence[Path], find: Find) -> None:
    """Write a GLB that needs no other file; InvalidInput where something would be lost.

    `textures` are all that the model needs. To be run where a hostile file can do no harm: it
    loads the whole model.
    """
    if extension_of(source.name) == ".gltf":
        try:
            _embed(source, goal, find)
        except (ValueError, TypeError, LookupError) as error:
            why = f"it is no proper glTF document ({type(error).__name__}: {error})"
            raise _refused(source, why) from error
    else:
        _convert(source, goal, textures, find)


def make_glb(source: str, goal: str, textures: Sequence[str], found: dict[str, str]) -> None:
    """`write_glb` with plain values, for a process of its own."""
    places = {text: Path(one) for text, one in found.items()}
    write_glb(Path(source), Path(goal), [Path(one) for one in textures], places.get)


def _embed(source: Path, goal: Path, find: Find) -> None:
    """A glTF with its buffers and images inside; not one of their bytes is changed."""
    document = read_gltf(source)
    blobs = _Blobs()
    starts = []
    for number, buffer in enumerate(document.get("buffers") or ()):
        data = _bytes(source, buffer, find)
        if len(data) < buffer["byteLength"]:
            raise _refused(source, f"its buffer {number} is shorter than it says")
        starts.append(blobs.add(data))
    views = document.setdefault("bufferViews", [])
    for view in views:
        view["byteOffset"] = view.get("byteOffset", 0) + starts[view.get("buffer", 0)]
        view["buffer"] = 0
    for image in document.get("images") or ():
        if "uri" in image:
            data = _bytes(source, image, find)
            image["mimeType"] = image.get("mimeType") or _media(source, image["uri"])
            views.append({"buffer": 0, "byteOffset": blobs.add(data), "byteLength": len(data)})
            image["bufferView"] = len(views) - 1
            del image["uri"]
    if any(view["byteOffset"] + view["byteLength"] > blobs.size for view in views):
        raise _refused(source, "it names data beyond the end of its buffers")
    document["buffers"] = [{"byteLength": blobs.size}]
    _write(source, goal, document, blobs)


class _Blobs:
    """Bytes one after the other, each at a multiple of four."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, data: bytes) -> int:
        start = self.size
        padded = data + b"\0" * (-len(data) % 4)
        self.parts.append(padded)
        self.size += len(padded)
        return start


def _bytes(source: Path, entry: dict[str, Any], find: Find) -> bytes:
    uri = entry.get("uri")
    if not isinstance(uri, str):
        raise _refused(source, "it has a buffer or image without a name")
    if uri.lower().startswith("data:"):
        head, _, data = uri.partition(",")
        return base64.b64decode(data) if head.endswith(";base64") else unquote_to_bytes(data)
    place = find(unquote(uri))
    if place is None:
        raise _refused(source, f"{unquote(uri)} is not there")
    return place.read_bytes()


def _media(source: Path, uri: str) -> str:
    if uri.lower().startswith("data:"):
        return uri[5:].partition(",")[0].partition(";")[0]
    media = _MEDIA.get(extension_of(unquote(uri)))
    if media is None:
        raise _refused(source, f"a GLB cannot hold {unquote(uri)}")
    return media


def _write(source: Path, goal: Path, document: dict[str, Any], blobs: _Blobs) -> None:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 4)
    length = 12 + 8 + len(text) + 8 + blobs.size
    if length > _MOST:
        raise _refused(source, "it would be larger than 4 GB")
    with goal.open("xb") as file:
        file.write(struct.pack("<4sII", b"glTF", 2, length))
        file.write(struct.pack("<II", len(text), _JSON) + text)
        file.write(struct.pack("<II", blobs.size, _BIN))
        for part in blobs.parts:
            file.write(part)


def _convert(source: Path, goal: Path, textures: Sequence[Path], find: Find) -> None:
    import trimesh

    try:
        with source.open("rb") as file:
            resolver = _resolver(find)
            scene = trimesh.load_scene(file, file_type="obj", resolver=resolver, process=False)
        _keep_names_and_pixels(scene)
        export: Any = trimesh.exchange.gltf.export_glb
        goal.write_bytes(export(scene, include_normals=True))
        again = trimesh.load_scene(goal, file_type="glb", process=False)
    except (MemoryError, HdpError):
        raise
    except Exception as error:  # whatever a file provokes in the library
        raise _refused(source, f"{type(error).__name__}: {error}") from error
    _compare(source, scene, again, textures)


def _resolver(find: Find) -> Any:
    from trimesh.resolvers import Resolver

    class Known(Resolver):
        """Gives the library the files of the item, and no others."""

        def __init__(self) -> None:
            pass

        def get(self, name: str) -> bytes:
            # The library takes a texture's options for a part of its name.
            parts = str(name).strip().split(" ")
            for start in range(len(parts)):
                place = find(" ".join(parts[start:]).strip('"'))
                if place is not None:
                    return place.read_bytes()
            raise FileNotFoundError(name)

        def keys(self) -> list[str]:
            return []

        def write(self, name: str, data: bytes) -> None:
            raise PermissionError(name)

        def namespaced(self, namespace: str) -> Known:
            return self

    return Known()


def _keep_names_and_pixels(scene: Any) -> None:
    # A JPEG would be compressed a second time; PNG keeps every pixel as it was decoded.
    for mesh in scene.geometry.values():
        material: Any = getattr(mesh.visual, "material", None)
        if hasattr(material, "to_pbr"):
            mesh.visual.material = material.to_pbr()
            mesh.visual.material.name = material.name
        for image in _images(mesh):
            image.load()
            image.format = "PNG"


def _images(mesh: Any) -> list[Any]:
    material = getattr(getattr(mesh, "visual", None), "material", None)
    names = ("image", "baseColorTexture", "metallicRoughnessTexture", "normalTexture",
             "occlusionTexture", "emissiveTexture")  # fmt: skip
    found = [getattr(material, name, None) for name in names]
    return [one for one in found if one is not None]


def _compare(source: Path, scene: Any, again: Any, textures: Sequence[Path]) -> None:
    """Refuse a GLB that has fewer triangles, materials or textures than its source."""
    wanted, got = count_triangles(source), _triangles(again)
    if not wanted:
        raise _refused(source, "it has no faces")
    if wanted != got:
        raise _refused(source, f"it has {wanted} triangles, and the GLB {got}")
    before, after = _materials(scene), _materials(again)
    if before != after:
        raise _refused(source, f"it has {sum(before.values())} materials, and the GLB"
                               f" {sum(after.values())}")  # fmt: skip
    kept = {_pixels(one) for mesh in again.geometry.values() for one in _images(mesh)}
    lost = [one.name for one in textures if _pixels_of(one) not in kept]
    if lost:
        raise InvalidInput(
            f"A GLB of {source.name} would lose {len(lost)} of {len(textures)} textures:"
            f" {', '.join(lost[:5])}.",
            code="glb-loses-textures",
            hint="Make the GLB in the program that made the model, or choose the ZIP alone:"
            " hdp item pack ID --model zip",
            where={"file": source.name},
        )


def count_triangles(source: Path) -> int:
    """The triangles of an OBJ: a face of n corners is n - 2 of them."""
    count = 0
    with source.open("rb") as file:
        for line in file:
            if line.lstrip().startswith((b"f ", b"f\t")):
                count += max(0, len(line.partition(b"#")[0].split()) - 3)
    return count


def _triangles(scene: Any) -> int:
    return sum(len(getattr(one, "faces", ())) for one in scene.geometry.values())


def _materials(scene: Any) -> Counter[str]:
    found = [getattr(getattr(one, "visual", None), "material", None)
             for one in scene.geometry.values()]  # fmt: skip
    return Counter(str(getattr(one, "name", "")) for one in found if one is not None)


def _pixels(image: Any) -> str:
    whole = image.convert("RGBA")
    return hashlib.sha256(repr(whole.size).encode() + whole.tobytes()).hexdigest()


def _pixels_of(path: Path) -> str:
    from PIL import Image

    try:
        with Image.open(path) as image:
            return _pixels(image)
    except (OSError, ValueError, Image.DecompressionBombError):
        return f"unreadable {path}"


def _refused(source: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"No self-contained GLB can be made of {source.name}: {why}.",
        code="glb-not-possible",
        hint="Choose the ZIP alone: hdp item pack ID --model zip",
        where={"file": source.name},
    )
