"""The curator's desk: a page on which a person plays the one who reviews."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from bottle import HTTPResponse

from hdp.practice import communities, reviews
from hdp.practice.communities import CURATOR, Request
from hdp.practice.exchange import Call
from hdp.practice.pages import page, redirect
from hdp.practice.refusals import refuse
from hdp.practice.texts import clean_html, repaired

_MOST = 64 * 1024
_VERBS = (("accept", "Accept"), ("decline", "Decline"), ("comment", "Comment"))


def show(call: Call) -> HTTPResponse:
    """What waits for the curator, and what was decided."""
    with call.repository.catalogue.read() as db:
        found = communities.all_requests(db, CURATOR)
        names = {one.id: one.slug for one in communities.everyone(db)}
    waiting = "".join(_entry(one, names, call) for one in found if one.is_open)
    decided = "".join(_entry(one, names, call) for one in found if not one.is_open)
    note = "<p>Records sent to a community that reviews wait here. You play its curator.</p>"
    body = f"{note}<h2>Waiting</h2>{waiting or '<p>Nothing.</p>'}"
    body += f"<h2>Decided</h2>{decided or '<p>Nothing.</p>'}"
    return page("Reviews", body, forms=True)


def _entry(one: Request, names: dict[str, str], call: Call) -> str:
    title = escape(one.title or f"Record {one.record}")
    said = "".join(
        f"<li>{'Curator' if c.author == CURATOR else 'Depositor'}: {clean_html(c.content)}</li>"
        for c in one.comments
        if c.type == "C"
    )
    community = escape(names.get(one.community, ""))
    return (
        f'<section><h3><a href="/deposit/{one.record}">{title}</a></h3>'
        f"<p>For {community}: {escape(one.status)}</p><ul>{said}</ul>"
        f"{_form(one, call) if one.is_open else ''}</section>"
    )


def _form(one: Request, call: Call) -> str:
    buttons = "".join(f'<button name="verb" value="{v}">{word}</button> ' for v, word in _VERBS)
    return (
        f'<form method="post" action="/reviews/{one.id}"><label>Comment<br>'
        f'<textarea name="comment" rows="2" cols="60"></textarea></label><br>'
        f'<input type="hidden" name="secret" value="{call.repository.page_secret}">{buttons}</form>'
    )


def decide(call: Call) -> HTTPResponse:
    """What the curator's form asks for; the secret in it shows that it is our own page's."""
    if call.length > _MOST:
        raise refuse(413, "The data value transmitted exceeds the capacity limit.")
    sent = parse_qs(call.body.read(call.length).decode("utf-8", "replace"))
    secret, verb = sent.get("secret", [""])[0], sent.get("verb", [""])[0]
    if secret != call.repository.page_secret:
        raise refuse(403, "Open the page of reviews again, and then decide.")
    comment = escape(repaired(sent.get("comment", [""])[0]))
    with call.repository.catalogue.write() as db:
        one = communities.request(db, call.words["request"])
        if verb == "comment" and comment:
            communities.say(db, one, CURATOR, comment)
        elif verb in ("accept", "decline"):
            reviews.decide(db, one, CURATOR, verb, comment)
    return redirect("/reviews", 303)
