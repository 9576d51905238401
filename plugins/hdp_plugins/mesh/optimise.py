"""mesh.optimise: a lighter copy of a textured model, checked by opening it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from hdp.sdk import (
    Component,
    ComponentError,
    Finding,
    LocalFile,
    Output,
    Params,
    Port,
    Result,
    Step,
)
from hdp_plugins.mesh.opening import MODELS, Model, open_model
from hdp_plugins.mesh.simplify import can_simplify, simplify

_KEPT = (".glb", ".ply", ".stl")


@dataclass(frozen=True)
class OptimiseParams(Params):
    """How light the copy should be."""

    faces: int = field(default=100_000, metadata={"help": "Triangles the copy may have.", "min": 4})
    texture_side: int = field(
        default=2048,
        metadata={"help": "Pixels on the longer side of a texture.", "min": 16, "unit": "px"},
    )
    format: Literal["glb", "keep"] = field(
        default="glb",
        metadata={"help": "GLB holds model and textures in one file; keep: as the original."},
    )


class Optimise(Component[OptimiseParams]):
    """Fewer triangles and smaller textures; materials and textures are kept."""

    id = "mesh.optimise"
    version = 1
    title = "Make a lighter 3D model"
    inputs = (Port("mesh", MODELS),)
    outputs = (Port("mesh", ("model/gltf-binary", "model/ply", "model/stl")),)
    params = OptimiseParams
    isolation = "process"

    def run(self, step: Step[OptimiseParams]) -> Result:
        """One copy; what could not be done stands in the findings."""
        file = step.inputs["mesh"][0]
        suffix = _suffix(file, step.params.format)
        model = open_model(file)
        if not model.faces():
            raise _error(file, "has no surface (no triangles)", "mesh-empty")
        before = (len(model.materials()), len(model.textures()))
        step.progress(1, 4, f"{file.name}: read")
        findings = [*_left_out(file, model), *_reduce(file, model, step)]
        step.progress(2, 4, f"{file.name}: simplified")
        _name_materials(model)
        _shrink_textures(model, step.params.texture_side)
        path = step.workdir / f"{Path(file.name).stem}{suffix}"
        model.scene.export(str(path), file_type=suffix[1:])
        step.progress(3, 4, f"{file.name}: written")
        faces = _check(file, path, before)
        names = (file.name, *(one.name for one in file.references))
        return Result(
            {"mesh": [Output(path, derived_from=names)]},
            findings=findings,
            values={"faces": faces, "textures": before[1]},
        )


def _error(file: LocalFile, reason: str, code: str, hint: str = "") -> ComponentError:
    return ComponentError(f"{file.name} {reason}.", code=code, hint=hint, where={"file": file.name})


def _suffix(file: LocalFile, wanted: str) -> str:
    if wanted == "glb":
        return ".glb"
    suffix = Path(file.name).suffix.lower()
    if suffix not in _KEPT:
        reason = f"cannot be written as {suffix} again"
        raise _error(file, reason, "mesh-format", "Choose the format glb.")
    return suffix


def _left_out(file: LocalFile, model: Model) -> Iterator[Finding]:
    if model.left_out:
        names = ", ".join(model.left_out)
        yield Finding(
            "warning",
            "mesh-maps-left-out",
            f"{file.name}: the copy has the colour textures, but not these maps of its"
            f" materials: {names}.",
            hint="Export the model as GLB from your 3D program to keep them.",
            where={"file": file.name},
            args={"maps": names},
        )


def _reduce(file: LocalFile, model: Model, step: Step[OptimiseParams]) -> Iterator[Finding]:
    wanted, total = step.params.faces, model.faces()
    if total <= wanted:
        text = f"{file.name} has {total:,} triangles already; none were taken out."
        yield Finding("info", "mesh-small-enough", text, where={"file": file.name})
        return
    undone = 0
    for name, mesh in model.meshes():
        step.check_cancelled()
        if not can_simplify(mesh):
            undone += 1
            continue
        share = max(4, round(len(mesh.faces) * wanted / total))
        made = simplify(mesh, share)
        if len(made.faces):
            model.scene.geometry[name] = made
    yield from _judge(file, model.faces(), wanted, undone)


def _judge(file: LocalFile, faces: int, wanted: int, undone: int) -> Iterator[Finding]:
    where = {"file": file.name}
    if undone:
        yield Finding(
            "warning",
            "mesh-not-simplified",
            f"{file.name}: simplifying was not done for {undone} part(s), because nothing that"
            " keeps their texture coordinates or colours is installed; only textures were resized.",
            hint="Install HDP's extra [mesh] (meshoptimizer).",
            where=where,
        )
    elif faces > wanted * 1.05:
        yield Finding(
            "warning",
            "mesh-target-not-reached",
            f"{file.name}: {faces:,} triangles are left, not {wanted:,}; taking out more would"
            " have torn or dented it.",
            where=where,
        )


def _name_materials(model: Model) -> None:
    # Materials of OBJ files lose their names when they are converted on writing.
    made: dict[int, Any] = {}
    for _, mesh in model.meshes():
        material = getattr(mesh.visual, "material", None)
        if material is None or type(material).__name__ != "SimpleMaterial":
            continue
        if id(material) not in made:
            made[id(material)] = material.to_pbr()
            made[id(material)].name = material.name
        mesh.visual.material = made[id(material)]


def _shrink_textures(model: Model, side: int) -> None:
    from PIL import Image

    made: dict[int, Any] = {}
    for material, slot, image in model.textures():
        if max(image.size) <= side:
            continue
        if id(image) not in made:
            small = image.convert("RGBA") if image.mode in ("P", "PA") else image.copy()
            small.thumbnail((side, side), Image.Resampling.LANCZOS)
            small.format = image.format  # else a JPEG is written as a large PNG
            made[id(image)] = small
        setattr(material, slot, made[id(image)])


def _check(file: LocalFile, path: Path, before: tuple[int, int]) -> int:
    model = open_model(LocalFile(path, path.name))
    materials, textures = before
    if not model.faces():
        raise _error(file, "lost its surface in the copy", "mesh-lost")
    if len(model.textures()) < textures or len(model.materials()) < materials:
        raise _error(
            file,
            f"would lose materials or textures in the format {path.suffix}"
            f" ({len(model.textures())} of {textures} textures,"
            f" {len(model.materials())} of {materials} materials kept)",
            "mesh-lost",
            "Choose the format glb.",
        )
    return model.faces()
