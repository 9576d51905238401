"""Models and point clouds: damaged, cut and hostile ones of each kind."""

import base64
import json
import os
import struct
import zipfile

import numpy
import pytest
import trimesh

from hdp.ingest.checks import check_file


def said(path):
    checked = check_file(path)
    assert all(one.message.endswith(".") and one.hint for one in checked.findings), checked
    return checked.status, [one.code for one in checked.findings]


def put(path, content):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return said(path)


BOX = trimesh.creation.box()


@pytest.mark.parametrize("kind", ["glb", "ply", "stl", "obj"])
def test_whole_and_cut(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    BOX.export(path)
    assert said(path) == ("valid", [])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert said(path)[0] in ("invalid", "problems")  # half an OBJ may still be one without faces


def test_ply_with_indices_out_of_range(tmp_path):
    head = "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
    head += "property float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n"
    vertices = "0 0 0\n1 0 0\n0 1 0\n"
    assert put(tmp_path / "a.ply", head + vertices + "3 0 1 2\n") == ("valid", [])
    assert put(tmp_path / "a.ply", head + vertices + "3 0 1 7\n") == ("invalid", ["mesh-index"])
    assert put(tmp_path / "a.ply", head + "0 0 0\n")[0] == "invalid"


def test_ply_does_not_open_what_it_names(tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"no picture")
    text = trimesh.exchange.ply.export_ply(BOX, encoding="ascii").decode()
    text = text.replace("element vertex", "comment TextureFile secret.png\nelement vertex", 1)
    assert put(tmp_path / "a.ply", text) == ("valid", [])


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("v 0 0 0\rv 1 0 0\rv 0 1 0\rf 1 2 3\r", "valid", ""),
        ("v 0 0 0\r\nv 1 0 0\r\nv 0 1 0\r\nf 1 2 \\\r\n3\r\n", "valid", ""),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf -1 -2 -3\nf -4 -2 -3\n", "invalid", "obj-index"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nf 1/1 2/2 3/1\n", "problems", "obj-index"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nvn 0 0 1\nf 1//1 2//1 3//9\n", "problems", "obj-index"),
        ("v 0 0 0\nv 1 0 nan\nv 0 1 0\nf 1 2 3\n", "invalid", "obj"),
        ("v 0 0 0\nv 1 0\nv 0 1 0\nf 1 2 3\n", "invalid", "obj"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf a b c\n", "invalid", "obj-index"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 99999999999999999999999\n", "invalid", "obj-index"),
        ("v 0 0 0 1 0 0\nv 1 0 0 1 0 0\nv 0 1 0 0 1 1\nl 1 2\np 3\n", "valid", ""),
        ("just a note\n", "invalid", "no-faces"),
    ],
)
def test_obj(tmp_path, text, status, code):
    assert put(tmp_path / "a.obj", text) == (status, [code] if code else [])


def test_obj_of_several_blocks(tmp_path, monkeypatch):
    from hdp.ingest import model_checks

    grid = trimesh.creation.icosphere(subdivisions=3)
    grid.export(tmp_path / "a.obj")
    for size in (100, 1021, 4096):
        monkeypatch.setattr(model_checks, "_BLOCK", size)
        assert said(tmp_path / "a.obj") == ("valid", [])


def test_a_sparse_obj_of_three_gigabytes_ends_at_once(tmp_path):
    path = tmp_path / "a.obj"
    path.write_text("v 0 0 0\n")
    os.truncate(path, 3 * 1024**3)
    assert said(path) == ("invalid", ["obj"])


def test_binary_mtl(tmp_path):
    assert put(tmp_path / "a.mtl", b"newmtl a\0\0") == ("invalid", ["mtl"])


def test_text_stl(tmp_path):
    text = trimesh.exchange.stl.export_stl_ascii(BOX)
    assert put(tmp_path / "a.stl", text) == ("valid", [])
    assert put(tmp_path / "a.stl", text.replace("endfacet", "", 1))[0] == "invalid"
    assert put(tmp_path / "a.stl", text[: len(text) // 2])[0] == "invalid"


def scene(**changes):
    """A triangle with indices, its data embedded."""
    data = struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0) + struct.pack("<3H", 0, 1, 2)
    uri = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    document = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": 42, "uri": uri}],
        "bufferViews": [
            {"buffer": 0, "byteLength": 36},
            {"buffer": 0, "byteOffset": 36, "byteLength": 6},
        ],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3",
             "min": [0, 0, 0], "max": [1, 1, 0]},
            {"bufferView": 1, "componentType": 5123, "count": 3, "type": "SCALAR"},
        ],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "nodes": [{"mesh": 0}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
    }  # fmt: skip
    for place, value in changes.items():
        *path, last = place.split("__")
        at = document
        for part in path:
            at = at[int(part)] if part.isdigit() else at[part]
        at[int(last) if last.isdigit() else last] = value
    return document


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ""),
        ({"asset": {}}, "gltf"),
        ({"asset": {"version": "1.0"}}, "gltf-version"),
        ({"meshes": {}}, "gltf"),
        ({"nodes": [{"mesh": 4}]}, "gltf-index"),
        ({"scene": 3}, "gltf-index"),
        ({"nodes": [{"children": [1]}, {"children": [0]}]}, "gltf"),
        ({"nodes": [{"children": ["a"]}]}, "gltf-index"),
        ({"meshes__0__primitives__0__material": 0}, "gltf-index"),
        ({"bufferViews__0__buffer": 1}, "gltf-index"),
        ({"buffers__0__byteLength": 100}, "gltf-buffer"),
        ({"buffers__0__uri": "data:application/octet-stream;base64,!!"}, "gltf-buffer"),
        ({"bufferViews__1__byteLength": 60}, "gltf-accessor"),
        ({"bufferViews__1__byteOffset": -6}, "gltf-accessor"),
        ({"accessors__0__count": 4}, "gltf-accessor"),
        ({"accessors__0__count": 10**18}, "gltf-accessor"),
        ({"accessors__0__componentType": 1}, "gltf-accessor"),
        ({"accessors__1__byteOffset": 1, "accessors__1__count": 2}, "gltf-accessor"),
        ({"accessors__0__count": 2}, "mesh-index"),
        ({"accessors__0__max": [9, 9, 9]}, "gltf-limits"),
        ({"accessors__0__max": [1, 1]}, "gltf-accessor"),
        ({"accessors__1__componentType": 5126}, "gltf-accessor"),
        ({"extensionsRequired": ["X_made_up"], "extensionsUsed": ["X_made_up"]}, "gltf-extension"),
        ({"images": [{"uri": "data:image/png;base64,AAAA"}]}, "gltf-image"),
        ({"textures": [{"source": 5}]}, "gltf-index"),
        ({"materials": [{"normalTexture": []}]}, "gltf"),
        ({"accessors__0__sparse": {
            "count": 1,
            "indices": {"bufferView": 1, "componentType": 5123},
            "values": {"bufferView": 0, "byteOffset": 30},
        }}, "gltf-accessor"),
    ],
)  # fmt: skip
def test_gltf(tmp_path, changes, code):
    status, codes = put(tmp_path / "a.gltf", json.dumps(scene(**changes)))
    assert (code in codes) if code else not codes
    assert (status == "valid") == (not code)


def test_gltf_reads_no_buffer_outside(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "outside.bin").write_bytes(b"\0")  # read, it would be too short
    document = scene(buffers=[{"byteLength": 42, "uri": "../outside.bin"}])
    assert put(tmp_path / "in/a.gltf", json.dumps(document)) == ("valid", [])
    (tmp_path / "in/b.bin").symlink_to("../outside.bin")
    document = scene(buffers=[{"byteLength": 42, "uri": "b.bin"}])
    assert put(tmp_path / "in/a.gltf", json.dumps(document)) == ("valid", [])
    (tmp_path / "in/c d.bin").write_bytes(b"\0")
    document = scene(buffers=[{"byteLength": 42, "uri": "c%20d.bin"}])
    assert put(tmp_path / "in/a.gltf", json.dumps(document)) == ("invalid", ["gltf-buffer"])


def test_glb_chunks(tmp_path):
    BOX.export(tmp_path / "a.glb")
    data = (tmp_path / "a.glb").read_bytes()
    length = struct.unpack("<I", data[12:16])[0]
    at = 20 + length
    long = data[:at] + struct.pack("<I", 10**6) + data[at + 4 :]
    assert put(tmp_path / "a.glb", long)[0] == "invalid"
    none = data[:8] + struct.pack("<I", at) + data[12:at]
    assert put(tmp_path / "a.glb", none) == ("invalid", ["gltf-buffer"])


DAE = """<COLLADA><library_geometries><geometry><mesh><source><float_array count="%d">0 1 2
 3 4 5</float_array></source></mesh></geometry></library_geometries></COLLADA>"""


def test_collada_and_x3d(tmp_path):
    assert put(tmp_path / "a.dae", DAE % 6) == ("valid", [])
    assert put(tmp_path / "a.dae", DAE % 9) == ("invalid", ["dae"])
    assert put(tmp_path / "a.dae", "<other/>") == ("invalid", ["dae"])
    assert put(tmp_path / "a.dae", (DAE % 6)[:-20]) == ("invalid", ["xml"])
    assert put(tmp_path / "a.x3d", "<X3D><Scene/></X3D>") == ("valid", [])
    assert put(tmp_path / "a.x3d", "<X3D/>") == ("invalid", ["x3d"])


def test_fbx(tmp_path):
    text = "; FBX 7.4.0 project file\nFBXHeaderExtension: {\n FBXVersion: 7400\n}\nObjects: {\n}\n"
    assert put(tmp_path / "a.fbx", text) == ("problems", ["no-faces"])
    assert put(tmp_path / "a.fbx", b"Kaydara FBX Binary  \0\x1a\0\xe8\x1c\0\0abc") == (
        "invalid", ["fbx"],
    )  # fmt: skip
    assert put(tmp_path / "a.fbx", b"\0" * 100) == ("invalid", ["fbx"])


def test_usd(tmp_path):
    pytest.importorskip("pxr", reason="the extra usd is not installed")
    text = '#usda 1.0\ndef Mesh "m" { }\n'
    assert put(tmp_path / "a.usda", text) == ("valid", [])
    assert put(tmp_path / "a.usda", text[:-5]) == ("invalid", ["usd"])
    assert put(tmp_path / "a.usdc", b"PXR-USDC" + b"\xff" * 200) == ("invalid", ["usd"])
    with zipfile.ZipFile(tmp_path / "a.usdz", "w") as archive:
        archive.writestr("a.usda", text)
    assert said(tmp_path / "a.usdz") == ("valid", [])
    with zipfile.ZipFile(tmp_path / "a.usdz", "w") as archive:
        archive.writestr("a.png", "x")
    assert said(tmp_path / "a.usdz") == ("invalid", ["usd"])


def test_point_clouds(tmp_path):
    head = bytearray(227)
    head[:4], head[24:26] = b"LASF", b"\1\2"
    head[96:111] = struct.pack("<I4xBHI", 227, 0, 20, 5)
    assert put(tmp_path / "a.las", bytes(head) + b"\0" * 100) == ("valid", [])
    assert put(tmp_path / "a.las", bytes(head) + b"\0" * 99) == ("invalid", ["truncated"])
    assert put(tmp_path / "a.las", bytes(head[:100])) == ("invalid", ["las"])
    xml = b"<?xml version='1.0'?><e57Root/>"
    numbers = struct.pack("<IIQQQQ", 1, 0, 48 + len(xml), 48, len(xml), 1024)
    assert put(tmp_path / "a.e57", b"ASTM-E57" + numbers + xml) == ("valid", [])
    assert put(tmp_path / "a.e57", b"ASTM-E57" + numbers + xml[:5]) == ("invalid", ["truncated"])


def test_not_finite(tmp_path):
    mesh = BOX.copy()
    vertices = numpy.array(mesh.vertices)
    vertices[0] = numpy.nan
    mesh = trimesh.Trimesh(vertices, mesh.faces, process=False)
    mesh.export(tmp_path / "a.ply")
    assert said(tmp_path / "a.ply") == ("problems", ["mesh-numbers"])
