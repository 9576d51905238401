"""Mappings of a project, kept as the text that was set."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass

from hdp.events import now


@dataclass(frozen=True)
class MappingRow:
    """A stored mapping; `base` is the folder that its table's path is relative to.

    Paths (`base`, `table_path`, `file`) are relative to the project's folder.
    """

    id: int
    name: str
    source: str
    hash: str
    base: str
    table_path: str
    table_digest: str
    active: bool
    file: str = ""


def hash_source(source: str) -> str:
    """The identity of a mapping: SHA-256 of its text."""
    return hashlib.sha256(source.encode()).hexdigest()


def store_mapping(
    connection: sqlite3.Connection,
    *,
    name: str,
    source: str,
    base: str,
    table_path: str,
    table_digest: str,
    file: str = "",
) -> None:
    """Keep a mapping under its name and make it the active one."""
    connection.execute("UPDATE mapping SET active = 0")
    connection.execute(
        "INSERT INTO mapping (name, source, hash, base, table_path, table_digest, file, active,"
        " created) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)"
        " ON CONFLICT (name) DO UPDATE SET source = excluded.source,"
        " hash = excluded.hash, base = excluded.base, table_path = excluded.table_path,"
        " table_digest = excluded.table_digest, file = excluded.file, active = 1",
        (name, source, hash_source(source), base, table_path, table_digest, file, now()),
    )


def get_mapping(connection: sqlite3.Connection, name: str | None = None) -> MappingRow | None:
    """The mapping of that name, or the active one."""
    where, values = ("name = ?", (name,)) if name else ("active = 1", ())
    row = connection.execute(
        "SELECT id, name, source, hash, base, table_path, table_digest, active, file"
        f" FROM mapping WHERE {where}",
        values,
    ).fetchone()
    return None if row is None else MappingRow(**{**dict(row), "active": bool(row["active"])})


def list_mappings(connection: sqlite3.Connection) -> list[MappingRow]:
    """All mappings by name."""
    rows = connection.execute("SELECT name FROM mapping ORDER BY name").fetchall()
    found = [get_mapping(connection, row["name"]) for row in rows]
    return [one for one in found if one is not None]


def remove_mapping(connection: sqlite3.Connection, name: str) -> bool:
    """Forget a mapping; whether there was one."""
    return connection.execute("DELETE FROM mapping WHERE name = ?", (name,)).rowcount > 0
