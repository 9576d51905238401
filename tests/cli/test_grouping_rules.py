"""The rules from a folder to items, as people meet them: `project scan --dry-run --json`."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pytest

OBJ = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


def model(*libraries: str) -> str:
    """An OBJ of one face that names material libraries."""
    return "".join(f"mtllib {one}\n" for one in libraries) + OBJ


def material(*statements: str) -> str:
    """An MTL with one material and texture statements."""
    return "newmtl m\n" + "".join(f"{one}\n" for one in statements)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder, the last first: order must not matter."""
    for name in reversed(files):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name] or f"content of {name}", encoding="utf-8")
    return folder


@pytest.fixture
def scanned(hdp, tmp_path: Path):
    """Scans files and gives primary -> paths of each item."""

    def run(files: Mapping[str, str], *options: object) -> dict[str, set[str]]:
        folder = write(tmp_path / "input", files)
        ran = hdp("project", "scan", "--dry-run", "--json", "--input", folder, *options)
        assert ran.code in (0, 1), ran.err
        run.result = ran.json
        items = ran.json["items"]
        for item in items:
            paths = [one["path"] for one in item["files"]]
            assert len(paths) == len(set(paths)), "a file is in an item once"
            assert [one["path"] for one in item["files"] if one["role"] == "primary"] == [
                item["primary"]
            ]
        return {item["primary"]: {one["path"] for one in item["files"]} for item in items}

    run.result = {}
    return run


def codes(scanned) -> set[str]:
    """The codes of everything that was found, of files too."""
    result = scanned.result
    found = {one["code"] for one in result["findings"]}
    for item in result["items"]:
        found |= {one["code"] for file in item["files"] for one in file["problems"]}
    return found


def keys(scanned) -> dict[str, str]:
    """Primary -> key."""
    return {one["primary"]: one["key"] for one in scanned.result["items"]}


def role(scanned, primary: str, path: str) -> str:
    item = next(one for one in scanned.result["items"] if one["primary"] == primary)
    return next(one["role"] for one in item["files"] if one["path"] == path)


def status(scanned, primary: str, path: str) -> str:
    item = next(one for one in scanned.result["items"] if one["primary"] == primary)
    return next(one["status"] for one in item["files"] if one["path"] == path)


def own(*paths: str) -> dict[str, set[str]]:
    """Each file an item of its own."""
    return {one: {one} for one in paths}


# Modes


def test_root_takes_the_files_of_the_folder_itself(scanned) -> None:
    files = {"a.jpg": "", "b.jpg": "", "sub/c.jpg": ""}
    assert scanned(files, "--extensions", ".jpg") == own("a.jpg", "b.jpg")


def test_extensions_do_not_care_for_case_and_know_double_ones(scanned) -> None:
    files = {"a.JPG": "", "b.tar.gz": "", "c.gz": "", "d.Tar.GZ": ""}
    assert set(scanned(files, "--extensions", ".jpg", ".tar.gz")) == {
        "a.JPG", "b.tar.gz", "d.Tar.GZ",
    }  # fmt: skip


def test_subdirectory_makes_each_first_folder_one_item(scanned) -> None:
    files = {"loose.jpg": "", "a/1.jpg": "", "a/deep/2.jpg": "", "b/1.jpg": ""}
    got = scanned(files, "--mode", "subdirectory", "--extensions", ".jpg")
    assert got == {"a/1.jpg": {"a/1.jpg", "a/deep/2.jpg"}, "b/1.jpg": {"b/1.jpg"}}
    assert sum(scanned.result["counts"]["skipped"].values()) == 1


def test_subdirectory_takes_everything_beneath(scanned) -> None:
    files = {"a/1.jpg": "", "a/notes.docx": "", "a/x/y/list.csv": ""}
    got = scanned(files, "--mode", "subdirectory", "--extensions", ".jpg")
    assert got == {"a/1.jpg": set(files)}


def test_subdirectory_at_level_two(scanned) -> None:
    files = {
        "a/x/1.jpg": "",
        "a/y/2.jpg": "",
        "a/loose.jpg": "",
        "b/z/3.jpg": "",
        "b/z/q/4.jpg": "",
    }
    got = scanned(files, "--mode", "subdirectory", "--extensions", ".jpg", "--depth", "2")
    assert got == {
        "a/x/1.jpg": {"a/x/1.jpg"}, "a/y/2.jpg": {"a/y/2.jpg"},
        "b/z/3.jpg": {"b/z/3.jpg", "b/z/q/4.jpg"},
    }  # fmt: skip


def test_subdirectory_of_leaves(scanned) -> None:
    files = {"a/x/1.jpg": "", "a/y/p/2.jpg": "", "b/3.jpg": ""}
    got = scanned(files, "--mode", "subdirectory", "--extensions", ".jpg", "--depth", "leaf")
    assert got == own("a/x/1.jpg", "a/y/p/2.jpg", "b/3.jpg")


def test_no_bundling_inside_a_folder_item(scanned) -> None:
    files = {"a/1.jpg": "", "a/1.png": "", "a/2.jpg": ""}
    got = scanned(
        files, "--mode", "subdirectory", "--bundle", "stem", "--extensions", ".jpg", ".png"
    )
    assert list(got.values()) == [set(files)]


def test_hybrid_does_both(scanned) -> None:
    files = {"a.jpg": "", "a.png": "", "b.jpg": "", "sub/1.jpg": "", "sub/2.jpg": ""}
    got = scanned(files, "--mode", "hybrid", "--bundle", "stem", "--extensions", ".jpg", ".png")
    assert sorted(map(sorted, got.values())) == [
        ["a.jpg", "a.png"], ["b.jpg"], ["sub/1.jpg", "sub/2.jpg"],
    ]  # fmt: skip


# Bundling


def test_stem(scanned) -> None:
    files = {"a.obj": OBJ, "a.jpg": "", "A.png": "", "b.jpg": ""}
    got = scanned(files, "--bundle", "stem", "--extensions", ".obj", ".jpg", ".png")
    assert sorted(map(sorted, got.values())) == [["A.png"], ["a.jpg", "a.obj"], ["b.jpg"]]
    assert keys(scanned)["a.obj"] == "a"


def test_prefix_is_taken_off_once_at_the_start(scanned) -> None:
    files = {"IMG_1.jpg": "", "SCAN_1.jpg": "", "1.jpg": "", "x_IMG_1.jpg": ""}
    got = scanned(files, "--bundle", "prefix", "--prefix", "IMG_|SCAN_", "--extensions", ".jpg")
    assert sorted(map(sorted, got.values())) == [
        ["1.jpg", "IMG_1.jpg", "SCAN_1.jpg"], ["x_IMG_1.jpg"],
    ]  # fmt: skip


def test_suffix_is_taken_off_once_at_the_end(scanned) -> None:
    files = {
        "site042_main.obj": OBJ,
        "site042_detail.jpg": "",
        "site042.jpg": "",
        "x_main_y.jpg": "",
    }
    got = scanned(
        files, "--bundle", "suffix", "--suffix", "_main|_detail", "--extensions", ".obj", ".jpg"
    )
    assert sorted(map(sorted, got.values())) == [
        ["site042.jpg", "site042_detail.jpg", "site042_main.obj"], ["x_main_y.jpg"],
    ]  # fmt: skip
    assert keys(scanned)["site042_main.obj"] == "site042"


def test_suffix_matches_only_at_the_very_end(scanned) -> None:
    files = {"a_1_2.jpg": "", "a_1.jpg": "", "a.jpg": ""}
    got = scanned(files, "--bundle", "suffix", "--suffix", r"_\d", "--extensions", ".jpg")
    assert sorted(map(sorted, got.values())) == [["a.jpg", "a_1.jpg"], ["a_1_2.jpg"]]


def test_prefix_and_suffix_together(scanned) -> None:
    files = {"K_7_v.jpg": "", "K_7_r.jpg": "", "7.jpg": "", "K_8_v.jpg": ""}
    got = scanned(
        files, "--bundle", "prefix_suffix", "--prefix", "K_", "--suffix", "_[vr]",
        "--extensions", ".jpg",
    )  # fmt: skip
    assert sorted(map(sorted, got.values())) == [["7.jpg", "K_7_r.jpg", "K_7_v.jpg"], ["K_8_v.jpg"]]


def test_core_is_the_first_match_anywhere(scanned) -> None:
    files = {"a_042_b.jpg": "", "zz042.jpg": "", "043_042.jpg": "", "none.jpg": ""}
    got = scanned(files, "--bundle", "core", "--pattern", r"\d{3}", "--extensions", ".jpg")
    assert sorted(map(sorted, got.values())) == [
        ["043_042.jpg"], ["a_042_b.jpg", "zz042.jpg"], ["none.jpg"],
    ]  # fmt: skip
    assert len([one for one in scanned.result["findings"] if "none.jpg" in str(one)]) >= 1


def test_pattern_is_group_one_or_the_whole_match(scanned) -> None:
    files = {"1972_034_01.jpg": "", "1972_034_02.jpg": "", "1973_001_01.jpg": "", "x.jpg": ""}
    got = scanned(files, "--bundle", "pattern", "--pattern", r"^(\d+_\d+)_", "--extensions", ".jpg")
    assert sorted(map(sorted, got.values())) == [
        ["1972_034_01.jpg", "1972_034_02.jpg"], ["1973_001_01.jpg"], ["x.jpg"],
    ]  # fmt: skip
    assert keys(scanned)["1972_034_01.jpg"] == "1972_034"


def test_pattern_without_a_group(scanned) -> None:
    files = {"a12.jpg": "", "b12.jpg": "", "c13.jpg": ""}
    got = scanned(files, "--bundle", "pattern", "--pattern", r"\d+", "--extensions", ".jpg")
    assert sorted(map(sorted, got.values())) == [["a12.jpg", "b12.jpg"], ["c13.jpg"]]


def test_table_knows_what_belongs_together(scanned, tmp_path: Path) -> None:
    (tmp_path / "objects.csv").write_text("file,object\n1.jpg,A\n2.jpg,B\n3.jpg,A\n")
    files = {"1.jpg": "", "2.jpg": "", "3.jpg": "", "4.jpg": ""}
    got = scanned(
        files, "--bundle", "table", "--table", tmp_path / "objects.csv", "--key", "file",
        "--group", "object", "--extensions", ".jpg",
    )  # fmt: skip
    assert sorted(map(sorted, got.values())) == [["1.jpg", "3.jpg"], ["2.jpg"], ["4.jpg"]]
    assert keys(scanned)["1.jpg"] == "A"


def test_bad_pattern_is_refused_with_its_place(hdp, tmp_path: Path) -> None:
    folder = write(tmp_path / "input", {"a.jpg": ""})
    ran = hdp("project", "scan", "--dry-run", "--json", "--input", folder,
              "--bundle", "pattern", "--pattern", "a(b")  # fmt: skip
    assert ran.code == 2
    assert "position" in ran.err or "place" in ran.err or "character" in ran.err


def test_runaway_pattern_is_stopped(hdp, tmp_path: Path) -> None:
    folder = write(tmp_path / "input", {"a" * 60 + "!.jpg": ""})
    ran = hdp("project", "scan", "--dry-run", "--json", "--input", folder,
              "--bundle", "pattern", "--pattern", r"^(a+)+$")  # fmt: skip
    assert ran.code in (0, 1, 2)  # it ends; the time limit of the test is the proof


# References win over names


def test_model_material_textures(scanned) -> None:
    files = {
        "statue.obj": model("statue.mtl"),
        "statue.mtl": material(
            "map_Kd -s 1 1 1 -o 0 0 0 wood grain.png", "map_Bump -bm 0.5 bump.png",
            "norm textures/n.png", "map_Pr rough.jpg",
        ),
        "wood grain.png": "", "bump.png": "", "textures/n.png": "", "rough.jpg": "",
        "other.png": "",
    }  # fmt: skip
    got = scanned(files, "--extensions", ".obj", ".png", ".jpg")
    assert got == {"statue.obj": set(files) - {"other.png"}, "other.png": {"other.png"}}
    assert role(scanned, "statue.obj", "statue.mtl") == "material"
    assert role(scanned, "statue.obj", "textures/n.png") == "texture"


def test_references_are_taken_whatever_their_extension(scanned) -> None:
    files = {"a.obj": model("a.mtl"), "a.mtl": material("map_Kd t.xyz"), "t.xyz": ""}
    assert scanned(files, "--extensions", ".obj") == {"a.obj": set(files)}


def test_shared_textures_belong_to_both(scanned) -> None:
    files = {
        "a.obj": model("s.mtl"), "b.obj": model("s.mtl"), "s.mtl": material("map_Kd t.jpg"),
        "t.jpg": "",
    }  # fmt: skip
    got = scanned(files, "--extensions", ".obj", ".jpg")
    assert got == {"a.obj": {"a.obj", "s.mtl", "t.jpg"}, "b.obj": {"b.obj", "s.mtl", "t.jpg"}}


def test_several_libraries_and_names_with_spaces(scanned) -> None:
    files = {
        "a.obj": "mtllib one.mtl two.mtl\nmtllib my wood.mtl\n" + OBJ,
        "one.mtl": material(), "two.mtl": material(), "my wood.mtl": material("map_Kd x y.jpg"),
        "x y.jpg": "",
    }  # fmt: skip
    assert scanned(files, "--extensions", ".obj") == {"a.obj": set(files)}


def test_textures_below_by_name_alone(scanned) -> None:
    files = {
        "a.obj": model("a.mtl"),
        "a.mtl": material("map_Kd C:\\work\\t.jpg"),
        "deep/er/t.jpg": "",
    }
    got = scanned(files, "--extensions", ".obj")
    assert got["a.obj"] >= {"a.obj", "a.mtl"}
    assert "reference-outside" in codes(scanned)


def test_equal_content_elsewhere_is_no_conflict(scanned) -> None:
    files = {
        "a.obj": model("a.mtl"), "a.mtl": material("map_Kd t.jpg"),
        "x/t.jpg": "same", "y/t.jpg": "same",
    }  # fmt: skip
    got = scanned(files, "--extensions", ".obj")
    assert got == {"a.obj": {"a.obj", "a.mtl", "x/t.jpg"}}
    assert "conflict" not in codes(scanned)


def test_different_content_in_two_places_is_a_conflict(scanned) -> None:
    files = {
        "a.obj": model("a.mtl"), "a.mtl": material("map_Kd t.jpg"),
        "x/t.jpg": "one", "y/t.jpg": "other",
    }  # fmt: skip
    scanned(files, "--extensions", ".obj")
    assert "conflict" in codes(scanned)
    assert "x/t.jpg" in str(scanned.result) and "y/t.jpg" in str(scanned.result)


def test_texture_folder_comes_before_the_name_alone(scanned, tmp_path: Path) -> None:
    files = {
        "a.obj": model("a.mtl"), "a.mtl": material("map_Kd t.jpg"),
        "tex/t.jpg": "same", "other/t.jpg": "same",
    }  # fmt: skip
    got = scanned(files, "--extensions", ".obj", "--texture-dir", tmp_path / "input" / "tex")
    assert got == {"a.obj": {"a.obj", "a.mtl", "tex/t.jpg"}}


def test_texture_folder_outside_the_input(scanned, tmp_path: Path) -> None:
    write(tmp_path / "library", {"t.jpg": "wood"})
    files = {"a.obj": model("a.mtl"), "a.mtl": material("map_Kd t.jpg")}
    scanned(files, "--extensions", ".obj", "--texture-dir", tmp_path / "library")
    (item,) = scanned.result["items"]
    assert [one["role"] for one in item["files"]] == ["primary", "material", "texture"]
    assert "textures-missing" not in codes(scanned)


def test_missing_material_and_texture(scanned) -> None:
    files = {
        "a.obj": model("gone.mtl"),
        "b.obj": model("b.mtl"),
        "b.mtl": material("map_Kd no.jpg"),
    }
    scanned(files, "--extensions", ".obj")
    assert status(scanned, "a.obj", "a.obj") == "material-missing"
    statuses = {
        status(scanned, "b.obj", "b.obj"), status(scanned, "b.obj", "b.mtl"),
    }  # fmt: skip
    assert "textures-missing" in statuses


def test_object_without_a_material_is_valid(scanned) -> None:
    scanned({"a.obj": OBJ}, "--extensions", ".obj")
    assert status(scanned, "a.obj", "a.obj") == "valid"


@pytest.mark.parametrize(
    "name", ["../secret.jpg", "/etc/passwd", "../../../../etc/passwd", r"\\server\share\t.jpg",
             "C:/Windows/t.jpg", "/dev/zero", "file:///etc/passwd"],
)  # fmt: skip
def test_what_leaves_the_folder_is_never_taken(scanned, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.jpg").write_text("secret")
    files = {"a.obj": model("a.mtl"), "a.mtl": material(f"map_Kd {name}")}
    assert scanned(files, "--extensions", ".obj") == {"a.obj": set(files)}
    assert "reference-outside" in codes(scanned)


def test_a_link_that_leads_outside_is_never_taken(scanned, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_text("secret")
    (tmp_path / "input").mkdir()
    (tmp_path / "input/t.jpg").symlink_to(tmp_path / "secret.jpg")
    (tmp_path / "input/loop").symlink_to(tmp_path / "input")
    files = {"a.obj": model("a.mtl"), "a.mtl": material("map_Kd t.jpg")}
    assert scanned(files, "--extensions", ".obj", ".jpg") == {"a.obj": set(files)}


def test_gltf_with_encoded_names_and_data(scanned) -> None:
    files = {
        "m.gltf": '{"asset": {"version": "2.0"}, "buffers": [{"uri": "my%20data.bin"}],'
        ' "images": [{"uri": "data:image/png;base64,AAAA"}, {"uri": "tex/%C3%BC.png"}]}',
        "my data.bin": "", "tex/ü.png": "",
    }  # fmt: skip
    assert scanned(files, "--extensions", ".gltf") == {"m.gltf": set(files)}
    assert role(scanned, "m.gltf", "my data.bin") == "buffer"


def test_collada_and_x3d_and_ply(scanned) -> None:
    files = {
        "a.dae": '<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">'
        "<library_images><image><init_from>tex%20a.png</init_from></image></library_images></COLLADA>",
        "b.x3d": '<X3D version="3.3"><Scene><Shape><Appearance>'
        "<ImageTexture url='\"b.png\" \"http://example.org/b.png\"'/></Appearance></Shape></Scene></X3D>",
        "c.ply": "ply\nformat ascii 1.0\ncomment TextureFile c.png\nelement vertex 1\n"
        "property float x\nend_header\n0\n",
        "tex a.png": "", "b.png": "", "c.png": "",
    }  # fmt: skip
    got = scanned(files, "--extensions", ".dae", ".x3d", ".ply", ".png")
    assert got == {
        "a.dae": {"a.dae", "tex a.png"}, "b.x3d": {"b.x3d", "b.png"}, "c.ply": {"c.ply", "c.png"},
    }  # fmt: skip


def test_without_textures_they_are_reported_not_taken(scanned) -> None:
    files = {"a.obj": model("a.mtl"), "a.mtl": material("map_Kd t.jpg"), "t.jpg": ""}
    assert scanned(files, "--extensions", ".obj", "--no-textures") == {"a.obj": {"a.obj", "a.mtl"}}
    assert scanned(files, "--extensions", ".obj", "--no-materials") == {"a.obj": {"a.obj"}}


def test_references_join_across_bundles_and_folder_items(scanned) -> None:
    files = {
        "a/m.obj": model("m.mtl"), "a/m.mtl": material("map_Kd ../shared/t.jpg"),
        "shared/t.jpg": "", "shared/u.jpg": "",
    }  # fmt: skip
    got = scanned(files, "--mode", "subdirectory", "--extensions", ".obj", ".jpg")
    assert got["a/m.obj"] == {"a/m.obj", "a/m.mtl", "shared/t.jpg"}


# Sidecars and primary


def test_sidecars_join_the_file_they_are_named_after(scanned) -> None:
    files = {"IMG_1.CR3": "", "IMG_1.CR3.xmp": "", "IMG_2.jpg": "", "IMG_2.xmp": "", "lost.xmp": ""}
    got = scanned(files, "--extensions", ".cr3", ".jpg")
    assert got == {
        "IMG_1.CR3": {"IMG_1.CR3", "IMG_1.CR3.xmp"}, "IMG_2.jpg": {"IMG_2.jpg", "IMG_2.xmp"},
    }  # fmt: skip
    assert role(scanned, "IMG_2.jpg", "IMG_2.xmp") == "sidecar"


def test_primary_by_chosen_extension_then_shortest_then_first(scanned) -> None:
    files = {"x/bb.ply": "", "x/aaa.obj": OBJ, "x/ab.obj": OBJ, "x/ba.obj": OBJ, "x/a.jpg": ""}
    got = scanned(files, "--mode", "subdirectory", "--primary", ".obj")
    assert list(got) == ["x/ab.obj"]


def test_primary_by_kind_where_none_has_the_extension(scanned) -> None:
    files = {
        "a/t.txt": "",
        "a/i.jpg": "",
        "a/m.stl": "",
        "b/n.txt": "",
        "b/d.pdf": "",
        "c/v.mp4": "",
        "c/s.wav": "",
    }
    got = scanned(files, "--mode", "subdirectory", "--primary", ".obj")
    assert set(got) == {"a/m.stl", "b/d.pdf", "c/v.mp4"}


def test_primary_is_never_a_texture_of_the_bundle(scanned) -> None:
    files = {"a/m.obj": model("m.mtl"), "a/m.mtl": material("map_Kd t.jpg"), "a/t.jpg": ""}
    got = scanned(files, "--mode", "subdirectory", "--primary", ".jpg")
    assert set(got) == {"a/m.obj"}


# What never takes part


def test_litter_and_hidden_files_are_counted(scanned) -> None:
    files = {
        "a.jpg": "", ".DS_Store": "x", "Thumbs.db": "x", "desktop.ini": "x", "~$doc.docx": "x",
        "__MACOSX/a.jpg": "x", ".hidden.jpg": "x", ".git/config": "x", ".Spotlight-V100/x": "x",
    }  # fmt: skip
    assert scanned(files) == own("a.jpg")
    assert sum(scanned.result["counts"]["skipped"].values()) >= 8


def test_excluded_paths(scanned) -> None:
    files = {"a.jpg": "", "b.tmp.jpg": "", "sub/a.jpg": "", "sub/raw/b.jpg": ""}
    got = scanned(files, "--mode", "hybrid", "--exclude", "*.tmp.jpg", "--exclude", "sub/raw")
    assert got == own("a.jpg", "sub/a.jpg")


def test_unicode_forms_stay_byte_for_byte(scanned, tmp_path: Path) -> None:
    names = [unicodedata.normalize(form, "Müller #1 100%.jpg") for form in ("NFC", "NFD")]
    names += ["<img src=x onerror=alert(1)>.jpg", "line\nbreak.jpg", "😀.jpg", "x" * 251 + ".jpg"]
    assert set(scanned(dict.fromkeys(names, ""), "--extensions", ".jpg")) == set(names)
    written = {one.name for one in (tmp_path / "input").iterdir()}
    assert written == set(names)
    for item in scanned.result["items"]:
        assert len(item["files"][0]["sha256"]) == 64
