"""Every call is noted with what it was for, and without secrets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hdp.application.activity import KEPT, Activity
from hdp.net import CallMade
from hdp.remote import Doing


def test_the_calls_of_a_record_are_noted(app, project, do, practice):
    do("prepare")
    do("create")
    do("upload")
    calls, more = app.activity.read(project=app.project.about.uuid)
    assert not more
    sent = [one for one in calls if one["method"] == "PUT"]
    assert len(sent) == 3 and all(one["status"] == 201 and one["sent"] > 100 for one in sent)
    assert {one["what"] for one in calls} >= {"Creating the draft", "Listing the files"}
    assert {one["title"] for one in sent} == {"Photograph 0", "Photograph 1", "Photograph 2"}
    written = "".join(path.read_text() for path in (app.home / "activity").iterdir())
    assert practice.token not in written
    assert app.activity.read(project="another")[0] == []


def note(activity: Activity, number: int, status: int | None = 200) -> None:
    call = CallMade("GET", f"https://zenodo.org/api/records/{number}", status, 0.1)
    activity.note("sandbox", call, Doing("Looking", f"Title {number}", str(number)))


def test_pages_are_read_from_the_end(tmp_path):
    activity = Activity(tmp_path)
    for number in range(2500):
        note(activity, number, 500 if number % 100 == 0 else 200)
    newest, more = activity.read(limit=2)
    assert [one["remote_id"] for one in newest] == ["2499", "2498"] and more
    later, _more = activity.read(offset=2, limit=1)
    assert later[0]["remote_id"] == "2497"
    failed, more = activity.read(failed=True, limit=100)
    assert len(failed) == 25 and not more
    assert [one["title"] for one in activity.read(search="title 1234")[0]] == ["Title 1234"]
    activity.close()


def test_damaged_lines_are_left_out_and_old_files_go(tmp_path):
    folder = tmp_path / "activity"
    folder.mkdir()
    old = folder / f"{datetime.now(UTC) - KEPT - timedelta(days=2):%Y-%m-%d}.jsonl"
    old.write_text("{}")
    kept = folder / f"{datetime.now(UTC) - timedelta(days=2):%Y-%m-%d}.jsonl"
    kept.write_bytes(b'{"at": "x", "env": "e"}\n{"cut o\xff')
    activity = Activity(tmp_path)
    note(activity, 1, None)
    found, _more = activity.read()
    assert [one.get("remote_id") for one in found] == ["1", None]
    assert not old.exists()
    activity.close()


def test_nothing_is_stopped_by_a_full_disk(tmp_path):
    (tmp_path / "activity").write_text("a file where the folder should be")
    activity = Activity(tmp_path)
    note(activity, 1)
    assert activity.read() == ([], False)
