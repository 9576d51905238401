"""Communities, and the requests by which records come into them.

A community reviews unless its `review_policy` is open; its owner decides. A draft is submitted
for review (`community-submission`), and accepting it publishes it; a published record asks to be
included (`community-inclusion`).
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from hdp.practice.catalogue import Deposition, new_uuid, now
from hdp.practice.refusals import NO_URL, Invalid, forbidden, refuse

CURATOR = 2  # the second account: who reviews
OPEN = ("created", "submitted")
SYSTEM = 0
_GIVEN = (
    ("practice-open", "Practice: open to everybody", "open", 1),
    ("practice-review", "Practice: reviewed by a curator", "closed", CURATOR),
)


@dataclass(frozen=True)
class Community:
    """A community; `data` holds its `metadata` and `access`."""

    id: str
    slug: str
    owner: int
    data: dict[str, Any]
    created: str
    updated: str


@dataclass
class Comment:
    """What somebody said in a request; type C is a comment, L an event."""

    id: str
    author: int
    content: str
    type: str
    created: str


@dataclass
class Request:
    """A request: created, submitted, accepted, declined, cancelled or expired."""

    id: str
    number: int
    type: str
    status: str
    title: str
    record: int
    community: str
    creator: int
    created: str
    updated: str
    revision: int
    comments: list[Comment] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether a curator is to decide."""
        return self.status == "submitted"


def give(db: sqlite3.Connection) -> None:
    """The two communities that are there from the beginning."""
    for slug, title, policy, owner in _GIVEN:
        if not find(db, slug):
            data = {
                "metadata": {"title": title, "type": {"id": "project"}},
                "access": access_of({"review_policy": policy}),
            }
            add(db, slug, data, owner)


def access_of(sent: dict[str, Any]) -> dict[str, Any]:
    """A community's rules, with what is usual where nothing was said."""
    return {
        "visibility": sent.get("visibility", "public"),
        "members_visibility": sent.get("members_visibility", "public"),
        "member_policy": sent.get("member_policy", "open"),
        "record_submission_policy": sent.get("record_submission_policy", "open"),
        "review_policy": sent.get("review_policy", "closed"),
    }


def add(db: sqlite3.Connection, slug: str, data: dict[str, Any], owner: int) -> Community:
    """A new community; its slug must not be taken."""
    if find(db, slug):
        raise Invalid(("slug", "A community with this identifier already exists."))
    time = now()
    one = Community(new_uuid(), slug, owner, data, time, time)
    db.execute(
        "INSERT INTO community VALUES (?, ?, ?, ?, ?, ?)",
        (one.id, slug, owner, json.dumps(data), time, time),
    )
    return one


def find(db: sqlite3.Connection, name: str) -> Community | None:
    """The community of this id or slug."""
    rows = db.execute("SELECT * FROM community WHERE id = ? OR slug = ?", (name, name)).fetchall()
    return _community(rows[0]) if rows else None


def _community(row: sqlite3.Row) -> Community:
    data = json.loads(row["data"])
    return Community(
        row["id"], row["slug"], row["owner"], data, row["created"], row["updated"]
    )  # fmt: skip


def everyone(db: sqlite3.Connection) -> list[Community]:
    """All communities, newest first."""
    rows = db.execute("SELECT * FROM community ORDER BY created DESC, slug").fetchall()
    return [_community(row) for row in rows]


def of_concept(db: sqlite3.Connection, concept: int) -> list[Community]:
    """The communities that a record is in."""
    rows = db.execute(
        "SELECT community.* FROM inclusion JOIN community ON community.id = community "
        "WHERE concept = ? ORDER BY slug",
        (concept,),
    ).fetchall()
    return [_community(row) for row in rows]


def _requests(db: sqlite3.Connection, where: str, *values: Any) -> list[Request]:
    rows = db.execute(f"SELECT * FROM request {where}", values).fetchall()
    found = [Request(*tuple(row)) for row in rows]
    for one in found:
        said = db.execute(
            "SELECT id, author, content, type, created FROM comment WHERE request = ? "
            "ORDER BY created",
            (one.id,),
        ).fetchall()
        one.comments = [Comment(*tuple(row)) for row in said]
    return found


def request(db: sqlite3.Connection, request_id: str) -> Request:
    """The request, or the 404 of an id that is not there."""
    found = _requests(db, "WHERE id = ?", request_id)
    if not found:
        raise refuse(404, NO_URL)
    return found[0]


def requests_of(db: sqlite3.Connection, record: int) -> list[Request]:
    """The requests about a record, newest first."""
    return _requests(db, "WHERE record = ? ORDER BY number DESC", record)


def all_requests(db: sqlite3.Connection, account: int) -> list[Request]:
    """What an account asked for, and what it is to decide, newest first."""
    return _requests(
        db,
        "WHERE creator = ? OR community IN (SELECT id FROM community WHERE owner = ?) "
        "ORDER BY number DESC",
        account, account,
    )  # fmt: skip


def review_of(db: sqlite3.Connection, record: int) -> Request | None:
    """The review that a draft has, whatever became of it."""
    found = [one for one in requests_of(db, record) if one.type == "community-submission"]
    return found[0] if found else None


def open_review(db: sqlite3.Connection, record: int) -> bool:
    """Whether a review stands in the way of publishing."""
    review = review_of(db, record)
    return bool(review and review.status in OPEN)


def may_see(db: sqlite3.Connection, one: Deposition, account: int) -> bool:
    """Whether the draft was submitted to a community of this account."""
    rows = db.execute(
        "SELECT 1 FROM request JOIN community ON community.id = community "
        "WHERE record = ? AND owner = ? AND status = 'submitted'",
        (one.id, account),
    ).fetchall()
    return bool(rows)


def make_request(
    db: sqlite3.Connection,
    one: Deposition,
    community: Community | None,
    kind: str,
    status: str,
    title: str,
) -> Request:
    """A new request about a record."""
    number = db.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM request").fetchone()[0]
    time = now()
    made = Request(
        new_uuid(),
        number,
        kind,
        status,
        title,
        one.id,
        community.id if community else "",
        one.owner,
        time,
        time,
        2,
    )
    save(db, made)
    return made


def save(db: sqlite3.Connection, one: Request) -> None:
    """Write a request, replacing what was there."""
    db.execute(
        "INSERT OR REPLACE INTO request VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (one.id, one.number, one.type, one.status, one.title, one.record, one.community,
         one.creator, one.created, one.updated, one.revision),
    )  # fmt: skip


def delete(db: sqlite3.Connection, one: Request) -> None:
    """Forget a request."""
    db.execute("DELETE FROM comment WHERE request = ?", (one.id,))
    db.execute("DELETE FROM request WHERE id = ?", (one.id,))


def say(
    db: sqlite3.Connection, one: Request, author: int, content: str, kind: str = "C"
) -> Comment:
    """Add a comment."""
    comment = Comment(new_uuid(), author, content, kind, now())
    db.execute(
        "INSERT INTO comment VALUES (?, ?, ?, ?, ?, ?)",
        (comment.id, one.id, author, content, kind, comment.created),
    )
    one.comments.append(comment)
    return comment


def move(db: sqlite3.Connection, one: Request, status: str) -> None:
    """Give a request its next state."""
    one.status, one.updated, one.revision = status, now(), one.revision + 1
    save(db, one)


def include(db: sqlite3.Connection, concept: int, community: str) -> None:
    """Take all versions of a record into a community."""
    db.execute("INSERT OR IGNORE INTO inclusion VALUES (?, ?)", (concept, community))


def ask_for(db: sqlite3.Connection, one: Deposition, title: str, slugs: list[str]) -> None:
    """What publishing does with the communities named in the deposit: unknown ones are forgotten.

    One's own community takes the record in at once, any other is asked.
    """
    for slug in slugs:
        community = find(db, str(slug))
        if not community or slug in one.communities or _asked(db, one, community):
            continue
        made = make_request(db, one, community, "community-inclusion", "submitted", title)
        if community.owner == one.owner:
            say(db, made, SYSTEM, "accepted", "L")
            move(db, made, "accepted")
            include(db, one.concept, community.id)


def _asked(db: sqlite3.Connection, one: Deposition, community: Community) -> bool:
    found = requests_of(db, one.id)
    return any(r.community == community.id and r.status in OPEN for r in found)


def check_decider(db: sqlite3.Connection, one: Request, account: int, verb: str) -> None:
    """Who may do what: the curator accepts and declines, who asked submits and cancels."""
    community = find(db, one.community)
    decides = community is not None and community.owner == account
    allowed = decides if verb in ("accept", "decline") else one.creator == account
    if not allowed:
        raise forbidden()
