"""What files name, read out of files that may be hostile."""

from pathlib import Path

import pytest

from hdp.ingest import ScanOptions, scan
from hdp.ingest.references import references_of


def names(path: Path, content: str | bytes) -> list[str]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [one.text for one in references_of(path)]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("map_Kd a.png", "a.png"),
        ("  map_Kd\ta b.png  ", "a b.png"),
        ("map_Kd -s 1 1 1 -o 0 0 0 path with spaces.png", "path with spaces.png"),
        ("map_Kd -s 1 a.png", "a.png"),
        ("map_Kd -mm 0 1 -clamp on a.png", "a.png"),
        ("map_Bump -bm 0.5 n.png", "n.png"),
        ("bump n.png", "n.png"),
        ("disp d.png", "d.png"),
        ("decal d.png", "d.png"),
        ("norm n.png", "n.png"),
        ("map_Pr r.png", "r.png"),
        ("refl -type sphere r.png", "r.png"),
        ("map_d -imfchan m a.png", "a.png"),
        ('map_Kd "a b.png"', "a b.png"),
        ("map_Kd -texture.png", "-texture.png"),
        ("MAP_KD a#1.png", "a#1.png"),
    ],
)
def test_texture_statements(tmp_path, line, name):
    assert names(tmp_path / "a.mtl", f"newmtl a\r\n{line}\r\nKd 1 1 1\r\n") == [name]


def test_statements_that_name_nothing(tmp_path):
    assert names(tmp_path / "a.mtl", "map_aat on\nmap_Kd\nmap_Kd -s 1 1 1\n# map_Kd a.png\n") == []


def test_bytes_that_are_no_utf8(tmp_path):
    assert names(tmp_path / "a.mtl", "map_Kd Häuser.png\n".encode("cp1252")) == ["Häuser.png"]
    assert names(tmp_path / "a.obj", b"\xef\xbb\xbfmtllib a.mtl\n") == ["a.mtl"]


def test_mtllib_deep_in_a_large_file(tmp_path):
    filler = "v 0.123456 0.123456 0.123456\n" * 60_000
    assert names(tmp_path / "a.obj", f"{filler}mtllib a.mtl\n{filler}mtllib b.mtl") == [
        "a.mtl", "b.mtl",
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"x" * 3_000_000, b"\\\n" * 500_000, b"\0" * 2_000_000])
def test_endless_lines(tmp_path, content):
    assert names(tmp_path / "a.obj", content + b"\nmtllib a.mtl\n") in ([], ["a.mtl"])
    assert names(tmp_path / "a.mtl", content) == []


def test_several_material_files_on_a_line(tmp_path):
    (tmp_path / "a.obj").write_text("mtllib one.mtl two words.mtl none.mtl\n")
    for name in ("one.mtl", "two words.mtl"):
        (tmp_path / name).write_text("newmtl a\n")
    (item,) = scan(ScanOptions(tmp_path, extensions=(".obj",))).items
    assert [one.relpath for one in item.files] == ["a.obj", "one.mtl", "two words.mtl"]
    assert [one.args["name"] for one in item.files[0].findings] == ["none.mtl"]


def test_several_material_files_in_a_folder(tmp_path):
    (tmp_path / "a.obj").write_text("mtllib mats/one.mtl mats/two.mtl mats/none.mtl # old\n")
    (tmp_path / "mats").mkdir()
    for name in ("one.mtl", "two.mtl"):
        (tmp_path / "mats" / name).write_text("newmtl a\n")
    (item,) = scan(ScanOptions(tmp_path)).items
    assert [one.relpath for one in item.files] == ["a.obj", "mats/one.mtl", "mats/two.mtl"]
    assert item.files[0].status == "material-missing"
    assert [one.args["name"] for one in item.files[0].findings] == ["mats/none.mtl"]


def test_a_missing_file_beside_one_that_is_there(tmp_path):
    (tmp_path / "a.obj").write_text("mtllib mats/one.mtl mats/two.mtl\n")
    (tmp_path / "mats").mkdir()
    (tmp_path / "mats" / "two.mtl").write_text("newmtl a\n")
    (item,) = scan(ScanOptions(tmp_path)).items
    assert [one.args["name"] for one in item.files[0].findings] == ["mats/one.mtl"]
    assert [one.relpath for one in item.files] == ["a.obj", "mats/two.mtl"]


def test_a_name_with_spaces_that_lies_elsewhere(tmp_path):
    (tmp_path / "a.obj").write_text("mtllib C:/x y/old.mtl copy.mtl # made by hand\n")
    (tmp_path / "mats").mkdir()
    (tmp_path / "mats" / "old.mtl copy.mtl").write_text("newmtl a\n")
    (item,) = scan(ScanOptions(tmp_path)).items
    assert [one.relpath for one in item.files] == ["a.obj", "mats/old.mtl copy.mtl"]


def test_lines_that_end_in_cr_alone(tmp_path):
    assert names(tmp_path / "a.obj", b"# old\rmtllib a.mtl\rv 0 0 0\r") == ["a.mtl"]
    assert names(tmp_path / "a.mtl", b"newmtl a\rmap_Kd a.png\rbump b.png\r") == ["a.png", "b.png"]
    wrl = b'#VRML V2.0 utf8\r# url "no.png"\rImageTexture { url "a.png" }\r'
    assert names(tmp_path / "a.wrl", wrl) == ["a.png"]


def test_hostile_lines_end_soon(tmp_path):
    (tmp_path / "a.obj").write_text("mtllib " + "a " * 30_000 + "\n")
    (item,) = scan(ScanOptions(tmp_path)).items
    assert item.files[0].status == "material-missing"


def test_files_that_name_each_other(tmp_path):
    for one, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{one}.gltf").write_text(f'{{"images": [{{"uri": "{other}.gltf"}}]}}')
    (item,) = scan(ScanOptions(tmp_path)).items
    assert [one.relpath for one in item.files] == ["a.gltf", "b.gltf"]
