"""What every target promises, as a class of tests that a plugin's tests inherit."""

# ruff: noqa: D102 - a test says by its name what it promises

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hdp.sdk import (
    Can,
    Cancelled,
    Draft,
    Finding,
    HdpError,
    InvalidInput,
    LocalFile,
    Missing,
    Params,
    Publication,
    Record,
    Rejected,
    RemoteFile,
    Target,
    TargetError,
)
from hdp.testing.samples import (
    FIELDS,
    HOSTILE_FIELDS,
    HOSTILE_IDS,
    NAMES,
    make_file,
    make_record,
)

VERBS: tuple[tuple[Can, str, Callable[[Target], object]], ...] = (
    (Can.DISCARD, "discard", lambda one: one.discard("1")),
    (Can.NEW_VERSION, "new_version", lambda one: one.new_version("1", keep_files=True, key="k")),
    (Can.EDIT, "edit_record", lambda one: one.edit_record("1", "k")),
    (Can.FIND_BY_KEY, "find_draft", lambda one: one.find_draft("k")),
    (Can.LIST_DRAFTS, "list_drafts", lambda one: one.list_drafts()),
    (Can.PULL, "get_record", lambda one: one.get_record("1")),
    (Can.PULL, "list_record_files", lambda one: one.list_record_files("1")),
    (Can.PULL, "list_versions", lambda one: one.list_versions("1")),
    (Can.REVIEW, "submit_for_review", lambda one: one.submit_for_review("1")),
    (Can.REVIEW, "cancel_review", lambda one: one.cancel_review("1")),
    (Can.RESERVE_DOI, "reserve_doi", lambda one: one.reserve_doi("1")),
)


def _quiet(_sent: int, _total: int) -> None:
    """Nobody watches."""


class TargetContract:
    """Inherit it in a class whose name begins with Test, and give it a fixture `target`.

    The fixture opens the target where drafts and records may be made freely: a practice
    server, or a folder below `tmp_path`. `fields` are of a record that it takes as it is.
    """

    fields: ClassVar[dict[str, Any]] = FIELDS

    def record(self, **changed: Any) -> Record:
        """The sample record with some fields changed; None takes a field away."""
        return make_record(self.fields, **changed)

    def draft(self, target: Target, *files: LocalFile, key: str = "a key") -> Draft:
        """A new draft that holds the files."""
        made = target.create_draft(replace(self.record(), key=key), key)
        for one in files:
            target.upload_file(made.id, one, _quiet)
        return made

    def published(self, target: Target, folder: Path) -> Publication:
        """A published record with one file, a.txt, that says `hello`."""
        return target.publish(self.draft(target, make_file(folder, "a.txt", b"hello")).id)

    def needs(self, target: Target, *abilities: Can) -> None:
        """Leave a test out that is about something the target does not do."""
        for one in abilities:
            if one not in target.can:
                pytest.skip(f"on purpose: {target.title} does not do {one.name}")

    # What it says about itself.

    def test_declares_itself(self, target: Target) -> None:
        assert re.fullmatch(r"[a-z][a-z0-9-]*", target.id)
        assert target.title
        assert target.environments
        assert issubclass(target.settings, Params)
        for one in target.settings.schema()["properties"].values():
            assert "default" in one
            assert one.get("description")

    def test_schema_is_json_and_has_a_title(self, target: Target) -> None:
        schema = json.loads(json.dumps(type(target).schema()))
        assert "title" in schema["properties"]
        schema["properties"].clear()
        assert type(target).schema()["properties"], "a caller may change its copy"

    def test_validate_finds_nothing_wrong_with_the_sample(
        self, target: Target, tmp_path: Path
    ) -> None:
        record = replace(self.record(), files=(make_file(tmp_path, "a.txt", b"a"),))
        assert [one for one in target.validate(record) if one.severity == "error"] == []

    @pytest.mark.parametrize("fields", HOSTILE_FIELDS)
    def test_validate_takes_anything(self, target: Target, fields: dict[str, Any]) -> None:
        found = list(target.validate(Record(fields)))
        assert all(isinstance(one, Finding) and one.message for one in found)
        assert any(one.severity == "error" for one in found)

    def test_what_it_cannot_do_it_says(self, target: Target) -> None:
        for ability, verb, ask in VERBS:
            if ability in target.can:
                assert getattr(type(target), verb) is not getattr(Target, verb), verb
                continue
            with pytest.raises(HdpError) as caught:
                ask(target)
            assert caught.value.name == "not-supported", verb

    def test_whoami(self, target: Target) -> None:
        assert target.whoami().strip()

    # Drafts and their metadata.

    def test_create_and_read_back(self, target: Target) -> None:
        made = self.draft(target)
        assert made.id
        assert not made.files
        again = target.get_draft(made.id)
        assert again.id == made.id
        for one in (made, again):
            assert target.compare_metadata(self.record(), one) == ()
            assert target.same_metadata(self.record(), one)
        assert again.metadata == made.metadata, "the same words whenever it is read"

    def test_two_creates_are_two_drafts(self, target: Target) -> None:
        assert self.draft(target).id != self.draft(target).id

    def test_update_replaces_and_may_be_repeated(self, target: Target) -> None:
        made = self.draft(target)
        other = self.record(title="Anders", keywords=None, version=None)
        for _ in range(2):
            assert target.update_draft(made.id, other).id == made.id
            assert target.same_metadata(other, target.get_draft(made.id))

    def test_other_metadata_is_noticed(self, target: Target) -> None:
        made = target.get_draft(self.draft(target).id)
        for other in (self.record(title="Anders"), self.record(keywords=None)):
            assert not target.same_metadata(other, made)
            found = target.compare_metadata(other, made)
            assert found
            assert all(one.code and one.message for one in found)

    @pytest.mark.parametrize("unknown", HOSTILE_IDS)
    def test_unknown_ids(self, target: Target, tmp_path: Path, unknown: str) -> None:
        file = make_file(tmp_path, "a.txt", b"a")
        for ask in (
            lambda: target.get_draft(unknown),
            lambda: target.list_files(unknown),
            lambda: target.update_draft(unknown, self.record()),
            lambda: target.upload_file(unknown, file, _quiet),
            lambda: target.delete_file(unknown, "a.txt"),
            lambda: target.publish(unknown),
        ):
            with pytest.raises(Missing):
                ask()

    def test_discard(self, target: Target, tmp_path: Path) -> None:
        self.needs(target, Can.DISCARD)
        made = self.draft(target, make_file(tmp_path, "a.txt", b"a"))
        other = self.draft(target)
        target.discard(made.id)
        with pytest.raises(Missing):
            target.get_draft(made.id)
        with pytest.raises(Missing):
            target.discard(made.id)
        assert target.get_draft(other.id).id == other.id

    def test_list_drafts(self, target: Target, tmp_path: Path) -> None:
        self.needs(target, Can.LIST_DRAFTS)
        public = self.published(target, tmp_path)
        made = [self.draft(target) for _ in range(3)]
        listed = {one.id: one for one in target.list_drafts()}
        assert {one.id for one in made} <= set(listed)
        assert public.id not in listed
        for one in made:
            assert target.same_metadata(self.record(), listed[one.id])
            created = listed[one.id].created
            assert created is None or created.tzinfo is not None
        later = datetime.now(UTC) + timedelta(days=1)
        assert not target.list_drafts(later)

    def test_find_by_key(self, target: Target, tmp_path: Path) -> None:
        self.needs(target, Can.FIND_BY_KEY)
        made = self.draft(target, key="schlüssel/1")
        self.draft(target, key="schlüssel/2")
        found = target.find_draft("schlüssel/1")
        assert found is not None
        assert found.id == made.id
        assert target.find_draft("schlüssel") is None
        target.upload_file(made.id, make_file(tmp_path, "a.txt", b"a"), _quiet)
        target.publish(made.id)
        assert target.find_draft("schlüssel/1") is None

    def test_reserve_doi(self, target: Target) -> None:
        self.needs(target, Can.RESERVE_DOI)
        made = self.draft(target)
        doi = target.reserve_doi(made.id)
        assert doi.startswith("10.")
        assert target.reserve_doi(made.id) == doi
        assert target.same_metadata(self.record(), target.get_draft(made.id))

    # Files.

    def test_upload_and_checksum(self, target: Target, tmp_path: Path) -> None:
        made = self.draft(target)
        content = bytes(range(256)) * 1200
        file, seen = make_file(tmp_path, "b.bin", content), list[tuple[int, int]]()
        arrived = target.upload_file(made.id, file, lambda sent, total: seen.append((sent, total)))
        assert seen[-1] == (len(content), len(content))
        for one in (arrived, *target.list_files(made.id)):
            assert_is(one, file)
        assert len(target.list_files(made.id)) == 1

    def test_names(self, target: Target, tmp_path: Path) -> None:
        files = [make_file(tmp_path, name, name.encode()) for name in NAMES]
        made = self.draft(target, *files)
        there = {one.name: one for one in target.list_files(made.id)}
        assert sorted(there) == sorted(NAMES)
        for one in files:
            assert_is(there[one.name], one)
        for one in files:
            target.delete_file(made.id, one.name)
        assert not target.list_files(made.id)

    @pytest.mark.parametrize("name", ["..", ".", "../x.txt", "a" * 300])
    def test_impossible_names_are_refused_or_kept(
        self, target: Target, tmp_path: Path, name: str
    ) -> None:
        made = self.draft(target)
        try:
            target.upload_file(made.id, make_file(tmp_path, name, b"x"), _quiet)
        except (Rejected, InvalidInput):
            assert not target.list_files(made.id)
        else:
            assert [one.name for one in target.list_files(made.id)] == [name]

    def test_upload_replaces(self, target: Target, tmp_path: Path) -> None:
        made = self.draft(target, make_file(tmp_path, "a.txt", b"old"))
        newer = make_file(tmp_path, "a.txt", b"newer")
        for _ in range(2):
            assert_is(target.upload_file(made.id, newer, _quiet), newer)
            (there,) = target.list_files(made.id)
            assert_is(there, newer)

    def test_empty_files_are_refused_or_kept(self, target: Target, tmp_path: Path) -> None:
        made = self.draft(target, make_file(tmp_path, "a.txt", b"a"))
        empty = make_file(tmp_path, "empty.txt", b"")
        expected = ["a.txt"]
        try:
            assert_is(target.upload_file(made.id, empty, _quiet), empty)
            expected.append("empty.txt")
        except Rejected:
            pass
        assert [one.name for one in target.list_files(made.id)] == expected
        assert target.publish(made.id).id, "what was refused is not in the way"

    def test_a_file_that_is_gone(self, target: Target, tmp_path: Path) -> None:
        made = self.draft(target)
        gone = replace(make_file(tmp_path, "a.txt", b"a"), path=tmp_path / "gone.txt")
        with pytest.raises(InvalidInput):
            target.upload_file(made.id, gone, _quiet)
        assert not target.list_files(made.id)

    def test_a_stopped_upload_leaves_no_file(self, target: Target, tmp_path: Path) -> None:
        made = self.draft(target)
        file = make_file(tmp_path, "a.bin", bytes(3 << 20))

        def stop(_sent: int, _total: int) -> None:
            raise Cancelled("The person stopped it.")

        with pytest.raises(Cancelled):
            target.upload_file(made.id, file, stop)
        assert all(one.checksum == "" for one in target.list_files(made.id))
        assert_is(target.upload_file(made.id, file, _quiet), file)

    def test_delete_file(self, target: Target, tmp_path: Path) -> None:
        made = self.draft(target, *(make_file(tmp_path, name, b"x") for name in ("a", "b")))
        target.delete_file(made.id, "a")
        assert [one.name for one in target.list_files(made.id)] == ["b"]
        with pytest.raises(Missing):
            target.delete_file(made.id, "a")

    # Publishing.

    def test_no_files_no_record(self, target: Target) -> None:
        made = self.draft(target)
        with pytest.raises(Rejected):
            target.publish(made.id)
        assert target.get_draft(made.id).id == made.id

    def test_publish(self, target: Target, tmp_path: Path) -> None:
        file = make_file(tmp_path, "Fundstück.txt", b"hello")
        made = self.draft(target, file)
        public = target.publish(made.id)
        assert public.id
        assert public.concept_id
        for ask in (
            lambda: target.get_draft(made.id),
            lambda: target.publish(made.id),
            lambda: target.update_draft(made.id, self.record(title="Anders")),
            lambda: target.upload_file(made.id, file, _quiet),
        ):
            with pytest.raises((Missing, Rejected)):
                ask()
        if Can.PULL in target.can:
            assert target.get_record(public.id).id == public.id
            (there,) = target.list_record_files(public.id)
            assert_is(there, file)

    def test_a_published_record_cannot_be_discarded(self, target: Target, tmp_path: Path) -> None:
        self.needs(target, Can.DISCARD, Can.PULL)
        public = self.published(target, tmp_path)
        with pytest.raises(TargetError):
            target.discard(public.id)
        assert target.get_record(public.id).id == public.id

    def test_unknown_records(self, target: Target) -> None:
        self.needs(target, Can.PULL)
        draft = self.draft(target)
        for unknown in (*HOSTILE_IDS, draft.id, "10.1234/no-such"):
            with pytest.raises(Missing):
                target.get_record(unknown)

    def test_edit(self, target: Target, tmp_path: Path) -> None:
        self.needs(target, Can.EDIT, Can.PULL)
        public = self.published(target, tmp_path)
        opened = target.edit_record(public.id, "k")
        assert target.edit_record(public.id, "k").id == opened.id == public.id
        other = self.record(title="Anders")
        assert target.same_metadata(self.record(), target.get_draft(opened.id))
        target.update_draft(opened.id, other)
        assert target.publish(opened.id).id == public.id
        again = target.edit_record(public.id, "k")
        assert target.same_metadata(other, target.get_draft(again.id))
        if Can.DISCARD in target.can:
            target.update_draft(again.id, self.record(title="Verworfen"))
            target.discard(again.id)
            assert target.same_metadata(
                other, target.get_draft(target.edit_record(public.id, "k").id)
            )

    def test_new_version(self, target: Target, tmp_path: Path) -> None:
        self.needs(target, Can.NEW_VERSION, Can.PULL)
        first = self.published(target, tmp_path)
        draft = target.new_version(first.id, keep_files=True, key="k")
        assert draft.id != first.id
        assert target.new_version(first.id, keep_files=True, key="k").id == draft.id
        (kept,) = target.list_files(draft.id)
        assert_is(kept, make_file(tmp_path, "a.txt", b"hello"))
        newer = make_file(tmp_path, "a.txt", b"hello again")
        target.upload_file(draft.id, newer, _quiet)
        target.update_draft(draft.id, self.record(version="2.0"))
        second = target.publish(draft.id)
        self._check_versions(target, tmp_path, first, second)
        (there,) = target.list_record_files(second.id)
        assert_is(there, newer)

    def _check_versions(
        self, target: Target, folder: Path, first: Publication, second: Publication
    ) -> None:
        assert second.concept_id == first.concept_id
        listed = target.list_versions(first.concept_id)
        assert [one.id for one in listed] == [second.id, first.id]
        assert target.get_record(first.concept_id).id == second.id
        assert target.get_record(first.id).id == first.id
        (there,) = target.list_record_files(first.id)
        assert_is(there, make_file(folder, "a.txt", b"hello"))

    def test_new_version_without_files(self, target: Target, tmp_path: Path) -> None:
        self.needs(target, Can.NEW_VERSION)
        first = self.published(target, tmp_path)
        draft = target.new_version(first.id, keep_files=False, key="k")
        assert not target.list_files(draft.id)
        again = target.new_version(first.id, keep_files=True, key="k")
        assert again.id == draft.id and len(target.list_files(draft.id)) == 1
        if Can.DISCARD in target.can:
            target.discard(draft.id)
            with pytest.raises(Missing):
                target.get_draft(draft.id)
            again = target.new_version(first.id, keep_files=True, key="k")
            assert len(target.list_files(again.id)) == 1

    def test_new_version_of_nothing(self, target: Target) -> None:
        self.needs(target, Can.NEW_VERSION)
        for unknown in (*HOSTILE_IDS, self.draft(target).id):
            with pytest.raises(Missing):
                target.new_version(unknown, keep_files=True, key="k")


def assert_is(there: RemoteFile, file: LocalFile) -> None:
    """That the repository holds exactly this file."""
    assert there.name == file.name
    assert there.size == file.size
    assert there.checksum == f"md5:{file.md5}"
