"""Activity: jobs, their tasks, and the report of a job as CSV."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import actions, cancelling, scanning
from hdp.application.retrying import action_of
from hdp.sdk import Conflict, InvalidInput, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

_COLUMNS = ("item", "title", "state", "message", "code", "hint")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
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

    def report(self, job_id: int) -> str:
        """A job's tasks as CSV; cells that a spreadsheet would run are made plain text."""
        self._app.jobs.get(job_id)
        tasks, _total = self._app.jobs.tasks(job_id)
        text = io.StringIO()
        table = csv.writer(text)
        table.writerow(_COLUMNS)
        for task in tasks:
            error = task["error"] or {}
            cells = (task["item"], task["title"], task["state"], task["message"])
            table.writerow([_cell(one) for one in (*cells, error.get("code"), error.get("hint"))])
        return text.getvalue()

    def save_report(self, job_id: int, path: Path) -> dict[str, Any]:
        """Write the report to a new file; Conflict where there is one already."""
        text = self.report(job_id)
        try:
            with path.open("x", encoding="utf-8-sig", newline="") as file:
                file.write(text)
        except FileExistsError:
            raise Conflict(
                f"There is a file {path.name} already; nothing is overwritten.",
                code="file-exists",
                hint="Choose another name.",
            ) from None
        except OSError as error:
            raise InvalidInput(
                f"{path} cannot be written: {error.strerror}.",
                code="output-not-writable",
                hint="Choose a folder that you may write to.",
            ) from error
        return {"path": str(path)}


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return f"'{value}"
    return "" if value is None else value
