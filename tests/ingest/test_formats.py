"""Scenes of each format, made by their own libraries where there are any, and what they bring."""

import json
import os
import struct
from pathlib import Path

import pytest

from hdp.ingest import ScanOptions, scan
from hdp.ingest.formats.reference import Reference
from hdp.ingest.references import Unreadable, references_of

FBX = r"""; FBX 7.4.0 project file
FBXHeaderExtension:  {
	FBXHeaderVersion: 1003
	FBXVersion: 7400
}
Objects:  {
	Texture: 4000, "Texture::T", "" {
		FileName: "C:\Users\x\tex\wood.png"
		RelativeFilename: "..\tex\wood.png"
	}
	Texture: 4001, "Texture::T2", "" {
		FileName: "/home/x/inside.png"
		RelativeFilename: "inside.png"
	}
	Video: 5001, "Video::V2", "Clip" {
		FileName: "/home/x/inside.png"
		RelativeFilename: "inside.png"
		Content: , "iVBORw0KGgoAAAAAAAA="
	}
}
Connections:  {
	C: "OO",5001,4001
}
"""


def put(path: Path, content: str | bytes = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def names(path: Path, content: str | bytes) -> list[str]:
    return [one.text for one in references_of(put(path, content))]


def only(root: Path, extension: str, **options):
    (item,) = scan(ScanOptions(root, extensions=(extension,), **options)).items
    return item


def members(item) -> list[str]:
    return [one.relpath for one in item.files]


def codes(item) -> list[str]:
    return [finding.code for one in item.files for finding in one.findings]


@pytest.mark.parametrize("place", ["", "a.fbm/", "textures/", "Materials/"])
def test_fbx_looks_where_programs_put_textures(tmp_path, place):
    put(tmp_path / "a.fbx", FBX)
    put(tmp_path / place / "wood.png")
    item = only(tmp_path, ".fbx")
    assert members(item) == ["a.fbx", f"{place}wood.png"]
    assert item.files[0].status == "valid" and codes(item) == ["reference-outside"]


def test_fbx_without_its_texture_and_damaged(tmp_path):
    put(tmp_path / "a.fbx", FBX)
    item = only(tmp_path, ".fbx")
    assert item.files[0].status == "textures-missing"
    put(tmp_path / "a.fbx", FBX[:150])
    put(tmp_path / "b.fbx", b"Kaydara FBX Binary  \0\x1a\0" + b"\xff" * 100)
    result = scan(ScanOptions(tmp_path, extensions=(".fbx",)))
    assert result.items[1].files[0].status == "invalid"
    assert codes(result.items[1]) == ["unreadable"]


DAE = """<?xml version="1.0"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1"><library_images>
<image id="i"><init_from>{0}</init_from></image></library_images><library_effects><effect><newparam>
<surface><init_from>i</init_from></surface></newparam></effect></library_effects></COLLADA>"""


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("tex/my%20wood.png", "tex/my wood.png"),
        ("file:tex.png", "tex.png"),
        ("file://tex.png", "tex.png"),
        ("file:///C:/x/tex.png", "C:/x/tex.png"),
        ("file:///etc/passwd", "/etc/passwd"),
        ("file://server/share/a.png", "//server/share/a.png"),
        ("<ref>./tex.png</ref>", "./tex.png"),
    ],
)
def test_collada_images(tmp_path, written, name):
    assert names(tmp_path / "a.dae", DAE.format(written)) == [name]


def test_collada_that_breaks_off_keeps_what_it_named(tmp_path):
    path = put(tmp_path / "a.dae", DAE.format("a.png")[:-20])
    put(tmp_path / "a.png")
    with pytest.raises(Unreadable) as caught:
        references_of(path)
    assert [one.text for one in caught.value.found] == ["a.png"]
    item = only(tmp_path, ".dae")
    assert members(item) == ["a.dae", "a.png"] and item.files[0].status == "invalid"


def test_xml_that_refers_to_others_is_not_followed(tmp_path):
    secret = put(tmp_path / "secret.txt", "gold.png")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    path = put(
        tmp_path / "a.dae", f"{entity}<COLLADA><image><init_from>&e;</init_from></image></COLLADA>"
    )
    with pytest.raises(Unreadable) as caught:
        references_of(path)
    assert caught.value.found == []


def test_x3d_takes_the_first_url_that_is_there(tmp_path):
    put(tmp_path / "a.x3d", """<X3D><Scene><ImageTexture url='"http://x.org/a.png" "t/a.png"'/>
        <Inline url='"b.x3d#View"'/><Anchor url='"index.html"'/></Scene></X3D>""")  # fmt: skip
    put(tmp_path / "b.x3d", "<X3D><Scene><Inline url='a.x3d'/></Scene></X3D>")
    put(tmp_path / "t/a.png")
    item = only(tmp_path, ".x3d")
    assert {one.relpath: one.role for one in item.files} == {
        "a.x3d": "primary", "t/a.png": "texture", "b.x3d": "member",
    }  # fmt: skip
    assert codes(item) == []


def test_vrml(tmp_path):
    text = """#VRML V2.0 utf8
    # url "not.png"
    Shape { appearance Appearance { texture ImageTexture { url [ "a b.png",
      "http://x.org/a.png" ] } } } Inline { url "part.wrl" } Anchor { url "x.html" }"""
    assert names(tmp_path / "a.wrl", text) == ["a b.png", "part.wrl"]


def test_usd_names_are_read_and_nothing_is_opened(tmp_path):
    pytest.importorskip("pxr", reason="the extra usd is not installed")
    root = tmp_path / "in"
    text = """#usda 1.0
(
 subLayers = [ @./l.usda@, @/etc/passwd@ ]
)
def "a" {
 asset file = @tex/w.<UDIM>.png@
 asset other = @z.usdz[0/in.png]@
}
"""
    put(root / "a.usda", text)
    put(root / "l.usda", "#usda 1.0\n")
    put(root / "z.usdz")
    for tile in (1001, 1002):
        put(root / f"tex/w.{tile}.png")
    item = next(one for one in scan(ScanOptions(root)).items if one.primary == "a.usda")
    assert set(members(item)) == {
        "a.usda", "l.usda", "tex/w.1001.png", "tex/w.1002.png", "z.usdz",
    }  # fmt: skip
    assert codes(item) == ["reference-outside", "part-missing"]
    put(root / "a.usda", "#usda 1.0\n(((")
    item = next(one for one in scan(ScanOptions(root)).items if one.primary == "a.usda")
    assert item.files[0].status == "invalid"


def test_collada_obj_and_glb_of_a_library(tmp_path):
    trimesh = pytest.importorskip("trimesh")
    box = trimesh.creation.box()
    for kind in ("dae", "glb", "ply", "gltf"):
        try:
            data = box.export(file_type=kind)
        except (ValueError, ImportError):
            continue  # its COLLADA needs another library
        files = data if isinstance(data, dict) else {f"a.{kind}": data}
        for name, content in files.items():
            put(tmp_path / kind / name, content)
        options = ScanOptions(tmp_path / kind, extensions=(f".{kind}",))
        (item,) = scan(options).items
        assert item.files[0].status == "valid" and len(item.files) == len(files)


def test_glb_with_files_outside_of_it(tmp_path):
    document = {"buffers": [{"uri": "d.bin"}, {}],
                "images": [{"uri": "100%25.png"}, {"uri": "data:,x"}],
                "textures": [{"extensions": {"KHR_texture_basisu": {"source": 0}}}]}  # fmt: skip
    text = json.dumps(document).encode()
    head = struct.pack("<4sIIII", b"glTF", 2, 20 + len(text), len(text), 0x4E4F534A)
    assert names(tmp_path / "a.glb", head + text) == ["d.bin", "100%.png"]


def test_binary_ply(tmp_path):
    data = (
        b"ply\r\nformat binary_little_endian 1.0\r\ncomment TextureFile a b.jpg\r\nend_header\r\n"
    )
    assert names(tmp_path / "a.ply", data + b"\ncomment TextureFile no.jpg\n") == ["a b.jpg"]


@pytest.mark.skipif(os.name == "nt", reason="on purpose: there are no such files there")
def test_special_files_are_never_opened(tmp_path):
    put(tmp_path / "a.obj", "mtllib pipe.mtl /dev/zero\n")
    os.mkfifo(tmp_path / "pipe.mtl")
    item = only(tmp_path, ".obj")
    assert members(item) == ["a.obj"] and item.files[0].status == "material-missing"


def test_what_is_known_is_not_parsed_again(tmp_path):
    put(tmp_path / "a.obj", "mtllib a.mtl\n")
    put(tmp_path / "a.mtl", "newmtl a\n")
    put(tmp_path / "b.mtl", "newmtl a\n")
    first = scan(ScanOptions(tmp_path, extensions=(".obj",)))
    assert [one.text for one in first.references["a.obj"]] == ["a.mtl"]
    data = json.loads(json.dumps(first.references["a.obj"][0].to_json()))
    assert Reference.from_json(data) == first.references["a.obj"][0]
    known = {"a.obj": [Reference("b.mtl", "material")]}
    again = scan(
        ScanOptions(tmp_path, extensions=(".obj",)),
        known_references=lambda found: known.get(found.relpath),
    )
    assert members(again.items[0]) == ["a.obj", "b.mtl"]
