"""Jobs and their tasks, kept so that a crash leaves a trace and a report."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdp.events import now


@dataclass(frozen=True)
class JobRow:
    """A job with the counts of its tasks."""

    id: int
    kind: str
    title: str
    env: str
    args: dict[str, Any]
    state: str
    owner: str | None
    error: dict[str, Any] | None
    created: str
    started: str | None
    finished: str | None
    bytes_done: int
    bytes_total: int
    total: int
    done: int
    failed: int
    running: int
    skipped: int
    cancelled: int


@dataclass(frozen=True)
class TaskRow:
    """One task of a job; `subject` is the item."""

    subject: int
    title: str
    state: str
    message: str
    error: dict[str, Any] | None


_RANK = """CASE state WHEN 'failed' THEN 0 WHEN 'running' THEN 1 WHEN 'queued' THEN 2
 WHEN 'interrupted' THEN 3 WHEN 'cancelled' THEN 4 WHEN 'skipped' THEN 5 ELSE 6 END"""
_JOB = """
SELECT j.*, COUNT(t.id) AS total, COALESCE(SUM(t.state = 'done'), 0) AS done,
       COALESCE(SUM(t.state = 'failed'), 0) AS failed,
       COALESCE(SUM(t.state = 'running'), 0) AS running,
       COALESCE(SUM(t.state = 'skipped'), 0) AS skipped,
       COALESCE(SUM(t.state IN ('cancelled', 'interrupted')), 0) AS cancelled
FROM job j LEFT JOIN task t ON t.job_id = j.id
"""


def insert_job(
    connection: sqlite3.Connection,
    *,
    kind: str,
    title: str,
    env: str,
    args: Mapping[str, Any],
    owner: str,
    subjects: Sequence[tuple[int, str]],
) -> int:
    """Write down a job and its tasks, all queued."""
    cursor = connection.execute(
        "INSERT INTO job (kind, title, env, args, state, owner, created)"
        " VALUES (?, ?, ?, ?, 'queued', ?, ?)",
        (kind, title, env, json.dumps(dict(args), ensure_ascii=False), owner, now()),
    )
    job_id = int(cursor.lastrowid or 0)
    connection.executemany(
        "INSERT INTO task (job_id, subject, title) VALUES (?, ?, ?)",
        [(job_id, subject, name) for subject, name in subjects],
    )
    return job_id


def start_job(connection: sqlite3.Connection, job_id: int) -> None:
    """Write down that a job runs."""
    connection.execute(
        "UPDATE job SET state = 'running', started = ? WHERE id = ?", (now(), job_id)
    )


@dataclass(frozen=True)
class Progress:
    """How far a job is: its bytes, and the subjects that are worked on just now."""

    bytes_done: int = 0
    bytes_total: int = 0
    running: tuple[int, ...] = ()


def save_progress(connection: sqlite3.Connection, job_id: int, progress: Progress) -> None:
    """Write down how far a job is, for other processes."""
    connection.execute(
        "UPDATE job SET bytes_done = ?, bytes_total = ? WHERE id = ?",
        (progress.bytes_done, progress.bytes_total, job_id),
    )
    connection.execute(
        "UPDATE task SET state = 'running' WHERE job_id = ? AND state = 'queued'"
        " AND subject IN (SELECT value FROM json_each(?))",
        (job_id, json.dumps(progress.running)),
    )


def finish_job(
    connection: sqlite3.Connection, job_id: int, state: str, error: Mapping[str, Any] | None = None
) -> None:
    """Write down how a job ended; what had not begun ends the same way."""
    rest = "interrupted" if state == "interrupted" else "cancelled"
    connection.execute(
        "UPDATE task SET state = ? WHERE job_id = ? AND state IN ('queued', 'running')",
        (rest, job_id),
    )
    connection.execute(
        "UPDATE job SET state = ?, error = ?, finished = ? WHERE id = ?",
        (state, None if error is None else json.dumps(dict(error)), now(), job_id),
    )


def finish_task(
    connection: sqlite3.Connection,
    job_id: int,
    subject: int,
    state: str,
    message: str = "",
    error: Mapping[str, Any] | None = None,
) -> None:
    """Write down how a task ended."""
    connection.execute(
        "UPDATE task SET state = ?, message = ?, error = ? WHERE job_id = ? AND subject = ?",
        (state, message, None if error is None else json.dumps(dict(error)), job_id, subject),
    )


def interrupt_jobs(connection: sqlite3.Connection, owners: Sequence[str]) -> list[int]:
    """Mark the unfinished jobs of dead processes as interrupted; returns their ids."""
    rows = connection.execute(
        "SELECT id FROM job WHERE state IN ('queued', 'running')"
        " AND owner IN (SELECT value FROM json_each(?))",
        (json.dumps(list(owners)),),
    ).fetchall()
    for row in rows:
        finish_job(connection, row["id"], "interrupted")
    return [row["id"] for row in rows]


def others_run(connection: sqlite3.Connection, ours: str) -> bool:
    """Whether a process other than `ours` runs a job, as far as the file tells."""
    row = connection.execute(
        "SELECT 1 FROM job WHERE state IN ('queued', 'running') AND owner != ? LIMIT 1", (ours,)
    ).fetchone()
    return row is not None


def get_job(connection: sqlite3.Connection, job_id: int) -> JobRow | None:
    """One job, or None."""
    row = connection.execute(f"{_JOB} WHERE j.id = ? GROUP BY j.id", (job_id,)).fetchone()
    return None if row is None else _job(row)


def list_jobs(
    connection: sqlite3.Connection, offset: int = 0, limit: int = 100
) -> tuple[list[JobRow], int]:
    """Jobs, the newest first, and how many there are."""
    rows = connection.execute(
        f"{_JOB} GROUP BY j.id ORDER BY j.id DESC LIMIT ? OFFSET ?", (limit, offset)
    ).fetchall()
    total = connection.execute("SELECT COUNT(*) FROM job").fetchone()[0]
    return [_job(row) for row in rows], int(total)


def list_last_failed(connection: sqlite3.Connection, env: str) -> frozenset[int]:
    """The items whose latest task of an action in this environment failed."""
    rows = connection.execute(
        "SELECT subject FROM (SELECT t.subject, t.state, MAX(t.id) FROM task t"
        " JOIN job j ON j.id = t.job_id WHERE j.env = ? AND t.state IN ('done', 'failed')"
        " AND j.kind NOT IN ('scan', 'check') GROUP BY t.subject) WHERE state = 'failed'",
        (env,),
    )
    return frozenset(row[0] for row in rows)


def _job(row: sqlite3.Row) -> JobRow:
    values = dict(row)
    values["args"] = json.loads(values["args"])
    values["error"] = None if values["error"] is None else json.loads(values["error"])
    return JobRow(**values)


def list_tasks(
    connection: sqlite3.Connection,
    job_id: int,
    state: str | None = None,
    offset: int = 0,
    limit: int = 1_000_000,
) -> tuple[list[TaskRow], int]:
    """Tasks of a job, failures first, then what goes on; and how many there are."""
    condition, values = ("job_id = ?", [job_id])
    if state:
        condition, values = f"{condition} AND state = ?", [*values, state]  # type: ignore[list-item]
    rows = connection.execute(
        f"SELECT subject, title, state, message, error FROM task WHERE {condition}"
        f" ORDER BY {_RANK}, id LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    total = connection.execute(f"SELECT COUNT(*) FROM task WHERE {condition}", values).fetchone()[0]
    return [_task(row) for row in rows], int(total)


def _task(row: sqlite3.Row) -> TaskRow:
    values = dict(row)
    values["error"] = None if values["error"] is None else json.loads(values["error"])
    return TaskRow(**values)
