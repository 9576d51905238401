"""What may be done to depositions: create, change, publish, edit, discard, new version.

Every function runs inside the caller's write transaction and raises the answer that refuses.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from hdp.practice import catalogue
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

MAX_FILES = 100
MAX_NAME = 255
_IGNORED = {"metadata", "files"}
_NO_FILES: Problem = (
    "files.enabled",
    "Missing uploaded files. To disable files for this record please mark it as metadata-only.",
)
_FILES_THERE: Problem = ("files.enabled", "Please remove all files first.")


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


def get(db: sqlite3.Connection, record: str) -> Deposition:
    """The deposition, or the 404 of an id that is not there."""
    number = read_id(record)
    found = catalogue.find(db, number)
    if found:
        return found
    if number and catalogue.versions(db, number):
        raise refuse(404, NOT_FOUND)  # the id of a concept
    raise refuse(404, MISSING_PID)


def create(db: sqlite3.Connection, sent: Cleaned | None) -> Deposition:
    """A new deposition without files."""
    record, _ = catalogue.add_record(db)
    side = _side(sent, revision=5 if sent else 4)
    catalogue.save_side(db, record, "draft", side)
    return get(db, str(record))


def _side(sent: Cleaned | None, *, revision: int) -> Side:
    metadata = sent.metadata if sent else {"access_right": "open"}
    problems = [list(one) for one in sent.problems] if sent else []
    time = now()
    return Side(metadata, problems, new_uuid(), time, time, revision)


def update(
    db: sqlite3.Connection, one: Deposition, sent: Cleaned | None, if_match: str | None
) -> Deposition:
    """Replace all metadata of a draft."""
    draft = _draft(one)
    if if_match is not None and if_match.strip('" ') != str(draft.revision):
        given = if_match.strip('" ')
        message = f"Revision id provided({given}) doesn't match record's one({draft.revision})"
        raise refuse(412, message)
    fresh = _side(sent, revision=draft.revision + (2 if sent else 1))
    if one.public and "doi" not in fresh.metadata and "doi" in draft.metadata:
        fresh.metadata["doi"] = draft.metadata["doi"]
    fresh.bucket, fresh.created = draft.bucket, draft.created
    catalogue.save_side(db, one.id, "draft", fresh)
    return get(db, str(one.id))


def _draft(one: Deposition) -> Side:
    if not one.draft:
        raise refuse(404, NOT_FOUND)
    return one.draft


def publish(db: sqlite3.Connection, one: Deposition) -> Deposition:
    """Make the draft public, or say everything that is wrong with it."""
    draft = _draft(one)
    _refuse_problems(db, one, draft)
    time = now()
    metadata = {name: value for name, value in draft.metadata.items() if name != "communities"}
    doi = metadata.pop("doi", doi_of(one.id))
    public = Side({"doi": doi, **metadata}, [], new_uuid(), time, time)
    if one.public:
        public.bucket, public.created = one.public.bucket, one.public.created
        public.revision = one.public.revision + 2
    else:
        catalogue.copy_files(db, draft.bucket, public.bucket)
    catalogue.save_side(db, one.id, "public", public)
    one.public = public
    catalogue.drop_draft(db, one)
    return get(db, str(one.id))


def _refuse_problems(db: sqlite3.Connection, one: Deposition, draft: Side) -> None:
    problems = [(field, message) for field, message in draft.problems]
    lacking = missing(draft.metadata)
    named = {field for field, _ in problems}
    problems = [item for item in lacking if item[0] not in named] + problems
    problems += embargo_problems(draft.metadata)
    problems += _doi_problems(db, one, draft.metadata.get("doi"))
    if not problems and not catalogue.files_of(db, draft.bucket):
        problems = [_NO_FILES]
    if problems:
        raise Invalid(*problems)


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
    side = Side(one.public.metadata, [], new_uuid(), one.public.created, now(), 12)
    catalogue.copy_files(db, one.public.bucket, side.bucket)
    catalogue.save_side(db, one.id, "draft", side)
    return get(db, str(one.id))


def discard(db: sqlite3.Connection, one: Deposition, bodies: Bodies) -> None:
    """Drop the draft; what is public stays."""
    _draft(one)
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
    source = latest.public or latest.shown
    dropped = ("version", "doi", "publication_date")
    kept = {name: value for name, value in source.metadata.items() if name not in dropped}
    record, _ = catalogue.add_record(db, concept)
    metadata = {"title": kept.pop("title", ""), "publication_date": today(), **kept}
    side = _side(Cleaned(metadata), revision=7)
    catalogue.save_side(db, record, "draft", side)
    return get(db, str(record))


def import_files(db: sqlite3.Connection, one: Deposition) -> Deposition:
    """Give an empty draft of a version the files of the latest published one."""
    draft = _draft(one)
    if one.files:
        raise Invalid(_FILES_THERE)
    published = (v for v in catalogue.versions(db, one.concept) if v.public)
    for source in published:
        if source.public:
            catalogue.copy_files(db, source.public.bucket, draft.bucket)
            break
    return get(db, str(one.id))


def open_bucket(db: sqlite3.Connection, bucket: str, key: str) -> Deposition:
    """The draft whose bucket may take a file of this name."""
    found = catalogue.find_bucket(db, bucket)
    if not found or found[1] == "public":
        raise refuse(404, NOT_FOUND)
    one = found[0]
    if one.public:
        raise refuse(403, "Bucket is locked for modifications.")
    if len(key) > MAX_NAME:
        raise refuse(400, "Filename is too long.")
    if len(one.files) >= MAX_FILES and key not in {file.key for file in one.files}:
        message = "Uploading selected files will result in exceeding the max amount per record."
        raise refuse(400, message)
    return one


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
    old = next((file for file in one.files if file.key == key), None)
    time = now()
    file = File(key, new_uuid(), new_uuid(), received.size, received.md5, mimetype, time, time)
    bodies.keep(received)
    catalogue.save_file(db, bucket, file)
    if old and old.md5 != file.md5:
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
    if one.public:
        raise refuse(403, "Bucket is locked for modifications.") if one.draft else forbidden()
    catalogue.delete_file(db, one.shown.bucket, file.key)
    bodies.release(db, file.md5)
