"""What updating the metadata of drafts and records would change, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp.application import actions, describing, machine
from hdp.application.selection import Selection
from hdp.uploads.updating import plan_update

if TYPE_CHECKING:
    from hdp.application.app import Application


def preview(app: Application, env: str, kind: str, selection: Selection) -> dict[str, Any]:
    """For each item the fields that would change, with before and after, and what is wrong."""
    desk = app.desk(env)
    planned = actions.plan(app, actions.Action(kind, env, selection))
    preparer = describing.preparer(app, desk)
    shown = []
    for row in planned.chosen:
        deposit = desk.current(row.id)
        if deposit is None:
            continue
        update = plan_update(desk, preparer, deposit)
        shown.append({
            "item": row.id, "title": row.title or row.key, "left_out": "",
            "differences": [one.to_json() for one in update.differences],
            "findings": [one.to_json() for one in update.composed.findings],
            "machine": [one for one in machine.values_of(app, update) if not one["accepted"]],
        })  # fmt: skip
    shown += [
        {"item": row.id, "title": row.title or row.key, "left_out": why,
         "differences": [], "findings": [], "machine": []}
        for row, why in planned.left_out
    ]  # fmt: skip
    return {"items": shown, "total": len(shown)}
