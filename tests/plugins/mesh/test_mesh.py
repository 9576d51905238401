"""mesh.optimise and mesh.report: lighter copies that keep their looks, or say what they did not."""

import json
import logging
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import trimesh
from hdp_plugins.mesh import simplify
from hdp_plugins.mesh.opening import open_model
from hdp_plugins.mesh.optimise import Optimise, OptimiseParams
from hdp_plugins.mesh.report import Report
from PIL import Image

from hdp.sdk import ComponentError, LocalFile, Record

SAMPLES = Path(__file__).parents[4] / "shared" / "testdata"
meshoptimizer = pytest.mark.skipif(
    not simplify.find_spec("meshoptimizer"), reason="meshoptimizer is not installed"
)


@pytest.fixture
def step(tmp_path):
    def make(path, references=(), **params):
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        return SimpleNamespace(
            inputs={"mesh": [LocalFile(path, path.name, "model/x", references=references)]},
            params=OptimiseParams(**params), record=Record({}), workdir=work,
            log=logging.getLogger("t"), progress=lambda *one: None, check_cancelled=lambda: None,
        )  # fmt: skip

    return make


@pytest.fixture
def textured(tmp_path):
    """A sphere as OBJ with an MTL and a texture in a folder of its own."""
    folder = tmp_path / "in"
    (folder / "tex").mkdir(parents=True)
    ball = trimesh.creation.uv_sphere(count=[48, 48])
    lines = ["mtllib ball.mtl", "usemtl skin"]
    lines += [f"v {x} {y} {z}" for x, y, z in ball.vertices]
    lines += [f"vt {(x + 1) / 2} {(y + 1) / 2}" for x, y, _ in ball.vertices]
    lines += [f"f {a}/{a} {b}/{b} {c}/{c}" for a, b, c in ball.faces + 1]
    (folder / "ball.obj").write_text("\n".join(lines))
    (folder / "ball.mtl").write_text("newmtl skin\nKd 1 1 1\nmap_Kd tex/my skin.jpg\n")
    Image.effect_noise((512, 256), 50).convert("RGB").save(folder / "tex/my skin.jpg")
    return folder / "ball.obj"


@meshoptimizer
def test_fewer_faces_with_texture(step, textured):
    result = Optimise().run(step(textured, faces=800, texture_side=64))
    path = result.files["mesh"][0].path
    model = open_model(LocalFile(path, path.name))
    assert path.name == "ball.glb" and 100 < model.faces() <= 840
    (_, slot, image), = model.textures()  # fmt: skip
    assert (slot, image.size, image.format) == ("baseColorTexture", (64, 32), "JPEG")
    assert [one.name for one in model.materials()] == ["skin"]
    assert not result.findings


def test_small_enough_is_said(step, textured):
    result = Optimise().run(step(textured))
    assert [one.code for one in result.findings] == ["mesh-small-enough"]


def test_without_the_library_nothing_is_faked(step, textured, monkeypatch):
    monkeypatch.setattr(simplify, "find_spec", lambda name: None)
    result = Optimise().run(step(textured, faces=100))
    assert [one.code for one in result.findings] == ["mesh-not-simplified"]
    assert "[mesh]" in result.findings[0].hint
    path = result.files["mesh"][0].path
    assert open_model(LocalFile(path, path.name)).textures()


@pytest.mark.parametrize("gone", ["ball.mtl", "tex/my skin.jpg"])
def test_a_missing_file_is_an_error(step, textured, gone):
    (textured.parent / gone).unlink()
    with pytest.raises(ComponentError, match="not there") as caught:
        Optimise().run(step(textured))
    assert caught.value.name == "textures-missing" and gone in caught.value.message


def test_references_from_elsewhere_are_found(step, textured, tmp_path):
    elsewhere = tmp_path / "my skin.jpg"
    shutil.move(textured.parent / "tex/my skin.jpg", elsewhere)
    reference = LocalFile(elsewhere, elsewhere.name, "image/jpeg", "texture")
    result = Optimise().run(step(textured, references=(reference,)))
    path = result.files["mesh"][0].path
    assert len(open_model(LocalFile(path, path.name)).textures()) == 1


def test_a_model_cannot_reach_outside_its_folder(step, textured, tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.jpg")
    (textured.parent / "ball.mtl").write_text("newmtl skin\nmap_Kd ../secret.jpg\n")
    with pytest.raises(ComponentError, match=r"\.\./secret\.jpg"):
        Optimise().run(step(textured))


def test_maps_that_are_not_carried_over_are_said(step, textured):
    Image.new("L", (4, 4)).save(textured.parent / "tex/bump.png")
    with (textured.parent / "ball.mtl").open("a") as stream:
        stream.write("map_Bump -bm 1.0 tex/bump.png\n")
    result = Optimise().run(step(textured))
    found = [one for one in result.findings if one.code == "mesh-maps-left-out"]
    assert "tex/bump.png" in found[0].message


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.glb", b"glTF"), ("a.obj", b""), ("a.obj", b"v 1 2 3\nv 2 3 4\n"), ("a.ply", b"ply\n"),
     ("a.stl", b"\0" * 100), ("a.fbx", b"Kaydara"), ("a.gltf", b'{"buffers":[{"uri":"b.bin"}]}')],
)  # fmt: skip
def test_damaged_models_are_told(step, tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ComponentError, match=name):
        Optimise().run(step(tmp_path / name))


def test_keep_is_refused_where_looks_would_be_lost(step, textured, tmp_path):
    with pytest.raises(ComponentError, match=r"cannot be written as \.obj") as caught:
        Optimise().run(step(textured, format="keep"))
    assert "glb" in caught.value.hint


def test_report(step, textured):
    result = Report().run(step(textured))
    report = json.loads(result.files["report"][0].path.read_text())
    assert (report["parts"], report["materials"]) == (1, ["skin"])
    assert report["textures"][0]["width"] == 512
    assert report["faces"] == result.values["faces"] > 1000


@meshoptimizer
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="on purpose: no sample models beside the repo")
def test_a_real_scan_keeps_its_nine_materials(step):
    source = SAMPLES / "model_glb" / "building_scan.glb"
    before = open_model(LocalFile(source, source.name))
    result = Optimise().run(step(source, faces=400, texture_side=256))
    path = result.files["mesh"][0].path
    after = open_model(LocalFile(path, path.name))
    assert after.faces() < before.faces() * 0.8
    assert len(after.materials()) == len(before.materials()) == 9
    assert [one[1] for one in after.textures()] == [one[1] for one in before.textures()]
    assert [one.code for one in result.findings] == ["mesh-loses", "mesh-target-not-reached"]
    assert "KHR_materials_ior" in result.findings[0].message
