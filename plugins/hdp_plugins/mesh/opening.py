"""Opening a 3D model with everything it refers to; what is missing is never passed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from hdp.sdk import ComponentError, LocalFile
from hdp_plugins.mesh import gltf_loss, packed

MODELS = ("model/*",)
TEXTURE_SLOTS = ("image", "baseColorTexture", "metallicRoughnessTexture", "normalTexture",
                 "emissiveTexture", "occlusionTexture")  # fmt: skip
_MESHES = (".obj", ".glb", ".gltf", ".ply", ".stl", ".off", ".dae", ".3mf")


@dataclass
class Model:
    """A loaded model; `left_out` are textures that exist but are not understood here.

    `breaking` and `lost` are what else of a glTF a copy made here would not have: the first
    would make it look wrong.
    """

    scene: Any
    left_out: list[str] = field(default_factory=list)
    breaking: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def meshes(self) -> list[tuple[str, Any]]:
        """The named geometries that have faces."""
        return [
            (name, one)
            for name, one in self.scene.geometry.items()
            if len(getattr(one, "faces", ()))
        ]

    def faces(self) -> int:
        """Triangles of all geometries, each counted once."""
        return sum(len(one.faces) for _, one in self.meshes())

    def materials(self) -> list[Any]:
        """The materials in use, each once."""
        found = {id(one): one for one in (material_of(mesh) for _, mesh in self.meshes()) if one}
        return list(found.values())

    def textures(self) -> list[tuple[Any, str, Any]]:
        """(material, slot, image) of every texture."""
        return [entry for material in self.materials() for entry in _slots(material)]


def material_of(mesh: Any) -> Any:
    """The mesh's material, or None."""
    return getattr(mesh.visual, "material", None)


def _slots(material: Any) -> Iterator[tuple[Any, str, Any]]:
    for slot in TEXTURE_SLOTS:
        image = getattr(material, slot, None)
        if image is not None and hasattr(image, "size"):
            yield material, slot, image


def open_model(file: LocalFile) -> Model:
    """The model; ComponentError for a damaged one, or one that lacks a file it refers to."""
    import trimesh

    suffix = Path(file.name).suffix.lower()
    if suffix not in _MESHES:
        raise _problem(file, f"3D models of the type {suffix or 'without a suffix'} are not read")
    document = gltf_loss.read_gltf(file.path) if suffix in (".glb", ".gltf") else {}
    if library := packed.missing_library(document):
        hint = f"Install HDP's extra [mesh] ({library})."
        raise _problem(file, "its geometry is packed, and nothing here unpacks it", hint)
    beside = _Beside(file)
    try:
        with file.path.open("rb") as whole:
            stream: IO[bytes] = whole
            if packed.is_packed(document):
                stream, suffix = BytesIO(packed.unpack(whole.read(), beside.read)), ".glb"
            scene = trimesh.load_scene(stream, file_type=suffix[1:], resolver=_resolver(beside))
    except ComponentError:
        raise
    except Exception as error:
        _refuse_missing(file, beside.missing)
        raise _problem(file, f"it cannot be read ({type(error).__name__}: {error})") from error
    if suffix == ".ply" and not beside.asked:
        _without_made_up(scene)
    maps = list(_maps(beside)) if suffix == ".obj" else []
    absent = [one for one in maps if beside.find(one) is None]
    _refuse_missing(file, [*beside.missing, *absent])
    # The reader takes the colour texture of an MTL only.
    unused = [one for one in maps if one not in beside.asked]
    return Model(scene, sorted(set(unused)), gltf_loss.breaking(document), gltf_loss.lost(document))


def _without_made_up(scene: Any) -> None:
    # The reader gives texture coordinates without a texture a grey picture of its own.
    for mesh in scene.geometry.values():
        material = material_of(mesh)
        if hasattr(material, "image"):
            material.image = None


def _problem(file: LocalFile, reason: str, hint: str = "") -> ComponentError:
    return ComponentError(
        f"{file.name}: {reason}.",
        code="mesh-unreadable",
        hint=hint or "Open it in a 3D program and export it again, for example as GLB.",
        where={"file": file.name},
    )


def _refuse_missing(file: LocalFile, missing: list[str]) -> None:
    if missing:
        names = ", ".join(sorted(set(missing)))
        raise ComponentError(
            f"{file.name} refers to files that are not there: {names}.",
            code="textures-missing",
            hint="Put them beside the model, or add their folder as a texture folder, and scan"
            " again. A copy without them would have lost its looks.",
            where={"file": file.name},
            values={"missing": names},
        )


class _Beside:
    """Finds what a model refers to: beside it, else among its references by name."""

    def __init__(self, file: LocalFile) -> None:
        self.folder = file.path.resolve().parent
        self.by_name = {one.path.name.casefold(): one.path for one in file.references}
        self.asked: set[str] = set()
        self.missing: list[str] = []
        self.materials: list[bytes] = []

    def find(self, name: str) -> Path | None:
        plain = name.strip().replace("\\", "/")
        known = self.by_name.get(plain.rpartition("/")[2].casefold())
        whole = (self.folder / plain).resolve()
        # A model from elsewhere must not read files outside its own folder.
        if whole.is_relative_to(self.folder) and whole.is_file():
            return whole
        return known if known is not None and known.is_file() else None

    def read(self, name: str) -> bytes:
        self.asked.add(name.strip())
        path = self.find(name)
        if path is None:
            self.missing.append(name.strip())
            raise FileNotFoundError(name)
        data = path.read_bytes()
        if path.suffix.lower() == ".mtl":
            self.materials.append(data)
        return data


def _resolver(beside: _Beside) -> Any:
    from trimesh.resolvers import Resolver

    class Beside(Resolver):
        def __init__(self) -> None:
            """Nothing to set up: `beside` knows the files."""

        def get(self, name: str) -> bytes:
            return beside.read(name)

        def keys(self) -> list[str]:
            return []

        def write(self, name: str, data: bytes) -> None:
            raise PermissionError(name)

        def namespaced(self, namespace: str) -> Resolver:
            return self

    return Beside()


def _maps(beside: _Beside) -> Iterator[str]:
    for data in beside.materials:
        for line in data.decode("utf-8", errors="replace").splitlines():
            words = line.split()
            if len(words) > 1 and (words[0].lower().startswith("map_") or words[0] in _MORE_MAPS):
                yield _without_options(line.strip(), words)


_MORE_MAPS = ("bump", "disp", "decal", "norm", "refl")
# How many values follow an option of an MTL texture line.
_OPTIONS = {
    **dict.fromkeys(("-bm", "-blendu", "-blendv", "-boost", "-cc", "-clamp"), 1),
    **dict.fromkeys(("-imfchan", "-texres", "-type"), 1),
    "-mm": 2, "-o": 3, "-s": 3, "-t": 3,
}  # fmt: skip


def _without_options(line: str, words: list[str]) -> str:
    rest = words[1:]
    while rest and rest[0] in _OPTIONS:
        rest = rest[1 + _OPTIONS[rest[0]] :]
    # File names may hold blanks: take the line's end from the first word of the name on.
    return line[line.rindex(rest[0]) :] if len(rest) == 1 else " ".join(rest)
