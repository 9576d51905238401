"""A million textured triangles to a tenth, against gltfpack, each in a process of its own.

The model is a ball whose surface is given by a formula, so that the error of a copy can be
told exactly: how far its corners and the middles of its triangles lie off the formula.
gltfpack is taken from the PATH or from $HDP_BENCH_GLTFPACK; without it there is no ratio.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SIDE = int(os.environ.get("HDP_BENCH_MESH_SIDE", "708"))  # 2 * 708 * 708 triangles
RATIO = 0.1
RUNS = 3

_OURS = """
import logging, sys
from pathlib import Path
from types import SimpleNamespace
from hdp.sdk import LocalFile
from hdp_plugins.mesh.optimise import Optimise, OptimiseParams
source, folder = Path(sys.argv[1]), Path(sys.argv[2])
step = SimpleNamespace(
    inputs={"mesh": [LocalFile(source, source.name)]}, workdir=folder,
    params=OptimiseParams(ratio=float(sys.argv[3])), progress=lambda *one: None,
    check_cancelled=lambda: None,
)
Optimise().run(step)
"""
Line = tuple[str, float, float, str]


def radius(directions):
    """How far the surface is from the middle in these directions."""
    import numpy

    x, y, z = directions.T
    return 1 + 0.05 * numpy.sin(9 * x) * numpy.sin(11 * y) + 0.03 * numpy.sin(23 * z)


def make_model(path: Path) -> Path:
    """The ball as GLB, with a texture and a seam."""
    import numpy
    import trimesh
    from PIL import Image

    u, v = numpy.meshgrid(numpy.linspace(0, 1, SIDE + 1), numpy.linspace(0.02, 0.98, SIDE + 1))
    across, down = 2 * numpy.pi * u.ravel(), numpy.pi * v.ravel()
    ring = numpy.sin(down)
    points = numpy.stack((ring * numpy.cos(across), numpy.cos(down), ring * numpy.sin(across)), 1)
    corner = (numpy.arange(SIDE)[:, None] * (SIDE + 1) + numpy.arange(SIDE)).ravel()
    below = corner + SIDE + 1
    faces = numpy.concatenate(
        (
            numpy.stack((corner, corner + 1, below), 1),
            numpy.stack((corner + 1, below + 1, below), 1),
        )
    )
    material = trimesh.visual.material.PBRMaterial(
        baseColorTexture=Image.effect_noise((1024, 1024), 60).convert("RGB")
    )
    visual = trimesh.visual.TextureVisuals(
        uv=numpy.stack((u.ravel(), v.ravel()), 1), material=material
    )
    points *= radius(points)[:, None]
    trimesh.Scene(trimesh.Trimesh(points, faces, visual=visual, process=False)).export(str(path))
    return path


def error_of(path: Path) -> tuple[int, float]:
    """Triangles, and the root of the mean square of how far they lie off the surface."""
    import numpy
    import trimesh

    mesh = trimesh.load_scene(path).to_mesh()
    points = numpy.concatenate((mesh.vertices, mesh.triangles_center))
    length = numpy.linalg.norm(points, axis=1)
    off = length - radius(points / length[:, None])
    return len(mesh.faces), float(numpy.sqrt((off**2).mean()))


def _fastest(command: list[str]) -> float:
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - begin)
    return min(times)


def measure() -> Iterator[Line]:
    """One line: ours with the extra `mesh`, gltfpack's, how many triangles and what error."""
    peer = os.environ.get("HDP_BENCH_GLTFPACK") or shutil.which("gltfpack")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        source = make_model(folder / "ball.glb")
        (folder / "out").mkdir()
        ours = _fastest([sys.executable, "-c", _OURS, str(source), str(folder / "out"), str(RATIO)])
        faces, off = error_of(folder / "out" / "ball.glb")
        told = f"{2 * SIDE * SIDE:,} -> {faces:,} triangles, error {off:.2e}"
        if peer is None:
            yield ("decimate 1M textured", ours, float("nan"), f"{told}; gltfpack is not here")
            return
        # No quantisation: it would move points for another reason.
        goal = folder / "peer.glb"
        command = [peer, "-i", str(source), "-o", str(goal), "-si", str(RATIO), "-noq"]
        theirs = _fastest(command)
        faces, off = error_of(goal)
        yield ("decimate 1M textured", ours, theirs, f"{told}; gltfpack {faces:,}, {off:.2e}")
