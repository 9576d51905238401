"""Folders that files of new versions come from; nothing in them becomes an item."""

from __future__ import annotations

import sqlite3

from hdp.project.files import insert_root

_NAME = "version-"


def version_root(connection: sqlite3.Connection, folder: str) -> str:
    """The root of a folder with files for new versions, made when it is first used."""
    row = connection.execute(
        "SELECT name FROM root WHERE path = ? AND name LIKE ?", (folder, f"{_NAME}%")
    ).fetchone()
    if row is not None:
        return str(row["name"])
    number = connection.execute(
        "SELECT COUNT(*) FROM root WHERE name LIKE ?", (f"{_NAME}%",)
    ).fetchone()[0]
    name = f"{_NAME}{number + 1}"
    insert_root(connection, name, "extra", folder)
    return name
