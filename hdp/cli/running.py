"""Runs a batch to its end in front of a person: progress, Ctrl-C, the report."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from hdp.cli.main import CANCELLED, FAILED, OK, REFUSED
from hdp.cli.session import one_line, printable
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Application, Selection
    from hdp.application.actions import Action, Started
    from hdp.cli.session import Session

_SHOWN = 50
# Refused for safety; where that is true of all that was asked for, the exit status says so.
_SAFETY = (
    "files-not-verified", "changed-on-site", "other-account", "published-on-site",
    "other-address", "needs-review", "not-taken", "altered-by-repository",
    "values-not-accepted",
)  # fmt: skip


def act(
    session: Session,
    kind: str,
    selection: Selection,
    *,
    args: Mapping[str, Any] | None = None,
    yes_production: bool = False,
) -> int:
    """Start a batch action, wait for it and print its job; returns the exit status."""
    from dataclasses import replace

    from hdp.application import actions

    app = session.open()
    action = actions.Action(kind, session.env_name, selection, args=dict(args or {}))
    if yes_production:
        action = replace(action, confirm=len(actions.plan(app, action).chosen))
    return report(session, app, action, actions.start(app, action))


def report(session: Session, app: Application, action: Action, started: Started) -> int:
    """Wait for a started action and print its job, with what was left out."""
    if started.job is None:
        document = _empty(action.kind, action.env, "done")
        session.tell(_nothing_said(started))
        return _print(session, with_left_out(document, started))
    cancelled = wait(session, app, started.job)
    document = job_document(app, started.job)
    return _print(session, with_left_out(document, started), cancelled=cancelled)


def plan(session: Session, kind: str, selection: Selection) -> int:
    """Say what an action would act on, doing nothing."""
    from hdp.application.actions import Action

    app = session.open()
    document = planned_document(app, Action(kind, session.env_name, selection))
    session.tell(f"{counted(document['total'], 'item')}. Nothing was done.")
    session.table(
        ("item", "title", "note"),
        [(one["item"], one["title"], one["message"]) for one in document["tasks"]
         if one["state"] == "planned"],
        "Nothing to do.",
    )  # fmt: skip
    session.emit(document)
    return OK


def planned_document(app: Application, action: Action) -> dict[str, Any]:
    """What an action would act on, in the form of a job; nothing is done."""
    from hdp.application import actions

    planned = actions.plan(app, action)
    document = _empty(action.kind, action.env, "planned")
    for row in planned.chosen:
        reason = actions.why_not(action.kind, row)
        document["tasks"].append(_task(row.id, row.title or row.key, "planned", reason or ""))
    document["total"] = len(planned.chosen)
    return with_left_out(document, planned)


def _empty(kind: str, env: str, state: str) -> dict[str, Any]:
    return {
        "id": None, "kind": kind, "state": state, "env": env, "done": 0, "failed": 0,
        "skipped": 0, "total": 0, "started": None, "finished": None, "tasks": [],
    }  # fmt: skip


def _nothing_said(started: Started) -> str:
    left = len(started.left_out)
    return f"Nothing to do: {left} left out." if left else "Nothing to do."


def _task(item: int, title: str, state: str, message: str) -> dict[str, Any]:
    return {
        "item": item, "title": title, "state": state, "done": 0, "total": None,
        "message": message, "error": None,
    }  # fmt: skip


def with_left_out(document: dict[str, Any], started: Started) -> dict[str, Any]:
    """The job with the items that a selection left out, counted as skipped."""
    left = [_task(row.id, row.title or row.key, "skipped", why) for row, why in started.left_out]
    return document | {
        "skipped": document["skipped"] + len(left),
        "total": document["total"] + len(left),
        "tasks": [*document["tasks"], *left],
    }


def job_document(app: Application, job_id: int) -> dict[str, Any]:
    """A job with all its tasks."""
    tasks, _total = app.jobs.tasks(job_id)
    return app.jobs.get(job_id) | {"tasks": tasks}


def wait(session: Session, app: Application, job_id: int) -> bool:
    """Wait for a job with progress on a terminal; True when the person cancelled it."""
    bar = Progress(session)
    cancelled = False
    while True:
        try:
            while not app.jobs.wait(job_id, 0.05):
                bar.show(app, job_id)
            bar.end()
            return cancelled
        except KeyboardInterrupt:
            bar.end()
            if not cancelled:
                session.tell("Stopping after what is being sent just now ...")
            cancelled = True
            app.jobs.cancel(job_id)


class Progress:
    """One line on a terminal that tells how far a job is; silent elsewhere."""

    def __init__(self, session: Session) -> None:
        self.on = sys.stderr.isatty() and not session.quiet
        self._told = 0.0
        self._width = 0

    def show(self, app: Application, job_id: int) -> None:
        """Draw the line anew, at most five times a second."""
        if not self.on or time.monotonic() - self._told < 0.2:
            return
        self._told = time.monotonic()
        job = app.jobs.get(job_id)
        ended = job["done"] + job["failed"] + job["skipped"]
        text = f"{job['title']}: {ended} of {job['total']}"
        if job["failed"]:
            text += f", {job['failed']} failed"
        if job["bytes_total"]:
            text += f", {job['bytes_done'] / 1e6:.1f} of {job['bytes_total'] / 1e6:.1f} MB"
        self._draw(text[:100])

    def tell(self, what: str, done: int, total: int) -> None:
        """Draw the line for work that is no job, at most five times a second."""
        if self.on and time.monotonic() - self._told > 0.2:
            self._told = time.monotonic()
            self._draw(f"{what}: {done} of {total}")

    def _draw(self, text: str) -> None:
        sys.stderr.write(f"\r{_safe(text).ljust(self._width)}")
        sys.stderr.flush()
        self._width = len(text)

    def end(self) -> None:
        """Take the line away."""
        if self.on and self._width:
            self._draw("")
            sys.stderr.write("\r")


def _print(session: Session, document: Mapping[str, Any], *, cancelled: bool = False) -> int:
    _print_tasks(session, document["tasks"])
    if document["id"] is not None:
        session.write(_summary(document))
    session.emit(document)
    return job_exit(document, cancelled=cancelled)


def print_job(session: Session, app: Application, job_id: int, *, cancelled: bool = False) -> int:
    """Print a job with its tasks; returns the exit status."""
    return _print(session, job_document(app, job_id), cancelled=cancelled)


def job_exit(document: Mapping[str, Any], *, cancelled: bool = False) -> int:
    """The exit status that a finished job stands for."""
    if cancelled or document["state"] == "cancelled":
        return CANCELLED
    codes = [task["error"]["code"] for task in document["tasks"] if task["error"]]
    if document["failed"] and not document["done"] and all(one in _SAFETY for one in codes):
        return REFUSED
    return FAILED if document["failed"] or document["state"] != "done" else OK


def _print_tasks(session: Session, tasks: Sequence[Mapping[str, Any]]) -> None:
    for task in [one for one in tasks if one["state"] == "failed"][:_SHOWN]:
        _print_failure(session, task)
    if session.quiet:
        return
    not_tried = [one for one in tasks if one["state"] == "cancelled" and one["message"]]
    if not_tried:
        session.write(f"{counted(len(not_tried), 'more was', 'more were')} not tried.")
    others = [one for one in tasks if one["state"] != "failed" and one not in not_tried]
    for task in others[:_SHOWN]:
        session.write(
            f"{task['item']}  {task['state']}  {task['title']}  {task['message']}".rstrip()
        )
    if len(others) > _SHOWN:
        session.write(f"... and {len(others) - _SHOWN} more")


def _print_failure(session: Session, task: Mapping[str, Any]) -> None:
    error = task["error"] or {"code": "failed", "hint": "", "findings": []}
    failed = click.style("failed", fg="red") if _colored() else "failed"
    title, message = _safe(task["title"]), _safe(task["message"])
    sys.stderr.write(f"{task['item']}  {failed}  {title}  [{error['code']}] {message}\n")
    told = {task["message"]}
    for finding in error.get("findings", []):
        if finding["severity"] == "error" and finding["message"] not in told and len(told) < 10:
            told.add(finding["message"])
            sys.stderr.write(f"      {_safe(finding['message'])}\n")
    if error["hint"]:
        sys.stderr.write(f"      {_safe(error['hint'])}\n")


def _safe(text: str) -> str:
    return printable(one_line(text), sys.stderr)


def _colored() -> bool:
    import os

    return sys.stderr.isatty() and "NO_COLOR" not in os.environ


def _summary(job: Mapping[str, Any]) -> str:
    names = ("done", "failed", "skipped", "cancelled")
    parts = [f"{job[name]} {name}" for name in names if job.get(name)]
    more = " The same command carries on from here." if job.get("cancelled") else ""
    return f"Job {job['id']}: {', '.join(parts) or 'nothing'} of {job['total']}.{more}"
