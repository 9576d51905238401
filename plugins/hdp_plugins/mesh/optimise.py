"""mesh.optimise: a lighter copy of a textured model, checked by opening it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
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
from hdp_plugins.mesh.compression import (
    HELP,
    Compression,
    refuse_packing,
    tell_packing,
    write_glb,
)
from hdp_plugins.mesh.opening import MODELS, Model, open_model
from hdp_plugins.mesh.simplify import MAX_ERROR, can_simplify, simplify

_KEPT = (".glb", ".ply", ".stl")


@dataclass(frozen=True)
class OptimiseParams(Params):
    """How light the copy should be."""

    faces: int = field(default=100_000, metadata={"help": "Triangles the copy may have.", "min": 4})
    ratio: float = field(
        default=0.0,
        metadata={
            "help": "Instead of `faces`: the share of the triangles to keep, such as 0.1.",
            "min": 0.0,
            "max": 1.0,
        },
    )
    error: float = field(
        default=0.0,
        metadata={
            "help": "How far the surface may move, as a share of each part's longest side, such"
            " as 0.001; then `faces` counts only if the error stays below. 0: up to 0.02.",
            "min": 0.0,
            "max": 0.1,
        },
    )
    fewest: bool = field(
        default=False,
        metadata={"help": "As few triangles as `error` allows, whatever `faces` and `ratio` say."},
    )
    texture_side: int = field(
        default=2048,
        metadata={"help": "Pixels on the longer side of a texture.", "min": 16, "unit": "px"},
    )
    format: Literal["glb", "keep"] = field(
        default="glb",
        metadata={"help": "GLB holds model and textures in one file; keep: as the original."},
    )
    compression: Compression = field(default="none", metadata={"help": HELP})


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
        refuse_packing(file, step.params.compression, suffix)
        model = open_model(file)
        refuse_empty(file, model)
        refuse_breaking(file, model)
        before = (len(model.materials()), len(model.textures()))
        step.progress(1, 4, f"{file.name}: read")
        done = Reduced()
        findings = [*left_out(file, model), *_reduce(file, model, step, done)]
        step.progress(2, 4, f"{file.name}: simplified")
        name_materials(model)
        shrink_textures(model, step.params.texture_side)
        keep_quality(model)
        path = step.workdir / f"{Path(file.name).stem}{suffix}"
        if suffix == ".glb":
            write_glb(model, path, step.params.compression)
        else:
            model.scene.export(str(path), file_type=suffix[1:])
        step.progress(3, 4, f"{file.name}: written")
        faces = check(file, path, before)
        findings += tell_packing(file, path, step.params.compression)
        names = (file.name, *(one.name for one in file.references))
        return Result(
            {"mesh": [Output(path, derived_from=names)]},
            findings=findings,
            values={"faces": faces, "textures": before[1], "error": round(done.moved, 7)},
        )


def _error(file: LocalFile, reason: str, code: str, hint: str = "") -> ComponentError:
    return ComponentError(f"{file.name} {reason}.", code=code, hint=hint, where={"file": file.name})


def refuse_empty(file: LocalFile, model: Model) -> None:
    """Raise ComponentError where there is no triangle."""
    if not model.faces():
        raise _error(file, "has no surface (no triangles)", "mesh-empty")


def refuse_breaking(file: LocalFile, model: Model) -> None:
    """Raise ComponentError where a copy would look wrong."""
    if model.breaking:
        raise _error(
            file,
            f"would look wrong in a copy, which cannot have its {', '.join(model.breaking)};"
            " so it was not done",
            "mesh-loses",
            "Apply them in a 3D program, and export the model again.",
        )


def _suffix(file: LocalFile, wanted: str) -> str:
    if wanted == "glb":
        return ".glb"
    suffix = Path(file.name).suffix.lower()
    if suffix not in _KEPT:
        reason = f"cannot be written as {suffix} again"
        raise _error(file, reason, "mesh-format", "Choose the format glb.")
    return suffix


def left_out(file: LocalFile, model: Model) -> Iterator[Finding]:
    """The maps of materials that a copy will not have."""
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
    if model.lost:
        names = ", ".join(model.lost)
        yield Finding(
            "warning",
            "mesh-loses",
            f"{file.name}: the copy does not have these of its features: {names}.",
            hint="Keep the original beside the copy where they matter.",
            where={"file": file.name},
            args={"features": names},
        )


@dataclass
class Reduced:
    """What simplifying did: parts it could not do, and how far the surface moved at most."""

    undone: int = 0
    moved: float = 0.0


def wanted_faces(params: OptimiseParams, total: int) -> int:
    """How many of `total` triangles are asked for."""
    if params.fewest:
        return 4
    return max(4, round(total * params.ratio)) if params.ratio else params.faces


def _reduce(
    file: LocalFile, model: Model, step: Step[OptimiseParams], done: Reduced
) -> Iterator[Finding]:
    total = model.faces()
    wanted = wanted_faces(step.params, total)
    if total <= wanted:
        text = f"{file.name} has {total:,} triangles already; none were taken out."
        yield Finding("info", "mesh-small-enough", text, where={"file": file.name})
        return
    reduce_model(model, wanted, step.params.error or MAX_ERROR, done, step.check_cancelled)
    goal = model.faces() if step.params.fewest else wanted
    yield from judge(file, model.faces(), goal, done.undone)


def reduce_model(
    model: Model, wanted: int, error: float, done: Reduced, check_cancelled: Callable[[], None]
) -> None:
    """Take triangles out of every part in proportion, in place; `done` says how it went."""
    total = model.faces()
    for name, mesh in model.meshes():
        check_cancelled()
        if not can_simplify(mesh):
            done.undone += 1
            continue
        share = max(4, round(len(mesh.faces) * wanted / total))
        made, moved = simplify(mesh, share, error)
        if len(made.faces):
            model.scene.geometry[name] = made
            done.moved = max(done.moved, moved or 0.0)


def judge(file: LocalFile, faces: int, wanted: int, undone: int) -> Iterator[Finding]:
    """What a person must know of it: parts not simplified, or a number not reached."""
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


def name_materials(model: Model) -> None:
    """Let materials keep their names when they are written as glTF."""
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


def shrink_textures(model: Model, side: int) -> None:
    """Make textures smaller, in place, whose longer side is above `side` pixels."""
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


def keep_quality(model: Model) -> None:
    """Let JPEG textures be written as they came in, and new ones well; the default loses much."""
    for _, _, image in model.textures():
        if image.format != "JPEG":
            continue
        kept = "keep" if hasattr(image, "quantization") else 92
        image.save = partial(type(image).save, image, quality=kept)


def check(file: LocalFile, path: Path, before: tuple[int, int]) -> int:
    """Open the copy again: its triangles; ComponentError where looks are gone."""
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
