"""The deposit API: what each route answers."""

from __future__ import annotations

import mimetypes
import uuid
from typing import Any

from bottle import HTTPResponse

from hdp.practice import answers, catalogue, depositions, listing
from hdp.practice.catalogue import Deposition, File, now
from hdp.practice.exchange import Call
from hdp.practice.files import BrokenOff, Received
from hdp.practice.refusals import NO_URL, NOT_FOUND, answer, crash, forbidden, refuse
from hdp.practice.repository import EMAILS

BROKEN = "The browser (or proxy) sent a request that this server could not understand."
_MIME = mimetypes.MimeTypes()  # its own table: the system's may say anything


def me(call: Call) -> HTTPResponse:
    """Who the token belongs to."""
    return answer(200, {
        "confirmed_at": now(), "email": EMAILS[call.account], "id": call.account,
        "last_login_at": None,
        "roles": [],
    })  # fmt: skip


def list_depositions(call: Call) -> HTTPResponse:
    """A page of depositions, an array without a total."""
    with call.repository.catalogue.read() as db:
        mine = [one for one in catalogue.all_records(db) if one.owner == call.account]
        found = listing.search(mine, call.query, largest=100)
    return answer(200, [answers.deposition(one, call.base, listed=True) for one in found])


def create(call: Call) -> HTTPResponse:
    """A new draft."""
    _check_accept(call)
    sent = depositions.read_body(call.json())
    with call.repository.catalogue.write() as db:
        one = depositions.create(db, sent, call.account)
    return _deposition(call, one, 201)


def _check_accept(call: Call) -> None:
    accept = call.environ.get("HTTP_ACCEPT", "*/*")
    if not any(word in accept for word in ("application/json", "*/*", "application/*")):
        raise refuse(406, "Invalid 'Accept' header. Expected one of: application/json")


def _deposition(call: Call, one: Deposition, status: int = 200) -> HTTPResponse:
    headers = {"ETag": f'"{one.shown.revision}"'}
    return answer(status, answers.deposition(one, call.base), headers)


def get(call: Call) -> HTTPResponse:
    """One deposition; the draft where there is one."""
    with call.repository.catalogue.read() as db:
        one = depositions.get(db, call.words["record"], call.account)
    return _deposition(call, one)


def update(call: Call) -> HTTPResponse:
    """Replace the metadata of a draft."""
    sent = depositions.read_body(call.json())
    with call.repository.catalogue.write() as db:
        one = depositions.own(db, call.words["record"], call.account)
        one = depositions.update(db, one, sent, call.environ.get("HTTP_IF_MATCH"))
    return _deposition(call, one)


def discard(call: Call) -> HTTPResponse:
    """Drop a draft, or the changes to a published record."""
    repository = call.repository
    with repository.catalogue.write() as db:
        one = depositions.own(db, call.words["record"], call.account)
        depositions.discard(db, one, repository.bodies)
    return HTTPResponse(status=204)


def publish(call: Call) -> HTTPResponse:
    """Make a draft public (here: as public as a folder can be)."""
    with call.repository.catalogue.write() as db:
        one = depositions.publish(db, depositions.own(db, call.words["record"], call.account))
    body = answers.deposition(one, call.base, just_published=True)
    return answer(202, body, {"ETag": f'"{one.shown.revision}"'})


def edit(call: Call) -> HTTPResponse:
    """Open the metadata of a published record."""
    with call.repository.catalogue.write() as db:
        one = depositions.edit(db, depositions.own(db, call.words["record"], call.account))
    return _deposition(call, one, 201)


def newversion(call: Call) -> HTTPResponse:
    """The draft of the next version, with the files of the latest one."""
    with call.repository.catalogue.write() as db:
        one = depositions.own(db, call.words["record"], call.account)
        one = depositions.new_version(db, one, with_files=True)
    return _deposition(call, one, 201)


def list_files(call: Call) -> HTTPResponse:
    """The files of a deposition."""
    with call.repository.catalogue.read() as db:
        one = depositions.get(db, call.words["record"], call.account)
    if one.finished != one.files:
        return crash()  # Zenodo fails at files that were only begun
    return answer(200, [answers.listed_file(one, file, call.base) for file in one.files])


def get_file(call: Call) -> HTTPResponse:
    """One file of a deposition, by its id."""
    _check_uuid(call.words["file"])
    with call.repository.catalogue.read() as db:
        one = depositions.get(db, call.words["record"], call.account)
    for file in one.files:
        if file.id == call.words["file"]:
            return answer(200, answers.listed_file(one, file, call.base))
    raise refuse(404, NO_URL)


def delete_file(call: Call) -> HTTPResponse:
    """Take a file out of a draft, by its id."""
    _check_uuid(call.words["file"])
    repository = call.repository
    with repository.catalogue.write() as db:
        one = depositions.own(db, call.words["record"], call.account)
        file = depositions.find_file(one, call.words["file"])
        depositions.delete_file(db, repository.bodies, one, file)
    return HTTPResponse(status=204)


def _check_uuid(text: str) -> None:
    try:
        uuid.UUID(text)
    except ValueError:
        raise crash() from None


def put_file(call: Call) -> HTTPResponse:
    """Stream a file into a draft's bucket."""
    bucket, key = call.words["bucket"], call.words["key"]
    _check_upload(call, bucket, key)
    try:
        file = _receive(call, bucket, key)
    except (BrokenOff, OSError):
        raise refuse(400, BROKEN) from None
    return answer(201, answers.bucket_file(bucket, file, call.base))


def _check_upload(call: Call, bucket: str, key: str) -> None:
    if key in (".", ".."):
        raise refuse(404, NO_URL)
    if call.environ.get("CONTENT_TYPE") not in (None, "", "application/octet-stream"):
        message = "Invalid 'Content-Type' header. Expected one of: application/octet-stream"
        raise refuse(415, message)
    _check_uuid(bucket)
    with call.repository.catalogue.read() as db:
        one = depositions.open_bucket(db, bucket, key, call.account)
    if not call.length:
        raise refuse(400, "Empty files are not accepted.")
    repository = call.repository
    depositions.check_room(one, key, call.length, repository.quota, repository.largest_file)


def _receive(call: Call, bucket: str, key: str) -> File:
    repository = call.repository
    change = damage if "wrong-checksum" in call.faults else None
    mimetype = _MIME.guess_type(key)[0] or "application/octet-stream"
    with repository.bodies.receive(call.body, call.length, change) as received:
        if "vanish" in call.faults:
            return _vanished(key, mimetype, received)
        with repository.catalogue.write() as db:
            return depositions.put_file(db, repository.bodies, bucket, key, mimetype, received)


def damage(block: bytes) -> bytes:
    """The first block of a body that was damaged on its way."""
    return bytes([block[0] ^ 1]) + block[1:]


def _vanished(key: str, mimetype: str, received: Received) -> File:
    file_id, time = catalogue.new_uuid(), now()
    return File(key, file_id, file_id, received.size, received.md5, mimetype, time, time)


def list_bucket(call: Call) -> HTTPResponse:
    """Zenodo's server fails here, and so does this one."""
    raise crash()


def download_from_bucket(call: Call) -> HTTPResponse:
    """A file's content by its bucket."""
    with call.repository.catalogue.read() as db:
        found = catalogue.find_bucket(db, call.words["bucket"])
        files = catalogue.files_of(db, call.words["bucket"])
    if not found:
        raise refuse(404, NOT_FOUND)
    one, side = found
    if side == "draft" and call.account != one.owner:
        raise forbidden()
    return content(call, one, files, call.words["key"])


def delete_from_bucket(call: Call) -> HTTPResponse:
    """Deletes the file and answers 500 all the same, as Zenodo did: use the file's id."""
    repository, key = call.repository, call.words["key"]
    with repository.catalogue.write() as db:
        one = depositions.open_bucket(db, call.words["bucket"], "", call.account)
        file = next((file for file in one.files if file.key == key), None)
        if not file:
            raise refuse(404, f"Record '{one.id}' has no file '{key}'.")
        depositions.delete_file(db, repository.bodies, one, file)
    return crash()


def content(call: Call, one: Deposition, files: list[File], key: str) -> HTTPResponse:
    """The body of a file; a missing one is 403, as is a closed one without a token."""
    file = next((file for file in files if file.key == key), None)
    is_open = one.public and one.public.data["access"]["files"] == "public"
    if not file or not (is_open or call.account == one.owner):
        raise forbidden()
    try:
        body: Any = call.repository.bodies.path(file.md5).open("rb")
    except OSError:
        raise crash() from None
    kind = "text/plain; charset=utf-8" if file.mimetype.startswith("text/") else file.mimetype
    return HTTPResponse(
        body=body,
        headers={
            "Content-Type": kind,
            "Content-Length": str(file.size),
            "Content-MD5": file.md5,
            "Content-Disposition": "attachment",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )
