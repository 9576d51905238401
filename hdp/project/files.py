"""Files of a project: what was found on disk, with hashes and status."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Known = dict[tuple[str, int, int, int], tuple[str, str, str]]


@dataclass(frozen=True)
class FileFact:
    """A file as a scan saw it; `path` is relative to its root, with `/`."""

    path: str
    size: int
    mtime_ns: int
    inode: int
    sha256: str
    md5: str
    media_type: str
    status: str = "valid"
    problems: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Root:
    """A folder that files are relative to."""

    id: int
    name: str
    kind: str
    path: str


def insert_root(connection: sqlite3.Connection, name: str, kind: str, path: str) -> int:
    """Add a root folder; `path` is relative to the project's folder where it can be."""
    cursor = connection.execute(
        "INSERT INTO root (name, kind, path) VALUES (?, ?, ?)", (name, kind, path)
    )
    return int(cursor.lastrowid or 0)


def move_root(connection: sqlite3.Connection, name: str, path: str) -> None:
    """Say where a root folder is now; its files keep their rows."""
    connection.execute("UPDATE root SET path = ? WHERE name = ?", (path, name))


def list_roots(connection: sqlite3.Connection) -> list[Root]:
    """All roots, the input folder first."""
    rows = connection.execute("SELECT id, name, kind, path FROM root ORDER BY id").fetchall()
    return [Root(**dict(row)) for row in rows]


def known_hashes(connection: sqlite3.Connection, root_id: int) -> Known:
    """(path, size, mtime, inode) -> SHA-256, MD5, media type: such files need no second reading."""
    rows = connection.execute(
        "SELECT path, size, mtime_ns, inode, sha256, md5, media_type FROM file"
        " WHERE root_id = ? AND sha256 != ''",
        (root_id,),
    ).fetchall()
    return {tuple(row)[:4]: tuple(row)[4:] for row in rows}


@dataclass
class FileChanges:
    """What a scan found out about files: ids by path, and the paths that are new, changed, ..."""

    ids: dict[str, int]
    new: list[str]
    changed: list[str]
    moved: list[str]
    missing: list[str]


def store_files(
    connection: sqlite3.Connection, root_id: int, facts: Iterable[FileFact]
) -> FileChanges:
    """Bring the file rows of a root to what a scan saw; what is gone reads `missing`."""
    old = {
        row["path"]: row
        for row in connection.execute("SELECT * FROM file WHERE root_id = ?", (root_id,)).fetchall()
    }
    seen = {fact.path: fact for fact in facts}
    gone = {row["sha256"]: row for path, row in old.items() if path not in seen and row["sha256"]}
    changes = FileChanges({}, [], [], [], [])
    for path, fact in seen.items():
        row = old.get(path) or gone.pop(fact.sha256, None)
        if row is None:
            changes.new.append(path)
            changes.ids[path] = _insert(connection, root_id, fact)
            continue
        if row["path"] != path:
            changes.moved.append(path)
            old.pop(row["path"])
        changes.ids[path] = row["id"]
        changed = row["sha256"] != fact.sha256
        changes.changed += [path] * changed
        if changed or _differs(row, fact):
            _update(connection, row["id"], fact if changed else _still(row, fact))
    missing = [row for path, row in old.items() if path not in seen]
    changes.missing = [row["path"] for row in missing]
    connection.executemany(
        "UPDATE file SET status = 'missing' WHERE id = ?", [(row["id"],) for row in missing]
    )
    _mark_changed(connection, root_id)
    return changes


def _still(row: sqlite3.Row, fact: FileFact) -> FileFact:
    """What a scan saw of unchanged content, with what a check found in it before."""
    if fact.status == row["status"] == "valid":
        told = [one for one in json.loads(row["problems"]) if one.get("check")]
        return replace(fact, problems=[*fact.problems, *told]) if told else fact
    if fact.status != "valid" or row["status"] not in ("invalid", "problems"):
        return fact
    return replace(fact, status=row["status"], problems=json.loads(row["problems"]))


def _differs(row: sqlite3.Row, fact: FileFact) -> bool:
    return tuple(
        row[key] for key in ("path", "mtime_ns", "inode", "media_type", "status", "problems")
    ) != (
        fact.path, fact.mtime_ns, fact.inode, fact.media_type, fact.status,
        json.dumps(list(fact.problems), ensure_ascii=False),
    )  # fmt: skip


def _values(fact: FileFact) -> tuple[Any, ...]:
    problems = json.dumps(list(fact.problems), ensure_ascii=False)
    return (
        fact.path, fact.size, fact.mtime_ns, fact.inode, fact.sha256, fact.md5,
        fact.media_type, fact.status, problems,
    )  # fmt: skip


def _insert(connection: sqlite3.Connection, root_id: int, fact: FileFact) -> int:
    cursor = connection.execute(
        "INSERT INTO file (path, size, mtime_ns, inode, sha256, md5, media_type, status, problems,"
        " root_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*_values(fact), root_id),
    )
    return int(cursor.lastrowid or 0)


def _update(connection: sqlite3.Connection, file_id: int, fact: FileFact) -> None:
    connection.execute(
        "UPDATE file SET path = ?, size = ?, mtime_ns = ?, inode = ?, sha256 = ?, md5 = ?,"
        " media_type = ?, status = ?, problems = ? WHERE id = ?",
        (*_values(fact), file_id),
    )


def _mark_changed(connection: sqlite3.Connection, root_id: int) -> None:
    """A file that is not what its draft or record holds reads `changed`, scan after scan."""
    connection.execute(
        """UPDATE file SET status = 'changed' WHERE root_id = ? AND status = 'valid' AND id IN (
             SELECT f.id FROM file f JOIN root r ON r.id = f.root_id
             JOIN deposit_file s ON s.root = r.name AND s.path = f.path
             JOIN deposit d ON d.id = s.deposit_id
             WHERE d.state IN ('draft', 'in_review', 'published')
             GROUP BY f.id HAVING SUM(s.sha256 = f.sha256) = 0)""",
        (root_id,),
    )


@dataclass(frozen=True)
class FileRow:
    """A file that belongs to an item, as far as a check of its content needs it."""

    id: int
    root: str
    path: str
    sha256: str
    status: str
    problems: list[dict[str, Any]]


def store_check(
    connection: sqlite3.Connection, found: FileRow, status: str, problems: Sequence[Any]
) -> None:
    """Write what a check of a file's content showed, unless a scan saw the file anew meanwhile."""
    connection.execute(
        "UPDATE file SET status = ?, problems = ? WHERE id = ? AND sha256 = ?",
        (status, json.dumps(list(problems), ensure_ascii=False), found.id, found.sha256),
    )
