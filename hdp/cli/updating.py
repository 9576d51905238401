"""What an update of metadata would change, field by field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hdp.cli.main import FAILED, OK
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session

_WIDTH = 60


def show_differences(session: Session, kind: str, selection: Selection) -> int:
    """Print the differences for each item; returns the exit status."""
    from hdp.application import updates

    found = updates.preview(session.open(), session.env_name, kind, selection)
    for one in found["items"]:
        session.write(f"{one['item']}  {one['title']}: {_said(one)}")
        for change in one["differences"]:
            session.write(f"    {change['field']}: {short(change['before'])}"
                          f" -> {short(change['after'])}")  # fmt: skip
        for finding in one["findings"]:
            if finding["severity"] == "error":
                session.tell(f"    {finding['message']}")
    changed = sum(1 for one in found["items"] if one["differences"])
    session.tell(f"{changed} of {found['total']} would change. Nothing was sent.")
    session.emit(found)
    bad = any(f["severity"] == "error" for one in found["items"] for f in one["findings"])
    return FAILED if bad else OK


def _said(one: dict[str, Any]) -> str:
    if one["left_out"]:
        return str(one["left_out"])
    count = len(one["differences"])
    return counted(count, "field") if count else "nothing changes"


def short(value: Any) -> str:
    """A value in one short line."""
    if value is None:
        return "(nothing)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
