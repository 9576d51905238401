"""mesh.preview: a small GLB that opens quickly on any page."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hdp.sdk import Component, Output, Params, Port, Result, Step
from hdp_plugins.mesh.opening import MODELS, open_model
from hdp_plugins.mesh.optimise import (
    Reduced,
    check,
    judge,
    left_out,
    name_materials,
    reduce_model,
    refuse_breaking,
    refuse_empty,
    shrink_textures,
)

# A preview is looked at from afar: dents of a twentieth of the size would still be seen.
_MAX_ERROR = 0.03


@dataclass(frozen=True)
class PreviewParams(Params):
    """How small the preview is."""

    faces: int = field(default=20_000, metadata={"help": "Triangles it may have.", "min": 4})
    texture_side: int = field(
        default=1024,
        metadata={
            "help": "Pixels on the longer side of a texture.",
            "min": 16,
            "max": 1024,
            "unit": "px",
        },
    )


class Preview(Component[PreviewParams]):
    """A GLB with few triangles and small textures; looks are kept, and checked."""

    id = "mesh.preview"
    version = 1
    title = "Make a preview of a 3D model"
    inputs = (Port("mesh", MODELS),)
    outputs = (Port("mesh", ("model/gltf-binary",)),)
    params = PreviewParams
    isolation = "process"

    def run(self, step: Step[PreviewParams]) -> Result:
        """One GLB; what could not be done stands in the findings."""
        file = step.inputs["mesh"][0]
        model = open_model(file)
        refuse_empty(file, model)
        refuse_breaking(file, model)
        before = (len(model.materials()), len(model.textures()))
        findings, done = list(left_out(file, model)), Reduced()
        if model.faces() > step.params.faces:
            reduce_model(model, step.params.faces, _MAX_ERROR, done, step.check_cancelled)
            findings += judge(file, model.faces(), step.params.faces, done.undone)
        step.progress(1, 2, f"{file.name}: simplified")
        name_materials(model)
        shrink_textures(model, step.params.texture_side)
        path = step.workdir / f"{Path(file.name).stem}_preview.glb"
        model.scene.export(str(path), file_type="glb")
        values = {"faces": check(file, path, before), "bytes": path.stat().st_size}
        names = (file.name, *(one.name for one in file.references))
        output = Output(path, derived_from=names)
        return Result({"mesh": [output]}, values=values, findings=findings)
