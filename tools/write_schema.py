"""Writes hdp/project/schema.sql, the sum of all migrations, for people to read."""

from __future__ import annotations

import sqlite3  # noqa: TID251 - a schema in memory, to be read by people
from pathlib import Path

from hdp.project.migrate import migrate

TARGET = Path(__file__).resolve().parents[1] / "hdp" / "project" / "schema.sql"
HEAD = "-- Generated from migrations/ by tools/write_schema.py; do not edit.\n\n"


def make_schema() -> str:
    """The schema of a new project file as one script."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    rows = connection.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        " ORDER BY rowid"
    ).fetchall()
    connection.close()
    return HEAD + ";\n\n".join(row[0] for row in rows) + ";\n"


if __name__ == "__main__":
    TARGET.write_text(make_schema(), encoding="utf-8")
