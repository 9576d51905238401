"""What a model has to lose when it is written in another format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hdp_plugins.mesh.opening import Model, material_of


@dataclass(frozen=True)
class Looks:
    """Counts of what is seen of a model, and its size in units of the file."""

    faces: int
    materials: int
    textures: int
    slots: frozenset[str]
    with_uv: int
    with_colours: int
    size: tuple[float, ...]


def measure(model: Model) -> Looks:
    """What the model has now."""
    meshes = [one for _, one in model.meshes()]
    bounds = model.scene.bounds
    return Looks(
        # Parts that are used several times count as often as they are seen.
        faces=int(sum(len(one.faces) for one in model.scene.dump())),
        materials=len({_name(one) for one in meshes if material_of(one) is not None}),
        textures=len({id(image) for _, _, image in model.textures()}),
        slots=frozenset(_SAME.get(slot, slot) for _, slot, _ in model.textures()),
        with_uv=sum(len(one.faces) for one in meshes if getattr(one.visual, "uv", None) is not None
                    and material_of(one) is not None),
        with_colours=sum(one.visual.kind in ("vertex", "face") for one in meshes),
        size=tuple(float(one) for one in bounds[1] - bounds[0]),
    )  # fmt: skip


_SAME = {"image": "baseColorTexture"}


def _name(mesh: object) -> int:
    return id(material_of(mesh))


def lost(before: Looks, after: Looks) -> Iterator[str]:
    """What is gone, in words; nothing where all is there."""
    if after.faces < before.faces:
        yield f"{before.faces - after.faces:,} triangles"
    if after.textures < before.textures or before.slots - after.slots:
        yield f"{max(before.textures - after.textures, 1)} texture(s)"
    if before.with_uv and not after.with_uv:
        yield "texture coordinates"
    if after.materials < before.materials:
        yield f"{before.materials - after.materials} material(s)"
    if before.with_colours and not after.with_colours:
        yield "colours of points or faces"
    longest = max(before.size, default=0.0)
    if any(
        abs(one - two) > 1e-3 * longest for one, two in zip(before.size, after.size, strict=True)
    ):
        yield "its size or position"
