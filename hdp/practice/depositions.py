"""What may be done to depositions: create, change, publish, edit, discard, new version.

Every function runs inside the caller's write transaction and raises the answer that refuses.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from hdp.practice import catalogue, communities
from hdp.practice.answers import PREFIX, doi_of
from hdp.practice.catalogue import Deposition, File, Side, new_uuid, now
from hdp.practice.files import Bodies, Received
from hdp.practice.metadata import Cleaned, clean, embargo_problems, missing, today
from hdp.practice.refusals import (
    MISSING_PID,
    NOT_FOUND,
    UNREGISTERED_PID,
    Invalid,
    Problem,
    crash,
    forbidden,
    refuse,
)
from hdp.practice.translation import COMMUNITIES, empty, pid_of, to_native

MAX_FILES = 100
MAX_NAME = 255
_IGNORED = {"metadata", "files"}
_NO_FILES: Problem = (
    "files.enabled",
    "Missing uploaded files. To disable files for this record please mark it as metadata-only.",
)
_FILES_THERE: Problem = ("files.enabled", "Please remove all files first.")
_PENDING: Problem = (
    "files", "One or more files have not completed their transfer, please wait."
)  # fmt: skip
_NO_PUBLISHER: Problem = (
    "metadata.publisher", "Missing publisher field required for DOI registration."
)  # fmt: skip
_IN_REVIEW = (
    "You cannot publish a draft with an open review request. Please cancel the review request "
    "first."
)


def read_body(body: Any) -> Cleaned | None:
    """The metadata of a request's JSON; None where the key is not there."""
    if not isinstance(body, dict):
        raise crash()
    unknown = [(name, "Unknown field.") for name in body if name not in _IGNORED]
    try:
        cleaned = _clean(body["metadata"]) if "metadata" in body else None
    except Invalid as refusal:
        raise Invalid(*refusal.problems, *unknown) from None
    if unknown:
        raise Invalid(*unknown)
    return cleaned


def _clean(metadata: Any) -> Cleaned:
    if metadata is None:
        raise Invalid(("metadata", "Field may not be null."))
    if not isinstance(metadata, dict):
        raise crash()
    return clean(metadata)


def read_id(text: str) -> int:
    """The number of a record; 0, which is never given, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def get(db: sqlite3.Connection, record: str, account: int = 0) -> Deposition:
    """The deposition, or the 404 of an id that is not there; 403 where it is somebody else's."""
    number = read_id(record)
    found = catalogue.find(db, number)
    if found:
        if account not in (0, found.owner) and not communities.may_see(db, found, account):
            raise forbidden()
        return found
    if number and catalogue.versions(db, number):
        raise refuse(404, NOT_FOUND)  # the id of a concept
    raise refuse(404, MISSING_PID)


def own(db: sqlite3.Connection, record: str, account: int) -> Deposition:
    """The deposition of this account; 403 where it may only be seen."""
    found = get(db, record, account)
    if found.owner != account:
        raise forbidden()
    return found


def create(db: sqlite3.Connection, sent: Cleaned | None, owner: int = 1) -> Deposition:
    """A new deposition without files."""
    return create_side(db, _side(sent, revision=5 if sent else 4), owner)


def create_side(db: sqlite3.Connection, side: Side, owner: int) -> Deposition:
    """A new record with this draft."""
    record, _ = catalogue.add_record(db, owner=owner)
    catalogue.save_side(db, record, "draft", side)
    return get(db, str(record))


def _side(sent: Cleaned | None, *, revision: int) -> Side:
    problems = [list(one) for one in sent.problems] if sent else []
    return new_side(to_native(sent.metadata) if sent else empty(), problems, revision)


def new_side(data: dict[str, Any], problems: list[list[str]], revision: int) -> Side:
    """A fresh draft with a bucket of its own."""
    time = now()
    return Side(data, problems, new_uuid(), time, time, revision)


def update(
    db: sqlite3.Connection, one: Deposition, sent: Cleaned | None, if_match: str | None
) -> Deposition:
    """Replace all metadata of a draft."""
    draft = draft_of(one)
    check_revision(draft, if_match)
    fresh = _side(sent, revision=draft.revision + (2 if sent else 1))
    fresh.data["files"] = draft.data["files"]
    if one.public and "doi" not in fresh.data["pids"]:
        fresh.data["pids"] = draft.data["pids"]
    return save_draft(db, one, fresh)


def check_revision(draft: Side, if_match: str | None) -> None:
    """Refuse a change that was made to an older state."""
    given = (if_match or "").strip('" ')
    if if_match is not None and given != str(draft.revision):
        message = f"Revision id provided({given}) doesn't match record's one({draft.revision})"
        raise refuse(412, message)


def save_draft(db: sqlite3.Connection, one: Deposition, fresh: Side) -> Deposition:
    """Put a fresh state in the place of the draft's, which keeps its bucket and its birthday."""
    draft = draft_of(one)
    fresh.bucket, fresh.created = draft.bucket, draft.created
    catalogue.save_side(db, one.id, "draft", fresh)
    return get(db, str(one.id))


def draft_of(one: Deposition) -> Side:
    """The draft, or the 404 of a record that has none."""
    if not one.draft:
        raise refuse(404, NOT_FOUND)
    return one.draft


def publish(db: sqlite3.Connection, one: Deposition) -> Deposition:
    """Make the draft public, or say everything that is wrong with it."""
    check_publishable(db, one)
    if communities.open_review(db, one.id):
        raise refuse(400, _IN_REVIEW)
    return publish_checked(db, one)


def publish_checked(db: sqlite3.Connection, one: Deposition) -> Deposition:
    """Make a draft public whose problems were looked at."""
    draft, time = draft_of(one), now()
    public = Side(_public_data(db, one, draft.data), [], new_uuid(), time, time)
    if one.public:
        public.bucket, public.created = one.public.bucket, one.public.created
        public.revision = one.public.revision + 2
    if not one.public or draft.data["files"].get("unlocked"):
        public.bucket = new_uuid()
        catalogue.copy_files(db, draft.bucket, public.bucket)
    catalogue.save_side(db, one.id, "public", public)
    asked = draft.data["custom_fields"].get(COMMUNITIES, [])
    one.public = public
    catalogue.drop_draft(db, one)
    communities.ask_for(db, one, public.metadata.get("title", ""), asked)
    done = get(db, str(one.id))
    done.communities = one.communities  # those that are new are told later
    return done


def _public_data(db: sqlite3.Connection, one: Deposition, data: dict[str, Any]) -> dict[str, Any]:
    custom = data["custom_fields"]
    if all(communities.find(db, slug) for slug in custom.get(COMMUNITIES, ())):
        # where one is unknown, Zenodo stumbles over it and leaves them all there
        custom = {name: value for name, value in custom.items() if name != COMMUNITIES}
    pids = {"doi": pid_of(doi_of(one.id)), **data["pids"]}
    pids["oai"] = {"identifier": f"oai:localhost:{one.id}", "provider": "oai"}
    files = {name: value for name, value in data["files"].items() if name != "unlocked"}
    return {**data, "custom_fields": custom, "pids": pids, "files": files}


def check_publishable(db: sqlite3.Connection, one: Deposition) -> None:
    """Refuse what stands in the way of publishing a draft."""
    draft = draft_of(one)
    problems = all_problems(draft)
    problems += _doi_problems(db, one, draft.metadata.get("doi"))
    files = catalogue.files_of(db, draft.bucket)
    if not problems and any(file.pending for file in files):
        problems = [_PENDING]
    if not problems and not files:
        problems = [_NO_FILES]
    if problems:
        raise Invalid(*problems)


def all_problems(draft: Side) -> list[Problem]:
    """What publishing says of the draft's record."""
    problems = [(field, message) for field, message in draft.problems]
    named = {field for field, _ in problems}
    lacking = [
        item
        for item in missing(draft.metadata)
        if not any(field == item[0] or field.startswith(f"{item[0]}.") for field in named)
    ]
    problems = lacking + problems + embargo_problems(draft.metadata)
    if not problems:
        problems = publisher_problems(draft)
    return problems


def publisher_problems(draft: Side) -> list[Problem]:
    """Without a publisher there is no DOI; publishing says so when nothing else is wrong."""
    return [] if "imprint_publisher" in draft.metadata else [_NO_PUBLISHER]


def _doi_problems(db: sqlite3.Connection, one: Deposition, doi: str | None) -> list[Problem]:
    if not doi:
        return []
    if one.public and one.public.metadata.get("doi") != doi:
        return [("pids.doi", "Cannot discard a reserved or registered persistent identifier.")]
    if doi.lower() in catalogue.dois_in_use(db, except_record=one.id):
        return [("pids.doi", f"doi:{doi} already exists.")]
    return []


def edit(db: sqlite3.Connection, one: Deposition) -> Deposition:
    """Open a published record's metadata; a draft stays as it is."""
    if one.draft or not one.public:
        return one
    side = Side(one.public.data, [], new_uuid(), one.public.created, now(), 12)
    catalogue.copy_files(db, one.public.bucket, side.bucket)
    catalogue.save_side(db, one.id, "draft", side)
    return get(db, str(one.id))


def discard(db: sqlite3.Connection, one: Deposition, bodies: Bodies) -> None:
    """Drop the draft; what is public stays."""
    draft_of(one)
    catalogue.drop_draft(db, one)
    for file in one.files:
        bodies.release(db, file.md5)


def new_version(db: sqlite3.Connection, one: Deposition, *, with_files: bool) -> Deposition:
    """The draft of the next version: the open one, else a new one."""
    if not one.public:
        raise refuse(404, UNREGISTERED_PID)
    if not str(one.public.metadata.get("doi")).startswith(f"{PREFIX}/"):
        raise forbidden()  # a DOI from elsewhere cannot be versioned here
    versions = catalogue.versions(db, one.concept)
    opened = next((v for v in versions if v.draft and not v.public), None)
    if not opened:
        latest = next(v for v in versions if v.public)
        opened = _add_version(db, one.concept, latest)
    if with_files:
        import_files(db, opened)
    return get(db, str(opened.id))


def _add_version(db: sqlite3.Connection, concept: int, latest: Deposition) -> Deposition:
    data = (latest.public or latest.shown).data
    kept = {name: value for name, value in data["metadata"].items() if name != "version"}
    metadata = {**kept, "publication_date": today()}
    record, _ = catalogue.add_record(db, concept, owner=latest.owner)
    side = new_side({**data, "metadata": metadata, "pids": {}, "files": {}}, [], 7)
    catalogue.save_side(db, record, "draft", side)
    return get(db, str(record))


def import_files(db: sqlite3.Connection, one: Deposition) -> Deposition:
    """Give an empty draft of a version the files of the latest published one."""
    draft = draft_of(one)
    if one.files:
        raise Invalid(_FILES_THERE)
    published = (v for v in catalogue.versions(db, one.concept) if v.public)
    for source in published:
        if source.public:
            catalogue.copy_files(db, source.public.bucket, draft.bucket)
            draft.data["files"] = dict(source.public.data["files"])
            catalogue.save_side(db, one.id, "draft", draft)
            break
    return get(db, str(one.id))


def open_bucket(db: sqlite3.Connection, bucket: str, key: str, account: int = 0) -> Deposition:
    """The draft whose bucket may take a file of this name."""
    found = catalogue.find_bucket(db, bucket)
    if not found or found[1] == "public":
        raise refuse(404, NOT_FOUND)
    one = found[0]
    if account not in (0, one.owner):
        raise forbidden()
    check_open(one)
    check_name(one, key)
    return one


def check_open(one: Deposition) -> None:
    """The files of a published record are closed, unless their change was asked for."""
    if one.public and not draft_of(one).data["files"].get("unlocked"):
        raise refuse(403, "Bucket is locked for modifications.")


def check_name(one: Deposition, key: str) -> None:
    """The name must be short enough, and there is room for a hundred files."""
    if len(key) > MAX_NAME:
        raise refuse(400, "Filename is too long.")
    if len(one.files) >= MAX_FILES and key not in {file.key for file in one.files}:
        message = "Uploading selected files will result in exceeding the max amount per record."
        raise refuse(400, message)


def check_room(one: Deposition, key: str, size: int, quota: int, largest: int) -> None:
    """All files of a draft together, and each of them, must not be too large."""
    if size > largest:
        raise refuse(400, "Maximum file size exceeded.")
    if size + sum(file.size for file in one.files if file.key != key) > quota:
        raise refuse(400, "Bucket quota exceeded.")


def put_file(
    db: sqlite3.Connection,
    bodies: Bodies,
    bucket: str,
    key: str,
    mimetype: str,
    received: Received,
) -> File:
    """Put a received body into the draft, replacing a file of the same name."""
    one = open_bucket(db, bucket, key)
    return store(db, bodies, one, File(
        key, new_uuid(), new_uuid(), received.size, received.md5, mimetype, now(), now()
    ), received)  # fmt: skip


def store(
    db: sqlite3.Connection, bodies: Bodies, one: Deposition, file: File, received: Received
) -> File:
    """Give a received body to a file of the draft."""
    bodies.keep(received)
    catalogue.save_file(db, draft_of(one).bucket, file)
    for old in one.files:
        if old.key == file.key and old.md5 not in ("", file.md5):
            bodies.release(db, old.md5)
    return file


def find_file(one: Deposition, file_id: str) -> File:
    """A file by its id; 404 where the deposition has none such."""
    found = next((file for file in one.files if file.id == file_id), None)
    if not found:
        raise refuse(404, f"Record '{one.id}' has no file '{file_id}'.")
    return found


def delete_file(db: sqlite3.Connection, bodies: Bodies, one: Deposition, file: File) -> None:
    """Take a file out of a draft."""
    if one.public and not one.draft:
        raise forbidden()
    check_open(one)
    catalogue.delete_file(db, one.shown.bucket, file.key)
    bodies.release(db, file.md5)
