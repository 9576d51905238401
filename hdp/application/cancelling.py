"""Cancelling a job that another HDP runs on the same project: a wish in the file, heeded there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp.project import settings
from hdp.sdk import Conflict

if TYPE_CHECKING:
    from hdp.application.app import Application

_WISHES = "cancel_jobs"
_OPEN = ("queued", "running")


def cancel_job(app: Application, job_id: int) -> str:
    """Stop a job of this process, or ask the process that runs it; a sentence on which it was."""
    job = app.jobs.get(job_id)
    if job["state"] not in _OPEN:
        raise Conflict(
            f"Job {job_id} has ended already ({job['state']}).",
            code="wrong-state",
            hint=f"See: hdp job show {job_id}",
        )
    if job_id in app.jobs.running():
        app.jobs.cancel(job_id)
        return f"Job {job_id} stops after what is being sent just now."
    app.project.write(lambda c: _wish(c, job_id))
    return f"The HDP that runs job {job_id} is asked to stop it."


def _wish(connection: Any, job_id: int) -> None:
    wishes = settings.get_setting(connection, _WISHES) or []
    settings.set_setting(connection, _WISHES, [*wishes, job_id][-100:])


def heed_wishes(app: Application) -> None:
    """Stop those jobs of this process that another one wants to be stopped."""
    running = app.jobs.running()
    wished = app.project.setting(_WISHES) or [] if running else []
    for job_id in set(running) & set(wished):
        app.jobs.cancel(job_id)
