"""`hdp metadata export` and `show --as`: every format, and nothing is overwritten."""

import hashlib
import json
import zipfile

import pytest
from defusedxml import ElementTree
from rocrate.rocrate import ROCrate

from hdp.cli.metadata_export import SHOWN
from hdp.metadata.tables import read_table

DC = "{http://purl.org/dc/elements/1.1/}"
AWKWARD = ["=1+1", "+49 40", "-5 cm", "@home", "'=x", '"a", b', "<b>x</b>", "a <b 5", "Zeile"]


@pytest.mark.parametrize("form", SHOWN)
def test_one_record_is_shown_before_it_is_prepared_and_published(hdp, made, form):
    ran = hdp("metadata", "show", 1, "--as", form)
    assert ran.code == 0
    if form == "dublin-core":
        assert ElementTree.fromstring(ran.out).findtext(f"{DC}title") == "Photograph 0"
    elif form != "zenodo":
        assert "Photograph 0" in json.dumps(json.loads(ran.out))
    shown = hdp("metadata", "show", 1, "--as", form, "--json").json
    assert shown["state"] == "new"
    assert shown["metadata"]


def test_a_published_record_names_its_doi(hdp, uploaded):
    assert hdp("draft", "publish", "--all").code == 0
    made = hdp("metadata", "show", 1, "--as", "datacite", "--json").json["metadata"]
    assert made["doi"].startswith("10.5072/")
    assert {"relationType": "IsVersionOf"}.items() <= made["relatedIdentifiers"][0].items()
    schema = hdp("metadata", "show", 1, "--as", "schema.org", "--json").json["metadata"]
    assert schema["@id"] == f"https://doi.org/{made['doi']}"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("text", AWKWARD)
def test_any_title_comes_back_from_the_table(hdp, made, tmp_path, form, text):
    assert hdp("metadata", "set", 1, f"title={text} und mehr").code == 0
    goal = tmp_path / f"all.{form}"
    assert hdp("metadata", "export", 1, 2, "--as", form, "-o", goal).code == 0
    table = read_table(goal)
    assert [table.cells(n)["title"] for n in range(2)] == [f"{text} und mehr", "Photograph 1"]
    assert table.cells(0)["creators.0.name"] == "Müller, Anna"
    before = goal.read_bytes()
    again = hdp("metadata", "export", 1, "--as", form, "-o", goal, "--json")
    assert (again.code, again.json["error"]["code"]) == (3, "file-exists")
    assert goal.read_bytes() == before


def test_all_is_what_is_prepared(hdp, made, tmp_path):
    none = hdp("metadata", "export", "--all", "--as", "csv", "-o", tmp_path / "a.csv", "--json")
    assert none.json["error"]["code"] == "nothing-to-do"
    assert hdp("prepare", 1, 3).code == 0
    ran = hdp("metadata", "export", "--all", "--as", "csv", "-o", tmp_path / "a.csv", "--json")
    assert (ran.json["items"], ran.json["left_out"]) == ([1, 3], [2])
    table = read_table(tmp_path / "a.csv")
    assert [table.cells(n)["state"] for n in range(2)] == ["prepared", "prepared"]


def test_a_crate_holds_the_packed_files(hdp, made, tmp_path):
    assert hdp("item", "pack", 1, "--archive", "all").code == 0
    early = hdp("metadata", "export", 1, "--as", "ro-crate", "--files", "-o", tmp_path / "c.zip",
                "--json")  # fmt: skip
    assert early.json["error"]["code"] == "wrong-state"
    assert not (tmp_path / "c.zip").exists()
    assert hdp("prepare", 1).code == 0
    for goal in ("crates", "c.zip"):
        ran = hdp("metadata", "export", 1, "--as", "ro-crate", "--files", "-o", tmp_path / goal)
        assert ran.code == 0, ran.err
    (folder,) = (tmp_path / "crates").iterdir()
    packed = folder / "photo_000.zip"
    crate = ROCrate(str(folder))
    assert crate.root_dataset["name"] == "Photograph 0"
    assert crate.get(packed.name)["sha256"] == hashlib.sha256(packed.read_bytes()).hexdigest()
    assert zipfile.ZipFile(packed).namelist() == ["photo_000.jpg"]
    names = sorted(zipfile.ZipFile(tmp_path / "c.zip").namelist())
    assert names == ["photo_000.zip", "ro-crate-metadata.json"]


def test_a_changed_file_is_not_taken_into_a_crate(hdp, made, folder, tmp_path):
    assert hdp("prepare", 1).code == 0
    (folder / "photo_000.jpg").write_bytes(b"another")
    ran = hdp("metadata", "export", 1, "--as", "ro-crate", "--files", "-o", tmp_path / "crates",
              "--json")  # fmt: skip
    assert ran.json["error"]["code"] == "file-changed"
    assert not (tmp_path / "crates").exists()


def test_a_record_is_shown_as_inveniordm_takes_it(hdp, made):
    shown = hdp("metadata", "show", 1, "--as", "inveniordm", "--json").json["metadata"]
    assert shown["metadata"]["title"] == "Photograph 0"
    assert shown["metadata"]["creators"][0]["person_or_org"]["family_name"] == "Müller"
    assert shown["access"] == {"record": "public", "files": "public"}
