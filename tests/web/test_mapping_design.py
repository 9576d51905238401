"""A mapping made over HTTP: table, key, proposals, rows, check, leave out, save; nothing before."""

import json

import pytest

from hdp.application import Selection, actions, describing, scanning
from hdp.project import mappings

TABLE = """\
Museum X;;;;
Datei;Titel;Urheber;ORCID;Lizenz
{0};Eine Amphora;Müller, Anna;0000-0002-1825-0098;cc-by-4.0
{1};Zweite;Kaya, Maria;0000-0002-1825-0097;
nothing.jpg;Dritte;Kaya, Maria;;cc-by-4.0
"""
FIXED = {
    "upload_type": {"choose": "image"}, "publication_date": {"default": "today"},
    "access_right": {"choose": "open"}, "license": {"column": "Lizenz"},
    "creators": [{"name": {"column": "Urheber"}, "orcid": {"column": "ORCID"}}],
}  # fmt: skip


@pytest.fixture
def project(app, samples, tmp_path):
    spec = scanning.NewProject(
        tmp_path / "test.hdpc", "Test", "TST", samples / "files", tmp_path / "output",
        {"extensions": [".jpg", ".png"], "bundle": "none"},
    )  # fmt: skip
    project = scanning.create_project(app, spec)
    scanning.scan_project(app)
    return project


@pytest.fixture
def names(samples, project):
    return sorted(
        one.name for one in (samples / "files").iterdir() if one.suffix in (".jpg", ".png")
    )


@pytest.fixture
def table(samples, names):
    path = samples / "list.csv"
    path.write_text(TABLE.format(names[0].upper(), names[1]), "cp1252")
    return path


@pytest.fixture
def values(visitor, table):
    look = visitor.post("/mapping/look", {"path": str(table)})
    return {"table": look["table"], "header": 2, "key": "Datei", "fields": dict(FIXED)}


def group(report, code):
    return next(one for one in report["groups"] if one["code"] == code)


def test_the_first_rows_show_what_was_found(visitor, table):
    look = visitor.post("/mapping/look", {"path": str(table)})
    assert (look["header"], look["encoding"], look["separator"]) == (2, "cp1252", "semicolon")
    assert look["columns"] == ["Datei", "Titel", "Urheber", "ORCID", "Lizenz"]
    assert look["rows"][0][2] == "Müller, Anna"
    assert (look["numbers"][0], look["key"]) == (3, "Datei")
    other = visitor.post(
        "/mapping/look", {"path": str(table), "header": 2, "separator": "comma",
                          "encoding": "latin-1"}
    )  # fmt: skip
    assert other["columns"] == ["Datei;Titel;Urheber;ORCID;Lizenz"]
    gone = visitor.post("/mapping/look", {"path": str(table.with_name("no.csv"))}, 404)
    assert "no.csv" in gone["error"]["message"]


def test_columns_propose_rules_and_nothing_is_kept(visitor, app, table):
    body = {"path": str(table), "header": 2, "key": "Datei"}
    proposed = visitor.post("/mapping/propose", body)["fields"]
    assert proposed["title"] == {"column": "Titel"}
    assert proposed["creators"][0]["orcid"] == {"column": "ORCID"}
    assert app.project.read(mappings.list_mappings) == []


def test_keys_that_come_near_are_offered_and_accepted(visitor, values, names):
    found = visitor.post("/mapping/match", {"values": values})
    assert (found["items"], found["matched"]) == (len(names), 1)
    near = next(one for one in found["near"] if one["examples"][0]["name"] == names[0])
    assert near["examples"][0]["row"] == 3
    assert [one["cell"] for one in found["rows_left"]["first"]][-1] == "nothing.jpg"
    assert {"name": "Datei", "matched": 1} in found["columns"]
    key = {"column": "Datei", "loosely": near["ways"]}
    found = visitor.post("/mapping/match", {"values": values | {"key": key}})
    assert (found["matched"], found["loosely"]) == (2, 1)


def test_rows_as_they_will_be_sent_with_problems_beside(visitor, values):
    values["fields"]["title"] = {"template": "{Titel}, {Urheber}"}
    made = visitor.post("/mapping/make", {"values": values, "name": "list", "limit": 200})
    row = next(one for one in made["rows"]["rows"] if one["rows"] == [4])
    assert row["metadata"]["title"] == "Zweite, Kaya, Maria"
    assert "license" in [one["where"].get("field") for one in row["findings"]]
    assert 'title: {template: "{Titel}, {Urheber}"}' in made["text"]


def test_a_wrong_rule_is_told_and_the_others_are_shown(visitor, values):
    values["fields"]["title"] = {"template": "{Titel"}
    made = visitor.post("/mapping/make", {"values": values, "limit": 200})
    assert [one["where"]["field"] for one in made["findings"]] == ["title"]
    assert made["without"] == ["title"]
    assert made["rows"]["total"] > 0
    broken = visitor.post("/mapping/make", {"text": "fields: ["})
    assert broken["values"] is None
    assert broken["findings"][0]["code"] == "yaml"


def test_comments_stay_or_are_told(visitor, values):
    text = visitor.post("/mapping/make", {"values": values})["text"]
    text = text.replace("fields:", "# ours\nfields:").replace("  license:", "  # which\n  license:")
    values["fields"]["title"] = {"column": "Titel"}
    made = visitor.post("/mapping/make", {"text": text, "values": values})
    assert "# ours" in made["text"]
    assert made["lost"] == []
    assert json.dumps(made["values"]["fields"]["title"]) == '{"column": "Titel"}'


def test_checked_left_out_in_one_click_and_saved(visitor, app, values):
    values["fields"]["title"] = {"filename": "stem"}
    values["key"] = {"column": "Datei", "loosely": ["case", "extension"]}
    text = visitor.post("/mapping/make", {"values": values})["text"]
    design = {"text": text, "name": "list"}
    wrong = group(visitor.post("/mapping/check-all", design), "orcid-invalid")
    assert (wrong["count"], wrong["field"], wrong["leave_out"]) == (1, "creators.orcid", True)
    assert wrong["findings"][0]["where"]["column"] == "ORCID"
    left = visitor.post("/mapping/leave-out", {**design, "code": wrong["code"],
                                               "field": wrong["field"]})  # fmt: skip
    assert left["count"] == 1
    report = visitor.post("/mapping/check-all", {**design, "text": left["text"]})
    assert "orcid-invalid" not in [one["code"] for one in report["groups"]]
    assert app.project.read(mappings.list_mappings) == []
    saved = visitor.post("/mapping/save", {**design, "text": left["text"], "seen": ""})
    assert saved["text"] == left["text"]
    assert [one["name"] for one in visitor.get("/mapping/list")["mappings"]] == ["list"]


def test_what_another_window_saved_is_not_overwritten_unasked(visitor, values):
    text = visitor.post("/mapping/make", {"values": values})["text"]
    design = {"text": text, "name": "list", "applies": {}}
    first = visitor.post("/mapping/save", {**design, "seen": ""})
    visitor.post("/mapping/save", {**design, "text": f"# two\n{text}", "seen": first["hash"]})
    late = visitor.post("/mapping/save", {**design, "seen": first["hash"]}, 409)
    assert late["error"]["code"] == "mapping-changed-elsewhere"
    assert visitor.get("/mapping/open", name="list")["text"].startswith("# two")
    assert visitor.post("/mapping/save", design)["text"] == text


def test_what_prepared_records_would_become(visitor, app, values):
    values["fields"] |= {"title": {"filename": "stem"}, "license": {"choose": "cc-by-4.0"}}
    values["fields"]["creators"] = [{"name": {"literal": "Museum X"}}]
    text = visitor.post("/mapping/make", {"values": values})["text"]
    design = {"text": text, "name": "list", "applies": {}}
    visitor.post("/mapping/save", {**design, "seen": ""})
    action = actions.Action("prepare", "practice", Selection(ids=(2,)))
    assert app.jobs.wait(actions.start(app, action).job, timeout=60)
    changed = text.replace("filename: stem", "filename: name")
    found = visitor.post("/mapping/differences", {**design, "text": changed})
    assert found["total"] == 1
    assert [one["field"] for one in found["records"][0]["fields"]] == ["title"]


def test_only_some_items_and_another_project(visitor, app, values, project, tmp_path):
    text = visitor.post("/mapping/make", {"values": values})["text"]
    rule = {"folders": ["nowhere/*"]}
    shown = visitor.post("/mapping/make", {"text": text, "applies": rule})
    assert shown["rows"]["total"] == 0
    visitor.post("/mapping/save", {"text": text, "name": "some", "applies": rule})
    assert describing.show_mapping(app, "some")["applies"] == rule
    lent = visitor.post("/mapping/elsewhere", {"path": str(project.path)})["mappings"]
    assert (lent[0]["name"], lent[0]["text"]) == ("some", text)
    goal = tmp_path / "far" / "copy.yaml"
    goal.parent.mkdir()
    visitor.post("/mapping/export", {"text": text, "path": str(goal)})
    loaded = visitor.post("/mapping/load", {"path": str(goal)})
    again = visitor.post("/mapping/make", {"text": loaded["text"], "base": loaded["base"]})
    assert again["table_path"].endswith("list.csv")
    assert again["rows"]["total"] > 0
    twice = visitor.post("/mapping/export", {"text": text, "path": str(goal)}, 409)
    assert twice["error"]["code"] == "file-exists"
    assert visitor.post("/mapping/remove", {"name": "some"})["mappings"] == []


def test_fields_come_from_the_target(visitor, project):
    found = visitor.get("/mapping/fields")
    first = [one["field"] for one in found["fields"] if one["required"]]
    assert {"title", "creators", "access_right", "license"} <= set(first)
    assert next(one for one in found["fields"] if one["field"] == "description")["recommended"]
    assert "thesis_supervisors" in [one["field"] for one in found["fields"]]


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("/mapping/make", {"values": []}),
        ("/mapping/make", {"text": 1}),
        ("/mapping/make", {"text": "", "base": "here"}),
        ("/mapping/make", {"text": "", "applies": {"items": ["x"]}}),
        ("/mapping/make", {"text": "", "applies": {"modality": ["x"]}}),
        ("/mapping/look", {"path": "/nowhere/x.csv"}),
        ("/mapping/look", {"path": "x\0"}),
        ("/mapping/match", {"values": {"fields": {}}}),
        ("/mapping/match", {"values": {"table": "no.csv", "key": "a"}}),
        ("/mapping/check-all", {"text": "fields: ["}),
        ("/mapping/save", {"text": "fields: {title: {literal: abc}}"}),
        ("/mapping/elsewhere", {"path": "/nowhere.hdpc"}),
        ("/mapping/load", {"path": "/nowhere.yaml"}),
    ],
)
def test_odd_requests_get_a_sentence(visitor, project, route, body):
    missing = "no.csv" in str(body) or "x.csv" in str(body)
    told = visitor.post(route, body, 404 if missing else 400)["error"]
    assert told["message"].endswith(".")
    assert told["code"] != "bug"
