"""glTF: the shape of the JSON, and numbers that must name something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hdp.ingest.model_checks import AGAIN
from hdp.ingest.problems import Problem, doubtful, invalid

_ARRAYS = (
    "accessors", "animations", "buffers", "bufferViews", "cameras", "images", "materials",
    "meshes", "nodes", "samplers", "scenes", "skins", "textures",
)  # fmt: skip
_NEEDED = {
    "accessors": (("componentType", int), ("count", int), ("type", str)),
    "buffers": (("byteLength", int),),
    "bufferViews": (("buffer", int), ("byteLength", int)),
    "meshes": (("primitives", list),),
    "skins": (("joints", list),),
    "animations": (("channels", list), ("samplers", list)),
}
# Extensions that common programs know.
EXTENSIONS = {
    "KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression",
    "KHR_mesh_quantization", "KHR_texture_transform", "KHR_texture_basisu", "EXT_texture_webp",
    "KHR_lights_punctual", "EXT_mesh_gpu_instancing", "KHR_materials_unlit",
    "KHR_materials_pbrSpecularGlossiness", "KHR_materials_anisotropy",
    "KHR_materials_clearcoat", "KHR_materials_dispersion", "KHR_materials_emissive_strength",
    "KHR_materials_ior", "KHR_materials_iridescence", "KHR_materials_sheen",
    "KHR_materials_specular", "KHR_materials_transmission", "KHR_materials_variants",
    "KHR_materials_volume", "KHR_xmp_json_ld", "KHR_animation_pointer", "KHR_node_visibility",
}  # fmt: skip
_TEXTURES = ("normalTexture", "occlusionTexture", "emissiveTexture")
_PBR_TEXTURES = ("baseColorTexture", "metallicRoughnessTexture")
_SOURCES = ("KHR_texture_basisu", "EXT_texture_webp")


def shape_problems(name: str, document: dict[str, Any]) -> Iterator[Problem]:
    """Lists that are none, and entries without what they must have."""
    for array in _ARRAYS:
        entries = document.get(array, [])
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            yield invalid("gltf", f"{name} has “{array}” that are not as glTF has them.", AGAIN)
            continue
        for number, one in enumerate(entries):
            for key, kind in _NEEDED.get(array, ()):
                if not isinstance(one.get(key), kind) or isinstance(one.get(key), bool):
                    message = f"{name} has {array}[{number}] without a proper “{key}”."
                    yield invalid("gltf", message, AGAIN)
    for number, one in enumerate([*document.get("images", []), *document.get("buffers", [])]):
        if isinstance(one, dict) and not isinstance(one.get("uri", ""), str):
            yield invalid("gltf", f"{name} has an address (entry {number}) that is no text.", AGAIN)


def index_problems(name: str, document: dict[str, Any]) -> Iterator[Problem]:
    """Numbers that name nothing, circles of nodes, and extensions nobody knows."""
    yield from _extensions(name, document)
    try:
        for place, number, target in _references(document):
            if number is None:
                continue
            count = len(document.get(target, ()))
            if not isinstance(number, int) or not 0 <= number < count:
                message = f"{name} names {target}[{number}] in {place}; there are {count}."
                yield invalid("gltf-index", message, AGAIN)
        yield from _circles(name, document)
    except (AttributeError, TypeError, KeyError) as error:
        yield invalid("gltf", f"{name} has parts that are not as glTF has them: {error}.", AGAIN)


def _extensions(name: str, document: dict[str, Any]) -> Iterator[Problem]:
    required = document.get("extensionsRequired", [])
    unknown = [one for one in required if one not in EXTENSIONS]
    if unknown:
        named = ", ".join(map(str, unknown[:5]))
        message = f"{name} needs extensions that many programs do not know: {named}."
        yield doubtful("gltf-extension", message, "Export it without them, or say so.")
    used = document.get("extensionsUsed", [])
    if any(one not in used for one in required):
        message = f"{name} requires extensions that it does not list as used."
        yield doubtful("gltf-extension", message, AGAIN)


def _references(document: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    yield "scene", document.get("scene"), "scenes"
    for place, one in _each(document, "scenes"):
        yield from ((f"{place}.nodes", number, "nodes") for number in one.get("nodes", ()))
    for place, one in _each(document, "nodes"):
        yield from ((f"{place}.children", number, "nodes") for number in one.get("children", ()))
        for key, target in (("mesh", "meshes"), ("skin", "skins"), ("camera", "cameras")):
            yield f"{place}.{key}", one.get(key), target
    for place, one in _each(document, "meshes"):
        for number, primitive in enumerate(one["primitives"]):
            yield from _primitive(f"{place}.primitives[{number}]", primitive)
    for place, one in _each(document, "materials"):
        yield from _material(place, one)
    for place, one in _each(document, "textures"):
        yield f"{place}.source", one.get("source"), "images"
        yield f"{place}.sampler", one.get("sampler"), "samplers"
        for key in _SOURCES:
            source = one.get("extensions", {}).get(key, {}).get("source")
            yield f"{place}.{key}", source, "images"
    yield from _data(document)


def _data(document: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    for place, one in _each(document, "images"):
        yield f"{place}.bufferView", one.get("bufferView"), "bufferViews"
    for place, one in _each(document, "bufferViews"):
        yield f"{place}.buffer", one["buffer"], "buffers"
    for place, one in _each(document, "accessors"):
        yield f"{place}.bufferView", one.get("bufferView"), "bufferViews"
        for key in ("indices", "values") if "sparse" in one else ():
            yield f"{place}.sparse.{key}", one["sparse"][key]["bufferView"], "bufferViews"
    for place, one in _each(document, "skins"):
        yield f"{place}.skeleton", one.get("skeleton"), "nodes"
        yield f"{place}.inverseBindMatrices", one.get("inverseBindMatrices"), "accessors"
        yield from ((f"{place}.joints", number, "nodes") for number in one["joints"])
    for place, one in _each(document, "animations"):
        for sampler in one["samplers"]:
            yield f"{place}.samplers.input", sampler["input"], "accessors"
            yield f"{place}.samplers.output", sampler["output"], "accessors"
        for channel in one["channels"]:
            yield f"{place}.channels.target", channel["target"].get("node"), "nodes"


def _each(document: dict[str, Any], array: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, one in enumerate(document.get(array, ())):
        yield f"{array}[{number}]", one


def _primitive(place: str, one: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    yield f"{place}.indices", one.get("indices"), "accessors"
    yield f"{place}.material", one.get("material"), "materials"
    for attributes in (one["attributes"], *one.get("targets", ())):
        for key, number in attributes.items():
            yield f"{place}.{key}", number, "accessors"


def _material(place: str, one: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    pbr = one.get("pbrMetallicRoughness", {})
    for holder, keys in ((one, _TEXTURES), (pbr, _PBR_TEXTURES)):
        for key in keys:
            if key in holder:
                yield f"{place}.{key}", holder[key]["index"], "textures"


def _circles(name: str, document: dict[str, Any]) -> Iterator[Problem]:
    parents: dict[int, int] = {}
    for number, node in enumerate(document.get("nodes", ())):
        for child in node.get("children", ()):
            if child in parents:
                yield invalid("gltf", f"{name} has nodes[{child}] below two others.", AGAIN)
                return
            parents[child] = number
    safe: set[int] = set()
    for start in parents:
        walked: set[int] = set()
        at: int | None = start
        while at is not None and at not in safe:
            if at in walked:
                yield invalid("gltf", f"{name} has nodes[{at}] below itself.", AGAIN)
                return
            walked.add(at)
            at = parents.get(at)
        safe |= walked
