"""The whole way into a folder of bags: another repository, the same four stages."""

from __future__ import annotations

import shutil

import pytest

from hdp.application import describing
from hdp.application.published import published_groups
from hdp.environments import folder_url
from hdp.project import deposits
from hdp.remote import Remote
from hdp.sdk import UsageError


@pytest.fixture
def shelf(app, project, tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    app.environments.add("shelf", target="archive", url=folder_url(store), kind="sandbox")
    return store


def test_records_become_bags(app, project, shelf, do):
    import bagit

    for kind in ("prepare", "create-upload", "publish", "verify"):
        job = do(kind, env="shelf")
        assert (job["state"], job["done"]) == ("done", 3), job
    bags = sorted(path.parent for path in shelf.rglob("bagit.txt"))
    assert len(bags) == 3
    for bag in bags:
        assert bagit.Bag(str(bag)).is_valid()
        assert (bag / "data" / "ro-crate-metadata.json").is_file()
    groups = published_groups(app, "shelf")["groups"]
    assert all(group["versions"][0]["url"].startswith("file:///") for group in groups)
    assert describing.preview(app, "shelf", 1)["metadata"]["title"] == "Photograph 0"


def test_a_bag_that_was_changed_is_found(app, project, shelf, do):
    for kind in ("prepare", "create-upload", "publish"):
        do(kind, env="shelf")
    photo = next(shelf.rglob("*.jpg"))
    photo.chmod(0o644)
    photo.write_bytes(b"other")
    job = do("verify", env="shelf")
    assert job["failed"] == 1, job


def test_only_a_folder_that_is_there(tmp_path):
    with pytest.raises(UsageError, match="is not there"):
        folder_url(tmp_path / "none")


def test_a_folder_needs_no_token(app, shelf):
    entry = app.environment("shelf")
    assert not app.remotes.needs_token(entry)
    assert app.remotes.token(entry) == ""


def test_what_is_in_a_bag_is_not_changed(app, project, shelf, do):
    for kind in ("prepare", "create-upload", "publish"):
        do(kind, env="shelf")
    table = project.root_dir("input") / "objects.csv"
    table.write_text(table.read_text("utf-8").replace("Photograph", "Picture"), "utf-8")
    job = do("update", env="shelf")
    assert {one["error"]["code"] for one in job["tasks"]} == {"not-supported"}
    assert not any(one.doing for one in app.project.read(deposits.list_deposits))


def test_a_draft_that_a_crash_left_beside_its_bag_goes(app, project, shelf, do):
    for kind in ("prepare", "create-upload"):
        do(kind, env="shelf")
    (draft, *_rest) = sorted((shelf / "drafts").glob("*/draft.json"))
    copy = shelf.parent / "copy"
    shutil.copytree(draft.parent, copy)
    do("publish", env="shelf")
    shutil.copytree(copy, draft.parent)
    remote = app.remotes.open(app.environment("shelf"))
    assert remote.get_record(draft.parent.name).id == draft.parent.name
    assert not draft.parent.exists()


def test_a_disk_that_is_not_connected_is_no_empty_archive(app, project, shelf, do, monkeypatch):
    monkeypatch.setattr(Remote, "pause", lambda remote, seconds: None)
    for kind in ("prepare", "create-upload"):
        do(kind, env="shelf")
    do("publish", 1, env="shelf")
    shelf.rename(shelf.with_name("away"))
    for kind, item in (("verify", 1), ("refresh", 2), ("publish", 2), ("discard", 3)):
        job = do(kind, item, env="shelf")
        assert [one["error"]["code"] for one in job["tasks"]] == ["unreachable"], (kind, job)
    shelf.with_name("away").rename(shelf)
    assert do("verify", 1, env="shelf")["done"] == 1
    assert do("publish", 2, 3, env="shelf")["done"] == 2
    found = app.project.read(deposits.list_deposits)
    assert [(one.state, one.doing, list(one.site)) for one in found] == [
        ("published", None, [])
    ] * 3


def test_what_has_no_doi_is_told_by_its_id(app, project, shelf, do):
    for kind in ("prepare", "create-upload"):
        do(kind, 1, env="shelf")
    (told,) = [one["message"] for one in do("publish", 1, env="shelf")["tasks"]]
    assert told == app.project.read(deposits.list_deposits)[0].remote_id
    (told,) = [one["message"] for one in do("publish", 1, env="shelf")["tasks"]]
    assert told.endswith("-v1.")


def test_a_bag_gets_a_new_version_and_the_old_one_stays(app, project, shelf, do, tmp_path):
    import hashlib

    from hdp.uploads.version_metadata import carry_metadata
    from hdp.uploads.version_order import NewFile, Order

    for kind in ("prepare", "create-upload", "publish"):
        do(kind, 1, env="shelf")
    base = app.project.read(lambda c: deposits.latest_published(c, 1, "shelf"))
    (old,) = app.project.read(lambda c: deposits.list_files(c, base.id))
    added = tmp_path / "notes.txt"
    added.write_bytes(b"notes")
    file = NewFile(str(added), "notes.txt", 5, hashlib.sha256(b"notes").hexdigest(),
                   hashlib.md5(b"notes").hexdigest(), "text/plain")  # fmt: skip
    fields, origins = carry_metadata(base, 2)
    order = Order(1, base.id, (file,), {old.name: "carry"}, "no-processing", {}, fields, origins)
    job = do("version", 1, env="shelf", args={"orders": [order.to_json()]})
    assert job["state"] == "done", job["tasks"]
    assert do("publish", 1, env="shelf")["done"] == 1
    newest = app.project.read(lambda c: deposits.latest_published(c, 1, "shelf"))
    remote = app.remotes.open(app.environment("shelf"))
    assert newest.previous == base.id
    assert {one.name for one in remote.list_record_files(newest.remote_id)} == {
        old.name, "notes.txt",
    }  # fmt: skip
    assert [one.name for one in remote.list_record_files(base.remote_id)] == [old.name]
