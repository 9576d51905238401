"""A textured model with a picture that tells its sides apart, and a step for components."""

import logging
from types import SimpleNamespace

import pytest
import trimesh
from PIL import Image, ImageDraw

from hdp.sdk import LocalFile, Record


@pytest.fixture
def run(tmp_path):
    def go(component, path, **params):
        work = tmp_path / f"work-{component.id}"
        work.mkdir(exist_ok=True)
        step = SimpleNamespace(
            inputs={"mesh": [LocalFile(path, path.name, "model/x")]},
            params=component.params(**params), record=Record({}), workdir=work,
            log=logging.getLogger("t"), progress=lambda *one: None, check_cancelled=lambda: None,
        )  # fmt: skip
        before = path.read_bytes()
        result = component.run(step)
        assert path.read_bytes() == before
        return result

    return go


@pytest.fixture
def vase(tmp_path):
    """A ball with a chequered texture as GLB; its name has blanks and letters beyond ASCII."""
    ball = trimesh.creation.uv_sphere(count=[64, 64])
    picture = Image.new("RGB", (2048, 1024), "navy")
    for x in range(0, 2048, 256):
        for y in range(0, 1024, 256):
            colour = (x // 8, y // 4, 255 - x // 8)
            ImageDraw.Draw(picture).rectangle((x, y, x + 128, y + 128), fill=colour)
    uv = [((x + 1) / 2, (y + 1) / 2) for x, y, _ in ball.vertices]
    material = trimesh.visual.material.PBRMaterial(name="Glasur", baseColorTexture=picture)
    ball.visual = trimesh.visual.TextureVisuals(uv=uv, material=material)
    path = tmp_path / "Väse 語 1.glb"
    trimesh.Scene(ball).export(str(path))
    return path
