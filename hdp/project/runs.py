"""Runs of pipelines on items, and the files they made."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdp.events import now
from hdp.sdk import ComponentError


@dataclass(frozen=True)
class ArtifactRow:
    """A file that a run made; `path` is relative to the output folder, with `/`."""

    step: str
    port: str
    path: str
    name: str
    role: str
    media_type: str
    size: int
    sha256: str
    md5: str
    derived_from: list[str]


@dataclass(frozen=True)
class Run:
    """A finished run: what it made, what it says of the metadata, what is to be uploaded."""

    id: int
    item_id: int
    pipeline: str
    state: str
    folder: str
    steps: list[dict[str, Any]]
    metadata: list[dict[str, Any]]
    uploads: list[str]
    finished: str | None
    artifacts: tuple[ArtifactRow, ...]
    key: str = ""


def start_run(
    connection: sqlite3.Connection,
    *,
    item_id: int,
    pipeline: str,
    source: str,
    params: Mapping[str, Any],
    key: str = "",
    purpose: str = "",
) -> int:
    """Write down that a pipeline starts on an item; `key` names all that matters to the run.

    `purpose` is "" for the item's own files, else it names the new version or the draft that it
    is for.
    """
    cursor = connection.execute(
        "INSERT INTO run (item_id, pipeline, source, params, key, state, started, purpose)"
        " VALUES (?, ?, ?, ?, ?, 'running', ?, ?)",
        (item_id, pipeline, source, json.dumps(dict(params)), key, now(), purpose),
    )
    return int(cursor.lastrowid or 0)


def finish_run(
    connection: sqlite3.Connection,
    run_id: int,
    *,
    folder: str,
    steps: Sequence[Mapping[str, Any]],
    metadata: Sequence[Mapping[str, Any]],
    uploads: Sequence[str],
    artifacts: Sequence[ArtifactRow],
) -> None:
    """Write down what a run made; earlier runs of the same pipeline on the item go."""
    connection.execute(
        "UPDATE run SET state = 'done', folder = ?, steps = ?, metadata = ?, uploads = ?,"
        " finished = ? WHERE id = ?",
        (folder, _dump(steps), _dump(metadata), _dump(uploads), now(), run_id),
    )
    connection.execute(
        "DELETE FROM run WHERE id != ?1 AND (item_id, pipeline, purpose) IN"
        " (SELECT item_id, pipeline, purpose FROM run WHERE id = ?1)",
        (run_id,),
    )
    connection.executemany(
        "INSERT INTO artifact (run_id, step, port, path, name, role, media_type, size, sha256, md5,"
        " derived_from) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (run_id, a.step, a.port, a.path, a.name, a.role, a.media_type, a.size, a.sha256, a.md5,
             _dump(a.derived_from))
            for a in artifacts
        ],
    )  # fmt: skip


def _dump(value: Any) -> str:
    return json.dumps(list(value), ensure_ascii=False)


def fail_run(
    connection: sqlite3.Connection, run_id: int, error: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]] = (),
) -> None:  # fmt: skip
    """Write down why a run failed, and what it did until then."""
    connection.execute(
        "UPDATE run SET state = 'failed', error = ?, steps = ?, finished = ? WHERE id = ?",
        (json.dumps(dict(error), ensure_ascii=False), _dump(steps), now(), run_id),
    )


def has_running(connection: sqlite3.Connection) -> bool:
    """Whether any run is said to be at work."""
    return connection.execute("SELECT 1 FROM run WHERE state = 'running'").fetchone() is not None


def close_orphans(connection: sqlite3.Connection) -> list[int]:
    """Mark runs as failed that no living job works on any more; returns their items.

    Jobs of dead processes must read interrupted already.
    """
    rows = connection.execute(
        """SELECT id, item_id FROM run WHERE state = 'running' AND NOT EXISTS (
             SELECT 1 FROM task JOIN job ON job.id = task.job_id
             WHERE task.subject = run.item_id AND job.state IN ('queued', 'running'))"""
    ).fetchall()
    error = ComponentError(
        "HDP was ended while the pipeline ran.", code="run-interrupted",
        hint="Run it again: finished steps are not done again.",
    ).to_json()  # fmt: skip
    for row in rows:
        fail_run(connection, row["id"], error)
    return sorted({int(row["item_id"]) for row in rows})


def draft_purpose(deposit_id: int) -> str:
    """The purpose of runs that are for one draft only, because they hold its DOI."""
    return f"draft-{deposit_id}"


def list_runs(connection: sqlite3.Connection, item_id: int, purpose: str = "") -> list[Run]:
    """The finished runs of an item for one purpose, oldest first."""
    rows = connection.execute(
        "SELECT * FROM run WHERE item_id = ? AND purpose = ? AND state = 'done' ORDER BY id",
        (item_id, purpose),
    ).fetchall()
    return [_run(connection, row) for row in rows]


def _run(connection: sqlite3.Connection, row: sqlite3.Row) -> Run:
    artifacts = connection.execute(
        "SELECT step, port, path, name, role, media_type, size, sha256, md5, derived_from"
        " FROM artifact WHERE run_id = ? ORDER BY id",
        (row["id"],),
    ).fetchall()
    return Run(
        id=row["id"],
        item_id=row["item_id"],
        pipeline=row["pipeline"],
        state=row["state"],
        folder=row["folder"],
        steps=json.loads(row["steps"]),
        metadata=json.loads(row["metadata"]),
        uploads=json.loads(row["uploads"]),
        finished=row["finished"],
        key=row["key"],
        artifacts=tuple(
            ArtifactRow(**{**dict(one), "derived_from": json.loads(one["derived_from"])})
            for one in artifacts
        ),
    )
