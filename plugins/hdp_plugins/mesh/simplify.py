"""Fewer triangles without losing texture coordinates, by the library that is installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

# How far the surface may move, as a share of the model's size.
MAX_ERROR = 0.02


def can_simplify(mesh: Any) -> bool:
    """Whether a library is installed that keeps what this mesh has."""
    if getattr(mesh.visual, "kind", None) == "face":
        return False
    if find_spec("meshoptimizer") is not None:
        return True
    return not has_looks(mesh) and find_spec("fast_simplification") is not None


def has_looks(mesh: Any) -> bool:
    """Whether the mesh has texture coordinates, textures or colours to lose."""
    return getattr(mesh.visual, "uv", None) is not None or getattr(
        mesh.visual, "kind", None
    ) not in (None, "texture")


def simplify(mesh: Any, faces: int, error: float = MAX_ERROR) -> tuple[Any, float | None]:
    """A mesh with about `faces` triangles, or more where its surface would move too far.

    `error` is how far it may move, as a share of the mesh's longest side; how far it did
    move comes back, or None where the library does not say.
    """
    if find_spec("meshoptimizer") is None:
        return mesh.simplify_quadric_decimation(face_count=faces), None
    import meshoptimizer
    import numpy

    indices = numpy.ascontiguousarray(mesh.faces.reshape(-1), dtype=numpy.uint32)
    vertices = numpy.ascontiguousarray(mesh.vertices, dtype=numpy.float32)
    made, moved = numpy.zeros_like(indices), numpy.zeros(1, dtype=numpy.float32)
    count = meshoptimizer.simplify(
        made, indices, vertices,
        target_index_count=faces * 3, target_error=error, result_error=moved,
    )  # fmt: skip
    return _rebuilt(mesh, made[:count].reshape(-1, 3)), float(moved[0])


def _rebuilt(mesh: Any, faces: Any) -> Any:
    import numpy
    import trimesh

    used, compact = numpy.unique(faces, return_inverse=True)
    attributes = {name: values[used] for name, values in mesh.vertex_attributes.items()}
    return trimesh.Trimesh(
        vertices=mesh.vertices[used],
        faces=compact.reshape(-1, 3),
        vertex_normals=_normals(mesh, used),
        vertex_attributes=attributes,
        visual=_visual(mesh.visual, used),
        metadata=mesh.metadata,
        process=False,
    )


def _normals(mesh: Any, used: Any) -> Any:
    # Normals that the file does not have would take minutes to make up; viewers do it at once.
    return mesh.vertex_normals[used] if "vertex_normals" in mesh._cache else None


def _visual(visual: Any, used: Any) -> Any:
    from trimesh.visual import ColorVisuals, TextureVisuals

    if isinstance(visual, TextureVisuals):
        uv = visual.uv[used] if visual.uv is not None else None
        return TextureVisuals(uv=uv, material=visual.material)  # type: ignore[no-untyped-call]
    if visual.kind == "vertex":
        return ColorVisuals(vertex_colors=visual.vertex_colors[used])
    return None
