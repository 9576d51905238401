"""Review by a community: which one is asked, and what became of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from hdp.sdk import Draft, Finding, Record, Review
from hdp.sdk.target import ReviewState
from hdp_plugins.inveniordm.people import entries
from hdp_plugins.inveniordm.reading import part
from hdp_plugins.zenodo import translate

SUBMISSION = "community-submission"
OPEN = ("created", "submitted", "commented")
_TAG = re.compile(r"<[^>]*>")


def communities(record: Record, target: str) -> list[str]:
    """The short names of the communities that a record is meant for, in their order."""
    fields = translate.cleaned_fields(record, target)
    given = entries(fields.get("communities"))
    return [str(one["identifier"]) for one in given if one.get("identifier")]


def may_ask(draft: Mapping[str, Any]) -> bool:
    """Whether a draft can go through review: only a record that was never published can."""
    index = part(draft, "versions").get("index")
    return not draft.get("is_published") and index in (None, 0, 1)


def missing(record: Record, target: str, draft: Draft) -> Iterator[Finding]:
    """That the community which should see a draft first was not asked for its review."""
    names = communities(record, target)
    listed = entries(part(part(draft.raw, "parent"), "communities").get("entries"))
    known = {str(one.get("slug")) for one in listed} | {str(one.get("id")) for one in listed}
    asked = draft.review is not None and draft.review.state in OPEN
    if names and not asked and names[0] not in known:
        yield Finding(
            "error",
            "review-missing",
            f"The community “{names[0]}” is not asked to review this draft.",
            "Update the draft; if that does not help, choose the community on the draft's page.",
            {"field": "communities"},
            {"field": "communities", "sent": names},
        )


def read(draft: Mapping[str, Any], request: Mapping[str, Any]) -> Review | None:
    """The review of a draft; `request` is its own answer, where one was asked for."""
    known = part(part(draft, "parent"), "review")
    if not known:
        return None
    state = _state(str(request.get("status") or known.get("status") or "created"))
    reply = part(request, "last_reply")
    content = part(reply, "payload").get("content")
    comment = " ".join(html.unescape(_TAG.sub(" ", str(content or ""))).split())
    theirs = part(reply, "created_by") != part(request, "created_by")
    if state == "submitted" and reply and theirs:
        state = "commented"
    return Review(
        state=state,
        community=str(part(known, "receiver").get("community") or ""),
        comment=comment if theirs else "",
        url=str(part(request, "links").get("self_html") or ""),
    )


def last_comment(timeline: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The newest comment of a timeline; what was done is told there too and is none."""
    comments = [one for one in timeline if one.get("type") == "C"]
    newest = max(comments, key=lambda one: str(one.get("created")), default=None)
    return dict(newest) if newest else None


def _state(text: str) -> ReviewState:
    known: tuple[ReviewState, ...] = get_args(ReviewState)
    return next((one for one in known if one == text), "submitted")
