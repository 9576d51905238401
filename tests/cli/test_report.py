"""The report, and what becomes of environments that are in use."""

from __future__ import annotations

import csv
import json
from io import StringIO

from hdp.cli import main as status
from hdp.metadata.tables import read_table


def test_a_row_for_each_item(hdp, uploaded, tmp_path):
    assert hdp("draft", "publish", "1").code == 0
    (tmp_path / "input" / "photo_002.jpg").unlink()
    found = hdp("project", "report", "--format", "json").out
    document = json.loads(found)
    assert (document["total"], document["environments"]) == (3, ["practice"])
    first, second, _third = (one["environments"]["practice"] for one in document["items"])
    assert (first["state"], second["state"]) == ("published", "draft")
    assert first["doi"].startswith("10.5072/") and first["concept doi"]
    assert second["what to do"] == "Publish it, or submit it for review."
    rows = list(csv.DictReader(StringIO(hdp("project", "report").out)))
    assert [row["practice state"] for row in rows] == ["published", "draft", "draft"]
    assert hdp("project", "report", "--json").json == document


def test_it_is_written_and_nothing_overwritten(hdp, made, tmp_path):
    for ending in ("csv", "xlsx", "json", "html"):
        goal = tmp_path / f"report.{ending}"
        assert hdp("project", "report", "-o", goal).code == 0
        before = goal.read_bytes()
        again = hdp("project", "report", "-o", goal)
        assert (again.code, goal.read_bytes()) == (status.REFUSED, before)
    assert len(read_table(tmp_path / "report.xlsx").rows) == 3
    assert "<table>" in (tmp_path / "report.html").read_text("utf-8")
    assert hdp("project", "report", "--format", "xlsx").code == 2


def test_texts_are_no_formulas(hdp, made, folder):
    table = folder / "objects.csv"
    text = table.read_text("utf-8").replace("Photograph 0", "=1+1<b>")
    table.write_text(text, "utf-8")
    assert hdp("prepare", "--all").code == 0
    assert '"\'=1+1<b>"' in hdp("project", "report").out
    assert "=1+1&lt;b&gt;" in hdp("project", "report", "--format", "html").out


def test_errors_and_what_to_do_are_in_it(hdp, made, folder):
    assert hdp("prepare", "--all").code == 0
    (folder / "photo_000.jpg").write_bytes(b"other bytes")
    assert hdp("draft", "create", "--all", "--upload").code == 1
    found = json.loads(hdp("project", "report", "--format", "json").out)
    here = found["items"][0]["environments"]["practice"]
    assert "was changed after" in here["error"] and "Scan the project again" in here["what to do"]


def test_an_environment_with_records_is_kept(hdp, uploaded, app, home):
    practice = app.remotes.practice()
    token = (home / "practice" / "token").read_text("utf-8").strip()
    assert hdp("env", "add", "here", "--target", "zenodo", "--url", practice.url).code == 0
    app.credentials.store("here", token)
    checked = hdp("env", "check", "here", "--json").json
    assert checked["may"] == {"drafts": True, "publish": None}
    for command in (("prepare",), ("draft", "create")):
        assert hdp(*command, "1", "--env", "here").code == 0
    kept = hdp("env", "remove", "here")
    assert kept.code == status.REFUSED and "1 draft or record" in kept.err
    assert hdp("draft", "discard", "1", "--env", "here").code == 0
    assert hdp("env", "remove", "here").code == 0


def test_another_address_under_the_same_name_is_refused(hdp, made, app, home):
    practice = app.remotes.practice()
    app.credentials.store("here", (home / "practice" / "token").read_text("utf-8").strip())
    assert hdp("env", "add", "here", "--target", "zenodo", "--url", practice.url).code == 0
    for command in (("prepare",), ("draft", "create")):
        assert hdp(*command, "1", "--env", "here").code == 0
    file = home / "environments.json"
    file.write_text(file.read_text("utf-8").replace(practice.url, "http://127.0.0.1:9"), "utf-8")
    ran = hdp("draft", "upload", "1", "--env", "here")
    assert (ran.code, "[other-address]" in ran.err) == (status.REFUSED, True), ran.err
