"""What a lost answer left open, with the drafts that may be it, and the person's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp.sdk import Draft, NotFound
from hdp.uploads import deciding
from hdp.uploads.deciding import Candidate

if TYPE_CHECKING:
    from hdp.application.app import Application


def look(app: Application, env: str, item_id: int) -> dict[str, Any]:
    """What is open of an item, and the drafts that may be it; nothing is changed.

    `doing` is None where nothing is open any more.
    """
    desk = app.desk(env)
    item = desk.item(item_id)
    deposit = deciding.find_open(desk, item_id)
    found = deciding.list_candidates(desk, deposit) if deposit else []
    return {
        "item": item_id,
        "env": env,
        "title": deposit.title if deposit else item.key,
        "doing": deposit.doing if deposit else None,
        "since": deposit.doing_since if deposit else None,
        "candidates": [_candidate(app, env, one) for one in found],
    }


def _candidate(app: Application, env: str, one: Candidate) -> dict[str, Any]:
    draft = one.draft
    return {
        "id": draft.id,
        "title": str(draft.metadata.get("title") or ""),
        "created": draft.created.isoformat() if draft.created else None,
        "files": [{"name": file.name, "size": file.size} for file in draft.files],
        "url": _url(app, env, draft),
        "why_not": one.why_not,
    }


def _url(app: Application, env: str, draft: Draft) -> str:
    entry = app.environment(env)
    page = draft.url or app.remotes.open(entry).page_url(draft.id)
    return app.remotes.link(entry, page) or ""


def page_url(app: Application, env: str, draft_id: str) -> str:
    """The page of a draft that no item has, to be looked at before it is adopted."""
    entry = app.environment(env)
    url = _url(app, env, Draft(draft_id))
    if not url.startswith(("http://", "https://")):
        raise NotFound(f"{entry.title or entry.name} has no page for this draft.", code="no-page")
    return url


def decide(
    app: Application,
    env: str,
    item_id: int,
    *,
    adopt: str | None = None,
    create_again: bool = False,
    since: str = "",
    by: str = "",
) -> dict[str, Any]:
    """Do one choice, once: adopt a draft, take the attempt back, or (neither) look again.

    `since` is what the person saw as the beginning of the open call; `done` is false where
    something else settled it meanwhile.
    """
    desk = app.desk(env, by)
    desk.item(item_id)
    settled = deciding.settle_by_hand(
        desk, item_id, adopt_id=adopt, create_again=create_again, since=since
    )
    return {"item": item_id, "message": settled.message, "done": settled.done}
