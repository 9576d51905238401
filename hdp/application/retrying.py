"""What a job would do when it is done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdp.application.actions import Action
from hdp.application.selection import Selection
from hdp.sdk import UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

_AGAIN = ("failed", "cancelled", "interrupted")
_NO_BATCH = ("scan", "check")


def action_of(
    app: Application,
    job_id: int,
    *,
    confirmed: bool = False,
    confirm: int | None = None,
    by: str = "",
) -> Action:
    """The action on those items of a job that failed, were cancelled or interrupted.

    Publishing in production needs a new confirmation: the number typed (`confirm`), or
    `confirmed` for as many as there are.
    """
    job = app.jobs.get(job_id)
    tasks, _total = app.jobs.tasks(job_id)
    ids = tuple(one["item"] for one in tasks if one["state"] in _AGAIN)
    if not ids or job["kind"] in _NO_BATCH:
        raise UsageError(
            "There is nothing to do again in this job.",
            code="nothing-to-retry",
            hint=f"See: hdp job show {job_id}",
        )
    args = {name: value for name, value in job["args"].items() if name != "confirm"}
    return Action(
        job["kind"], job["env"], Selection(ids=ids),
        confirm=len(ids) if confirmed else confirm, args=args, by=by,
    )  # fmt: skip
