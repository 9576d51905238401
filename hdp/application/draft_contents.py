"""What drafts would hold before they are made: files, sizes, limits, licence, access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hdp.application import actions
from hdp.application.actions import Action, Started
from hdp.application.consequences import group_all, never_tried, value_of
from hdp.project import going_public
from hdp.project.overview import Overview

if TYPE_CHECKING:
    from hdp.application.app import Application

_GROUPS = ("licence", "access", "type", "community")
_SHOWN = 20


def draft_contents(
    app: Application, action: Action, offset: int = 0, limit: int = 100
) -> dict[str, Any]:
    """The drafts that `action` would make, summed up, and `limit` of them one by one.

    Those over the repository's limits come first; sizes in bytes. Nothing is sent.
    """
    planned = actions.plan(app, action)
    rows = [row for row in planned.chosen if actions.why_not(action.kind, row) is None]
    numbers = [row.deposit_id for row in rows if row.deposit_id]
    facts = app.project.read(lambda c: going_public.read_facts(c, numbers))
    target = app.remotes.offline(app.environment(action.env))
    most = target.max_files, target.max_bytes
    ordered = sorted(rows, key=lambda row: not _over(row, *most))
    by_item = {one["item_id"]: one for one in facts}
    return {
        "records": len(rows),
        "files": sum(row.sent_files for row in rows),
        "bytes": sum(row.sent_bytes for row in rows),
        "limits": {"files": target.max_files, "bytes": target.max_bytes},
        "most": {
            "files": max((row.sent_files for row in rows), default=0),
            "bytes": max((row.sent_bytes for row in rows), default=0),
        },
        "over": sum(_over(row, *most) for row in rows),
        "groups": group_all(app, action.env, _GROUPS, facts),
        "skipped": _skipped(planned, action.kind),
        "never_tried": never_tried(app, action.env, rows),
        "rows": [_row(row, by_item.get(row.id, {}), _over(row, *most))
                 for row in ordered[offset : offset + limit]],
    }  # fmt: skip


def _over(row: Overview, most_files: int | None, most_bytes: int | None) -> bool:
    files = most_files is not None and row.sent_files > most_files
    return files or (most_bytes is not None and row.sent_bytes > most_bytes)


def _row(row: Overview, facts: Mapping[str, Any], over: bool) -> dict[str, Any]:
    return {
        "item": row.id, "title": row.title or row.key, "files": row.sent_files,
        "bytes": row.sent_bytes, "over": over,
        **{name: value_of(name, facts) if facts else "" for name in _GROUPS},
    }  # fmt: skip


def _skipped(planned: Started, kind: str) -> dict[str, Any]:
    unable = [(row, actions.why_not(kind, row) or "") for row in planned.chosen]
    left: Sequence[tuple[Overview, str]] = [
        *((row, why) for row, why in unable if why), *planned.left_out,
    ]  # fmt: skip
    return {
        "count": len(left),
        "records": [{"item": row.id, "title": row.title or row.key, "reason": why}
                    for row, why in left[:_SHOWN]],
    }  # fmt: skip
