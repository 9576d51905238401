"""What a copy of a glTF would not have is told, and refused where it would look wrong."""

import io
import json
import struct

import pytest
import trimesh
from hdp_plugins.mesh import gltf_loss
from hdp_plugins.mesh.convert import Convert
from hdp_plugins.mesh.optimise import Optimise
from hdp_plugins.mesh.preview import Preview
from hdp_plugins.mesh.report import Report
from PIL import Image

from hdp.sdk import ComponentError


def parts(path):
    """The JSON and the binary part of a GLB."""
    data = path.read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    return json.loads(data[20 : 20 + length]), data[28 + length :]


def write(path, document, body):
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(body))
    head += struct.pack("<I4s", len(text), b"JSON") + text
    path.write_bytes(head + struct.pack("<I4s", len(body), b"BIN\0") + body)
    return path


@pytest.fixture
def changed(vase):
    """The vase with something else in its JSON."""

    def change(edit):
        document, body = parts(vase)
        edit(document)
        return write(vase, document, body)

    return change


def repeated(document):
    texture = document["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]
    texture["extensions"] = {"KHR_texture_transform": {"scale": [3, 3]}}


def skinned(document):
    document["skins"] = [{"joints": [0]}]


def morphed(document):
    primitive = document["meshes"][0]["primitives"][0]
    primitive["targets"] = [{"POSITION": primitive["attributes"]["POSITION"]}]


def shiny(document):
    document["extensionsUsed"] = ["KHR_materials_clearcoat", "KHR_mesh_quantization"]
    document["materials"][0]["extensions"] = {"KHR_materials_clearcoat": {"clearcoatFactor": 1}}


def clamped(document):
    document["samplers"] = [{"wrapS": 33071}]
    document["textures"][0]["sampler"] = 0


@pytest.mark.parametrize("edit", [repeated, skinned, morphed])
@pytest.mark.parametrize("component", [Optimise, Preview, Convert])
def test_what_would_look_wrong_is_refused(run, changed, edit, component):
    path = changed(edit)
    with pytest.raises(ComponentError) as caught:
        run(component(), path)
    assert caught.value.name == "mesh-loses"


def test_a_transform_that_moves_nothing_is_no_reason(run, changed):
    def still(document):
        repeated(document)
        texture = document["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]
        texture["extensions"]["KHR_texture_transform"] = {"scale": [1, 1], "texCoord": 0}

    found = run(Optimise(), changed(still)).findings
    assert [one.code for one in found] == ["mesh-small-enough"]


@pytest.mark.parametrize(
    ("edit", "word"), [(shiny, "KHR_materials_clearcoat"), (clamped, "at their edges")]
)
def test_what_a_copy_does_not_have_is_told(run, changed, edit, word):
    found = [one for one in run(Optimise(), changed(edit)).findings if one.code == "mesh-loses"]
    assert len(found) == 1 and found[0].severity == "warning" and word in found[0].message
    assert "quantization" not in found[0].message  # packing says nothing of its looks


def test_jpeg_textures_are_not_pressed_twice(run, tmp_path):
    picture = io.BytesIO()
    Image.effect_noise((256, 256), 60).convert("RGB").save(picture, "JPEG", quality=95)
    square = trimesh.Trimesh([[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0]], [[0, 1, 2], [0, 2, 3]])
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=Image.open(picture))
    square.visual = trimesh.visual.TextureVisuals(
        uv=[[0, 0], [1, 0], [1, 1], [0, 1]], material=material
    )
    path = tmp_path / "square.glb"
    trimesh.Scene(square).export(str(path))
    tables = []
    for one in (path, run(Convert(), path).files["mesh"][0].path):
        document, body = parts(one)
        view = document["bufferViews"][document["images"][0]["bufferView"]]
        data = body[view["byteOffset"] :][: view["byteLength"]]
        tables.append(Image.open(io.BytesIO(data)).quantization)
    assert tables[0] == tables[1]


def test_a_report_counts_what_stands_there(run, tmp_path, vase):
    """The ball is closed although its texture has a seam; a scaled part has its true area."""
    document, body = parts(vase)
    for node in document["nodes"]:
        if "mesh" in node:
            node.pop("matrix", None)
            node["scale"] = [2, 2, 2]
    before = json.loads(run(Report(), vase).files["report"][0].path.read_text())
    write(vase, document, body)
    after = json.loads(run(Report(), vase).files["report"][0].path.read_text())
    assert before["watertight"] and after["watertight"]
    assert after["area"] == pytest.approx(4 * before["area"])
    assert after["texel_density"] == pytest.approx(before["texel_density"] / 2)


@pytest.mark.parametrize("document", [
    {}, {"materials": 1, "meshes": {}, "samplers": "x", "extensionsUsed": 3},
    {"materials": [None, {"a": [1, {"KHR_texture_transform": 3}]}], "meshes": [None, {}, 2],
     "samplers": [None, {"wrapS": []}], "extensionsUsed": [None, {}]},
    {"meshes": [{"primitives": [None, {"attributes": 4}]}]},
])  # fmt: skip
def test_strange_documents_do_no_harm(document):
    assert gltf_loss.breaking(document) == []
    gltf_loss.lost(document)


@pytest.mark.parametrize("data", [b"", b"glTF", b"glTF\xff\xff\xff\xff" * 5, b"[1]", b"\xff{"])
def test_what_is_no_gltf_says_nothing(tmp_path, data):
    (tmp_path / "a.glb").write_bytes(data)
    assert gltf_loss.read_gltf(tmp_path / "a.glb") == {}
