"""Bags in a folder: what others read of them, crashes between two writes, nothing overwritten."""

import json

import bagit
import pytest
from hdp_plugins.archive import bags, disk
from hdp_plugins.archive.target import Archive

from hdp.sdk import InvalidInput, LocalFile, Missing, Rejected, Unreachable
from hdp.testing import open_target
from hdp.testing.samples import make_file, make_record


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "archive").mkdir()
    return tmp_path / "archive"


@pytest.fixture
def target(folder):
    return open_target(Archive, settings={"folder": str(folder)})


def drafted(target, tmp_path, **files):
    draft = target.create_draft(make_record(), "k")
    for name, content in (files or {"a_txt": b"hello"}).items():
        file = make_file(tmp_path, name.replace("_", "."), content)
        target.upload_file(draft.id, file, lambda *_: None)
    return draft


def bag_of(folder, draft, number=1):
    return folder / "records" / draft.concept_id / f"v{number}"


def test_a_bag_that_others_read(target, folder, tmp_path):
    draft = drafted(target, tmp_path)
    public = target.publish(draft.id)
    place = bag_of(folder, draft)
    bag = bagit.Bag(str(place))
    bag.validate()
    assert bag.info["External-Identifier"] == public.id
    assert (place / "data" / "a.txt").read_bytes() == b"hello"
    crate = json.loads((place / "data" / "ro-crate-metadata.json").read_text("utf-8"))
    found = {one["@id"]: one for one in crate["@graph"]}
    assert found["./"]["name"] == make_record().fields["title"]
    assert found["https://orcid.org/0000-0002-1825-0097"]["name"] == "Doe, Jane"
    assert found["a.txt"]["contentSize"] == "5"
    from rocrate.rocrate import ROCrate

    assert ROCrate(str(place / "data")).get("a.txt") is not None
    assert not list((folder / "drafts").iterdir())


def test_versions_keep_their_bytes(target, folder, tmp_path):
    draft = drafted(target, tmp_path)
    first = target.publish(draft.id)
    second = target.new_version(first.id, keep_files=True, key="k")
    path = folder / "drafts" / second.id / "files" / "a.txt"
    path.write_bytes(b"changed by hand")
    assert target.list_files(second.id)[0].size == len(b"changed by hand")
    target.publish(second.id)
    for number in (1, 2):
        bagit.Bag(str(bag_of(folder, draft, number))).validate()
    assert (bag_of(folder, draft) / "data" / "a.txt").read_bytes() == b"hello"


@pytest.mark.parametrize("step", ["_take", "_write_tags", "validate"])
def test_a_crash_while_the_bag_is_made(target, folder, tmp_path, monkeypatch, step):
    draft = drafted(target, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(bags, step, crash)
        with pytest.raises(KeyboardInterrupt):
            target.publish(draft.id)
    with pytest.raises(Missing):
        target.get_record(draft.id)
    assert target.publish(draft.id).id == draft.id


def crash(*_):
    raise KeyboardInterrupt


def test_a_crash_after_the_bag_has_its_name(target, folder, tmp_path, monkeypatch):
    draft = drafted(target, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(target._drafts, "discard", crash)
        with pytest.raises(KeyboardInterrupt):
            target.publish(draft.id)
    assert target.get_record(draft.id).id == draft.id
    assert target.list_drafts() == []
    assert target.find_draft("k") is None
    with pytest.raises(Missing) as caught:
        target.publish(draft.id)
    assert caught.value.name == "already-published"


def test_a_crash_while_a_file_comes(target, folder, tmp_path, monkeypatch):
    draft = drafted(target, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(disk, "sync", crash)
        with pytest.raises(KeyboardInterrupt):
            drafted_file = make_file(tmp_path, "a.txt", b"newer")
            target.upload_file(draft.id, drafted_file, lambda *_: None)
    (there,) = target.list_files(draft.id)
    assert there.checksum == f"md5:{drafted_file.md5}", "measured anew, not as noted before"


def test_nothing_is_overwritten(target, folder, tmp_path):
    draft = drafted(target, tmp_path)
    place = bag_of(folder, draft)
    place.mkdir(parents=True)
    (place / "mine.txt").write_text("mine")
    with pytest.raises(Missing):
        target.publish(draft.id)
    assert [one.name for one in place.iterdir()] == ["mine.txt"]


def test_bytes_that_changed_are_not_stored(target, tmp_path):
    draft = target.create_draft(make_record(), "k")
    file = make_file(tmp_path, "a.txt", b"as prepared")
    file.path.write_bytes(b"as it is now")
    with pytest.raises(InvalidInput) as caught:
        target.upload_file(draft.id, file, lambda *_: None)
    assert caught.value.name == "file-changed"
    assert target.list_files(draft.id) == ()


@pytest.mark.parametrize("name", [
    "ro-crate-metadata.json", "a/b", "a\nb", "x%0Ay", ".hidden", "end.", "\udcff",
])  # fmt: skip
def test_names_that_a_bag_cannot_hold(target, tmp_path, name):
    draft = target.create_draft(make_record(), "k")
    file = LocalFile(make_file(tmp_path, "x", b"x").path, name=name)
    with pytest.raises(Rejected):
        target.upload_file(draft.id, file, lambda *_: None)
    record = make_record()
    checked = type(record)(record.fields, files=(file,))
    assert [one.code for one in target.validate(checked)] == ["file-name"]


def test_names_that_are_one_for_many_systems(target, tmp_path):
    draft = drafted(target, tmp_path, a_txt=b"x")
    with pytest.raises(Rejected) as caught:
        target.upload_file(draft.id, make_file(tmp_path, "A.TXT", b"y"), lambda *_: None)
    assert caught.value.name == "file-name-twice"


def test_damage_is_said(target, folder, tmp_path):
    draft = drafted(target, tmp_path)
    (folder / "drafts" / draft.id / "draft.json").write_text("{")
    with pytest.raises(Rejected) as caught:
        target.get_draft(draft.id)
    assert caught.value.name == "archive-damaged"


def test_a_folder_that_is_gone(tmp_path):
    target = open_target(Archive, settings={"folder": str(tmp_path / "gone")})
    for ask in (target.whoami, lambda: target.create_draft(make_record(), "k")):
        with pytest.raises(Unreachable):
            ask()
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize("chosen", [{}, {"folder": "relative"}])
def test_an_environment_without_a_folder(chosen):
    with pytest.raises(InvalidInput) as caught:
        open_target(Archive, settings=chosen)
    assert caught.value.name == "no-folder"
