"""Edit over HTTP: shown, checked, saved, refused; vocabularies by their words."""

import pytest

from hdp.application import Selection, actions, describing, scanning


@pytest.fixture
def project(app, samples, tmp_path):
    spec = scanning.NewProject(
        tmp_path / "test.hdpc", "Test", "TST", samples / "files", tmp_path / "output",
        {"extensions": [".jpg", ".png", ".tif", ".obj", ".pdf"], "bundle": "stem"},
    )  # fmt: skip
    project = scanning.create_project(app, spec)
    scanning.scan_project(app)
    describing.set_mapping(app, next(samples.glob("*.yaml")))
    return project


def field(shown, name):
    return next(one for one in shown["fields"] if one["field"] == name)


def test_a_field_is_shown_checked_saved_and_given_back(visitor, project):
    shown = visitor.get("/items/1/metadata", env="practice")
    before = field(shown, "title")
    assert before["origin"]["table"]
    checked = visitor.post("/items/1/metadata/check", {"env": "practice", "set": {"title": "ab"}})
    assert "title" in [one["where"].get("field") for one in checked["findings"]]
    assert visitor.get("/items/1/metadata")["title"] == shown["title"]
    stamps = {"title": before["stamp"]}
    body = {"env": "practice", "set": {"title": "A red bowl"}, "lock": ["version"]}
    saved = visitor.post("/items/1/metadata", body | {"stamps": stamps})
    assert field(saved, "title")["state"] == "by-hand"
    assert field(saved, "version")["locked"] is True
    late = visitor.post("/items/1/metadata", body | {"stamps": stamps}, 409)
    assert late["error"]["code"] == "changed-elsewhere"
    again = visitor.post("/items/1/metadata", {"unset": ["title"], "unlock": ["version"]})
    assert field(again, "title")["value"] == before["value"]
    assert field(again, "version")["locked"] is False


def test_what_is_refused_names_the_path(visitor, project):
    people = [{"name": "Doe, Jane", "orcid": "0000-0002-1825-0098"}]
    answer = visitor.post("/items/1/metadata", {"set": {"creators": people, "version": "1"}}, 400)
    assert answer["error"]["code"] == "value-refused"
    assert answer["error"]["findings"][0]["where"]["field"].startswith("creators.0")
    assert field(visitor.get("/items/1/metadata"), "version")["value"] in (None, "")


@pytest.mark.parametrize(
    "body",
    [
        {"set": []},
        {"set": {"nothing": 1}},
        {"lock": "title"},
        {"unset": [1]},
        {"env_only": "yes"},
        {"stamps": {"title": 1}},
        {"stamps": []},
        {"set": {"title": "x y z"}, "unset": ["title"]},
        {"set": {"custom": {"a": [[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]}}},
        {"set": {"title": "x\u0000y and more"}},
    ],
)
def test_odd_bodies_are_refused(visitor, project, body):
    assert visitor.post("/items/1/metadata", body, 400)["error"]["code"]
    assert visitor.get("/items/1/metadata")["fields"]


def test_a_draft_cannot_be_changed_here(app, visitor, project):
    for kind in ("prepare", "create"):
        started = actions.start(app, actions.Action(kind, "practice", Selection(ids=(1,))))
        assert app.jobs.wait(started.job, timeout=60)
    assert visitor.get("/items/1/metadata", env="practice")["editable"] is False
    answer = visitor.post("/items/1/metadata", {"env": "practice", "set": {"title": "New"}}, 409)
    assert answer["error"]["code"] == "wrong-state"


def test_a_changed_table_is_seen_at_once(app, visitor, project, samples):
    visitor.get("/items/1/metadata")
    mapping = next(samples.glob("*.yaml"))
    text = mapping.read_text(encoding="utf-8")
    describing.set_mapping(app, _with_version(mapping, text))
    assert field(visitor.get("/items/1/metadata"), "version")["value"] == "7"


def _with_version(mapping, text):
    made = mapping.with_name("other.yaml")
    made.write_text(text + '\n  version: {literal: "7"}\n', encoding="utf-8")
    return made


def test_vocabularies(visitor, project):
    found = visitor.get("/vocabularies/license", q="cc by 4")
    assert found["terms"][0]["id"] == "cc-by-4.0"
    assert len(visitor.get("/vocabularies/language", q="")["terms"]) == 50
    assert visitor.get("/vocabularies/contributors.type", q="")["total"] == 22
    assert visitor.get("/vocabularies/title", 404)["error"]["code"] == "no-such-vocabulary"
    assert visitor.get("/vocabularies/nothing", 404)["error"]["code"] == "unknown-field"
    assert visitor.get("/items/999/metadata", 404)["error"]["code"] == "no-such-item"
