"""The part of the records API that HDP uses: look up, list versions, open the next one."""

from __future__ import annotations

import sqlite3

from bottle import HTTPResponse

from hdp.practice import answers, api, catalogue, depositions, listing
from hdp.practice.catalogue import Deposition
from hdp.practice.exchange import Call
from hdp.practice.refusals import MISSING_PID, UNREGISTERED_PID, Invalid, answer, refuse


def _record(db: sqlite3.Connection, one: Deposition, call: Call) -> dict[str, object]:
    published = [v.id for v in reversed(catalogue.versions(db, one.concept)) if v.public]
    index = published.index(one.id) if one.id in published else len(published)
    is_last = bool(published) and published[-1] == one.id
    files = catalogue.files_of(db, one.public.bucket) if one.public else []
    return answers.record(one, files, index, is_last, call.base)


def _published(db: sqlite3.Connection, call: Call) -> Deposition:
    one = catalogue.find(db, depositions.read_id(call.words["record"]))
    if not one:
        raise refuse(404, MISSING_PID)
    if not one.public:
        raise refuse(404, UNREGISTERED_PID)
    return one


def latest_of(db: sqlite3.Connection, concept: int) -> int | None:
    """The id of the concept's newest published version."""
    return next((v.id for v in catalogue.versions(db, concept) if v.public), None)


def get(call: Call) -> HTTPResponse:
    """A published record; a concept leads to its latest version."""
    if "inveniordm" in call.environ.get("HTTP_ACCEPT", ""):
        raise refuse(406, "Invalid 'Accept' header. Expected one of: application/json")
    with call.repository.catalogue.read() as db:
        latest = latest_of(db, depositions.read_id(call.words["record"]))
        if latest:
            return HTTPResponse(status=302, headers={"Location": f"/api/records/{latest}"})
        one = _published(db, call)
        body = _record(db, one, call)
    revision = one.public.revision if one.public else 0
    return answer(200, body, {"ETag": f'"{revision}"'})


def search(call: Call) -> HTTPResponse:
    """Published records that match `q`."""
    largest = 100 if call.has_token else 25
    size = call.query.get("size", "")
    if not call.has_token and size.isdigit() and 25 < int(size) <= 100:
        message = (
            "Page size cannot be greater than 25. Please use authenticated requests to increase "
            "the limit to 100."
        )
        raise Invalid(("size", message))
    with call.repository.catalogue.read() as db:
        public = [_public_only(one) for one in catalogue.all_records(db) if one.public]
        found = listing.search(public, call.query, largest=max(largest, 100))
        hits = [_record(db, one, call) for one in found]
        total = len(public) if not call.query.get("q") else len(found)
    return _hits(hits, total, f"{call.base}/api/records")


def _public_only(one: Deposition) -> Deposition:
    one.draft = None
    return one


def _hits(hits: list[dict[str, object]], total: int, url: str) -> HTTPResponse:
    body = {"hits": {"hits": hits, "total": total}, "aggregations": {}, "links": {"self": url}}
    return answer(200, body)


def versions(call: Call) -> HTTPResponse:
    """All published versions of the record's concept, newest first."""
    with call.repository.catalogue.read() as db:
        concept = _published(db, call).concept
        found = [one for one in catalogue.versions(db, concept) if one.public]
        hits = [_record(db, one, call) for one in found]
    number = call.words["record"]
    url = f"{call.base}/api/records/{number}/versions?page=1&size=25&sort=version"
    return _hits(hits, len(hits), url)


def latest(call: Call) -> HTTPResponse:
    """Leads to the latest published version."""
    with call.repository.catalogue.read() as db:
        number = latest_of(db, _published(db, call).concept)
    url = f"{call.base}/api/records/{number}"
    body = {"status": 301, "message": "Redirecting...", "location": url}
    return answer(301, body, {"Location": url})


def list_files(call: Call) -> HTTPResponse:
    """The files of a published record."""
    with call.repository.catalogue.read() as db:
        one = _public_only(_published(db, call))
        files = catalogue.files_of(db, one.shown.bucket)
    return answer(200, answers.record_files(one, files, call.base, False))


def download(call: Call) -> HTTPResponse:
    """The content of a published file."""
    with call.repository.catalogue.read() as db:
        one = _public_only(_published(db, call))
        files = catalogue.files_of(db, one.shown.bucket)
    return api.content(call, one, files, call.words["key"])


def _draft(db: sqlite3.Connection, call: Call) -> Deposition:
    one = depositions.get(db, call.words["record"])
    if not one.draft:
        raise refuse(404, "Not found.")
    return one


def get_draft(call: Call) -> HTTPResponse:
    """A draft as the records API shows it."""
    with call.repository.catalogue.read() as db:
        body = _record(db, _draft(db, call), call)
    return answer(200, body)


def list_draft_files(call: Call) -> HTTPResponse:
    """The files of a draft."""
    with call.repository.catalogue.read() as db:
        one = _draft(db, call)
    return answer(200, answers.record_files(one, one.files, call.base, True))


def download_draft(call: Call) -> HTTPResponse:
    """The content of a draft's file."""
    with call.repository.catalogue.read() as db:
        one = _draft(db, call)
    return api.content(call, one, one.files, call.words["key"])


def new_version(call: Call) -> HTTPResponse:
    """The draft of the next version, without files; the same one however often it is asked."""
    with call.repository.catalogue.write() as db:
        one = depositions.get(db, call.words["record"])
        one = depositions.new_version(db, one, with_files=False)
        body = _record(db, one, call)
    return answer(201, body, {"ETag": f'"{one.shown.revision}"'})


def import_files(call: Call) -> HTTPResponse:
    """Give an empty draft the files of the latest published version."""
    with call.repository.catalogue.write() as db:
        one = depositions.import_files(db, _draft(db, call))
    return answer(201, answers.record_files(one, one.files, call.base, True))
