"""Records that were published without HDP become the project's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hdp_plugins.inveniordm.api import RecordsApi

from hdp.application import pulling, scanning, updates, views
from hdp.application.published import published_groups
from hdp.application.selection import Selection
from hdp.project import deposits, items
from hdp.remote import Remote, connect
from hdp.sdk import LocalFile, Record

FIELDS = {
    "title": "A jug from elsewhere", "upload_type": "image", "image_type": "photo",
    "description": "<p>Published by hand</p>", "creators": [{"name": "Müller, Anna"}],
    "publication_date": "2026-01-02", "access_right": "open", "license": "cc-by-4.0",
}  # fmt: skip


def publish(remote: Remote, *paths: Path, of: str = "") -> str:
    """A record made by somebody else's program, or the next version of one; its id."""
    if of:
        draft = remote.new_version(of, keep_files=False, key="")
        remote.update_draft(draft.id, Record(FIELDS))
    else:
        draft = remote.create_draft(Record(FIELDS), "")
    for path in paths:
        remote.upload_file(draft.id, LocalFile(path, name=path.name))
    return remote.publish(draft.id).id


@pytest.fixture
def remote(app, project) -> Remote:
    return app.remotes.open(app.environment("practice"))


@pytest.fixture
def elsewhere(tmp_path) -> Path:
    path = tmp_path / "elsewhere.txt"
    path.write_text("not in the input folder", "utf-8")
    return path


def pull(app, *records: str, item: int | None = None) -> list[dict]:
    return pulling.pull(app, "practice", records, item)


def error(outcome: dict) -> str:
    return outcome["error"]["code"]


def test_it_goes_to_the_item_with_the_same_files(app, project, remote, do):
    photo = project.root_dir("input") / "photo_001.jpg"
    shutil.copy(photo, photo.with_suffix(".renamed"))
    first = publish(remote, photo.with_suffix(".renamed"))
    (outcome,) = pull(app, first)
    item = app.project.read(lambda c: items.get_item(c, outcome["item"]))
    assert item.primary.path == "photo_001.jpg"
    (one,) = app.project.read(deposits.list_deposits)
    assert (one.state, one.remote_id, one.title) == ("published", first, FIELDS["title"])
    assert one.doi.startswith("10.5072/zenodo.") and one.concept_doi and one.published
    assert do("verify", item.id)["done"] == 1
    assert pull(app, one.doi)[0]["state"] == "skipped"


def test_all_versions_come_and_later_ones_join_them(app, project, remote, elsewhere):
    first = publish(remote, elsewhere)
    elsewhere.write_text("second", "utf-8")
    second = publish(remote, elsewhere, of=first)
    (outcome,) = pull(app, first)
    assert (outcome["versions"], outcome["state"]) == (2, "done")
    found = app.project.read(deposits.list_deposits)
    assert [one.remote_id for one in found] == [first, second]
    assert found[1].previous == found[0].id
    elsewhere.write_text("third", "utf-8")
    third = publish(remote, elsewhere, of=second)
    assert pull(app, third)[0]["versions"] == 1
    newest = app.project.read(lambda c: deposits.latest_published(c, outcome["item"], "practice"))
    assert newest.remote_id == third


def test_an_item_without_files_lasts_and_is_shown(app, project, remote, elsewhere, do):
    number = publish(remote, elsewhere)
    item = pull(app, number)[0]["item"]
    scanning.scan_project(app)
    rows = views.stage_rows(app, env="practice", stage="published", selection=Selection())
    assert [row["item"] for row in rows["rows"]] == [item]
    assert published_groups(app, "practice")["total"] == 1
    assert views.item_view(app, item, "practice")["files"] == []
    assert [one["id"] for one in views.item_list(app, "practice", Selection())] == [1, 2, 3, item]
    assert [row.id for row in views.overview(app, "sandbox")] == [1, 2, 3]
    job = do("verify")
    assert "1 not on this computer" in job["tasks"][0]["message"]
    shown = updates.preview(app, "practice", "update", Selection(all=True))
    assert shown["total"] == 4  # it says what is wrong, and does not break


def test_the_person_may_say_which_item_it_is(app, project, remote, elsewhere):
    number = publish(remote, elsewhere)
    assert error(pull(app, number, item=99)[0]) == "no-such-item"
    assert pull(app, number, item=2)[0]["item"] == 2
    other = publish(remote, elsewhere)
    assert error(pull(app, other, item=2)[0]) == "item-taken"


def test_equal_items_are_not_guessed(app, project, remote):
    photo = project.root_dir("input") / "photo_001.jpg"
    shutil.copy(photo, photo.with_name("twin.jpg"))
    scanning.scan_project(app)
    assert error(pull(app, publish(remote, photo))[0]) == "several-items"


def test_records_of_others_are_refused(app, project, remote, practice, elsewhere):
    token = (app.home / "practice" / "token-curator").read_text("utf-8").strip()
    entry = app.environment("practice")
    theirs = connect(app.target(entry), environment="practice", base_url=practice.url, token=token)
    number = publish(theirs, elsewhere)
    assert error(pull(app, number)[0]) == "foreign-record"
    assert error(pull(app, "999999")[0]) == "no-such-record"
    assert app.project.read(deposits.list_deposits) == []


def test_a_doi_with_the_same_number_is_not_the_record(app, project, remote, elsewhere):
    number = publish(remote, elsewhere)
    assert error(pull(app, f"10.5281/zenodo.{number}")[0]) == "no-such-record"
    assert error(pull(app, f"https://doi.org/10.5281/zenodo.{number}")[0]) == "no-such-record"
    assert app.project.read(deposits.list_deposits) == []


def test_the_address_of_its_page_names_a_record(app, project, remote, practice, elsewhere):
    number = publish(remote, elsewhere)
    doi = remote.get_record(number).doi
    assert pull(app, f"{practice.url}/records/{number}?preview=1#files")[0]["state"] == "done"
    for text in (f"doi:{doi}", f"https://doi.org/{doi.upper()}", f"{practice.url}/record/{number}"):
        assert pull(app, text)[0]["state"] == "skipped", text
    assert error(pull(app, f"https://zenodo.org/records/{number}")[0]) == "no-such-record"


def test_a_concept_doi_means_all_its_versions(app, project, remote, elsewhere):
    first = publish(remote, elsewhere)
    elsewhere.write_text("second", "utf-8")
    second = publish(remote, elsewhere, of=first)
    assert pull(app, remote.get_record(first).concept_doi)[0]["versions"] == 2
    assert [one.remote_id for one in app.project.read(deposits.list_deposits)] == [first, second]


def test_a_refused_token_ends_it(app, project, practice):
    practice.faults.add("token-revoked")
    (outcome,) = pull(app, "1", "2")
    assert error(outcome) == "unauthorised"


def test_an_adopted_record_can_be_corrected(app, project, remote, do):
    photo = project.root_dir("input") / "photo_001.jpg"
    item = pull(app, publish(remote, photo))[0]["item"]
    job = do("update", item)
    assert job["state"] == "done", job["tasks"]
    (one,) = app.project.read(deposits.list_deposits)
    api = RecordsApi(remote.target.connection, remote.target._api.flavour, "")
    assert api.get_record(one.remote_id).metadata["title"] == "Photograph 1" == one.title
