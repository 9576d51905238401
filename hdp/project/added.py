"""Files and folders that were added to the project from elsewhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from hdp.project.files import ADDED, insert_root


@dataclass(frozen=True)
class AddedRoot:
    """An added root; `paths` are its files that were added, None = all of it."""

    name: str
    folder: str
    paths: frozenset[str] | None

    @property
    def number(self) -> int:
        """Its number for good."""
        return int(self.name.removeprefix(ADDED))


def list_added(connection: sqlite3.Connection) -> list[AddedRoot]:
    """Everything that was added, by number."""
    rows = connection.execute(
        "SELECT r.name, r.path AS folder, a.path FROM added a JOIN root r ON r.id = a.root_id"
    ).fetchall()
    found: dict[str, tuple[str, set[str]]] = {}
    for row in rows:
        found.setdefault(row["name"], (row["folder"], set()))[1].add(row["path"])
    roots = [
        AddedRoot(name, folder, None if "" in paths else frozenset(paths))
        for name, (folder, paths) in found.items()
    ]
    return sorted(roots, key=lambda one: one.number)


def add_path(connection: sqlite3.Connection, folder: str, path: str) -> str:
    """Add a file of a folder, or ("") the whole folder; returns the name of its root."""
    row = connection.execute(
        "SELECT id, name FROM root WHERE path = ? AND name LIKE ?", (folder, f"{ADDED}%")
    ).fetchone()
    if row is None:
        numbers = connection.execute(
            "SELECT name FROM root WHERE name LIKE ?", (f"{ADDED}%",)
        ).fetchall()
        number = max((int(one["name"].removeprefix(ADDED)) for one in numbers), default=-1) + 1
        name = f"{ADDED}{number}"
        root_id = insert_root(connection, name, "extra", folder)
    else:
        root_id, name = row["id"], row["name"]
    connection.execute("INSERT OR IGNORE INTO added (root_id, path) VALUES (?, ?)", (root_id, path))
    return name


def restore(connection: sqlite3.Connection, roots: Iterable[AddedRoot]) -> None:
    """Bring back what `list_added` gave; the roots of others stay without files."""
    connection.execute("DELETE FROM added")
    for one in roots:
        for path in sorted(one.paths or {""}):
            add_path(connection, one.folder, path)
