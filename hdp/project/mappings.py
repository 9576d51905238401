"""Mappings of a project, kept as the text that was set, each for all items or for some."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hdp.events import now

_COLUMNS = "id, name, source, hash, base, table_path, table_digest, active, file, applies, position"


@dataclass(frozen=True)
class MappingRow:
    """A stored mapping; `base` is the folder that its table's path is relative to.

    Paths (`base`, `table_path`, `file`) are relative to the project's folder. `applies` says
    which items it is for (folders, modality, items); {} is none but those no other is for, and
    only where it is `active`.
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
    applies: Mapping[str, Any] = field(default_factory=dict)
    position: int = 0


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
    applies: Mapping[str, Any] | None = None,
    marks: bytes = b"",
) -> None:
    """Keep a mapping under its name, after the others.

    Without `applies` it becomes the active one, for all items that no other is for, unless one
    of that name has a rule of its own: that stays. `marks` tell later what changed in the table.
    """
    before = get_mapping(connection, name)
    applies = (before.applies if before else {}) if applies is None else applies
    active = not applies
    if active:
        connection.execute("UPDATE mapping SET active = 0")
    last = connection.execute("SELECT COALESCE(MAX(position), 0) FROM mapping").fetchone()[0]
    connection.execute(
        "INSERT INTO mapping (name, source, hash, base, table_path, table_digest, file, applies,"
        " active, position, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET source = excluded.source,"
        " hash = excluded.hash, base = excluded.base, table_path = excluded.table_path,"
        " table_digest = excluded.table_digest, file = excluded.file,"
        " applies = excluded.applies, active = excluded.active",
        (
            name, source, hash_source(source), base, table_path, table_digest, file,
            json.dumps(dict(applies), ensure_ascii=False), int(active), last + 1, now(),
        ),
    )  # fmt: skip
    store_marks(connection, name, table_digest, marks)


def replace_source(connection: sqlite3.Connection, name: str, source: str) -> None:
    """Give a mapping another text; for which items it is, and its table, stay."""
    connection.execute(
        "UPDATE mapping SET source = ?, hash = ? WHERE name = ?",
        (source, hash_source(source), name),
    )


def store_marks(connection: sqlite3.Connection, name: str, digest: str, marks: bytes) -> None:
    """Take the table as it is now as the one that was seen."""
    connection.execute("UPDATE mapping SET table_digest = ? WHERE name = ?", (digest, name))
    connection.execute(
        "INSERT INTO mapping_table (mapping_id, marks) SELECT id, ? FROM mapping WHERE name = ?"
        " ON CONFLICT (mapping_id) DO UPDATE SET marks = excluded.marks",
        (marks, name),
    )


def get_marks(connection: sqlite3.Connection, name: str) -> bytes:
    """What is kept of a mapping's table; empty where nothing is."""
    row = connection.execute(
        "SELECT marks FROM mapping_table JOIN mapping ON mapping.id = mapping_id WHERE name = ?",
        (name,),
    ).fetchone()
    return b"" if row is None else bytes(row["marks"])


def get_mapping(connection: sqlite3.Connection, name: str | None = None) -> MappingRow | None:
    """The mapping of that name, or the active one."""
    where, values = ("name = ?", (name,)) if name else ("active = 1", ())
    row = connection.execute(f"SELECT {_COLUMNS} FROM mapping WHERE {where}", values).fetchone()
    return None if row is None else _mapping(row)


def _mapping(row: sqlite3.Row) -> MappingRow:
    values = dict(row)
    return MappingRow(
        **values | {"active": bool(values["active"]), "applies": json.loads(values["applies"])}
    )


def list_mappings(connection: sqlite3.Connection) -> list[MappingRow]:
    """All mappings in the order in which their rules are asked."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM mapping ORDER BY position, name").fetchall()
    return [_mapping(row) for row in rows]


def move_mapping(connection: sqlite3.Connection, name: str, before: str | None) -> None:
    """Ask a mapping's rule before that of another, or (None) after all others."""
    names = [one.name for one in list_mappings(connection) if one.name != name]
    names.insert(names.index(before) if before in names else len(names), name)
    connection.executemany(
        "UPDATE mapping SET position = ? WHERE name = ?", enumerate(names, start=1)
    )


def remove_mapping(connection: sqlite3.Connection, name: str) -> bool:
    """Forget a mapping; whether there was one."""
    return connection.execute("DELETE FROM mapping WHERE name = ?", (name,)).rowcount > 0
