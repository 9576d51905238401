"""Metadata sent again to drafts and records, and what a crash in between leaves."""

from __future__ import annotations

import pytest

from hdp.application import reporting, settling_in, updates
from hdp.application.published import published_groups
from hdp.application.selection import Selection
from hdp.project import deposits
from hdp.sdk import Missing, Record, Refused


def codes(job: dict) -> list[str]:
    return [one["error"]["code"] for one in job["tasks"] if one["error"]]


def retitle(project, word: str = "Other") -> None:
    table = project.root_dir("input") / "objects.csv"
    header, *rows = table.read_text(encoding="utf-8").splitlines()
    cells = [row.split(",", 2) for row in rows]
    lines = [header, *(f"{key},{word} {key},{rest}" for key, _title, rest in cells)]
    table.write_text("\n".join(lines), encoding="utf-8")


def titles(app) -> set[str]:
    remote = app.remotes.open(app.environment("practice"))
    found = app.project.read(lambda c: deposits.list_deposits(c, "practice", ["published"]))
    return {remote.get_record(one.remote_id).raw["metadata"]["title"] for one in found}


@pytest.fixture
def drafted(project, do):
    assert do("prepare")["state"] == "done"
    assert do("create")["state"] == "done"
    return project


@pytest.fixture
def published(drafted, do):
    assert do("upload")["state"] == "done"
    assert do("publish")["state"] == "done"
    return drafted


def test_drafts_follow_the_table(app, drafted, do):
    retitle(drafted)
    shown = updates.preview(app, "practice", "draft-update", Selection(all=True))
    fields = [[change["field"] for change in one["differences"]] for one in shown["items"]]
    assert fields == [["title", "description"]] * 3  # the description is made of the title
    assert do("draft-update")["done"] == 3
    drafts = app.remotes.open(app.environment("practice")).list_drafts()
    assert all(one.metadata["title"].startswith("Other") for one in drafts)
    assert do("draft-update")["skipped"] == 3
    do("upload")
    assert do("publish")["done"] == 3
    assert all(one.startswith("Other") for one in titles(app))


def test_records_follow_the_table_and_stay_the_same_records(app, published, do):
    before = {one.remote_id: one.doi for one in app.project.read(deposits.list_deposits)}
    retitle(published)
    assert do("update")["done"] == 3
    assert all(one.startswith("Other") for one in titles(app))
    after = app.project.read(deposits.list_deposits)
    assert {one.remote_id: one.doi for one in after} == before
    assert all(one.edited and one.doing is None and one.edit is None for one in after)
    assert do("update")["skipped"] == 3


def test_changes_on_the_site_are_not_overwritten(app, published, do):
    remote = app.remotes.open(app.environment("practice"))
    one = app.project.read(deposits.list_deposits)[0]
    draft = remote.edit_record(one.remote_id, "")
    record = Record(fields={**one.metadata, "title": "By the curator"})
    remote.update_draft(draft.id, record)
    retitle(published)
    assert codes(do("update", one.item_id)) == ["edit-open"]
    assert remote.get_draft(one.remote_id).metadata["title"] == "By the curator"
    remote.publish(one.remote_id)
    assert codes(do("update", one.item_id)) == ["changed-on-site"]
    assert "By the curator" in titles(app)
    assert do("update", one.item_id, args={"overwrite": True})["done"] == 1
    assert "By the curator" not in titles(app)


def test_a_record_changed_on_the_site_is_brought_back_though_the_table_says_nothing_new(
    app, published, do
):
    remote = app.remotes.open(app.environment("practice"))
    one = app.project.read(deposits.list_deposits)[0]
    draft = remote.edit_record(one.remote_id, "")
    remote.update_draft(draft.id, Record(fields={**one.metadata, "title": "By the curator"}))
    remote.publish(one.remote_id)
    assert do("update")["skipped"] == 3  # nothing is overwritten that nobody asked for
    assert "By the curator" in titles(app)
    job = do("update", args={"overwrite": True})
    assert (job["done"], job["skipped"], job["failed"]) == (1, 2, 0)
    assert titles(app) == {"Photograph 0", "Photograph 1", "Photograph 2"}
    for found in app.project.read(deposits.list_deposits):
        assert (found.doing, found.edit) == (None, None)
        with pytest.raises(Missing):  # no edit is left open
            remote.get_draft(found.remote_id)


@pytest.mark.parametrize("verb", ["edit", "metadata", "publish"])
@pytest.mark.parametrize("fault", ["lost-answer", "503"])
def test_an_answer_that_is_lost_is_settled(app, published, do, practice, verb, fault):
    retitle(published)
    practice.faults.add(f"{fault}:{verb}*1")
    do("update")
    practice.faults.clear()
    again = do("update")
    assert again["failed"] == 0, [one["error"] for one in again["tasks"]]
    assert all(one.startswith("Other") for one in titles(app))
    remote = app.remotes.open(app.environment("practice"))
    found = app.project.read(deposits.list_deposits)
    assert [one.doing for one in found] == [None] * 3
    assert all(one.metadata["title"].startswith("Other") for one in found)
    for one in found:  # no edit is left open
        with pytest.raises(Missing):
            remote.get_draft(one.remote_id)


def test_publishing_can_be_switched_off(app, drafted, do):
    do("upload")
    settling_in.set_publishing(app, "practice", False)
    with pytest.raises(Refused, match="switched off"):
        do("publish")
    settling_in.set_publishing(app, "practice", True)
    assert do("publish")["done"] == 3


def test_verify_finds_other_bytes(app, published, do, home):
    assert do("verify")["done"] == 3
    path = sorted(published.root_dir("input").glob("*.jpg"))[0]
    path.write_bytes(path.read_bytes() + b"x")
    assert codes(do("verify")) == ["local-differs"]
    path.unlink()
    job = do("verify")
    assert job["done"] == 3
    assert any("1 not on this computer" in one["message"] for one in job["tasks"])
    found = app.project.read(deposits.list_deposits)
    assert all(one.verified for one in found)


def test_what_the_site_changed_in_a_draft_is_brought_back_when_asked(app, drafted, do, practice):
    first, *_ = app.project.read(deposits.list_deposits)
    practice.repository.change_on_site(first.remote_id, title="By the curator")
    assert do("draft-update")["skipped"] == 3  # the table says nothing new: theirs stays
    do("upload")
    (error,) = [one["error"] for one in do("publish")["tasks"] if one["error"]]
    assert error["code"] == "changed-on-site"
    assert f"hdp draft update {first.item_id} --overwrite --env practice" in error["hint"]
    job = do("draft-update", first.item_id, args={"overwrite": True})
    assert job["done"] == 1
    assert do("draft-update", first.item_id, args={"overwrite": True})["skipped"] == 1
    assert do("publish")["done"] == 1
    assert titles(app) == {"Photograph 0", "Photograph 1", "Photograph 2"}


def test_publishing_a_deleted_draft_says_how_to_start_it_again(app, drafted, do, practice):
    do("upload")
    one = app.project.read(deposits.list_deposits)[0]
    practice.repository.delete_on_site(one.remote_id)
    # By itself: with the others public at that moment, the repository would seem emptied.
    (error,) = [one["error"] for one in do("publish", one.item_id)["tasks"] if one["error"]]
    assert f"hdp draft restart {one.item_id} --env practice" in error["hint"]
    assert do("restart", one.item_id)["done"] == 1


def test_a_record_that_differs_is_not_verified_any_more(app, published, do, practice):
    assert do("verify")["done"] == 3
    with practice.repository.catalogue.write() as db:
        db.execute("UPDATE file SET md5 = '0' || substr(md5, 2) WHERE key = 'photo_000.jpg'")
        db.execute("DELETE FROM file WHERE key = 'photo_001.jpg'")
    assert codes(do("verify")) == ["record-differs"] * 2
    assert published_groups(app, "practice")["states"]["Differs"] == 2
    found = app.project.read(deposits.list_deposits)
    first, second, third = sorted(found, key=lambda one: one.item_id)
    assert [first.verified, second.verified] == [None, None] and third.verified
    assert "other bytes: photo_000.jpg" in first.site[0]["message"]
    assert "missing: photo_001.jpg" in second.site[0]["message"]
    retitle(published)
    assert do("update", first.item_id)["done"] == 1
    facts = reporting.facts_by_item(app, "practice")[first.item_id]
    assert "other bytes" in facts["error"]  # the update says nothing of the files
    with practice.repository.catalogue.write() as db:
        file = app.project.read(lambda c: deposits.list_files(c, first.id))[0]
        db.execute("UPDATE file SET md5 = ? WHERE key = 'photo_000.jpg'", (file.md5,))
    assert do("verify", first.item_id)["done"] == 1
    sound = app.project.read(lambda c: deposits.get_deposit(c, first.id))
    assert sound.verified and sound.site == []
