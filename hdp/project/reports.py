"""What went wrong last, and which project files have records in an environment."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote


def last_errors(connection: sqlite3.Connection, env: str) -> dict[int, Mapping[str, Any]]:
    """item -> the error of its last task in an environment, where that failed."""
    rows = connection.execute(
        "SELECT t.subject, t.state, t.error FROM task t JOIN job j ON j.id = t.job_id"
        " WHERE j.env = ? AND t.state IN ('done', 'failed') ORDER BY t.id",
        (env,),
    ).fetchall()
    found: dict[int, Mapping[str, Any]] = {}
    for row in rows:
        found.pop(row["subject"], None)
        if row["state"] == "failed" and row["error"]:
            found[row["subject"]] = json.loads(row["error"])
    return found


def used_environments(connection: sqlite3.Connection) -> list[str]:
    """The environments in which the project has anything."""
    rows = connection.execute(
        "SELECT DISTINCT env FROM deposit WHERE state != 'discarded' ORDER BY env"
    ).fetchall()
    return [row["env"] for row in rows]


def count_records(path: Path, env: str) -> int:
    """How many drafts and records a project file has in an environment.

    Opens it for reading only; a file that is not there or is no project counts as none.
    """
    if not path.is_file():
        return 0
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    try:
        connection = sqlite3.connect(address, uri=True, timeout=10)
    except sqlite3.Error:
        return 0
    try:
        row = connection.execute(
            "SELECT COUNT(*) FROM deposit WHERE env = ? AND remote_id IS NOT NULL"
            " AND state != 'discarded'",
            (env,),
        ).fetchone()
        return int(row[0])
    except sqlite3.Error:
        return 0
    finally:
        connection.close()
