"""mesh.convert: the same model in another format; what a format cannot hold is refused."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field, replace
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
from hdp_plugins.mesh.looks import Looks, lost, measure
from hdp_plugins.mesh.opening import MODELS, Model, open_model
from hdp_plugins.mesh.optimise import keep_quality, left_out, name_materials, refuse_empty


@dataclass(frozen=True)
class ConvertParams(Params):
    """Into what, and whether something may be lost."""

    format: Literal["glb", "obj", "ply", "stl"] = field(
        default="glb",
        metadata={"help": "glb: one file with everything; obj: a ZIP of OBJ, MTL and textures;"
                          " ply, stl: the shape."},
    )  # fmt: skip
    allow_loss: bool = field(
        default=False,
        metadata={"help": "Go on where the format cannot hold everything; what is lost is told."},
    )
    compression: Compression = field(default="none", metadata={"help": HELP})


class Convert(Component[ConvertParams]):
    """OBJ, GLB, glTF, PLY, STL, OFF, DAE or 3MF in another format, opened again and compared."""

    id = "mesh.convert"
    version = 1
    title = "Convert a 3D model"
    inputs = (Port("mesh", MODELS),)
    outputs = (
        Port("mesh", ("model/gltf-binary", "application/zip", "model/ply", "model/stl")),
    )  # fmt: skip
    params = ConvertParams
    isolation = "process"

    def run(self, step: Step[ConvertParams]) -> Result:
        """One file; ComponentError where textures, colours or parts would go silently."""
        file, params = step.inputs["mesh"][0], step.params
        refuse_packing(file, params.compression, f".{params.format}")
        model = open_model(file)
        refuse_empty(file, model)
        before = measure(model)
        path = _write(model, step.workdir, Path(file.name).stem, params)
        step.progress(1, 2, f"{file.name}: written")
        gone = [*lost(before, _again(path, step.workdir)), *_maps(model), *model.breaking]
        finding = _judge(file, gone, params)
        findings = [*([finding] if finding else []), *left_out(file, replace(model, left_out=[]))]
        findings += tell_packing(file, path, params.compression)
        names = (file.name, *(one.name for one in file.references))
        return Result(
            {"mesh": [Output(path, derived_from=names)]},
            values={"faces": before.faces},
            findings=findings,
        )


def _write(model: Model, folder: Path, stem: str, params: ConvertParams) -> Path:
    kind = params.format
    if kind == "obj":
        return _write_obj(model, folder, stem)
    path = folder / f"{stem}.{kind}"
    if kind == "glb":
        name_materials(model)
        keep_quality(model)
        write_glb(model, path, params.compression)
        return path
    whole: Any = model.scene
    if kind in ("ply", "stl"):
        parts = model.meshes()
        # A single part keeps more (PLY: colours, texture coordinates) than a joined scene.
        whole = model.scene.to_mesh() if len(parts) > 1 else _placed(model)
    whole.export(str(path), file_type=kind)
    return path


def _placed(model: Model) -> Any:
    made = model.scene.dump()
    return made[0] if len(made) == 1 else model.scene.to_mesh()


def _write_obj(model: Model, folder: Path, stem: str) -> Path:
    from trimesh.exchange.obj import export_obj

    _whiten(model)
    inside = f"{_plain(stem)}.mtl"
    text, beside = export_obj(model.scene, return_texture=True, mtl_name=inside)  # type: ignore[no-untyped-call]
    path = folder / f"{stem}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(f"{stem}.obj"), text)
        for name, data in sorted((beside or {}).items()):
            archive.writestr(_entry(name), data)
    return path


def _whiten(model: Model) -> None:
    # glTF means white where it names no colour; written as MTL it would become a dark grey.
    for material in model.materials():
        if getattr(material, "baseColorFactor", ()) is None:
            material.baseColorFactor = [255, 255, 255, 255]


def _entry(name: str) -> zipfile.ZipInfo:
    # The same model gives the same bytes: no time of today.
    made = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def _plain(stem: str) -> str:
    # Blanks and letters beyond ASCII in an MTL's name stop some programs.
    return "".join(one if one.isascii() and one.isalnum() else "_" for one in stem)


def _again(path: Path, folder: Path) -> Looks:
    if path.suffix != ".zip":
        return measure(open_model(LocalFile(path, path.name)))
    import shutil
    import tempfile

    place = Path(tempfile.mkdtemp(dir=folder))
    try:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(place)
        model = next(place.glob("*.obj"))
        return measure(open_model(LocalFile(model, model.name)))
    finally:
        shutil.rmtree(place)


def _maps(model: Model) -> list[str]:
    return [f"the maps {', '.join(model.left_out)}"] if model.left_out else []


def _judge(file: LocalFile, gone: list[str], params: ConvertParams) -> Finding | None:
    if not gone:
        return None
    text = f"{file.name} loses as {params.format.upper()}: {', '.join(gone)}"
    where = {"file": file.name}
    if params.allow_loss:
        return Finding("warning", "mesh-loses", f"{text}.", where=where)
    raise ComponentError(
        f"{text}; so it was not converted.",
        code="mesh-loses",
        hint="Choose the format glb, or set allow_loss if only the shape is wanted.",
        where=where,
    )
