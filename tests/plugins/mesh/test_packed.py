"""Packed models: read as they are, written as asked, and valid by Khronos' own validator."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy
import pytest
from hdp_plugins.mesh import packed, simplify
from hdp_plugins.mesh.container import read_container, write_container
from hdp_plugins.mesh.convert import Convert
from hdp_plugins.mesh.opening import open_model
from hdp_plugins.mesh.optimise import Optimise
from hdp_plugins.mesh.preview import Preview
from hdp_plugins.mesh.report import Report
from plugins.mesh.test_copies import difference, made, opened, shot

from hdp.sdk import ComponentError, LocalFile

pytestmark = pytest.mark.skipif(
    not simplify.find_spec("DracoPy"), reason="the extra mesh is not installed"
)
MODELS = Path(__file__).parents[2] / "browser" / "models"
FRONTEND = Path(__file__).parents[3] / "frontend"
JUDGE = """
const {validateBytes} = require('gltf-validator'), fs = require('fs')
Promise.all(process.argv.slice(1).map((one) => validateBytes(new Uint8Array(fs.readFileSync(one)))))
  .then((all) => console.log(JSON.stringify(all.map((one) => one.issues))))
"""


def judged(*paths):
    """What Khronos' validator says of each file."""
    if not (FRONTEND / "node_modules" / "gltf-validator").is_dir() or not shutil.which("node"):
        pytest.skip("glTF validator: frontend/node_modules or node is not there")
    ran = subprocess.run(
        ["node", "-e", JUDGE, *map(str, paths)],
        cwd=FRONTEND, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(ran.stdout)


def document(path):
    return read_container(path.read_bytes(), lambda name: b"")[0]


def test_copies_look_the_same_and_are_valid(run, vase, tmp_path):
    plain = shutil.move(made(run(Convert(), vase)), tmp_path / "plain.glb")
    light = shutil.move(made(run(Optimise(), vase, faces=2000)), tmp_path / "light.glb")
    copies = [plain, light, made(run(Preview(), vase, faces=2500))]
    for component, params in ((Convert(), {}), (Optimise(), {"faces": 2000})):
        copy = made(run(component, vase, compression="meshopt", **params))
        copies.append(shutil.move(copy, tmp_path / f"{component.id}.glb"))
    assert [one["numErrors"] for one in judged(*copies)] == [0] * len(copies)
    assert copies[3].stat().st_size < plain.stat().st_size / 2
    assert all(document(one)["extensionsRequired"] for one in copies[3:])
    before = shot(vase)
    assert [difference(before, shot(one)) < 6 for one in copies] == [True] * len(copies)


def test_meshopt_loses_nothing(run, vase, tmp_path):
    before = opened(made(run(Convert(), vase))).meshes()[0][1]
    after = opened(made(run(Convert(), vase, compression="meshopt"))).meshes()[0][1]
    assert numpy.array_equal(before.vertices, after.vertices)
    assert numpy.array_equal(before.visual.uv, after.visual.uv)

    def corners(mesh):  # a triangle may begin at another corner
        return {tuple(numpy.roll(one, -one.argmin())) for one in mesh.faces}

    assert corners(before) == corners(after)


@pytest.mark.parametrize("name", ["draco.glb", "meshopt.glb"])
def test_models_packed_by_others_are_read(run, name):
    model = opened(MODELS / name)
    assert model.faces() == 18
    assert model.scene.bounds.tolist() == [[0, 0, 0], [1, 1, 0]]
    assert opened(made(run(Convert(), MODELS / name))).faces() == 18
    assert run(Report(), MODELS / name).files


def quantised(path, goal):
    """The model with normalised 16-bit texture coordinates, as packers write them."""
    document, (data,) = read_container(path.read_bytes(), None)
    views = [
        data[one.get("byteOffset", 0) :][: one["byteLength"]] for one in document["bufferViews"]
    ]
    accessor = document["accessors"][
        document["meshes"][0]["primitives"][0]["attributes"]["TEXCOORD_0"]
    ]
    place = accessor["bufferView"]
    values = numpy.frombuffer(views[place], "<f4").clip(0, 1)
    views[place] = (values * 65535).round().astype("<u2").tobytes()
    for name in ("min", "max"):
        accessor.pop(name, None)
    accessor |= {"componentType": 5123, "normalized": True}
    for name in ("extensionsUsed", "extensionsRequired"):
        document[name] = ["KHR_mesh_quantization"]
    document["buffers"] = []
    goal.write_bytes(write_container(document, views))


def test_quantised_numbers_are_read_as_meant(vase, tmp_path):
    goal = tmp_path / "quantised.glb"
    quantised(vase, goal)
    (_, one), (_, other) = opened(vase).meshes()[0], opened(goal).meshes()[0]
    assert numpy.abs(one.visual.uv - other.visual.uv).max() < 1e-4
    assert difference(shot(vase), shot(goal)) < 2


def test_what_cannot_be_packed_is_refused_first(run, vase, tmp_path, monkeypatch):
    with pytest.raises(ComponentError, match="only GLB files can be packed") as caught:
        run(Convert(), vase, format="ply", compression="meshopt", allow_loss=True)
    assert caught.value.name == "mesh-packing"
    monkeypatch.setattr("hdp_plugins.mesh.compression.find_spec", lambda name: None)
    with pytest.raises(ComponentError, match="nothing that packs models is installed"):
        run(Optimise(), vase, compression="meshopt")
    monkeypatch.setattr(packed, "find_spec", lambda name: None)
    for name in ("draco.glb", "meshopt.glb"):
        with pytest.raises(ComponentError, match="nothing here unpacks it"):
            opened(MODELS / name)


@pytest.mark.parametrize("cut", [200, 900, 1500])
def test_damaged_packed_models_are_told(tmp_path, cut):
    for name in ("draco.glb", "meshopt.glb"):
        path = tmp_path / name
        data = bytearray((MODELS / name).read_bytes())
        data[-min(cut, len(data) // 3) : -20] = b"\xff" * len(data[-min(cut, len(data) // 3) : -20])
        path.write_bytes(data)
        with pytest.raises(ComponentError):
            opened(path)


def test_textures_that_cannot_be_read_are_refused(run, vase, tmp_path):
    document, (data,) = read_container(vase.read_bytes(), None)
    views = [
        data[one.get("byteOffset", 0) :][: one["byteLength"]] for one in document["bufferViews"]
    ]
    document["textures"] = [{"extensions": {"KHR_texture_basisu": {"source": 0}}}]
    for name in ("extensionsUsed", "extensionsRequired"):
        document[name] = ["KHR_texture_basisu"]
    document["buffers"] = []
    path = tmp_path / "ktx2.glb"
    path.write_bytes(write_container(document, views))
    assert open_model(LocalFile(path, path.name)).breaking == ["KTX2 textures"]
    with pytest.raises(ComponentError, match="KTX2 textures"):
        run(Optimise(), path)
