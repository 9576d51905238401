"""What people grouped by hand, by the places of files; scans keep it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hdp.project.files import Place


@dataclass(frozen=True)
class HandMade:
    """Place -> label, label -> key, and the places of files made primary."""

    groups: Mapping[Place, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    primaries: frozenset[Place] = frozenset()


def read(connection: sqlite3.Connection) -> HandMade:
    """Everything that was grouped by hand."""
    rows = connection.execute("SELECT root, path, label, is_primary FROM by_hand").fetchall()
    keys = connection.execute("SELECT label, key FROM by_hand_key").fetchall()
    return HandMade(
        {(row["root"], row["path"]): row["label"] for row in rows if row["label"]},
        {row["label"]: row["key"] for row in keys},
        frozenset((row["root"], row["path"]) for row in rows if row["is_primary"]),
    )


def put(
    connection: sqlite3.Connection, places: Iterable[Place], label: str, key: str | None = None
) -> None:
    """Put files under one label; `key` None leaves the label's key as it is."""
    connection.executemany(
        "INSERT INTO by_hand (root, path, label) VALUES (?, ?, ?)"
        " ON CONFLICT (root, path) DO UPDATE SET label = excluded.label, is_primary = 0",
        [(*place, label) for place in places],
    )
    if key is not None:
        connection.execute("INSERT OR REPLACE INTO by_hand_key (label, key) VALUES (?, ?)",
                           (label, key))  # fmt: skip


def make_primary(
    connection: sqlite3.Connection, place: Place, others: Iterable[Place] = ()
) -> None:
    """Make a file the primary one of its item, in place of `others`."""
    connection.executemany(
        "UPDATE by_hand SET is_primary = 0 WHERE root = ? AND path = ?", list(others)
    )
    connection.execute(
        "INSERT INTO by_hand (root, path, is_primary) VALUES (?, ?, 1)"
        " ON CONFLICT (root, path) DO UPDATE SET is_primary = 1",
        place,
    )
    _tidy(connection)


def forget(connection: sqlite3.Connection, places: Iterable[Place]) -> int:
    """Give files back to the rules; how many had been grouped by hand."""
    cursor = connection.executemany("DELETE FROM by_hand WHERE root = ? AND path = ?", list(places))
    _tidy(connection)
    return cursor.rowcount


def restore(connection: sqlite3.Connection, made: HandMade) -> None:
    """Bring back what `read` gave."""
    connection.execute("DELETE FROM by_hand")
    connection.execute("DELETE FROM by_hand_key")
    for place, label in made.groups.items():
        put(connection, [place], label, made.keys.get(label))
    for place in made.primaries:
        make_primary(connection, place)


def new_label(connection: sqlite3.Connection) -> str:
    """A label that was never used."""
    row = connection.execute("SELECT value FROM setting WHERE key = 'hand_labels'").fetchone()
    number = int(row["value"]) + 1 if row else 1
    connection.execute(
        "INSERT OR REPLACE INTO setting (key, value) VALUES ('hand_labels', ?)", (str(number),)
    )
    return f"hand-{number}"


def _tidy(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM by_hand WHERE label = '' AND is_primary = 0")
    connection.execute("DELETE FROM by_hand_key WHERE label NOT IN (SELECT label FROM by_hand)")
