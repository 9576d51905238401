"""What publishing means: groups with outliers, what files tell, values that block, own table."""

from __future__ import annotations

import csv
import json

import pytest

from hdp.__main__ import main
from hdp.application import Selection, actions, citing, consequences, table_report
from hdp.application.file_warnings import contradicts
from hdp.application.page.uploads import UploadPages
from hdp.application.published import published_groups
from hdp.project import machine_values
from hdp.sdk import Refused

HOSTILE = "<script>alert(1)</script>"


def told(app, env="practice", kind="publish"):
    return consequences.consequences(app, actions.Action(kind, env, Selection(all=True)))


def group(found, by):
    return next(one for one in found["groups"] if one["by"] == by)["values"]


@pytest.fixture
def drafts(open_project, do):
    """Four drafts whose files are there; what was sent is changed here, as nobody else sees it."""
    project = open_project(4)
    for step in ("prepare", "create", "upload"):
        assert do(step)["state"] == "done"
    return project


def rewrite(project, item, *, origins=None, **fields):
    def write(connection):
        row = connection.execute(
            "SELECT id, metadata, origins FROM deposit WHERE item_id = ?", (item,)
        ).fetchone()
        connection.execute(
            "UPDATE deposit SET metadata = ?, origins = ?, title = ? WHERE id = ?",
            (
                json.dumps(json.loads(row["metadata"]) | fields),
                json.dumps(json.loads(row["origins"]) | (origins or {})),
                fields.get("title", f"Record {item}"), row["id"],
            ),
        )  # fmt: skip

    project.write(write)


def test_what_differs_from_most_is_pointed_out(app, drafts):
    rewrite(drafts, 2, license="cc-zero", title=HOSTILE)
    values = group(told(app), "licence")
    assert [(one["value"], one["count"], one["outlier"]) for one in values] == [
        ("cc-by-4.0", 3, False), ("cc-zero", 1, True),
    ]  # fmt: skip
    (access,) = group(told(app), "access")
    assert access["terms"][0]["titles"] == {"de": "Offen"}
    (kind,) = group(told(app), "type")
    assert (kind["value"], [one["title"] for one in kind["terms"]]) == (
        "image/photo", ["Image", "Photo"],
    )  # fmt: skip
    assert values[1]["records"] == [{"item": 2, "title": HOSTILE}]
    assert [one["count"] for one in group(told(app), "access")] == [4]


def test_without_a_majority_nobody_is_an_outlier(app, drafts):
    for item, day in ((1, "2020"), (2, "2021"), (3, "2022"), (4, "2023")):
        rewrite(drafts, item, publication_date=day)
    assert not any(one["outlier"] for one in group(told(app), "date"))


@pytest.mark.parametrize(
    ("statement", "licence", "expected"),
    [
        ("holds a statement of rights: © 2020 Museum, all rights reserved.", "cc-by-4.0", True),
        ("(c) Museum", "cc-by-4.0", False),
        ("CC BY-NC 4.0", "cc-by-4.0", True),
        ("CC BY 4.0", "cc-by-4.0", False),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "cc-by-sa-4.0", False),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "cc-zero", False),
        ("Alle Rechte vorbehalten", "", False),
        ("CC BY 4.0", "mit", True),
    ],
)
def test_rights_inside_files_that_contradict_the_licence(statement, licence, expected):
    assert contradicts(statement, licence) is expected


def test_what_files_tell_is_said(app, drafts):
    findings = [{"severity": "warning", "code": "gps", "message": "a.jpg holds the place"}]
    drafts.write(
        lambda c: c.execute("UPDATE file SET problems = ? WHERE id = 1", (json.dumps(findings),))
    )
    (one,) = told(app)["files"]
    assert (one["kind"], one["count"], one["records"]) == ("place", 1, 1)


def test_values_of_a_machine_block_until_they_are_accepted(app, drafts, do):
    made = {"description": {"rule": "pipeline", "pipeline": "describe-with-llm"}}
    rewrite(drafts, 1, origins=made)
    found = told(app)["machine"]
    assert found["items"] == [1]
    assert found["fields"][0]["pipeline"] == "describe-with-llm"
    failed = do("publish", 1)
    assert failed["tasks"][0]["error"]["code"] == "values-not-accepted"
    assert do("publish", 2)["state"] == "done"
    assert (
        consequences.accept_values(app, actions.Action("publish", "practice", Selection(ids=(1,))))
        == 1
    )
    assert told(app)["machine"]["items"] == []
    assert do("publish", 1)["state"] == "done"


def test_another_value_is_to_be_accepted_anew(app, drafts):
    made = {"description": {"rule": "pipeline", "pipeline": "p"}}
    rewrite(drafts, 1, origins=made)
    drafts.write(lambda c: machine_values.accept(c, 1, {"description": "another text"}))
    assert told(app)["machine"]["items"] == [1]


def test_the_number_is_checked_by_the_server_and_what_was_never_tried_is_counted(
    app, drafts, do, practice, monkeypatch
):
    app.environments.add("live", target="zenodo", url=practice.url, kind="production")
    monkeypatch.setenv("HDP_TOKEN_LIVE", practice.token)
    assert do("publish", 1)["state"] == "done"
    for step in ("prepare", "create", "upload"):
        do(step, env="live")
    assert told(app, "live")["never_tried"] == 3
    assert told(app)["never_tried"] is None
    for wrong in (None, 3, 5):
        with pytest.raises(Refused, match="Nothing was done"):
            do("publish", env="live", confirm=wrong)
    assert published_groups(app, "live")["total"] == 0
    assert do("publish", env="live", confirm=4)["state"] == "done"


def test_discarding_says_what_the_repository_loses(app, drafts):
    body = {"action": "discard", "env": "practice", "all": True, "stage": "drafts"}
    rewrite(drafts, 2, title=HOSTILE)
    found = UploadPages(app).preview(body)
    lost = found["lost"]
    assert (found["acts_on"], lost["drafts"], lost["files"]) == (4, 4, 4)
    sizes = [one.stat().st_size for one in drafts.root_dir("input").glob("*.jpg")]
    assert lost["bytes"] == sum(sizes)
    assert [one["item"] for one in lost["records"]] == [1, 2, 3, 4]
    assert lost["records"][1]["title"] == HOSTILE and all(
        one["remote_id"] for one in lost["records"]
    )
    assert UploadPages(app).preview(body | {"action": "publish"})["lost"] is None


def test_what_drafts_would_hold_is_summed_up_and_what_is_too_much_comes_first(
    app, open_project, do, monkeypatch
):
    project = open_project(4)
    do("prepare", 1, 2, 3)
    monkeypatch.setattr(app.target(app.environment("practice")), "max_files", 1)
    rewrite(project, 1, license="cc-zero")
    project.write(
        lambda c: c.execute(
            "INSERT INTO deposit_file (deposit_id, root, path, name, role, media_type, size,"
            " sha256, md5, status) SELECT deposit_id, root, path || 'x', name || 'x',"
            " role, media_type, size, sha256, md5, status FROM deposit_file"
            " WHERE deposit_id = (SELECT id FROM deposit WHERE item_id = 3)"
        )
    )
    body = {"env": "practice", "ids": [1, 2, 3, 4]}
    found = UploadPages(app).contents(body, 0, 2)
    assert (found["records"], found["files"], found["over"], found["most"]["files"]) == (3, 4, 1, 2)
    assert [one["item"] for one in found["rows"]] == [3, 1]
    assert found["rows"][0]["over"] and found["rows"][1]["licence"] == "cc-zero"
    assert found["skipped"]["records"][0]["item"] == 4 and found["limits"]["files"] == 1
    assert [one["value"] for one in group(found, "licence")] == ["cc-by-4.0", "cc-zero"]
    assert [one["item"] for one in UploadPages(app).contents(body, 2, 2)["rows"]] == [2]


def test_creating_in_production_says_how_many_were_never_tried(
    app, open_project, do, practice, monkeypatch
):
    open_project(2)
    app.environments.add("live", target="zenodo", url=practice.url, kind="production")
    monkeypatch.setenv("HDP_TOKEN_LIVE", practice.token)
    for env in ("practice", "live"):
        do("prepare", env=env)
    body = {"action": "create", "all": True, "stage": "create"}
    assert UploadPages(app).preview(body | {"env": "live"})["never_tried"] == 2
    assert UploadPages(app).preview(body | {"env": "practice"})["never_tried"] is None


def test_the_own_table_gets_identifiers_and_stays_as_it_is(app, drafts, do, tmp_path):
    own = drafts.root_dir("input") / "objects.csv"
    before = own.read_bytes()
    do("publish", 2)
    columns, rows, said = table_report.table_report(app, "practice")
    assert columns == ["filename", "title", "creator", "DOI", "Concept DOI", "URL"]
    (version,) = published_groups(app, "practice")["groups"][0]["versions"]
    assert rows[1][3:5] == [version["doi"], version["concept_doi"]]
    assert rows[1][5].startswith("http")
    assert rows[0][3:] == ["", "", ""]
    assert said["published"] == 1
    goal = tmp_path / "out.csv"
    table_report.write_table_report(goal, columns, rows, "csv")
    assert len(list(csv.reader(goal.open(encoding="utf-8-sig")))) == 5
    with pytest.raises(Refused):
        table_report.write_table_report(goal, columns, rows, "csv")
    assert own.read_bytes() == before


def test_a_record_is_cited_in_styles(app, drafts, do):
    do("publish", 1)
    found = citing.citations(app, "practice", 1)
    texts = {one["style"]: one["text"] for one in found["citations"]}
    assert texts["apa"].startswith("Müller, A. (2026). Photograph 0")
    assert all(found["doi"] in one for one in texts.values())


def test_a_record_that_is_gone_reads_withdrawn(app, drafts, do):
    do("publish", 1)
    assert published_groups(app, "practice")["states"] == {"Published": 1}
    assert do("verify", 1)["state"] == "done"
    assert published_groups(app, "practice", state="Verified")["concepts"] == 1
    there = drafts.read(
        lambda c: c.execute("SELECT remote_id FROM deposit WHERE item_id = 1").fetchone()
    )
    rename = "UPDATE deposit SET remote_id = ? WHERE item_id = 1"
    drafts.write(lambda c: c.execute(rename, ("999999",)))
    assert do("verify", 1)["tasks"][0]["state"] == "failed"
    assert published_groups(app, "practice")["states"] == {"Withdrawn": 1}
    drafts.write(lambda c: c.execute(rename, (there[0],)))
    assert do("verify", 1)["state"] == "done"
    assert published_groups(app, "practice")["states"] == {"Verified": 1}


def test_the_command_line_tells_the_same(app, drafts, capsys):
    rewrite(drafts, 1, origins={"notes": {"rule": "pipeline", "pipeline": "p"}}, notes="made up")
    path = str(drafts.path)
    app.close_project()
    assert main(["draft", "publish", "--all", "--dry-run", "--json", "-p", path]) == 3
    assert json.loads(capsys.readouterr().out)["machine"]["items"] == [1]
    main(["draft", "publish", "--all", "--dry-run", "-p", path])
    said = capsys.readouterr().out
    assert "Licence: cc-by-4.0 (4)" in said
    assert "Nobody has accepted what p wrote: notes of 1 record" in said
    assert main(["draft", "accept", "--all", "-p", path]) == 0
