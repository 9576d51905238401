"""What a lost answer left open: the drafts that may be it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp.cli.main import OK
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session

_COLUMNS = ("item", "draft", "created", "files", "title", "adopt")


def show_candidates(session: Session, selection: Selection) -> int:
    """List the drafts that an open create may have made; nothing is changed."""
    from hdp.application import actions, unsettled

    app = session.open()
    planned = actions.plan(app, actions.Action("settle", session.env_name, selection))
    looked = (unsettled.look(app, session.env_name, row.id) for row in planned.chosen)
    found = [one for one in looked if one["doing"]]
    for one in found:
        session.write(_sentence(one))
    rows = [_line(one["item"], draft) for one in found for draft in one["candidates"]]
    if rows:
        session.table(_COLUMNS, rows, "")
    elif not found:
        session.write("Nothing is open.")
    session.emit({"open": found, "total": len(found)})
    return OK


def _sentence(one: dict[str, Any]) -> str:
    if one["doing"] != "create":
        return f"{one['item']}: {one['doing']} is open. Look: hdp draft settle {one['item']}"
    drafts = counted(len(one["candidates"]), "draft may be it", "drafts may be it")
    return f"{one['item']}: create is open since {one['since']}; {drafts}."


def _line(item: int, draft: dict[str, Any]) -> tuple[Any, ...]:
    created = (draft["created"] or "")[:19]
    files = len(draft["files"])
    return item, draft["id"], created, files, draft["title"], draft["why_not"] or "possible"
