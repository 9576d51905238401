"""Files really opened: what is damaged is said, and nothing is raised."""

import json
import struct
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from hdp.ingest import archive_checks, image_checks
from hdp.ingest.checks import check_file
from hdp.ingest.types import kind_of, media_type

XYZ = "property float x\nproperty float y\nproperty float z\n"


def put(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def said(path: Path) -> tuple[str, list[str]]:
    checked = check_file(path, relpath="in/" + path.name)
    assert all(one.message.endswith(".") and one.hint for one in checked.findings)
    assert all(one.where == {"file": "in/" + path.name} for one in checked.findings)
    return checked.status, [one.code for one in checked.findings]


def glb(extra: int = 0) -> bytes:
    meshes = [{"primitives": []}]
    document = json.dumps({"asset": {"version": "2.0"}, "meshes": meshes}).encode()
    document += b" " * (-len(document) % 4)
    size = 20 + len(document)
    return struct.pack("<4sIII4s", b"glTF", 2, size + extra, len(document), b"JSON") + document


@pytest.mark.parametrize("extension", ["jpg", "png", "tif", "gif", "webp"])
def test_images(tmp_path, extension):
    path = tmp_path / f"a.{extension}"
    Image.effect_noise((64, 64), 50).convert("RGB").save(path)
    assert said(path) == ("valid", [])
    path.write_bytes(path.read_bytes()[:-1500] if extension != "gif" else b"GIF89a")
    assert said(path)[0] == "invalid"


def test_decompression_bomb(tmp_path, monkeypatch):
    Image.new("1", (100, 100)).save(tmp_path / "a.png")
    monkeypatch.setattr(image_checks, "MAX_PIXELS", 1000)
    assert said(tmp_path / "a.png") == ("invalid", ["too-many-pixels"])


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.jpg", b"", "invalid", "empty"),
        ("a.jpg", b"no image at all", "invalid", "no-image"),
        ("a.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\nf -1/1/1 -2/2 -3\n", "valid", ""),
        ("a.obj", "v 0 0 0\nf 1 2 3\n", "invalid", "obj-index"),
        ("a.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 0 1 2\n", "invalid", "obj-index"),
        ("a.obj", "v 0 0 0\n", "problems", "no-faces"),
        ("a.mtl", "newmtl a\n", "valid", ""),
        ("a.mtl", "Kd 1 1 1\n", "problems", "no-material"),
        ("a.glb", glb(), "valid", ""),
        ("a.glb", glb(100), "invalid", "truncated"),
        ("a.glb", b"glTF", "invalid", "glb"),
        ("a.gltf", "{", "invalid", "gltf"),
        ("a.gltf", "[]", "invalid", "gltf"),
        ("a.json", '{"a": 1}', "valid", ""),
        ("a.json", "{", "invalid", "json"),
        ("a.json", "[" * 100_000, "invalid", "json"),
        ("a.pdf", "%PDF-1.7\n...\n%%EOF\n", "invalid", "pdf"),
        ("a.pdf", "%PDF-1.7\n...", "invalid", "truncated"),
        ("a.pdf", "text", "invalid", "pdf"),
        ("a.xml", "<a/>", "valid", ""),
        ("a.xml", "<a>", "invalid", "xml"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "invalid", "xml-unsafe"),
        (
            "a.ply",
            "ply\nformat ascii 1.0\nelement vertex 1\n" + XYZ + "end_header\n0 0 0\n",
            "valid",
            "",
        ),
        ("a.ply", "ply\nformat ascii 1.0\n", "invalid", "ply"),
        ("a.stl", b"\0" * 80 + struct.pack("<I", 1) + b"\0" * 50, "valid", ""),
        ("a.stl", b"\0" * 80 + struct.pack("<I", 2) + b"\0" * 50, "invalid", "truncated"),
        ("a.zip", b"PK\x03\x04 broken", "invalid", "damaged"),
        ("a.bin", b"\x01\x02", "valid", ""),
    ],
)
def test_other_files(tmp_path, name, content, status, code):
    found = said(put(tmp_path / name, content))
    assert found == (status, [code] if code else [])


def test_extension_that_lies(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert said(tmp_path / "a.jpg") == ("problems", ["wrong-extension"])


def test_archives(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../x", "y")
    assert said(tmp_path / "a.zip") == ("invalid", ["zip-path"])
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", b"\0" * 1_000_000)
    monkeypatch.setattr(archive_checks, "_RATIO_FROM", 100_000)
    assert said(tmp_path / "b.zip") == ("invalid", ["zip-bomb"])


def test_a_file_that_is_gone(tmp_path):
    assert said(tmp_path / "none.jpg") == ("missing", ["missing"])


def test_media_types():
    assert media_type("a.OBJ", b"v 0 0 0") == "model/obj"
    assert media_type("a.docx", b"PK\x03\x04").endswith("wordprocessingml.document")
    assert media_type("a.jpg", b"\x89PNG\r\n\x1a\n" + b"\0" * 30) == "image/png"
    assert media_type("a", b"") == "application/octet-stream"
    assert [kind_of(one) for one in ("a.mtl", "a.txt", "a.las", "a.pdf", "a.csv", "a.xyz")] == [
        "material", "note", "model", "document", "data", "other",
    ]  # fmt: skip
