"""InvenioRDM's records API: records, drafts, versions and their DOIs.

With `Accept: application/vnd.inveniordm.v1+json` it answers in InvenioRDM's JSON, which tells the
problems of a record; otherwise in Zenodo's, which does not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from bottle import HTTPResponse

from hdp.practice import answers, catalogue, communities, depositions, listing, rdm
from hdp.practice import native_metadata as cleaning
from hdp.practice.catalogue import Deposition
from hdp.practice.exchange import Call
from hdp.practice.rdm import View
from hdp.practice.refusals import (
    MISSING_PID,
    NOT_FOUND,
    UNREGISTERED_PID,
    Invalid,
    Problem,
    answer,
    crash,
    forbidden,
    refuse,
)
from hdp.practice.translation import pid_of

RDM = "application/vnd.inveniordm.v1+json"


def wants_rdm(call: Call) -> bool:
    """Whether the client asked for InvenioRDM's JSON."""
    return RDM in call.environ.get("HTTP_ACCEPT", "")


def view_of(db: sqlite3.Connection, one: Deposition, *, draft: bool, fresh: bool = False) -> View:
    """A record's draft or public side with everything its JSON tells."""
    side = one.draft if draft and one.draft else one.public or one.shown
    versions = catalogue.versions(db, one.concept)
    published = [v.id for v in reversed(versions) if v.public]
    view = View(one, side, catalogue.files_of(db, side.bucket), draft=draft)
    view.index = published.index(one.id) if one.id in published else len(published)
    view.is_last = bool(published) and published[-1] == one.id
    view.newest_draft = versions[0].id == one.id
    view.communities = communities.of_concept(db, one.concept)
    view.review = communities.review_of(db, one.id) if draft and not one.public else None
    view.fresh = fresh
    return view


def body_of(view: View, call: Call, problems: list[Problem] | None = None) -> dict[str, Any]:
    """A record in the JSON that the client asked for."""
    if not may_read(call, view.one):
        view.files = []
    if wants_rdm(call):
        return rdm.record(view, call.base, problems)
    in_review = bool(view.review and view.review.is_open)
    return answers.record(
        view.one, view.side, view.files, view.index, view.is_last, call.base, view.draft, in_review
    )


def _listed(view: View, call: Call) -> dict[str, Any]:
    """A record in a page of results, which tells a little less."""
    view.listed = True
    body = body_of(view, call)
    if view.draft and not wants_rdm(call):
        body["files"] = []
    return {**body, "swh": None} if "swh" in body else body


def _answer(
    view: View, call: Call, status: int = 200, problems: list[Problem] | None = None
) -> HTTPResponse:
    headers = {"ETag": f'"{view.side.revision}"'}
    if wants_rdm(call):
        headers["Content-Type"] = RDM
    return answer(status, body_of(view, call, problems), headers)


def published(db: sqlite3.Connection, call: Call) -> Deposition:
    """The published record that the address names."""
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
    with call.repository.catalogue.read() as db:
        latest = latest_of(db, depositions.read_id(call.words["record"]))
        if latest:
            return HTTPResponse(status=302, headers={"Location": f"/api/records/{latest}"})
        view = view_of(db, published(db, call), draft=False)
    return _answer(view, call)


def create(call: Call) -> HTTPResponse:
    """A new draft; without a body an empty one."""
    body = call.json() if call.length else {}
    data, problems = cleaning.clean(body)
    linked = {"resource_type", "rights", "languages", "creators"} & set(data["metadata"])
    data["files"].pop("default_preview", None)  # there is no such file yet
    side = depositions.new_side(data, [list(one) for one in problems], 5 if linked else 4)
    with call.repository.catalogue.write() as db:
        one = depositions.create_side(db, side, call.account)
        view = view_of(db, one, draft=True, fresh=True)
    told = _told(view) if body.get("metadata") else depositions.publisher_problems(view.side)
    return _answer(view, call, 201, told)


def _told(view: View) -> list[Problem]:
    problems = depositions.all_problems(view.side)
    lacking = depositions.publisher_problems(view.side)
    return problems + [one for one in lacking if one not in problems]


def own_draft(db: sqlite3.Connection, call: Call) -> Deposition:
    """The account's draft that the address names."""
    one = depositions.own(db, call.words["record"], call.account)
    depositions.draft_of(one)
    return one


def get_draft(call: Call) -> HTTPResponse:
    """A draft; one that is in review may be seen by the curator too."""
    with call.repository.catalogue.read() as db:
        one = depositions.get(db, call.words["record"], call.account)
        if not one.draft:
            raise refuse(404, MISSING_PID)
        view = view_of(db, one, draft=True)
    return _answer(view, call)


def update(call: Call) -> HTTPResponse:
    """Replace a draft's record; a DOI that is not named stays."""
    data, problems = cleaning.clean(call.json())
    with call.repository.catalogue.write() as db:
        one = own_draft(db, call)
        draft = depositions.draft_of(one)
        depositions.check_revision(draft, call.environ.get("HTTP_IF_MATCH"))
        data["pids"] = {**draft.data["pids"], **data["pids"]}
        if draft.data["files"].get("unlocked"):
            data["files"]["unlocked"] = True
        if data["files"].get("default_preview") not in {file.key for file in one.finished}:
            data["files"].pop("default_preview", None)
        kept = [list(p) for p in problems]
        fresh = depositions.new_side(data, kept, draft.revision + 2)
        one = depositions.save_draft(db, one, fresh)
        view = view_of(db, one, draft=True)
    told = _told(view)
    if not view.files:
        told.append(("files.enabled", "Missing uploaded files."))
    return _answer(view, call, 200, told)


def delete(call: Call) -> HTTPResponse:
    """Drop a draft, or the changes to a published record."""
    with call.repository.catalogue.write() as db:
        one = own_draft(db, call)
        review = communities.review_of(db, one.id)
        if review and not one.public:
            if review.is_open:
                raise refuse(400, "You cannot delete a draft with an open review request.")
            communities.delete(db, review)
        depositions.discard(db, one, call.repository.bodies)
    return HTTPResponse(status=204)


def publish(call: Call) -> HTTPResponse:
    """Make a draft public (here: as public as a folder can be)."""
    with call.repository.catalogue.write() as db:
        one = depositions.publish(db, own_draft(db, call))
        view = view_of(db, one, draft=False)
    view.just_published = True
    return _answer(view, call, 202)


def edit(call: Call) -> HTTPResponse:
    """Open the metadata of a published record; files begun while it was open break this."""
    with call.repository.catalogue.write() as db:
        one = depositions.own(db, call.words["record"], call.account)
        if one.public and one.draft and any(file.pending for file in one.files):
            return crash()
        view = view_of(db, depositions.edit(db, one), draft=True)
    return _answer(view, call, 201)


def reserve_doi(call: Call) -> HTTPResponse:
    """Give a draft the DOI that it will have."""
    return _change_pids(call, _reserved, 201)


def _reserved(one: Deposition, pids: dict[str, Any]) -> dict[str, Any]:
    if "doi" in pids:
        raise Invalid(("pids.doi", "A PID already exists for type doi"))
    return {**pids, "doi": pid_of(answers.doi_of(one.id))}


def unreserve_doi(call: Call) -> HTTPResponse:
    """Take a draft's reserved DOI away; a registered one stays."""
    return _change_pids(call, _unreserved, 200)


def _unreserved(one: Deposition, pids: dict[str, Any]) -> dict[str, Any]:
    if one.public:
        message = "Cannot discard a reserved or registered persistent identifier."
        raise Invalid(("pids.doi", message))
    if "doi" not in pids:
        raise refuse(404, NOT_FOUND)
    return {name: value for name, value in pids.items() if name != "doi"}


def _change_pids(
    call: Call, change: Callable[[Deposition, dict[str, Any]], dict[str, Any]], status: int
) -> HTTPResponse:
    with call.repository.catalogue.write() as db:
        one = own_draft(db, call)
        draft = depositions.draft_of(one)
        draft.replace({**draft.data, "pids": change(one, draft.data["pids"])})
        draft.revision += 2
        draft.modified = catalogue.now()
        catalogue.save_side(db, one.id, "draft", draft)
        view = view_of(db, depositions.get(db, str(one.id)), draft=True)
    return _answer(view, call, status)


def search(call: Call) -> HTTPResponse:
    """Published records that match `q`."""
    size = call.query.get("size", "")
    if not call.account and size.isdigit() and int(size) > 25:
        message = (
            "Page size cannot be greater than 25. Please use authenticated requests to increase "
            "the limit to 100."
        )
        raise Invalid(("size", message))
    with call.repository.catalogue.read() as db:
        public = [_public_only(one) for one in catalogue.all_records(db) if one.public]
        found, total = listing.page_of(public, call.query, largest=100)
        hits = [_listed(view_of(db, one, draft=False), call) for one in found]
    return hits_answer(call, hits, total)


def search_own(call: Call) -> HTTPResponse:
    """The account's records and drafts that match `q`; the draft where there is one."""
    wanted = call.query.get("is_published", "").lower()
    with call.repository.catalogue.read() as db:
        mine = [one for one in catalogue.all_records(db) if one.owner == call.account]
        if wanted in ("true", "false"):
            mine = [one for one in mine if (one.public is not None) == (wanted == "true")]
        found, total = listing.page_of(mine, call.query, largest=100)
        hits = [_listed(view_of(db, one, draft=one.draft is not None), call) for one in found]
    return hits_answer(call, hits, total)


def _public_only(one: Deposition) -> Deposition:
    one.draft = None
    return one


def hits_answer(
    call: Call,
    hits: list[dict[str, Any]],
    total: int,
    *,
    usual: str = "newest",
    aggregated: bool = True,
) -> HTTPResponse:
    """A page of results."""
    sort = call.query.get("sort") or ("bestmatch" if call.query.get("q") else usual)
    body: dict[str, Any] = {"hits": {"hits": hits, "total": total}}
    if aggregated:
        body["aggregations"] = {}
    body["links"] = page_links(call, call.environ["PATH_INFO"], total, sort)
    if wants_rdm(call):
        body["sortBy"] = sort
    return answer(200, body)


def page_links(call: Call, path: str, total: int, sort: str) -> dict[str, str]:
    """The addresses of this page of results and of its neighbours."""
    size, page = int(call.query.get("size", 25)), int(call.query.get("page", 1))
    asked = {name: value for name, value in call.query.items() if name in _PAGING}
    asked |= {"size": str(size), "sort": sort}

    def url(number: int) -> str:
        query = sorted({**asked, "page": str(number)}.items())
        return f"{call.base}{path}?{urlencode(query, safe=':')}"

    links = {"self": url(page)}
    if page > 1:
        links["prev"] = url(page - 1)
    if page * size < total:
        links["next"] = url(page + 1)
    return links


_PAGING = ("q", "all_versions", "shared_with_me")


def versions(call: Call) -> HTTPResponse:
    """All published versions of the record's concept, newest first."""
    with call.repository.catalogue.read() as db:
        concept = published(db, call).concept
        found = [_public_only(one) for one in catalogue.versions(db, concept) if one.public]
        hits = [_listed(view_of(db, one, draft=False), call) for one in found]
    return hits_answer(call, hits, len(hits), usual="version", aggregated=False)


def latest(call: Call) -> HTTPResponse:
    """Leads to the latest published version."""
    with call.repository.catalogue.read() as db:
        number = latest_of(db, published(db, call).concept)
    url = f"{call.base}/api/records/{number}"
    body = {"status": 301, "message": "Redirecting...", "location": f"/api/records/{number}"}
    return answer(301, body, {"Location": url})


def new_version(call: Call) -> HTTPResponse:
    """The draft of the next version, without files; the same one however often it is asked."""
    with call.repository.catalogue.write() as db:
        one = depositions.own(db, call.words["record"], call.account)
        one = depositions.new_version(db, one, with_files=False)
        view = view_of(db, one, draft=True)
    return _answer(view, call, 201)


def check_may_read(call: Call, one: Deposition) -> None:
    """The files of a closed record are for its owner only."""
    if not may_read(call, one):
        raise forbidden()


def may_read(call: Call, one: Deposition) -> bool:
    """Whether this account may read a record's files."""
    is_open = one.public is not None and one.public.data["access"]["files"] == "public"
    return is_open or call.account == one.owner or (one.public is None and call.account > 0)
