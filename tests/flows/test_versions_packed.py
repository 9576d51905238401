"""New versions of records whose files lie in folders: packed as the first version was."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from hdp.application import describing, scanning
from hdp.application.version_deciding import Patterns
from hdp.application.version_look import Wanted, look
from hdp.application.version_plan import Wishes, plan_versions
from hdp.application.versioning import start_versions
from hdp.project import deposits
from tests.conftest import MAPPING

CUBE = "v 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl stone\nf 1 2 3\n"


def model(folder: Path, *, mesh: str, colour: int, named: str = "skin.png") -> Path:
    """An OBJ whose material names a texture in a folder beside it."""
    (folder / "textures").mkdir(parents=True, exist_ok=True)
    (folder / "statue.obj").write_text(f"mtllib statue.mtl\n{CUBE}# {mesh}\n", "utf-8")
    (folder / "statue.mtl").write_text(f"newmtl stone\nmap_Kd textures/{named}\n", "utf-8")
    Image.new("RGB", (8, 8), (colour, 9, 9)).save(folder / "textures" / "skin.png")
    return folder


def begin(app, folder: Path, primary: str = "statue.obj") -> None:
    table = f"filename,title,creator\n{primary},Statue,Anna Müller\n"
    (folder / "objects.csv").write_text(table, "utf-8")
    (folder / "mapping.yaml").write_text(MAPPING, "utf-8")
    scanning.create_project(
        app,
        scanning.NewProject(
            folder.parent / "test.hdpc", "Test", "TST", folder, folder.parent / "output",
            {"extensions": [".obj"], "bundle": "stem"},
        ),
    )  # fmt: skip
    scanning.scan_project(app)
    describing.set_mapping(app, folder / "mapping.yaml")


def test_new_textures_in_a_folder_replace_their_archive(app, do, tmp_path):
    begin(app, model(tmp_path / "input", mesh="old", colour=10))
    for step in ("prepare", "create", "upload", "publish"):
        assert do(step)["state"] == "done"
    first = app.project.read(lambda c: deposits.latest_published(c, 1, "practice"))
    new = model(tmp_path / "new", mesh="new", colour=200)
    looked = look(app, "practice", Wanted(new))
    wishes = Wishes({one.id: one.ticked for one in looked.newcomers}, "no-processing",
                    patterns=Patterns("all"))  # fmt: skip
    (planned,) = plan_versions(app, "practice", looked, wishes)
    assert {one.name: one.action for one in planned.rows} == {
        "statue.obj": "replace", "statue.mtl": "unchanged", "statue-folders.zip": "replace",
    }  # fmt: skip
    assert app.jobs.wait(start_versions(app, "practice", [planned]).job)
    assert do("publish", 1)["done"] == 1
    second = app.project.read(lambda c: deposits.latest_published(c, 1, "practice"))
    practice = app.remotes.practice().repository
    held = {one.name: one.checksum.removeprefix("md5:")
            for one in app.remotes.open(app.environment("practice"))
            .list_record_files(second.remote_id)}  # fmt: skip
    assert held.keys() == {"statue.obj", "statue.mtl", "statue-folders.zip"}
    with zipfile.ZipFile(practice.bodies.path(held["statue-folders.zip"])) as archive:
        assert archive.read("textures/skin.png") == (new / "textures" / "skin.png").read_bytes()
    assert second.previous == first.id


def test_a_name_from_a_mac_is_the_name_that_the_record_has(app, do, tmp_path):
    folder = model(tmp_path / "input", mesh="old", colour=10)
    (folder / "statue.obj").rename(folder / "St\u00e4tue.obj")
    begin(app, folder, "St\u00e4tue.obj")
    for step in ("prepare", "create", "upload", "publish"):
        assert do(step)["state"] == "done"
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "Sta\u0308tue.obj").write_text(f"{CUBE}# new\n", "utf-8")
    looked = look(app, "practice", Wanted(tmp_path / "new"))
    wishes = Wishes({one.id: one.ticked for one in looked.newcomers}, "no-processing")
    (planned,) = plan_versions(app, "practice", looked, wishes)
    assert {one.name: one.action for one in planned.rows if one.action} == {
        "St\u00e4tue.obj": "replace"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("statue.txt", "", "statue.txt is empty; Zenodo refuses empty files."),
        ("Statue.OBJ", CUBE, "Two files have the same name: statue.obj and Statue.OBJ."),
    ],
)
def test_files_that_the_repository_refuses_are_told_before(app, do, tmp_path, name, text, told):
    begin(app, model(tmp_path / "input", mesh="old", colour=10))
    for step in ("prepare", "create", "upload", "publish"):
        assert do(step)["state"] == "done"
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / name).write_text(text, "utf-8")
    looked = look(app, "practice", Wanted(tmp_path / "new"))
    wishes = Wishes({one.id: 1 for one in looked.newcomers}, "no-processing",
                    patterns=Patterns("all"))  # fmt: skip
    (planned,) = plan_versions(app, "practice", looked, wishes)
    assert planned.problem == told


def test_a_material_that_was_mended_makes_its_model_whole(app, tmp_path):
    folder = model(tmp_path / "input", mesh="old", colour=10, named="lost.png")
    begin(app, folder)
    read = "SELECT status FROM file WHERE path = 'statue.obj'"
    assert app.project.read(lambda c: c.execute(read).fetchone()[0]) == "textures-missing"
    model(folder, mesh="old", colour=10)
    scanning.scan_project(app)
    assert app.project.read(lambda c: c.execute(read).fetchone()[0]) == "valid"
