"""Items with folders: what is in the record is found again by whoever downloads it."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hdp.application import describing, packing, scanning
from hdp.ingest.options import ScanOptions
from hdp.ingest.scan import scan
from hdp.project import deposits
from hdp.sdk import NotFound, UsageError

MAPPING = """\
hdp-mapping: 1
fields:
  title: {literal: A thing}
  upload_type: {literal: image}
  image_type: {literal: photo}
  description: {literal: "<p>A thing</p>"}
  creators:
    - {name: {literal: "Müller, Anna"}}
  publication_date: {literal: "2026-11-22"}
  access_right: {choose: open}
  license: {literal: cc-by-4.0}
"""
CUBE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"


def picture(path: Path, colour: tuple[int, int, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), colour).save(path)


def wooden(folder: Path, *textures: str, mtl: str = "statue.mtl") -> None:
    """An OBJ with one material for each texture."""
    lines = [f"mtllib {mtl}", CUBE]
    materials = []
    for number, name in enumerate(textures):
        picture(folder / name, (number * 50 + 10, 90, 200 - number * 40))
        materials += [f"newmtl m{number}", f"map_Kd {name}"]
        lines += [f"usemtl m{number}", f"f {number + 1}/1 2/2 3/3 4/4"]
    (folder / "statue.obj").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / mtl).parent.mkdir(exist_ok=True)
    (folder / mtl).write_text("\n".join(materials) + "\n", "utf-8")


def gltf(folder: Path) -> None:
    """A triangle whose buffer and texture lie in folders, one with a space and a percent."""
    (folder / "data 1%").mkdir(parents=True)
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4").tobytes()
    (folder / "data 1%" / "mesh.bin").write_bytes(positions)
    picture(folder / "images" / "skin.png", (200, 30, 30))
    document = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        "textures": [{"source": 0}], "images": [{"uri": "images/skin.png"}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3",
                       "min": [0, 0, 0], "max": [1, 1, 0]}],
        "bufferViews": [{"buffer": 0, "byteLength": 36}],
        "buffers": [{"uri": "data%201%25/mesh.bin", "byteLength": 36}],
    }  # fmt: skip
    (folder / "thing.gltf").write_text(json.dumps(document), "utf-8")


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "input"
    folder.mkdir()
    (tmp_path / "mapping.yaml").write_text(MAPPING, "utf-8")
    return folder


@pytest.fixture
def begin(app, folder, tmp_path):
    """Makes a project of what the folder holds."""

    def make(*extensions: str, **options):
        spec = scanning.NewProject(
            tmp_path / "test.hdpc", "Test", "TST", folder, tmp_path / "output",
            {"extensions": list(extensions), "bundle": "stem", **options},
        )  # fmt: skip
        project = scanning.create_project(app, spec)
        scanning.scan_project(app)
        describing.set_mapping(app, tmp_path / "mapping.yaml")
        return project

    return make


@pytest.fixture
def download(app, do, tmp_path):
    """Sends everything to the practice repository, and fetches it as a stranger would."""

    def run() -> Path:
        for action in ("prepare", "create-upload"):
            job = do(action)
            assert job["state"] == "done", [one["error"] for one in job["tasks"]]
        place = tmp_path / "downloaded"
        for deposit in app.project.read(lambda c: deposits.list_deposits(c, "practice")):
            files = app.project.read(lambda c, d=deposit: deposits.list_files(c, d.id))
            for one in files:
                target = place / one.name
                target.parent.mkdir(exist_ok=True)
                kept = app.home / "practice" / "files" / one.remote_checksum.removeprefix("md5:")
                shutil.copyfile(kept, target)
        for archive in place.glob("*.zip"):
            with zipfile.ZipFile(archive) as opened:
                assert opened.testzip() is None
                opened.extractall(place)
            archive.unlink()
        return place

    return run


def wrong(place: Path, *extensions: str) -> list[str]:
    """The codes of all that is wrong with references in a folder."""
    found = scan(ScanOptions(place, extensions=extensions))
    return [one.code for item in found.items for file in item.files for one in file.findings]


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(one.relative_to(folder)): (
            hashlib.sha256(one.read_bytes()).hexdigest(), one.stat().st_mtime_ns
        )
        for one in folder.rglob("*") if one.is_file()
    }  # fmt: skip


def names(app) -> dict[str, str]:
    return {one["name"]: one["kind"] for one in packing.describe_packing(app, 1)["files"]}


def errors_of(job) -> list[str]:
    return [task["error"]["code"] for task in job["tasks"] if task["error"]]


def test_a_flat_bundle_keeps_its_names(app, begin, folder, download):
    source = Path(__file__).parents[2] / ".." / "shared" / "testdata" / "model_obj"
    if not source.is_dir():
        pytest.skip("on purpose: the shared recordings are not on this machine")
    for one in source.iterdir():
        shutil.copyfile(one, folder / one.name)
    begin(".obj")
    app.project.write(lambda c: c.execute("UPDATE item SET accepted = 'textures are lost'"))
    assert set(names(app).values()) == {"file"}
    assert set(names(app)) == {one.name for one in source.iterdir()}
    place = download()
    assert {one.name for one in place.iterdir()} == set(names(app))
    assert not list((app.project.root_dir("output")).rglob("*.zip"))


@pytest.mark.parametrize("choice", [{}, {"archive": "all"}, {"archive": "subfolders"},
                                    {"model": "flatten"}])  # fmt: skip
@pytest.mark.parametrize("mtl", ["statue.mtl", "materials/statue.mtl"])
def test_every_texture_is_found_after_the_download(app, begin, folder, download, choice, mtl):
    up = "../" if "/" in mtl else ""
    wooden(folder, "textures/wood.jpg", "lod 2/wood.jpg", mtl=mtl)
    text = (folder / mtl).read_text("utf-8").replace("map_Kd ", f"map_Kd -s 1 1 1 {up}")
    (folder / mtl).write_text(text, "utf-8")
    before = snapshot(folder)
    begin(".obj")
    packing.choose_packing(app, [1], choice)
    planned = names(app)
    place = download()
    assert wrong(place, ".obj") == []
    (item,) = scan(ScanOptions(place, extensions=(".obj",))).items
    textures = [one for one in item.files if one.role == "texture"]
    originals = [hashlib.sha256(one.read_bytes()).hexdigest() for one in folder.rglob("*.jpg")]
    assert sorted(one.sha256 for one in textures) == sorted(originals)
    assert snapshot(folder) == before
    kinds = {
        "{}": {"file", "zip"}, '{"archive": "all"}': {"zip"},
        '{"archive": "subfolders"}': {"file", "zip"},
    }  # fmt: skip
    assert set(planned.values()) >= kinds.get(json.dumps(choice), {"flattened-mtl"})


@pytest.mark.parametrize("choice", [{}, {"model": "flatten"}, {"archive": "all"}])
def test_a_gltf_finds_its_buffers_and_images(app, begin, folder, download, choice):
    gltf(folder)
    begin(".gltf")
    packing.choose_packing(app, [1], choice)
    place = download()
    assert wrong(place, ".gltf") == []
    (item,) = scan(ScanOptions(place, extensions=(".gltf",))).items
    assert sorted(one.role for one in item.files) == ["buffer", "primary", "texture"]


def test_a_glb_of_an_obj_holds_all_of_it(app, begin, folder, download):
    wooden(folder, "textures/wood.jpg", "lod 2/wood.jpg")
    begin(".obj")
    packing.choose_packing(app, [1], {"model": "glb"})
    assert names(app)["statue.glb"] == "glb"
    place = download()
    import trimesh

    scene = trimesh.load_scene(place / "statue.glb")
    assert sum(len(one.faces) for one in scene.geometry.values()) == 4
    colours = {one.visual.material.baseColorTexture.convert("RGB").getpixel((3, 3))
               for one in scene.geometry.values()}  # fmt: skip
    expected = {Image.open(one).getpixel((3, 3)) for one in folder.rglob("*.jpg")}
    assert colours == expected
    assert wrong(place, ".obj") == []


def test_a_glb_of_a_gltf_has_every_byte(app, begin, folder, download):
    gltf(folder)
    begin(".gltf")
    packing.choose_packing(app, [1], {"model": "glb"})
    data = (download() / "thing.glb").read_bytes()
    assert struct.unpack("<4sII", data[:12]) == (b"glTF", 2, len(data))
    for one in ("data 1%/mesh.bin", "images/skin.png"):
        assert (folder / one).read_bytes() in data
    assert b"uri" not in data


def test_a_glb_that_would_lose_a_texture_is_refused(app, begin, do, folder):
    wooden(folder, "textures/wood.jpg")
    picture(folder / "textures/rough.jpg", (1, 2, 3))
    with (folder / "statue.mtl").open("a") as file:
        file.write("map_Ns textures/rough.jpg\n")
    begin(".obj")
    packing.choose_packing(app, [1], {"model": "glb"})
    job = do("prepare")
    assert errors_of(job) == ["glb-loses-textures"]
    assert "rough.jpg" in job["tasks"][0]["error"]["message"]
    assert not list(app.project.root_dir("output").rglob("*.glb"))
    assert not list(app.project.root_dir("output").rglob("*.part"))


def test_a_preview_makes_nothing_and_prepare_makes_it_once(app, begin, do, folder):
    wooden(folder, "textures/wood.jpg")
    project = begin(".obj")
    output = project.root_dir("output")
    describing.preview(app, None, 1)
    packing.describe_packing(app, 1)
    assert list(output.rglob("*.zip")) == []
    assert do("prepare")["done"] == 1
    (archive,) = output.rglob("*.zip")
    assert archive.relative_to(output).parts == ("TST", "1-statue", "statue-folders.zip")
    planned = packing.describe_packing(app, 1)["files"]
    assert next(one["size"] for one in planned if one["kind"] == "zip") == archive.stat().st_size
    stamp = archive.stat().st_mtime_ns
    do("back")
    assert do("prepare")["done"] == 1
    assert [one.stat().st_mtime_ns for one in output.rglob("*.zip")] == [stamp]
    job = do("prepare", 1)
    assert job["skipped"] == 1


def test_an_original_that_changed_is_not_packed(app, begin, do, folder):
    wooden(folder, "textures/wood.jpg")
    begin(".obj")
    picture(folder / "textures/wood.jpg", (250, 250, 250))
    assert errors_of(do("prepare")) == ["file-changed"]
    assert not list(app.project.root_dir("output").rglob("*.*"))


def test_an_archive_somebody_changed_is_not_sent(app, begin, do, folder):
    wooden(folder, "textures/wood.jpg")
    begin(".obj")
    do("prepare")
    do("create")
    (archive,) = app.project.root_dir("output").rglob("*.zip")
    archive.write_bytes(archive.read_bytes() + b"more")
    assert errors_of(do("upload")) == ["file-changed"]


def test_many_files_need_a_choice(app, begin, do, folder):
    for number in range(120):
        (folder / f"part.{number:03}").write_text(f"{number}", "utf-8")
    begin()
    job = do("prepare")
    assert errors_of(job) == ["not-ready"]
    found = [one for one in job["tasks"][0]["error"]["findings"] if one["severity"] == "error"]
    assert [one["code"] for one in found] == ["too-many-files"]
    packing.choose_packing(app, [1], {"archive": "all"})
    assert do("prepare")["done"] == 1
    (archive,) = app.project.root_dir("output").rglob("*.zip")
    assert len(zipfile.ZipFile(archive).namelist()) == 120


def test_the_projects_choice_holds_where_an_item_has_none(app, begin, folder):
    wooden(folder, "textures/wood.jpg")
    begin(".obj")
    packing.choose_for_project(app, {"archive": "all"})
    assert list(names(app)) == ["statue.zip"]
    packing.choose_packing(app, [1], {"archive": "auto"})
    assert len(names(app)) == 3
    packing.choose_packing(app, [1], {"archive": ""})
    assert list(names(app)) == ["statue.zip"]


def test_subfolders_go_into_one_zip_where_the_project_wants_it(app, begin, folder, download):
    for name in ("one/a.jpg", "one/raw/front.jpg", "one/raw/deep/front.jpg"):
        picture(folder / name, (len(name), 2, 3))
    begin(".jpg", mode="subdirectory", archive_subfolders=True)
    assert names(app) == {"a.jpg": "file", "a-folders.zip": "zip"}
    place = download()
    assert sorted(str(one.relative_to(place)) for one in place.rglob("*.jpg")) == [
        "a.jpg", "raw/deep/front.jpg", "raw/front.jpg",
    ]  # fmt: skip


def test_same_names_in_folders_wait_for_a_choice(app, begin, do, folder, download):
    for name in ("one/front.jpg", "one/raw/a.jpg", "one/web/A.JPG"):
        picture(folder / name, (len(name), 2, 3))
    begin(".jpg", mode="subdirectory")
    job = do("prepare")
    found = [one for one in job["tasks"][0]["error"]["findings"] if one["severity"] == "error"]
    assert [one["code"] for one in found] == ["same-name"]
    packing.choose_packing(app, [1], {"archive": "subfolders"})
    assert len(list(download().rglob("*.[jJ]*"))) == 3


def test_a_texture_that_is_lost_anyway_does_not_stop_the_rest(app, begin, folder, download):
    wooden(folder, "textures/wood.jpg", "textures/lost.jpg")
    (folder / "textures/lost.jpg").unlink()
    begin(".obj")
    app.project.write(lambda c: c.execute("UPDATE item SET accepted = 'it is lost'"))
    assert wrong(download(), ".obj") == ["textures-missing"]


def test_textures_of_a_folder_elsewhere_are_found(app, tmp_path, begin, folder):
    """As a preview shows it; what a stored project does with it is the same plan."""
    wooden(folder, "textures/wood.jpg")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "textures").rename(elsewhere / "textures")
    options = ScanOptions(folder, extensions=(".obj",), texture_dirs=(elsewhere,))
    (item,) = scan(options).items
    shown = packing.describe_scanned(item, {})
    assert [(one["name"], one["kind"]) for one in shown["files"]] == [
        ("statue-folders.zip", "zip"), ("statue.mtl", "file"), ("statue.obj", "file"),
    ]  # fmt: skip
    assert shown["findings"] == []


def test_what_is_no_way_of_packing_is_refused(app, begin, folder):
    picture(folder / "a.jpg", (1, 2, 3))
    begin(".jpg")
    for bad in ({"archive": "rar"}, {"model": "stl"}, {"x": "y"}):
        with pytest.raises(UsageError) as refused:
            packing.choose_packing(app, [1], bad)
        assert refused.value.name == "bad-packing"
    with pytest.raises(NotFound):
        packing.choose_packing(app, [1, 9], {"archive": "all"})
    assert names(app) == {"a.jpg": "file"}
