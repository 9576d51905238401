"""The target's whole life over a real server: the practice repository."""

import hashlib
import threading
from datetime import UTC, datetime

import pytest
from hdp_plugins.zenodo.target import Zenodo

from hdp.practice import server
from hdp.remote import connect, is_same_file, settle_create, settle_publish
from hdp.sdk import (
    Cancelled,
    Conflict,
    LocalFile,
    Missing,
    Record,
    Rejected,
    Unauthorised,
    Unreachable,
)

FIELDS = {
    "title": "Amphora, Dressel 1",
    "upload_type": "image",
    "image_type": "photo",
    "publication_date": "2026-01-02",
    "description": "<p>Found at sea</p>",
    "creators": [{"name": "Doe, Jane", "orcid": "0000-0002-1825-0097"}, {"name": "Museum X"}],
    "access_right": "open",
    "license": "CC-BY-4.0",
    "keywords": ["amphora", "wine"],
    "language": "de",
    "dates": [{"type": "Created", "start": "1890"}],
    "locations": [{"place": "Oviedo", "lat": 43.36, "lon": -5.85}],
    "related_identifiers": [{"identifier": "10.1234/foo", "relation": "isPartOf"}],
    "version": "1.0",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    practice = server.start(tmp_path_factory.mktemp("practice"))
    yield practice
    practice.stop()


@pytest.fixture
def practice(running):
    yield running
    running.faults.clear()
    running.faults.struck.clear()
    remote = open_remote(running)
    for draft in remote.list_drafts():
        remote.discard(draft.id)


def open_remote(practice, token=None, **options):
    remote = connect(Zenodo, environment="practice", base_url=practice.url,
                     token=token or practice.token, **options)  # fmt: skip
    remote._sleep = lambda seconds: None
    remote.limiter.hold = lambda seconds: None
    return remote


@pytest.fixture
def remote(practice):
    return open_remote(practice)


def local(tmp_path, name="scan ü#1.txt", data=b"hello"):
    path = tmp_path / hashlib.md5(name.encode()).hexdigest()
    path.write_bytes(data)
    return LocalFile(path, name=name, size=len(data), md5=hashlib.md5(data).hexdigest())


def made(remote, **fields):
    return remote.create_draft(Record({**FIELDS, **fields}), "key")


def test_from_create_to_new_version(remote, tmp_path):
    assert "@" in remote.whoami() or remote.whoami()
    record = Record(FIELDS, files=(local(tmp_path),))
    assert [one for one in remote.target.validate(record) if one.severity == "error"] == []
    draft = made(remote)
    assert draft.id and draft.concept_id and draft.url.endswith(draft.id)
    assert remote.same_metadata(record, draft)
    assert remote.same_metadata(record, remote.get_draft(draft.id))
    seen = []
    sent = remote.upload_file(
        draft.id, record.files[0], lambda done, all_: seen.append((done, all_))
    )
    assert is_same_file(record.files[0], sent) and seen[-1] == (5, 5)
    seen.clear()
    remote.upload_file(draft.id, record.files[0], lambda done, all_: seen.append(done))
    assert seen == []  # the same file is there already
    assert [one.name for one in remote.list_files(draft.id)] == ["scan ü#1.txt"]
    published = remote.publish(draft.id)
    assert published.doi and published.concept_doi and published.version == "1.0"
    assert remote.get_record(published.id).doi == published.doi
    assert remote.get_record(published.doi).id == published.id
    with pytest.raises(Missing):
        remote.get_draft(draft.id)
    second = remote.new_version(published.id, keep_files=True, key="k")
    assert second.concept_id == draft.concept_id and len(second.files) == 1
    assert remote.new_version(published.id, keep_files=True, key="k").id == second.id
    remote.delete_file(second.id, "scan ü#1.txt")
    remote.delete_file(second.id, "scan ü#1.txt")
    remote.upload_file(second.id, local(tmp_path, "b.txt", b"other"))
    changed = Record({**FIELDS, "title": "Amphora, again", "version": "2.0"})
    assert remote.same_metadata(changed, remote.update_draft(second.id, changed))
    again = remote.publish(second.id)
    assert [one.id for one in remote.list_versions(again.concept_id)] == [again.id, published.id]
    assert [one.name for one in remote.list_record_files(again.id)] == ["b.txt"]
    assert [one.name for one in remote.list_record_files(published.id)] == ["scan ü#1.txt"]


def test_new_version_without_files(remote, tmp_path):
    draft = made(remote)
    remote.upload_file(draft.id, local(tmp_path))
    record = remote.publish(draft.id)
    assert remote.new_version(record.id, keep_files=False, key="k").files == ()


def test_discard_and_what_is_gone(remote, tmp_path):
    draft = made(remote)
    remote.discard(draft.id)
    remote.discard(draft.id)
    with pytest.raises(Missing):
        remote.get_draft(draft.id)
    draft = made(remote)
    remote.upload_file(draft.id, local(tmp_path))
    remote.publish(draft.id)
    with pytest.raises(Conflict):
        remote.discard(draft.id)
    with pytest.raises(Missing):
        remote.publish(draft.id)


def test_edit_of_a_published_record(remote, tmp_path):
    draft = made(remote)
    remote.upload_file(draft.id, local(tmp_path))
    record = remote.publish(draft.id)
    editing = remote.edit_record(record.id, "k")
    assert editing.id == record.id
    with pytest.raises(Rejected) as caught:
        remote.upload_file(record.id, local(tmp_path, "c.txt", b"x"))
    assert caught.value.name == "files-locked"
    remote.discard(record.id)
    assert remote.get_record(record.id).doi == record.doi


def test_refusals_name_the_field(remote):
    with pytest.raises(Rejected) as caught:
        made(remote, license="pdm-1.0")
    assert caught.value.findings[0].where == {"field": "license"}
    assert "Creating the draft “Amphora" in caught.value.message
    draft = made(remote)
    with pytest.raises(Rejected) as caught:
        remote.publish(draft.id)
    assert "Missing uploaded files" in caught.value.message


def test_a_wrong_token(practice):
    remote = open_remote(practice, token="wrong-token-123")
    for call in (remote.whoami, lambda: remote.list_drafts(), lambda: made(remote)):
        with pytest.raises(Unauthorised) as caught:
            call()
        assert "wrong-token-123" not in str(caught.value.to_json())


def test_a_lost_create_is_found_and_not_repeated(practice, remote):
    remote.whoami()
    since = datetime.fromtimestamp(remote.server_time, UTC)
    other = made(remote)
    practice.faults.add("lost-answer:create")
    with pytest.raises(Unreachable) as caught:
        made(remote)
    assert caught.value.values["sent"] is True
    made(remote, title="Another thing")
    found = settle_create(remote, Record(FIELDS), since, {other.id})
    assert len(found) == 1 and found[0].id != other.id
    assert settle_create(remote, Record(FIELDS), since, {other.id, found[0].id}, waits=(0, 1)) == []
    assert len(remote.list_drafts()) == 3
    assert remote.get_draft(found[0].id).id == found[0].id


def test_a_lost_publish_is_found(practice, remote, tmp_path):
    draft = made(remote)
    remote.upload_file(draft.id, local(tmp_path))
    assert settle_publish(remote, draft.id) is None
    practice.faults.add("lost-answer:publish")
    with pytest.raises(Unreachable):
        remote.publish(draft.id)
    assert settle_publish(remote, draft.id).doi


def test_too_many_requests_is_waited_for_by_every_verb(practice, remote, tmp_path):
    practice.faults.add("429=7:create*2,429:upload,429:publish")
    held = []
    remote.limiter.hold = held.append
    draft = made(remote)
    remote.upload_file(draft.id, local(tmp_path))
    remote.publish(draft.id)
    assert len([one for one in held if 7 <= one < 9]) == 2
    assert [word for word, _ in practice.faults.struck].count("429") == 4
    assert len(remote.list_drafts()) == 0


@pytest.mark.parametrize("fault", ["503:upload*2", "cut-upload*2", "lost-answer:upload",
                                   "wrong-checksum*2"])  # fmt: skip
def test_uploads_are_repeated(practice, remote, tmp_path, fault):
    draft = made(remote)
    practice.faults.add(fault)
    file = local(tmp_path, "big.bin", b"0123456789" * 300_000)
    assert is_same_file(file, remote.upload_file(draft.id, file))
    assert [is_same_file(file, one) for one in remote.list_files(draft.id)] == [True]


def test_a_file_that_always_arrives_damaged_is_no_success(practice, remote, tmp_path):
    draft = made(remote)
    practice.faults.add("wrong-checksum:upload*")
    with pytest.raises(Rejected) as caught:
        remote.upload_file(draft.id, local(tmp_path))
    assert caught.value.name == "checksum-differs"


def test_an_upload_can_be_stopped_and_leaves_nothing(remote, tmp_path):
    draft = made(remote)
    stop = threading.Event()

    def check():
        if stop.is_set():
            raise Cancelled("Stopped.")

    file = local(tmp_path, "big.bin", b"x" * (5 << 20))
    with pytest.raises(Cancelled):
        remote.using(check_cancelled=check).upload_file(draft.id, file, lambda *_: stop.set())
    assert list(remote.list_files(draft.id)) == []


def test_many_drafts_are_listed_by_pages(remote, monkeypatch):
    monkeypatch.setattr("hdp_plugins.inveniordm.api.PAGE_SIZE", 2)
    ids = {made(remote).id for _ in range(5)}
    assert {one.id for one in remote.list_drafts()} == ids
    assert remote.list_drafts(datetime(2999, 1, 1, tzinfo=UTC)) == ()


def test_odd_file_names(remote, tmp_path):
    draft = made(remote)
    names = ["a b.txt", "percent%41.txt", "q?x=1&y+z#.txt", "文件.txt", "back\\slash"]
    for name in names:
        remote.upload_file(draft.id, local(tmp_path, name, name.encode()))
    assert sorted(one.name for one in remote.list_files(draft.id)) == sorted(names)
