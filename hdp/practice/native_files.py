"""Files in the records API: begun, filled, committed; and those of published records."""

from __future__ import annotations

import json
import mimetypes
import sqlite3
from dataclasses import replace
from typing import Any

from bottle import HTTPResponse

from hdp.practice import answers, api, catalogue, depositions
from hdp.practice.catalogue import Deposition, File, new_uuid, now
from hdp.practice.exchange import Call
from hdp.practice.files import BrokenOff
from hdp.practice.native import check_may_read, own_draft
from hdp.practice.refusals import NOT_FOUND, Invalid, answer, crash, refuse

_MIME = mimetypes.MimeTypes()


def _find(one: Deposition, key: str) -> File:
    found = next((file for file in one.files if file.key == key), None)
    if not found:
        raise refuse(404, f"Record '{one.id}' has no file '{key}'.")
    return found


def begin(call: Call) -> HTTPResponse:
    """Announce files; their content comes later."""
    sent = call.json()
    _check_announced(sent)
    with call.repository.catalogue.write() as db:
        one = own_draft(db, call)
        for entry in sent:
            _begin_one(db, one, entry)
            one = depositions.get(db, str(one.id))
    return answer(201, answers.record_files(one, one.files, call.base, True))


def _check_announced(sent: Any) -> None:
    if not isinstance(sent, list):
        raise Invalid(("0._schema", "Invalid input type."))
    for index, entry in enumerate(sent):
        if not isinstance(entry, dict):
            raise Invalid((f"{index}._schema", "Invalid input type."))
        if not isinstance(entry.get("key"), str) or not entry["key"]:
            raise Invalid((f"{index}.key", "Missing data for required field."))


def _begin_one(db: sqlite3.Connection, one: Deposition, entry: dict[str, Any]) -> None:
    key = entry["key"]
    if any(file.key == key for file in one.files):
        raise refuse(400, f"File with key {key} already exists.")
    depositions.check_name(one, key)
    names = ("size", "checksum", "metadata")
    announced = {name: entry[name] for name in names if entry.get(name)}
    kind = _MIME.guess_type(key)[0] or "application/octet-stream"
    time, said = now(), json.dumps(announced)
    file = File(key, new_uuid(), new_uuid(), 0, "", kind, time, time, True, said)
    catalogue.save_file(db, one.shown.bucket, file)


def fill(call: Call) -> HTTPResponse:
    """Take the content of a file that was begun; of a committed one it breaks it, as on Zenodo."""
    key = call.words["key"]
    if call.environ.get("CONTENT_TYPE") not in (None, "", "application/octet-stream"):
        message = "Invalid 'Content-Type' header. Expected one of: application/octet-stream"
        raise refuse(415, message)
    with call.repository.catalogue.read() as db:
        one = own_draft(db, call)
        file = _find(one, key)
    depositions.check_open(one)
    depositions.check_room(
        one, key, call.length, call.repository.quota, call.repository.largest_file
    )
    if not file.pending:
        return _break(call, one, file)
    try:
        file = _receive(call, file)
    except (BrokenOff, OSError):
        raise refuse(400, api.BROKEN) from None
    return answer(200, answers.file_entry(one, file, call.base, draft=True, told=False))


def _break(call: Call, one: Deposition, file: File) -> HTTPResponse:
    repository = call.repository
    with repository.catalogue.write() as db:
        depositions.delete_file(db, repository.bodies, own_draft(db, call), file)
    body = answers.file_entry(one, file, call.base, draft=True)
    return answer(200, {**body, "errors": "File upload transfer failed."})


def _receive(call: Call, file: File) -> File:
    repository = call.repository
    change = api.damage if "wrong-checksum" in call.faults else None
    with repository.bodies.receive(call.body, call.length, change) as received:
        if "vanish" in call.faults:
            return file
        with repository.catalogue.write() as db:
            one = own_draft(db, call)
            filled = replace(_find(one, file.key), size=received.size, md5=received.md5)
            return depositions.store(db, repository.bodies, one, filled, received)


def commit(call: Call) -> HTTPResponse:
    """Say that a file's content is whole."""
    repository = call.repository
    with repository.catalogue.write() as db:
        one = own_draft(db, call)
        file = _find(one, call.words["key"])
        if not file.pending:
            return answer(200, answers.file_entry(one, file, call.base, draft=True))
        if not file.md5:
            return crash()
        if not file.size:
            raise refuse(400, "Empty files are not accepted.")
        done = replace(file, pending=False, updated=now(), announced="{}")
        catalogue.save_file(db, one.shown.bucket, done)
    return answer(200, answers.file_entry(one, done, call.base, draft=True, told=False))


def list_draft(call: Call) -> HTTPResponse:
    """The files of a draft."""
    with call.repository.catalogue.read() as db:
        one = depositions.get(db, call.words["record"], call.account)
        depositions.draft_of(one)
    return answer(200, answers.record_files(one, one.files, call.base, True))


def get_of_draft(call: Call) -> HTTPResponse:
    """One file of a draft."""
    with call.repository.catalogue.read() as db:
        one = depositions.get(db, call.words["record"], call.account)
        depositions.draft_of(one)
    file = _find(one, call.words["key"])
    return answer(200, answers.file_entry(one, file, call.base, draft=True))


def delete(call: Call) -> HTTPResponse:
    """Take a file out of a draft by its name."""
    repository = call.repository
    with repository.catalogue.write() as db:
        one = own_draft(db, call)
        file = _find(one, call.words["key"])
        depositions.delete_file(db, repository.bodies, one, file)
    return HTTPResponse(status=204)


def download_draft(call: Call) -> HTTPResponse:
    """The content of a draft's file."""
    with call.repository.catalogue.read() as db:
        one = depositions.get(db, call.words["record"], call.account)
        depositions.draft_of(one)
    return api.content(call, one, one.finished, call.words["key"])


def import_files(call: Call) -> HTTPResponse:
    """Give an empty draft the files of the latest published version."""
    with call.repository.catalogue.write() as db:
        one = depositions.import_files(db, own_draft(db, call))
    return answer(201, answers.record_files(one, one.files, call.base, True))


def _published(db: sqlite3.Connection, call: Call) -> tuple[Deposition, list[File]]:
    one = catalogue.find(db, depositions.read_id(call.words["record"]))
    if not one or not one.public:
        raise refuse(404, NOT_FOUND)
    one.draft = None
    return one, catalogue.files_of(db, one.public.bucket)


def list_published(call: Call) -> HTTPResponse:
    """The files of a published record."""
    with call.repository.catalogue.read() as db:
        one, files = _published(db, call)
    check_may_read(call, one)
    return answer(200, answers.record_files(one, files, call.base, False))


def get_published(call: Call) -> HTTPResponse:
    """One file of a published record."""
    with call.repository.catalogue.read() as db:
        one, files = _published(db, call)
    one.files = files
    check_may_read(call, one)
    file = _find(one, call.words["key"])
    return answer(200, answers.file_entry(one, file, call.base, draft=False))


def download(call: Call) -> HTTPResponse:
    """The content of a published file."""
    with call.repository.catalogue.read() as db:
        one, files = _published(db, call)
    return api.content(call, one, files, call.words["key"])
