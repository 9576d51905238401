"""Two textured meshes: a bowl as OBJ with its material, a jar as one GLB."""

from __future__ import annotations

import io

import numpy as np
import trimesh
from PIL import Image
from trimesh.visual.material import PBRMaterial
from trimesh.visual.texture import TextureVisuals

from tools.samples.arrays import Array
from tools.samples.bodies_turned import bowl, clay
from tools.samples.shapes import smooth_profile
from tools.samples.studio import Paint

AROUND = 48
BOWL = [(0.02, 0.17), (0.4, 0.16), (0.46, 0.04), (0.52, 0.05), (0.56, 0.17), (0.95, 0.42),
        (1.3, 0.85), (1.4, 1.12), (1.47, 1.16)]  # fmt: skip
JAR = [(0.02, 0.02), (0.4, 0.03), (0.55, 0.3), (0.85, 0.8), (0.9, 1.25), (0.6, 1.6), (0.46, 1.72),
       (0.52, 1.9), (0.56, 1.93)]  # fmt: skip


def bowl_obj(material_file: str) -> str:
    """The bowl as the text of an OBJ file, one unit a decimetre."""
    points, uv, faces = _revolve(_wall(smooth_profile(BOWL, 4), 0.04))
    lines = [
        "# Bowl, Sammlung Holzhausen, SH-2011-031. CC0 1.0",
        f"mtllib {material_file}", "o bowl", "usemtl red_slip",
    ]  # fmt: skip
    lines += [f"v {x:.4f} {y:.4f} {z:.4f}" for x, y, z in points]
    lines += [f"vt {u:.4f} {v:.4f}" for u, v in uv]
    lines += ["f " + " ".join(f"{i}/{i}" for i in face) for face in (faces + 1).tolist()]
    return "\n".join(lines) + "\n"


def bowl_material(texture_file: str) -> str:
    """The text of the MTL file beside the OBJ."""
    return (
        "# CC0 1.0\nnewmtl red_slip\nKa 0.2 0.2 0.2\nKd 1 1 1\nKs 0.3 0.3 0.3\nNs 48\nillum 2\n"
        f"map_Kd {texture_file}\n"
    )


def bowl_texture() -> bytes:
    """The bowl's texture as JPEG."""
    return _jpeg(_bake(_wall(smooth_profile(BOWL, 4), 0.04), bowl().paint))


def jar_glb() -> bytes:
    """The jar as a GLB that holds its texture."""
    wall = _wall(smooth_profile(JAR, 4), 0.04)
    points, uv, faces = _revolve(wall)
    paint = clay("#8d8a83", "#5d5a55", bands=((1.05, 1.1), (1.2, 1.24), (1.33, 1.36)))
    texture = Image.open(io.BytesIO(_jpeg(_bake(wall, paint))))
    material = PBRMaterial(
        name="grey ware", baseColorTexture=texture, metallicFactor=0.0, roughnessFactor=0.8
    )
    mesh = trimesh.Trimesh(
        points, faces, process=False, visual=TextureVisuals(uv=uv, material=material)
    )
    scene = trimesh.Scene({"jar": mesh})
    return bytes(scene.export(file_type="glb", include_normals=True))


def _wall(line: Array, thickness: float) -> Array:
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.stack([along[:, 1], -along[:, 0]], 1)
    outer, inner = line + side * thickness, line - side * thickness
    wall = np.vstack([outer, inner[::-1]])
    wall[:, 0] = np.maximum(wall[:, 0], 0)
    return wall


def _revolve(wall: Array) -> tuple[Array, Array, Array]:
    rows, columns = len(wall), AROUND + 1
    angle = np.linspace(0, 2 * np.pi, columns)
    r, y = wall[:, :1], wall[:, 1:]
    points = np.stack(
        [r * np.cos(angle), np.broadcast_to(y, (rows, columns)), r * np.sin(angle)], 2
    )
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    i, j = np.meshgrid(np.arange(columns - 1), np.arange(rows - 1))
    a = (j * columns + i).ravel()
    b, c = a + 1, a + columns
    faces = np.vstack([np.stack([a, c, b], 1), np.stack([b, c, c + 1], 1)])
    return points.reshape(-1, 3), np.stack([u.ravel(), v.ravel()], 1), faces


def _bake(wall: Array, paint: Paint, width: int = 1024, height: int = 768) -> Image.Image:
    at = np.linspace(len(wall) - 1, 0, height)
    r = np.interp(at, np.arange(len(wall)), wall[:, 0])[:, None]
    y = np.interp(at, np.arange(len(wall)), wall[:, 1])[:, None]
    angle = np.linspace(0, 2 * np.pi, width)[None]
    points = np.stack([r * np.cos(angle), y + 0 * angle, r * np.sin(angle)], 2).reshape(-1, 3)
    normals = np.zeros_like(points)
    normals[:, 1] = np.repeat(at > len(wall) / 2, width)
    pixels = np.clip(paint(points.astype(np.float32), normals) * 1.5, 0, 1) ** (1 / 2.2) * 255
    return Image.fromarray(pixels.reshape(height, width, 3).astype(np.uint8), "RGB")


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
