"""`hdp metadata`: values, parts of entries, locks, and what is refused."""

import json
import re

import pytest


def metadata(hdp, item=1, *options):
    return hdp("metadata", "show", item, "--json", *options).json["metadata"]


def test_complex_fields_and_their_parts(hdp, made):
    people = json.dumps([{"name": "Doe, Jane"}, {"name": "Museum X"}])
    assert hdp("metadata", "set", 1, f"creators={people}").code == 0
    assert hdp("metadata", "set", 1, "creators.0.orcid=0000-0002-1825-0097").code == 0
    assert hdp("metadata", "set", 1, "creators.2.name=Roe, Max", "keywords.0=bowl").code == 0
    shown = metadata(hdp)
    assert shown["creators"][0] == {"name": "Doe, Jane", "orcid": "0000-0002-1825-0097"}
    assert shown["creators"][2] == {"name": "Roe, Max"}
    assert shown["keywords"] == ["bowl"]


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        ("creators.0.orcid=0000-0002-1825-0098", "value-refused", "creators.0"),
        ("creators.9.name=x", "no-such-part", "counted from 0"),
        ("creators.0.colour=red", "no-such-part", "orcid"),
        ("title.0=x", "no-such-part", "no parts"),
        ("license=cc-by-9", "value-refused", "license"),
        ("publication_date=soon", "value-refused", "publication_date"),
        ("creators=[{]", "usage", "no JSON"),
        ("titel=x", "unknown-field", "Did you mean title"),
        ("titel.0=x", "unknown-field", "Did you mean title"),
        ("=x", "usage", "FIELD=VALUE"),
    ],
)
def test_refused_values_are_named_exactly_and_nothing_is_stored(hdp, made, value, code, said):
    before = metadata(hdp)
    ran = hdp("metadata", "set", 1, "version=2", value, "--json")
    assert ran.code in (1, 2)
    told = ran.out + ran.err
    assert code in told
    assert said in told
    assert metadata(hdp) == before


def test_a_lock_goes_and_comes(hdp, made):
    assert hdp("metadata", "lock", 1, "title", "license").code == 0
    assert hdp("metadata", "unlock", 1, "title").code == 0
    assert hdp("metadata", "lock", 1, "tittle").code == 2
    assert hdp("metadata", "lock", 99, "title").code != 0


def test_for_one_environment_alone(hdp, made):
    assert hdp("--env", "sandbox", "metadata", "set", 1, "version=7").code == 0
    assert metadata(hdp, 1, "--env", "sandbox")["version"] == "7"
    assert "version" not in metadata(hdp, 1, "--env", "practice")


def test_what_is_prepared_is_said(hdp, made):
    assert hdp("prepare", 1).code == 0
    ran = hdp("metadata", "set", 1, "title=Changed later")
    assert "prepare it again" in ran.err
    assert hdp("prepare", 1).code == 0
    assert metadata(hdp)["title"] == "Changed later"


def test_without_a_mapping(hdp, made):
    assert hdp("mapping", "remove", "mapping").code == 0
    assert hdp("metadata", "set", 1, "title=By hand").code == 0
    assert metadata(hdp)["title"] == "By hand"


def test_terms_are_found_common_ones_first(hdp, made):
    found = hdp("metadata", "terms", "license", "--json").json
    assert [one["id"] for one in found["terms"][:3]] == ["cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0"]
    assert found["total"] > 400
    assert hdp("metadata", "terms", "license", "cc by").out.split()[2] == "cc-by-4.0"
    wrong = hdp("metadata", "terms", "lisence", "--json")
    assert wrong.code == 2 and "license" in wrong.json["error"]["hint"]


def test_new_finds_the_row_of_the_names_and_keeps_how_a_table_is_read(hdp, made, tmp_path):
    text = "Fotos aus Jena;;\n\nDatei;Titel;Rechte\nphoto_000.jpg;Gebäude;cc-by-4.0\n"
    (tmp_path / "a.csv").write_bytes(text.encode("cp850"))
    ran = hdp("mapping", "new", "a.yaml", "--table", "a.csv", "--encoding", "cp850",
              "--separator", ";")  # fmt: skip
    assert ran.code == 0 and "row 3" in ran.err
    assert hdp("mapping", "set", "a.yaml").code == 0
    shown = hdp("metadata", "show", 1, "--json").json
    assert shown["metadata"]["title"] == "Gebäude"


def test_what_is_no_yaml_is_told_with_its_place(hdp, made, tmp_path):
    (tmp_path / "bad.yaml").write_text("fields:\n  title: {column: Titel\n", "utf-8")
    ran = hdp("mapping", "set", "bad.yaml")
    assert ran.code == 1 and "bad.yaml, line 3" in ran.err


def test_a_mistyped_word_of_the_key_is_found(hdp, made, tmp_path):
    text = (tmp_path / "input" / "mapping.yaml").read_text("utf-8")
    key = re.search("^key:.*$", text, re.M)
    wrong = text.replace(key[0], "key: {column: filename, loosly: [case]}")
    (tmp_path / "input" / "wrong.yaml").write_text(wrong, "utf-8")
    ran = hdp("mapping", "set", tmp_path / "input" / "wrong.yaml")
    assert ran.code == 1 and "Did you mean loosely?" in ran.err


def test_a_mapping_taken_out_here_opens_in_another_project(hdp, made, tmp_path, monkeypatch):
    goal = tmp_path / "elsewhere" / "copy.yaml"
    goal.parent.mkdir()
    assert hdp("mapping", "export", goal).code == 0
    other = tmp_path / "elsewhere" / "other.hdpc"
    ran = hdp("project", "new", other, "--name", "Other", "--code", "OTH", "--input",
              tmp_path / "input", "--output", tmp_path / "elsewhere" / "output",
              "--extensions", ".jpg")  # fmt: skip
    assert ran.code == 0, ran.err
    assert hdp("mapping", "set", goal, "-p", other).code == 0
    found = [hdp("metadata", "show", 1, "-p", file, "--json").json for file in (made, other)]
    assert found[0]["metadata"] == found[1]["metadata"]
    assert found[0]["metadata"]["title"] == "Photograph 0"
    assert hdp("mapping", "check", "-p", other).code == 0
