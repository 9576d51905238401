"""mesh.report: what is in a model, as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hdp.sdk import Component, Output, Params, Port, Result, Step
from hdp_plugins.mesh.opening import MODELS, Model, material_of, open_model


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
    # Each part where it stands and as often as it is used: turned, moved and scaled.
    placed = [one for one in model.scene.dump() if len(getattr(one, "faces", ()))]
    bounds = model.scene.bounds
    textures = model.textures()
    corners = [[float(v) for v in corner] for corner in bounds] if bounds is not None else None
    return {
        "vertices": sum(len(one.vertices) for one in meshes),
        "faces": model.faces(),
        "parts": len(meshes),
        "watertight": bool(meshes) and all(_is_closed(one) for one in meshes),
        "bounds": corners,
        "size": [high - low for low, high in zip(*corners, strict=True)] if corners else None,
        "area": sum(float(one.area) for one in placed),
        "texture_coordinates": all(_has_uv(one) for one in meshes) if meshes else False,
        "texel_density": texel_density(placed),
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


def _is_closed(mesh: Any) -> bool:
    """Whether the surface has no hole; points that a texture's seam doubles count once."""
    import trimesh

    bare = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    bare.merge_vertices()
    bare.update_faces(bare.nondegenerate_faces())
    return bool(bare.is_watertight)


def texel_density(meshes: list[Any]) -> float | None:
    """Texture pixels along one unit of the file, the mean over textured surface; None without."""
    pixels = surface = 0.0
    for mesh in meshes:
        image = _colour_texture(mesh)
        if image is None or not _has_uv(mesh):
            continue
        pixels += _uv_area(mesh) * image.width * image.height
        surface += float(mesh.area)
    return round((pixels / surface) ** 0.5, 4) if pixels and surface else None


def _has_uv(mesh: Any) -> bool:
    return getattr(mesh.visual, "uv", None) is not None


def _colour_texture(mesh: Any) -> Any:
    material = material_of(mesh)
    image = getattr(material, "baseColorTexture", None)
    image = getattr(material, "image", None) if image is None else image
    return image if hasattr(image, "width") else None


def _uv_area(mesh: Any) -> float:
    import numpy

    uv = numpy.asarray(mesh.visual.uv, dtype=float)[mesh.faces]
    one, two = uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]
    return float(numpy.nansum(numpy.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0])) / 2)
