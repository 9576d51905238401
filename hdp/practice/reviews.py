"""Communities, reviews and requests in the records API."""

from __future__ import annotations

import sqlite3
from typing import Any

from bottle import HTTPResponse

from hdp.practice import catalogue, communities, depositions, native, rdm
from hdp.practice.catalogue import Deposition
from hdp.practice.communities import Comment, Community, Request
from hdp.practice.exchange import Call
from hdp.practice.refusals import NO_URL, Invalid, answer, forbidden, refuse
from hdp.practice.texts import clean_html

_DONE = {"accept": "accepted", "decline": "declined", "cancel": "cancelled"}


def request_body(one: Request, call: Call) -> dict[str, Any]:
    """A request as the API shows it."""
    talk = [said for said in one.comments if said.content or said.type == "L"]
    last = talk[-1] if talk else None
    return {
        "created": one.created,
        "created_by": {"user": str(one.creator)},
        "expires_at": None,
        "files": {"enabled": True},
        "id": one.id,
        "is_closed": one.status in ("accepted", "declined", "cancelled", "expired"),
        "is_expired": False,
        "is_locked": False,
        "is_open": one.is_open,
        "last_activity_at": last.created if last else one.updated,
        "last_reply": _last_reply(last) if last else None,
        "links": _links(one, call),
        "number": str(one.number),
        "receiver": {"community": one.community} if one.community else None,
        "revision_id": one.revision,
        "status": one.status,
        "title": one.title,
        "topic": {"record": str(one.record)},
        "type": one.type,
        "updated": one.updated,
    }


def _last_reply(said: Comment) -> dict[str, Any]:
    """What was said last, without its words."""
    return {**_said(said), "links": {}, "permissions": {}, "type": "C"}


def _said(said: Comment) -> dict[str, Any]:
    who = str(said.author) if said.author else "system"
    return {
        "created": said.created,
        "created_by": {"user": who},
        "id": said.id,
        "parent_id": None,
        "revision_id": 1,
        "type": said.type,
        "updated": said.created,
    }


def _links(one: Request, call: Call) -> dict[str, Any]:
    url = f"{call.base}/api/requests/{one.id}"
    words = ("comments", "lock", "timeline", "timeline_focused", "unlock")
    links: dict[str, Any] = {"actions": {v: f"{url}/actions/{v}" for v in _verbs(one, call)}}
    links |= {word: f"{url}/{word}" for word in words}
    links |= {"self": url, "self_html": f"{call.base}/me/requests/{one.id}"}
    return links


def _verbs(one: Request, call: Call) -> tuple[str, ...]:
    if one.status == "created":
        return ("submit",)
    if not one.is_open:
        return ()
    return ("cancel",) if one.creator == call.account else ("accept", "decline")


def _found(call: Call, hits: list[dict[str, Any]], path: str, **more: Any) -> HTTPResponse:
    """A page of results; `path` is the one that their addresses name."""
    size, page = int(call.query.get("size", 25)), int(call.query.get("page", 1))
    shown = hits[(page - 1) * size : page * size]
    links = native.page_links(call, path, len(hits), "newest")
    body: dict[str, Any] = {"hits": {"hits": shown, "total": len(hits)}, "aggregations": {}}
    return answer(200, {**body, "sortBy": "newest", **more, "links": links})


def _some_communities(
    call: Call, hits: list[dict[str, Any]], path: str = "/api/communities"
) -> HTTPResponse:
    return _found(call, hits, path, page=int(call.query.get("page", 1)))


def community_body(one: Community, call: Call) -> dict[str, Any]:
    """A community with its addresses."""
    url = f"{call.base}/api/communities/{one.id}"
    page = f"{call.base}/communities/{one.slug}/"
    links = {"self": url, "self_html": page, "settings_html": f"{page}settings"}
    links |= {word: f"{url}/{word}" for word in ("logo", "rename", "members", "invitations")}
    links |= {word: f"{url}/{word}" for word in ("requests", "records")}
    links["public_members"] = f"{url}/members/public"
    links["collection_trees"] = f"{url}/collection-trees"
    links["membership_requests"] = f"{url}/membership-requests"
    return rdm.told(rdm.community(one, links))  # type: ignore[no-any-return]


def list_communities(call: Call) -> HTTPResponse:
    """The communities there are; `q` is part of a title or slug."""
    word = call.query.get("q", "").strip('"* ').lower()
    own = call.environ["PATH_INFO"].startswith("/api/user/")
    with call.repository.catalogue.read() as db:
        found = communities.everyone(db)
    hits = [
        community_body(one, call)
        for one in found
        if (not own or one.owner == call.account)
        and word in f"{one.slug} {one.data['metadata'].get('title', '')}".lower()
    ]
    return _some_communities(call, hits, call.environ["PATH_INFO"])


def get_community(call: Call) -> HTTPResponse:
    """One community by its id or slug."""
    with call.repository.catalogue.read() as db:
        one = communities.find(db, call.words["community"])
    if not one:
        raise refuse(404, "The persistent identifier does not exist.")
    return answer(200, community_body(one, call))


def create_community(call: Call) -> HTTPResponse:
    """A new community of this account."""
    sent = call.json()
    if not isinstance(sent, dict):
        raise Invalid(("_schema", "Invalid input type."))
    slug, metadata = sent.get("slug"), sent.get("metadata")
    if not isinstance(slug, str) or not slug.replace("-", "").isalnum():
        raise Invalid(("slug", "Missing data for required field."))
    if not isinstance(metadata, dict) or not metadata.get("title"):
        raise Invalid(("metadata.title", "Missing data for required field."))
    access = communities.access_of(sent.get("access") or {})
    with call.repository.catalogue.write() as db:
        data = {"metadata": metadata, "access": access}
        one = communities.add(db, slug.lower(), data, call.account)
    return answer(201, community_body(one, call))


def record_communities(call: Call) -> HTTPResponse:
    """The communities that a published record is in."""
    with call.repository.catalogue.read() as db:
        found = communities.of_concept(db, native.published(db, call).concept)
    return _some_communities(call, [community_body(one, call) for one in found])


def add_to_communities(call: Call) -> HTTPResponse:
    """Ask for a published record to be taken into communities."""
    sent = call.json()
    wanted = sent.get("communities") if isinstance(sent, dict) else None
    if not isinstance(wanted, list) or not wanted:
        raise Invalid(("communities", "Missing data for required field."))
    processed, errors = [], []
    with call.repository.catalogue.write() as db:
        one = depositions.own(db, call.words["record"], call.account)
        for entry in wanted:
            name = str(entry.get("id", "")) if isinstance(entry, dict) else ""
            community = communities.find(db, name)
            if not community or not one.public:
                errors.append({"community": name, "message": "Community not found."})
            elif community.slug in one.communities:
                message = "The record is already included in this community."
                errors.append({"community": name, "message": message})
            else:
                title = one.public.metadata.get("title", "")
                communities.ask_for(db, one, title, [community.slug])
                made = communities.requests_of(db, one.id)[0]
                processed.append({"community": community.id, "request_id": made.id})
    return answer(200 if processed else 400, {"processed": processed, "errors": errors})


def record_requests(call: Call) -> HTTPResponse:
    """The requests about a record."""
    with call.repository.catalogue.read() as db:
        one = depositions.get(db, call.words["record"], call.account)
        found = communities.requests_of(db, one.id)
    hits = [request_body(r, call) for r in found if r.status != "created"]
    return _found(call, hits, "/api/requests/")


def list_requests(call: Call) -> HTTPResponse:
    """What this account asked for, and what it is to decide."""
    with call.repository.catalogue.read() as db:
        found = communities.all_requests(db, call.account)
    wanted = call.query.get("is_open", "").lower()
    if wanted in ("true", "false"):
        found = [one for one in found if one.is_open == (wanted == "true")]
    return _found(call, [request_body(one, call) for one in found], "/api/requests/")


def _request(db: sqlite3.Connection, call: Call) -> Request:
    one = communities.request(db, call.words["request"])
    community = communities.find(db, one.community)
    if call.account not in (one.creator, community.owner if community else 0):
        raise forbidden()
    return one


def get_request(call: Call) -> HTTPResponse:
    """One request."""
    with call.repository.catalogue.read() as db:
        one = _request(db, call)
    return answer(200, request_body(one, call))


def get_review(call: Call) -> HTTPResponse:
    """The review of a draft."""
    with call.repository.catalogue.read() as db:
        one = depositions.get(db, call.words["record"], call.account)
        found = communities.review_of(db, one.id)
    if not found:
        raise refuse(404, "The review does not exist.")
    return answer(200, request_body(found, call))


def put_review(call: Call) -> HTTPResponse:
    """Choose the community that is to review a draft."""
    sent = call.json()
    sent = sent if isinstance(sent, dict) else {}
    receiver = sent.get("receiver")
    name = str(receiver.get("community", "")) if isinstance(receiver, dict) else ""
    if sent.get("type") != "community-submission":
        raise Invalid(("type", "Missing data for required field."))
    with call.repository.catalogue.write() as db:
        one = native.own_draft(db, call)
        community = communities.find(db, name)
        if not community:
            raise Invalid(("receiver", "Invalid receiver."))
        if one.public:
            raise refuse(400, "You cannot create a review for an already published record.")
        old = communities.review_of(db, one.id)
        if old and old.is_open:
            raise refuse(400, "You cannot update a review which is already open.")
        if old:
            communities.delete(db, old)
        kind = "community-submission"
        made = communities.make_request(db, one, community, kind, "created", "")
    return answer(200, request_body(made, call))


def delete_review(call: Call) -> HTTPResponse:
    """Take the choice of a community back."""
    with call.repository.catalogue.write() as db:
        one = native.own_draft(db, call)
        found = communities.review_of(db, one.id)
        if not found:
            raise refuse(404, "The review does not exist.")
        if found.is_open:
            raise refuse(400, "You cannot delete an open review.")
        communities.delete(db, found)
    return HTTPResponse(status=204)


def submit_review(call: Call) -> HTTPResponse:
    """Send a draft to its community; one's own, or one without review, publishes it at once."""
    with call.repository.catalogue.write() as db:
        one = native.own_draft(db, call)
        found = communities.review_of(db, one.id)
        if not found or found.status not in ("created", "declined", "cancelled", "expired"):
            raise refuse(400 if found else 404, "The review does not exist." if not found else
                         "You cannot submit a review which is already open.")  # fmt: skip
        submit(db, one, found, _content(call))
    body = request_body(found, call)
    body["links"]["next_html"] = body["links"]["self_html"]
    return answer(202, body)


def submit(db: sqlite3.Connection, one: Deposition, found: Request, content: str) -> None:
    """Submit a review of a draft that could be published."""
    depositions.check_publishable(db, one)
    found.title = str(one.shown.metadata.get("title", ""))
    communities.move(db, found, "submitted")
    if content:
        communities.say(db, found, found.creator, content)
    community = communities.find(db, found.community)
    if community and community.owner == one.owner:
        _accept(db, found)


def _content(call: Call) -> str:
    sent = call.json() if call.length else {}
    payload = sent.get("payload") if isinstance(sent, dict) else None
    text = payload.get("content") if isinstance(payload, dict) else None
    return clean_html(text) if isinstance(text, str) else ""


def _accept(db: sqlite3.Connection, found: Request) -> None:
    one = catalogue.find(db, found.record)
    if not one:
        raise refuse(404, NO_URL)
    if found.type == "community-submission":
        depositions.check_publishable(db, one)
        depositions.publish_checked(db, one)
    communities.move(db, found, "accepted")
    communities.say(db, found, communities.SYSTEM, "accepted", "L")
    communities.include(db, one.concept, found.community)


def act(call: Call) -> HTTPResponse:
    """Submit, accept, decline or cancel a request."""
    with call.repository.catalogue.write() as db:
        one = _request(db, call)
        decide(db, one, call.account, call.words["verb"], _content(call))
    return answer(200, request_body(one, call))


def decide(
    db: sqlite3.Connection, one: Request, account: int, verb: str, content: str = ""
) -> None:
    """Do to a request what an account may do to it."""
    communities.check_decider(db, one, account, verb)
    if verb == "submit" and one.status == "created":
        draft = catalogue.find(db, one.record)
        if draft:
            submit(db, draft, one, content)
        return
    if verb not in _DONE or not one.is_open:
        raise refuse(404, NO_URL)
    if content:
        communities.say(db, one, account, content)
    if verb == "accept":
        _accept(db, one)
        return
    communities.move(db, one, _DONE[verb])
    communities.say(db, one, communities.SYSTEM, _DONE[verb], "L")


def comment(call: Call) -> HTTPResponse:
    """Say something in a request."""
    content = _content(call)
    if not content:
        raise Invalid(("payload.content", "Missing data for required field."))
    with call.repository.catalogue.write() as db:
        one = _request(db, call)
        said = communities.say(db, one, call.account, content)
        one.updated = said.created
        communities.save(db, one)
    return answer(201, _event(said, one, call))


def timeline(call: Call) -> HTTPResponse:
    """Everything that was said and done in a request, oldest first."""
    with call.repository.catalogue.read() as db:
        one = _request(db, call)
    path = f"/api/requests/{one.id}/timeline"
    return _found(call, [_event(said, one, call) for said in one.comments], path)


def _event(said: Comment, one: Request, call: Call) -> dict[str, Any]:
    url = f"{call.base}/api/requests/{one.id}/comments/{said.id}"
    if said.type == "L":
        payload = {"event": said.content}
    else:
        payload = {"content": said.content, "format": "html"}
    permissions = {"can_update_comment": False, "can_delete_comment": False}
    links = {"self": url}
    return {**_said(said), "payload": payload, "links": links, "permissions": permissions}


def modify_files(call: Call) -> HTTPResponse:
    """Open the files of a published record that is being edited."""
    sent = call.json() if call.length else {}
    with call.repository.catalogue.write() as db:
        one = native.own_draft(db, call)
        draft = depositions.draft_of(one)
        draft.replace({**draft.data, "files": {**draft.data["files"], "unlocked": True}})
        catalogue.save_side(db, one.id, "draft", draft)
        title = f'File modification request for "{draft.metadata.get("title", "")}"'
        made = communities.make_request(db, one, None, "file-modification", "accepted", title)
    payload = {"policy_id": "file-modification-grace-period-v1"}
    comment = sent.get("comment") if isinstance(sent, dict) else None
    if isinstance(comment, str) and len(comment) > 1:
        payload["comment"] = comment
    return answer(200, {**request_body(made, call), "payload": payload})
