"""Settings of a project: small JSON values by name."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

DRAFTS_ONLY = "drafts-only"  # the environments in which this project may not publish

DEFAULTS: dict[str, Any] = {
    "environment": "practice",
    "scan": {},
    "dates": {},
    DRAFTS_ONLY: [],
}


def get_setting(connection: sqlite3.Connection, key: str) -> Any:
    """The value of a setting, or its default."""
    row = connection.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    return DEFAULTS.get(key) if row is None else json.loads(row["value"])


def set_setting(connection: sqlite3.Connection, key: str, value: Any) -> None:
    """Keep a value under a name."""
    connection.execute(
        "INSERT INTO setting (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, json.dumps(value, ensure_ascii=False)),
    )


def rename_project(connection: sqlite3.Connection, name: str) -> None:
    """Give the project another name."""
    connection.execute("UPDATE project SET name = ?", (name,))
