"""What publishing means, before it is done: the same that the window's dialog shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp.cli.main import OK, REFUSED
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session

_TITLES = {
    "licence": "Licence", "access": "Access", "type": "Type", "date": "Publication date",
    "community": "Community",
}  # fmt: skip
_FILES = {
    "place": "hold the place where they were made",
    "contact": "hold contact data",
    "rights": "hold a statement of rights that contradicts the licence",
}


def show_consequences(session: Session, kind: str, selection: Selection) -> int:
    """Print the consequences; the exit status is 3 where values wait to be accepted."""
    from hdp.application import actions, consequences

    app = session.open()
    action = actions.Action(kind, session.env_name, selection)
    found = consequences.consequences(app, action)
    session.write(f"{counted(found['records'], 'record')} would become public.")
    for group in found["groups"]:
        _show_group(session, group)
    _show_doubts(session, found)
    if found["records"]:
        session.write("A published record cannot be deleted, and its files cannot be changed.")
    session.tell("Nothing was sent.")
    session.emit(found)
    return REFUSED if found["machine"]["items"] else OK


def _show_group(session: Session, group: dict[str, Any]) -> None:
    values = group["values"]
    said = ", ".join(f"{one['value'] or '(none)'} ({one['count']})" for one in values)
    more = group["kinds"] - len(values)
    if values:
        name = _TITLES[group["by"]]
        session.write(f"{name}: {said}" + (f" and {more} more" if more else ""))
    for one in values:
        if one["outlier"]:
            names = "; ".join(f"{r['item']} {r['title']}" for r in one["records"])
            session.write(f"    unlike the others: {one['value'] or '(none)'}: {names}")


def _show_doubts(session: Session, found: dict[str, Any]) -> None:
    for one in found["accepted"]:
        session.write(
            f"Accepted problems ({one['status']}): {counted(one['count'], 'record')},"
            f" reason: {one['reason'] or '(none given)'}"
        )
    for one in found["files"]:
        session.write(f"{counted(one['count'], 'file')} of {counted(one['records'], 'record')}"
                      f" {_FILES[one['kind']]}:")  # fmt: skip
        for file in one["files"]:
            session.write(f"    {file['item']}  {file['message']}")
    for one in found["machine"]["fields"]:
        session.write(f"Nobody has accepted what {one['pipeline']} wrote: {one['field']}"
                      f" of {counted(one['count'], 'record')}")  # fmt: skip
        for record in one["records"]:
            session.write(f"    {record['item']}  {record['value']}")
    if found["machine"]["items"]:
        session.write("These are not published until they are accepted: hdp draft accept SEL")
    if found["never_tried"]:
        session.write(f"{counted(found['never_tried'], 'record was', 'records were')} never"
                      " published in Practice or Sandbox.")  # fmt: skip
