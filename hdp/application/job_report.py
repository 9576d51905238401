"""The report of a job: a row for each item with its ids, what went wrong, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import reporting

if TYPE_CHECKING:
    from hdp.application.app import Application

FORMATS = ("csv", "xlsx", "html", "json")
COLUMNS = (
    "item", "key", "title", "state", "message", "environment", "id", "doi", "concept doi", "url",
    "error", "what to do", "place", "code",
)  # fmt: skip
_PLACES = ("file", "table", "row", "line", "column", "field", "step")


def job_report(app: Application, job_id: int) -> dict[str, Any]:
    """A job's tasks in its order, failures first, each with the ids its item has now."""
    job = app.jobs.get(job_id)
    tasks, total = app.jobs.tasks(job_id)
    facts = reporting.facts_by_item(app, job["env"]) if job["env"] else {}
    rows = [_row(one, job["env"], facts.get(one["item"])) for one in tasks]
    return {"job": job_id, "title": job["title"], "rows": rows, "total": total}


def _row(task: Mapping[str, Any], env: str, facts: Mapping[str, Any] | None) -> dict[str, Any]:
    error = task["error"] or {}
    where = error.get("where") or {}
    known = {
        name: (facts or {}).get(name, "") for name in ("key", "id", "doi", "concept doi", "url")
    }
    return {
        "item": task["item"], "title": task["title"], "state": task["state"],
        "message": task["message"], "environment": env, **known,
        "error": error.get("message", ""), "what to do": error.get("hint", ""),
        "place": ", ".join(f"{name} {where[name]}" for name in _PLACES if where.get(name)),
        "code": error.get("code", ""),
    }  # fmt: skip


def to_rows(found: Mapping[str, Any]) -> list[list[str]]:
    """The report's rows as texts, in the order of COLUMNS."""
    return [[reporting.cell_text(row[name]) for name in COLUMNS] for row in found["rows"]]


def to_text(found: Mapping[str, Any], form: str) -> str:
    """The report as CSV, JSON or a page of its own."""
    title = f"{found['title']} ({found['job']})"
    return reporting.table_text(found, form, title, COLUMNS, to_rows(found))


def write_job_report(found: Mapping[str, Any], form: str, goal: Path) -> None:
    """Write the report to a new file; Refused where there is one."""
    title = f"{found['title']} ({found['job']})"
    reporting.write_table(found, form, goal, title, COLUMNS, to_rows(found))
