"""mesh.report: what is in a model, as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hdp.sdk import Component, Output, Params, Port, Result, Step
from hdp_plugins.mesh.opening import MODELS, Model, open_model


class Report(Component[Params]):
    """Counts, bounds, materials and textures of a model."""

    id = "mesh.report"
    version = 1
    title = "Describe a 3D model"
    inputs = (Port("mesh", MODELS),)
    outputs = (Port("report", ("application/json",)),)
    isolation = "process"

    def run(self, step: Step[Params]) -> Result:
        """One JSON file for the model."""
        file = step.inputs["mesh"][0]
        facts = {"file": file.name, **describe(open_model(file))}
        path = step.workdir / f"{Path(file.name).stem}-mesh.json"
        text = json.dumps(facts, ensure_ascii=False, indent=2)
        path.write_text(text + "\n", encoding="utf-8")
        output = Output(path, role="metadata", derived_from=(file.name,))
        names = ("vertices", "faces", "watertight")
        return Result({"report": [output]}, values={one: facts[one] for one in names})


def describe(model: Model) -> dict[str, Any]:
    """The facts of a model; bounds in the units of its file."""
    meshes = [one for _, one in model.meshes()]
    bounds = model.scene.bounds
    textures = model.textures()
    return {
        "vertices": sum(len(one.vertices) for one in meshes),
        "faces": model.faces(),
        "parts": len(meshes),
        "watertight": bool(meshes) and all(bool(one.is_watertight) for one in meshes),
        "bounds": None if bounds is None else [[float(v) for v in corner] for corner in bounds],
        "materials": [str(getattr(one, "name", None) or "") for one in model.materials()],
        "textures": [
            {
                "material": str(getattr(material, "name", None) or ""),
                "slot": slot,
                "width": image.width,
                "height": image.height,
                "format": image.format,
            }
            for material, slot, image in textures
        ],
        "maps_not_read": model.left_out,
    }
