"""A repository that was emptied: found by the last job there, started again by one action."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hdp.project.overview import Overview

if TYPE_CHECKING:
    from hdp.application.app import Application

CODE = "repository-emptied"
_JOBS_LOOKED_AT = 30
_AGAIN = ("restart", "discard")


def lost_records(app: Application, env: str, rows: Sequence[Overview]) -> list[int]:
    """The items whose drafts went with an emptied repository and wait to be started again."""
    if not _is_emptied(app, env):
        return []
    return [row.id for row in rows if row.state in ("draft", "in_review") and row.remote_id]


def _is_emptied(app: Application, env: str) -> bool:
    jobs: list[dict[str, Any]] = app.jobs.page(0, _JOBS_LOOKED_AT)[0]
    for job in (one for one in jobs if one["env"] == env):
        if job["kind"] in _AGAIN and job["done"]:
            return False
        failed = app.jobs.tasks(job["id"], "failed", 0, 1)[0] if job["failed"] else []
        if any((one["error"] or {}).get("code") == CODE for one in failed):
            return True
    return False
