"""`hdp draft discard --dry-run`: what would be lost, as the window's dialog says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdp.cli.main import OK
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session


def show_losses(session: Session, selection: Selection) -> int:
    """Print what discarding would take away; nothing is sent."""
    from hdp.application import actions, losing

    app = session.open()
    planned = actions.plan(app, actions.Action("discard", session.env_name, selection))
    able = [row for row in planned.chosen if actions.why_not("discard", row) is None]
    found = losing.losses(able)
    drafts, files = counted(found["drafts"], "draft"), counted(found["files"], "uploaded file")
    session.write(f"{drafts} would be discarded, with {files} ({found['bytes']} bytes).")
    for one in found["records"]:
        session.write(f"    {one['item']}  {one['remote_id']}  {one['title']}")
    if found["drafts"] > len(found["records"]):
        session.write(f"    and {found['drafts'] - len(found['records'])} more")
    session.tell("Nothing was sent.")
    session.emit(found)
    return OK
