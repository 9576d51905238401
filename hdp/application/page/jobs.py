"""Activity: jobs, their tasks, and the report of a job."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hdp.application import actions, cancelling, job_report, reporting, scanning
from hdp.application.retrying import action_of
from hdp.sdk import Conflict, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
}
TASK_STATES = ("queued", "running", "done", "failed", "cancelled", "interrupted", "skipped")


class JobPages:
    """The list of jobs and the progress dialog."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def list(self, offset: int, limit: int) -> dict[str, Any]:
        """Jobs, the newest first."""
        found, total = self._app.jobs.page(offset, limit)
        return {"jobs": found, "total": total}

    def show(self, job_id: int, state: str, offset: int, limit: int) -> dict[str, Any]:
        """A job and its tasks, failures first."""
        if state and state not in TASK_STATES:
            raise UsageError(f"There is no state {state}.", code="bad-request")
        job = self._app.jobs.get(job_id)
        tasks, total = self._app.jobs.tasks(job_id, state or None, offset, limit)
        return {"job": job, "tasks": tasks, "total": total}

    def cancel(self, job_id: int) -> dict[str, Any]:
        """Stop a job after what is being sent just now."""
        with suppress(Conflict):  # it ended a moment ago
            cancelling.cancel_job(self._app, job_id)
        return {"job": self._app.jobs.get(job_id)}

    def retry(self, job_id: int, by: str, confirm: object = None) -> dict[str, Any]:
        """A new job of what failed; publishing in production takes the number once more."""
        if self._app.jobs.get(job_id)["kind"] == "scan":
            return {"job": scanning.start_scan(self._app, then_check=True)}
        number = confirm if isinstance(confirm, int) else None
        started = actions.start(self._app, action_of(self._app, job_id, confirm=number, by=by))
        if started.job is None:
            raise Conflict("There is nothing to do again.", code="nothing-to-retry")
        return {"job": started.job}

    def report(self, job_id: int, form: str) -> tuple[bytes, str]:
        """The report of a job as a file, and its media type."""
        if form not in _TYPES:
            raise UsageError(f"A report is {', '.join(_TYPES)}, not {form}.", code="bad-request")
        found = job_report.job_report(self._app, job_id)
        with TemporaryDirectory(prefix="hdp-report-") as folder:
            goal = Path(folder) / f"report.{form}"
            job_report.write_job_report(found, form, goal)
            return goal.read_bytes(), _TYPES[form]

    def save_report(self, job_id: int, path: Path) -> dict[str, Any]:
        """Write the report to a new file in the form of its ending; Refused where there is one."""
        form = reporting.choose_format(None, path)
        job_report.write_job_report(job_report.job_report(self._app, job_id), form, path)
        return {"path": str(path)}
