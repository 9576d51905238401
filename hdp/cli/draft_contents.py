"""`hdp draft create --dry-run`: what the drafts would hold, as the window's dialog shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp.cli.main import OK
from hdp.cli.running import planned_document
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session

_NAMES = {"licence": "Licence", "access": "Access", "type": "Type", "community": "Community"}


def show_contents(session: Session, kind: str, selection: Selection) -> int:
    """Print the drafts that would be made; nothing is sent."""
    from hdp.application import actions, draft_contents

    app = session.open()
    action = actions.Action(kind, session.env_name, selection)
    found = draft_contents.draft_contents(app, action, limit=1_000_000)
    files = counted(found["files"], "file")
    session.tell(f"{counted(found['records'], 'draft')} would be made, with {files}"
                 f" ({_size(found['bytes'])}). Nothing was sent.")  # fmt: skip
    session.table(
        ("item", "title", "files", "size", "licence", "access", "note"),
        [(one["item"], one["title"], one["files"], _size(one["bytes"]), one["licence"],
          one["access"], _note(one, found["limits"])) for one in found["rows"]],
        "Nothing to do.",
    )  # fmt: skip
    _show_sums(session, found)
    session.emit(planned_document(app, action) | {"contents": found})
    return OK


def _show_sums(session: Session, found: dict[str, Any]) -> None:
    for group in found["groups"]:
        values = [f"{one['value'] or '(none)'} ({one['count']})" for one in group["values"]]
        if values:
            session.tell(f"{_NAMES[group['by']]}: {', '.join(values)}")
    if found["never_tried"]:
        told = counted(found["never_tried"], "record")
        session.tell(f"{told} never published in Practice or Sandbox.")


def _note(one: dict[str, Any], limits: dict[str, int | None]) -> str:
    if not one["over"]:
        return ""
    files = limits["files"] is not None and one["files"] > limits["files"]
    most = counted(limits["files"] or 0, "file") if files else _size(limits["bytes"] or 0)
    return f"over the limit of {most} for one record"


def _size(number: int) -> str:
    """Bytes as people read them, in decimal units as repositories count."""
    for unit, least in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= least:
            return f"{number / least:.1f} {unit}"
    return counted(number, "byte")
