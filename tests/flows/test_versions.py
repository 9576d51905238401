"""New versions of published records: each is its manifest, and the old ones stay as they were."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from hdp.application import Selection
from hdp.application.published import published_groups
from hdp.application.views import stage_rows
from hdp.project import deposits
from hdp.remote import Remote
from hdp.sdk import Missing, Record
from hdp.uploads.version_metadata import carry_metadata
from hdp.uploads.version_order import NewFile, Order


def new_file(path: Path, text: str, name: str = "") -> NewFile:
    data = text.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return NewFile(
        str(path), name or path.name, len(data), hashlib.sha256(data).hexdigest(),
        hashlib.md5(data).hexdigest(), "text/plain", relpath=path.name,
    )  # fmt: skip


def newest(app, item: int):
    return app.project.read(lambda c: deposits.latest_published(c, item, "practice"))


def order_for(app, item: int, *files: NewFile, decisions=None, **values) -> Order:
    base = newest(app, item)
    fields, origins = carry_metadata(base, 2, note="Better scans.")
    return Order(
        item, base.id, files, decisions or {}, "no-processing", metadata=fields, origins=origins,
        **values,
    )  # fmt: skip


def ordered(*orders: Order) -> dict:
    return {"args": {"orders": [one.to_json() for one in orders]}}


def make(do, *orders: Order) -> dict:
    return do("version", *[one.item for one in orders], **ordered(*orders))


def held(app, record_id: str) -> dict[str, str]:
    remote = app.remotes.open(app.environment("practice"))
    return {one.name: one.checksum for one in remote.list_record_files(record_id)}


def drafts_of(app) -> list:
    return list(app.remotes.open(app.environment("practice")).list_drafts())


def codes(job: dict) -> list[str]:
    return [one["error"]["code"] for one in job["tasks"] if one["error"]]


@pytest.fixture
def published(project, do):
    for step in ("prepare", "create", "upload", "publish"):
        assert do(step)["state"] == "done"
    return project


@pytest.fixture
def first(app, published):
    return newest(app, 1)


def md5(text: str) -> str:
    return f"md5:{hashlib.md5(text.encode()).hexdigest()}"


def test_carry_replace_add_and_remove(app, published, do, first, tmp_path):
    """From one version to the next but one, each exactly its manifest."""
    before = held(app, first.remote_id)
    (old,) = before
    added = new_file(tmp_path / "new" / "notes.txt", "one")
    job = make(do, order_for(app, 1, added, decisions={old: "carry"}))
    assert job["state"] == "done", codes(job)
    (task,) = job["tasks"]
    assert task["message"].startswith(f"Version 2 of {first.doi}: draft ")
    assert task["message"].endswith("Carried over: 1. Added: 1.")
    assert do("publish", 1)["done"] == 1
    second = newest(app, 1)
    assert second.previous == first.id and second.concept_id == first.concept_id
    assert held(app, second.remote_id) == {old: before[old], "notes.txt": md5("one")}
    assert held(app, first.remote_id) == before
    assert second.metadata["version"] == "2"
    assert second.metadata["notes"] == "<p>Better scans.</p>"

    replaced = new_file(tmp_path / "newer" / "notes.txt", "two")
    job = make(do, order_for(app, 1, replaced, decisions={old: "remove"}))
    assert job["tasks"][0]["message"].endswith("Replaced: 1. Removed: 1."), codes(job)
    assert do("publish", 1)["done"] == 1
    third = newest(app, 1)
    assert held(app, third.remote_id) == {"notes.txt": md5("two")}
    assert held(app, second.remote_id) == {old: before[old], "notes.txt": md5("one")}
    assert held(app, first.remote_id) == before
    assert len({first.doi, second.doi, third.doi}) == 3


def test_an_unchanged_file_is_not_sent_again(app, published, do, first, practice):
    old = app.project.read(lambda c: deposits.list_files(c, first.id))[0]
    path = app.project.file_path(old.root, old.path)
    same = NewFile(str(path), old.name, old.size, old.sha256, old.md5, relpath=path.name)
    practice.faults.add("503:upload*")  # whoever uploads anything fails
    job = make(do, order_for(app, 1, same))
    assert job["state"] == "done", codes(job)
    assert held(app, first.remote_id) == {old.name: f"md5:{old.md5}"}


def test_nothing_is_decided_silently(app, published, do, first, tmp_path):
    (old,) = held(app, first.remote_id)
    added = new_file(tmp_path / "a.txt", "a")
    assert codes(make(do, order_for(app, 1, added))) == ["undecided-files"]
    assert codes(make(do, order_for(app, 1, added, decisions={old: "regenerate"}))) == [
        "not-regenerated"
    ]
    twice = replace(new_file(tmp_path / "b.txt", "b"), name="a.txt")
    job = make(do, order_for(app, 1, added, twice, decisions={old: "carry"}))
    assert codes(job) == ["pipeline-same-name"]
    assert drafts_of(app) == []
    assert app.project.read(lambda c: deposits.live_deposit(c, 1, "practice")) is None


def test_an_empty_file_is_refused_before_a_draft_is_made(app, published, do, first, tmp_path):
    (old,) = held(app, first.remote_id)
    order = order_for(app, 1, new_file(tmp_path / "a.txt", ""), decisions={old: "carry"})
    job = make(do, order)
    assert codes(job) == ["not-ready"]
    assert "a.txt is empty" in job["tasks"][0]["error"]["message"]
    assert drafts_of(app) == []


def test_a_changed_new_file_is_not_sent(app, published, do, first, tmp_path):
    (old,) = held(app, first.remote_id)
    added = new_file(tmp_path / "a.txt", "a")
    order = order_for(app, 1, added, decisions={old: "carry"})
    Path(added.path).write_text("b")
    assert codes(make(do, order)) == ["file-changed"]
    assert drafts_of(app) == []


def test_a_file_that_changed_after_its_draft_was_made_is_not_sent(
    app, published, do, practice, first, tmp_path
):
    (old,) = held(app, first.remote_id)
    added = new_file(tmp_path / "a.txt", "a")
    order = order_for(app, 1, added, decisions={old: "carry"})
    practice.faults.add("503:upload*")
    assert make(do, order)["failed"] == 1
    practice.faults.clear()
    Path(added.path).write_text("changed")
    job = make(do, order)
    assert codes(job) == ["file-changed"]
    assert "make the new version again" in job["tasks"][0]["error"]["hint"]
    remote = app.remotes.open(app.environment("practice"))
    assert [one.name for one in remote.list_files(drafts_of(app)[0].id)] == [old]


def test_a_draft_by_hand_on_the_site_is_asked_for(app, published, do, first, tmp_path):
    remote = app.remotes.open(app.environment("practice"))
    theirs = remote.new_version(first.remote_id, keep_files=True, key="by hand")
    remote.update_draft(theirs.id, Record({**first.metadata, "title": "By hand"}))
    (old,) = held(app, first.remote_id)
    added = new_file(tmp_path / "a.txt", "a")
    _age_drafts(app)
    order = order_for(app, 1, added, decisions={old: "remove"})
    job = make(do, order)
    assert codes(job) == ["version-draft-open"]
    assert theirs.id in job["tasks"][0]["error"]["hint"]
    assert remote.get_draft(theirs.id).metadata["title"] == "By hand"
    assert list(drafts_of(app)[0].files or remote.list_files(theirs.id))
    job = make(do, replace(order, adopt=theirs.id))
    assert job["state"] == "done", codes(job)
    assert remote.get_draft(theirs.id).metadata["title"] == first.metadata["title"]
    assert [one.name for one in remote.list_files(theirs.id)] == ["a.txt"]
    assert len(drafts_of(app)) == 1


def _age_drafts(app) -> None:
    """Let the drafts be an hour old: HDP tells a stranger's from its own by that."""
    with app.remotes.practice().repository.catalogue.write() as db:
        db.execute("UPDATE side SET created = '2026-01-01T00:00:00.000000+00:00'")


@pytest.mark.parametrize("verb", ["newversion", "import", "metadata"])
@pytest.mark.parametrize("fault", ["lost-answer", "503"])
def test_an_answer_that_is_lost_makes_no_second_draft(
    app, published, do, practice, first, tmp_path, verb, fault
):
    (old,) = held(app, first.remote_id)
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions={old: "carry"})
    practice.faults.add(f"{fault}:{verb}")
    job = make(do, order)
    if job["state"] != "done":
        job = make(do, order)
    assert job["state"] == "done", codes(job)
    assert len(drafts_of(app)) == 1
    assert do("publish", 1)["done"] == 1
    assert set(held(app, newest(app, 1).remote_id)) == {old, "a.txt"}


@pytest.mark.parametrize("fault", ["lost-answer", "503"])
def test_a_file_that_comes_late_with_the_carried_ones_goes_again(
    app, published, do, practice, first, tmp_path, fault
):
    (old,) = held(app, first.remote_id)
    notes = new_file(tmp_path / "notes.txt", "notes")
    assert make(do, order_for(app, 1, notes, decisions={old: "carry"}))["state"] == "done"
    assert do("publish", 1)["done"] == 1
    other = new_file(tmp_path / "other.txt", "other")
    order = order_for(app, 1, other, decisions={old: "carry", "notes.txt": "remove"})
    practice.faults.add(f"{fault}:import")
    for _ in range(2):
        job = make(do, order)
    assert job["failed"] == 0, codes(job)
    assert do("publish", 1)["done"] == 1
    assert set(held(app, newest(app, 1).remote_id)) == {old, "other.txt"}


def test_discard_and_again_and_back_to_prepare(app, published, do, first, tmp_path):
    (old,) = held(app, first.remote_id)
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions={old: "carry"})
    assert make(do, order)["state"] == "done"
    other = replace(order, note="Another")
    assert codes(make(do, other)) == ["version-in-work"]
    assert do("discard", 1)["done"] == 1
    assert newest(app, 1).id == first.id and drafts_of(app) == []
    practice = app.remotes.practice()
    practice.faults.add("503:newversion*")
    assert make(do, order)["failed"] == 1
    live = app.project.read(lambda c: deposits.live_deposit(c, 1, "practice"))
    assert (live.state, live.previous, live.doing) == ("prepared", first.id, None)
    # The item's own sources have no say in a version that is prepared.
    assert do("prepare", 1)["skipped"] == 1
    assert do("pipeline-draft", 1, args={"pipeline": "no-processing"})["skipped"] == 1
    assert app.project.read(lambda c: deposits.live_deposit(c, 1, "practice")) == live
    assert do("back", 1)["done"] == 1
    assert app.project.read(lambda c: deposits.live_deposit(c, 1, "practice")) is None
    practice.faults.clear()
    assert make(do, order)["state"] == "done"


def test_a_newer_version_on_the_site_comes_first(app, published, do, first, tmp_path):
    remote = app.remotes.open(app.environment("practice"))
    theirs = remote.new_version(first.remote_id, keep_files=True, key="")
    remote.publish(theirs.id)
    (old,) = held(app, first.remote_id)
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions={old: "carry"})
    assert codes(make(do, order)) == ["version-not-newest"]
    from hdp.application.pulling import pull

    assert pull(app, "practice", [first.doi])[0]["state"] == "done"
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions={old: "carry"})
    assert make(do, order)["state"] == "done"


def test_a_record_with_a_doi_from_elsewhere_is_refused_with_the_reason(
    app, published, do, first, tmp_path
):
    from hdp.application.pulling import pull

    remote = app.remotes.open(app.environment("practice"))
    draft = remote.create_draft(Record({**first.metadata, "doi": "10.1234/elsewhere"}), "")
    there = new_file(tmp_path / "old.txt", "old")
    remote.upload_file(draft.id, order_for(app, 1, there).local_files()[0], lambda *_: None)
    record = remote.publish(draft.id)
    (adopted,) = pull(app, "practice", [record.id])
    item = adopted["item"]
    order = order_for(app, item, new_file(tmp_path / "a.txt", "a"), decisions={"old.txt": "carry"})
    assert codes(make(do, order)) == ["external-doi"]
    assert drafts_of(app) == []
    assert newest(app, item).doi == "10.1234/elsewhere"


def test_a_record_that_was_adopted_gets_a_version(app, published, do, first, tmp_path):
    from hdp.application.pulling import pull

    remote = app.remotes.open(app.environment("practice"))
    draft = remote.create_draft(Record(dict(first.metadata)), "")
    there = new_file(tmp_path / "old.txt", "old")
    remote.upload_file(draft.id, order_for(app, 1, there).local_files()[0], lambda *_: None)
    record = remote.publish(draft.id)
    item = pull(app, "practice", [record.id])[0]["item"]
    Path(there.path).unlink()
    order = order_for(app, item, new_file(tmp_path / "a.txt", "a"), decisions={"old.txt": "carry"})
    job = make(do, order)
    assert job["state"] == "done", codes(job)
    assert do("publish", item)["done"] == 1
    assert set(held(app, newest(app, item).remote_id)) == {"old.txt", "a.txt"}


def test_a_draft_that_the_list_does_not_show_yet_is_taken_at_the_next_try(
    app, published, do, practice, first, tmp_path, monkeypatch
):
    (old,) = held(app, first.remote_id)
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions={old: "carry"})
    practice.faults.add("lost-answer:newversion")
    with monkeypatch.context() as patch:
        patch.setattr(Remote, "list_drafts", lambda *_: [])
        assert codes(make(do, order)) == ["unreachable"]
    live = app.project.read(lambda c: deposits.live_deposit(c, 1, "practice"))
    ((since, until),) = live.change["asked"]
    assert live.doing is None and since <= until
    _age_drafts(app)  # hours go by, for the draft and for what is known of the first try
    hour = ["2025-12-31T23:59:59+00:00", "2026-01-01T00:00:01+00:00"]
    app.project.write(lambda c: deposits.update(c, live.id, change={**live.change, "asked": []}))
    assert codes(make(do, order)) == ["version-draft-open"]
    app.project.write(
        lambda c: deposits.update(c, live.id, change={**live.change, "asked": [hour]})
    )
    job = make(do, order)
    assert job["state"] == "done", codes(job)
    assert len(drafts_of(app)) == 1


def test_a_draft_by_hand_after_a_lost_answer_is_no_ours(
    app, published, do, practice, first, tmp_path
):
    (old,) = held(app, first.remote_id)
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions={old: "remove"})
    practice.faults.add("503:newversion")
    assert codes(make(do, order)) == ["unreachable"]
    remote = app.remotes.open(app.environment("practice"))
    theirs = remote.new_version(first.remote_id, keep_files=True, key="by hand")
    _age_drafts(app)
    assert codes(make(do, order)) == ["version-draft-open"]
    assert [one.name for one in remote.list_files(theirs.id)] == [old]


def test_the_same_once_more_makes_nothing(app, published, do, practice, first, tmp_path):
    (old,) = held(app, first.remote_id)
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions={old: "carry"})
    assert make(do, order)["done"] == 1
    practice.faults.add("503:newversion*,503:metadata*,503:upload*")  # nothing is sent
    another_day = replace(order, metadata={**order.metadata, "publication_date": "2030-01-01"})
    job = make(do, another_day)
    assert job["skipped"] == 1, codes(job)
    assert job["tasks"][0]["message"].startswith(f"Made already. Version 2 of {first.doi}: draft ")


def test_a_draft_that_is_gone_is_not_said_to_be_made(app, published, do, practice, first, tmp_path):
    (old,) = held(app, first.remote_id)
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions={old: "carry"})
    assert make(do, order)["done"] == 1
    practice.repository.delete_on_site(drafts_of(app)[0].id)
    assert codes(make(do, order)) == ["deleted-on-site"]  # asked for, though nobody looked
    assert codes(make(do, order)) == ["deleted-on-site"]
    assert do("restart", 1)["done"] == 1
    assert make(do, order)["done"] == 1
    assert len(drafts_of(app)) == 1


def test_metadata_of_a_version_is_updated_as_of_any_other(app, published, do, first, tmp_path):
    (old,) = held(app, first.remote_id)
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions={old: "carry"})
    assert make(do, order)["state"] == "done"
    table = published.root_dir("input") / "objects.csv"
    table.write_text(table.read_text("utf-8").replace("Photograph", "Plate"), "utf-8")
    job = do("draft-update", 1)
    assert job["state"] == "done", codes(job)
    draft = drafts_of(app)[0]
    assert (draft.metadata["title"], draft.metadata["version"]) == ("Plate 0", "2")
    assert draft.metadata["notes"] == "<p>Better scans.</p>"
    assert do("refresh", 1)["state"] == "done"
    assert do("publish", 1)["done"] == 1
    table.write_text(table.read_text("utf-8").replace("Plate", "Picture"), "utf-8")
    job = do("update", 1)
    assert job["state"] == "done", codes(job)
    second = newest(app, 1)
    assert (second.title, second.metadata["version"]) == ("Picture 0", "2")
    assert set(held(app, second.remote_id)) == {old, "a.txt"}
    job = do("verify", 1)
    assert job["state"] == "done", codes(job)
    assert held(app, first.remote_id).keys() == {old}


def new_picture(path: Path, color: str) -> NewFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (60, 40), color).save(path)
    data = path.read_bytes()
    return NewFile(
        str(path), path.name, len(data), hashlib.sha256(data).hexdigest(),
        hashlib.md5(data).hexdigest(), "image/jpeg", "primary", relpath=path.name,
    )  # fmt: skip


def test_what_was_derived_is_made_anew_or_stays_as_decided(app, published, do, first, tmp_path):
    (old,) = held(app, first.remote_id)
    web = old.replace(".jpg", "_web.jpg")
    order = order_for(app, 1, new_picture(tmp_path / "a" / old, "red"))
    order = replace(order, pipeline="version-refresh", params={"side": 20})
    job = make(do, order)
    assert job["state"] == "done", codes(job)
    assert do("publish", 1)["done"] == 1
    second = newest(app, 1)
    before = held(app, second.remote_id)
    assert set(before) == {old, web}

    order = replace(order, base=second.id, files=(new_picture(tmp_path / "b" / old, "blue"),))
    job = make(do, replace(order, decisions={web: "carry"}))
    assert codes(job) == ["version-name-taken"] and drafts_of(app) == []
    job = make(do, replace(order, decisions={web: "regenerate"}))
    assert job["state"] == "done", codes(job)
    assert job["tasks"][0]["message"].endswith("Replaced: 2.")
    assert do("publish", 1)["done"] == 1
    after = held(app, newest(app, 1).remote_id)
    assert set(after) == {old, web} and not set(after.values()) & set(before.values())
    assert held(app, second.remote_id) == before


def test_what_is_not_shown_any_more_gets_no_version(
    app, published, do, first, tmp_path, monkeypatch
):
    (old,) = held(app, first.remote_id)
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions={old: "carry"})

    def gone(*_given: object) -> None:
        raise Missing("Gone.")

    with monkeypatch.context() as patch:
        patch.setattr(Remote, "list_versions", lambda *_: [])
        patch.setattr(Remote, "get_record", gone)
        assert codes(make(do, order)) == ["record-withdrawn"]
    monkeypatch.setattr(Remote, "list_versions", lambda *_: [])  # it only lags behind
    assert make(do, order)["state"] == "done"


def test_the_chain_counts_its_versions(app, published, do, first, tmp_path):
    (old,) = held(app, first.remote_id)
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions={old: "carry"})
    assert make(do, order)["state"] == "done"
    (row,) = stage_rows(app, env="practice", stage="drafts", selection=Selection(all=True))["rows"]
    told = {"number": 2, "record": first.concept_doi, "concept_id": first.concept_id}
    assert row["version_of"] == told
    group = next(one for one in published_groups(app, "practice")["groups"] if one["next"])
    assert (group["next"]["item"], group["next"]["state"]) == (1, "draft")
    assert do("publish", 1)["done"] == 1
    group = published_groups(app, "practice")["groups"][0]
    assert [one["number"] for one in group["versions"]] == [2, 1] and group["next"] is None


def test_a_file_that_only_seems_to_be_removed_is_told(
    app, published, do, practice, first, tmp_path
):
    (old,) = held(app, first.remote_id)
    notes = new_file(tmp_path / "notes.txt", "notes")
    assert make(do, order_for(app, 1, notes, decisions={old: "carry"}))["state"] == "done"
    assert do("publish", 1)["done"] == 1
    decided = {old: "carry", "notes.txt": "remove"}
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions=decided)
    practice.faults.add("no-effect:delete-file")
    assert codes(make(do, order)) == ["file-not-removed"]
    assert do("upload", 1)["done"] == 1
    assert do("publish", 1)["done"] == 1
    assert set(held(app, newest(app, 1).remote_id)) == {old, "a.txt"}


def test_a_version_started_again_is_a_version_still(app, published, do, first, tmp_path):
    (old,) = held(app, first.remote_id)
    order = order_for(app, 1, new_file(tmp_path / "a.txt", "a"), decisions={old: "carry"})
    assert make(do, order)["state"] == "done"
    (draft,) = drafts_of(app)
    app.remotes.open(app.environment("practice")).discard(draft.id)
    assert do("restart", 1)["done"] == 1
    assert do("create-upload", 1)["done"] == do("publish", 1)["done"] == 1
    second = newest(app, 1)
    assert (second.previous, second.concept_id) == (first.id, first.concept_id)
    assert set(held(app, second.remote_id)) == {old, "a.txt"}
