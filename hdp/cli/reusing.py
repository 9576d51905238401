"""What `hdp prepare --from` would take from another environment, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp.cli.main import FAILED, OK
from hdp.cli.updating import short
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session

_FILES = {"new": "is new", "gone": "is not part of it any more", "changed": "is another file"}


def show_reuse(session: Session, selection: Selection, source: str) -> int:
    """Print the differences for each item; returns the exit status."""
    from hdp.application import actions, reusing

    app, env = session.open(), session.env_name
    entry = reusing.source_of(app, source, env)
    planned = actions.plan(app, actions.Action("prepare", env, selection))
    found = reusing.preview(app, env, source, planned.chosen)
    for one in found:
        session.write(f"{one['item']}  {one['title']}: {_said(one)}")
        _print(session, one, entry.title or source)
    able = [one for one in found if not one["left_out"]]
    session.tell(f"{len(able)} of {counted(len(found), 'item')} could be prepared with what"
                 f" {entry.title or source} holds. Nothing was done.")  # fmt: skip
    session.emit({"from": source, "items": found, "total": len(found)})
    bad = any(f["severity"] == "error" for one in found for f in one["findings"])
    return FAILED if bad else OK


def _said(one: dict[str, Any]) -> str:
    if one["left_out"]:
        return str(one["left_out"])
    count = sum(1 for change in one["differences"] if change["taken"])
    return f"{counted(count, 'field')} would be taken" if count else "it says the same"


def _print(session: Session, one: dict[str, Any], title: str) -> None:
    for change in one["differences"]:
        there, here = short(change["after"]), short(change["before"])
        line = f"    {change['field']}: {here} -> {there}"
        if not change["taken"]:
            line = f"    {change['field']}: stays {here}; there {there}. {change['why']}"
        if change["left"]:
            left = counted(change["left"], "entry", "entries")
            line += f" (without {left} that {'name' if change['left'] > 1 else 'names'}"
            line += f" a record of {title})"
        session.write(line)
    for file in one["files"]:
        session.write(f"    {file['name']} {_FILES[file['what']]}")
    for finding in one["findings"]:
        if finding["severity"] == "error":
            session.tell(f"    {finding['message']}")
