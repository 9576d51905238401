"""Files of a project: what was found on disk, with hashes and status."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

Place = tuple[str, str]  # the name of a root and the path below it
# What a scan says of a file; all else was found by opening it.
_OF_SCANS = {
    "missing", "changed", "unreadable", "material-missing", "textures-missing", "buffer-missing",
    "conflict", "reference-outside", "reference-moved", "reference-not-taken",
}  # fmt: skip
Known = dict[tuple[str, str, int, int, int], tuple[str, str, str]]
INPUT, TEXTURES, ADDED = "input", "textures-", "added-"


@dataclass(frozen=True, slots=True)
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
    root: str = INPUT

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.root, self.path


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


def keep_roots(connection: sqlite3.Connection, paths: Mapping[str, str]) -> dict[str, int]:
    """Name -> id of the roots of a scan; those that are new or elsewhere are written."""
    known = {root.name: root for root in list_roots(connection)}
    for name, path in paths.items():
        if name not in known:
            insert_root(connection, name, "extra", path)
        elif known[name].path != path:
            move_root(connection, name, path)
    wanted = {INPUT, *paths}
    return {root.name: root.id for root in list_roots(connection) if root.name in wanted}


def known_hashes(connection: sqlite3.Connection) -> Known:
    """(root, path, size, mtime, inode) -> SHA-256, MD5, media type: no second reading needed."""
    rows = connection.execute(
        "SELECT r.name, f.path, f.size, f.mtime_ns, f.inode, f.sha256, f.md5, f.media_type"
        " FROM file f JOIN root r ON r.id = f.root_id WHERE f.sha256 != '' AND r.kind != 'output'"
    ).fetchall()
    return {tuple(row)[:5]: tuple(row)[5:] for row in rows}


@dataclass
class FileChanges:
    """What a scan found out about files: ids by place, and the paths that are new, changed, ...

    `moves`: where a file was -> where it is, and its hash; `regroup`: files that a person
    grouped have moved, so that the next scan groups them better.
    """

    ids: dict[Place, int] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    moves: dict[Place, tuple[Place, str]] = field(default_factory=dict)
    regroup: bool = False


_OLD = """
SELECT f.id, r.name AS root, f.path, f.size, f.mtime_ns, f.inode, f.sha256, f.media_type, f.status,
       f.problems FROM file f JOIN root r ON r.id = f.root_id WHERE r.name IN ({places})
"""


def store_files(
    connection: sqlite3.Connection,
    roots: Mapping[str, int],
    facts: Iterable[FileFact],
    exists: Callable[[str, str], bool] = lambda root, path: False,
    check: Callable[[], None] = lambda: None,
) -> FileChanges:
    """Bring the file rows of some roots to what a scan saw; what is gone reads `missing`.

    A file is the same where path and content are; else by its content (it was moved), else by
    its path (it was changed). `exists(root, path)` is asked of files that no item has any more;
    `check` is called now and then and may raise.
    """
    names = list(roots)
    query = _OLD.replace("{places}", ", ".join("?" * len(names)))
    old = {(row["root"], row["path"]): row for row in connection.execute(query, names).fetchall()}
    seen = {fact.place: fact for fact in facts}
    changes = FileChanges()
    pairs = _pair(old, seen)
    _make_room(connection, pairs)
    for number, (place, fact) in enumerate(seen.items()):
        if number % 500 == 0:
            check()
        row = pairs.get(place)
        if row is None:
            changes.new.append(fact.path)
            changes.ids[place] = _insert(connection, roots[fact.root], fact)
        else:
            changes.ids[place] = row["id"]
            _bring_up(connection, roots, row, fact, changes)
    changes.regroup = _move_along(connection, changes.moves)
    taken = {row["id"] for row in pairs.values()}
    missing = [
        row for place, row in old.items() if row["id"] not in taken and not exists(*place)
    ]  # fmt: skip
    changes.missing = [row["path"] for row in missing]
    connection.executemany(
        "UPDATE file SET status = 'missing' WHERE id = ?",
        [(row["id"],) for row in missing if row["status"] != "missing"],
    )
    mark_changed(connection)
    return changes


def _pair(
    old: Mapping[Place, sqlite3.Row], seen: Mapping[Place, FileFact]
) -> dict[Place, sqlite3.Row]:
    """Which row each file of a scan has had."""
    pairs: dict[Place, sqlite3.Row] = {}
    for place, fact in seen.items():
        row = old.get(place)
        if row is not None and row["sha256"] in ("", fact.sha256):
            pairs[place] = row
    if len(pairs) == len(seen):
        return pairs
    rest = sorted(place for place in seen if place not in pairs)
    _pair_by_content(old, seen, rest, pairs)
    taken = {row["id"] for row in pairs.values()}
    for place in rest:
        row = old.get(place)
        if place not in pairs and row is not None and row["id"] not in taken:
            pairs[place] = row
    return pairs


def _pair_by_content(
    old: Mapping[Place, sqlite3.Row],
    seen: Mapping[Place, FileFact],
    rest: Sequence[Place],
    pairs: dict[Place, sqlite3.Row],
) -> None:
    left: dict[str, list[sqlite3.Row]] = {}
    for place, row in old.items():
        if place not in pairs and row["sha256"]:
            left.setdefault(row["sha256"], []).append(row)
    for by_name in (True, False):  # the same name elsewhere is more likely than another name
        for place in rest:
            rows = [] if place in pairs else left.get(seen[place].sha256, [])
            name = PurePosixPath(place[1]).name
            alike = [one for one in rows if PurePosixPath(one["path"]).name == name]
            if chosen := (alike if by_name else rows)[:1]:
                pairs[place] = chosen[0]
                rows.remove(chosen[0])


def _make_room(connection: sqlite3.Connection, pairs: Mapping[Place, sqlite3.Row]) -> None:
    """Moved rows let go of their paths first: files may have swapped their names."""
    connection.executemany(
        "UPDATE file SET path = ? WHERE id = ?",
        [
            (f"\0{row['id']}", row["id"])
            for place, row in pairs.items()
            if (row["root"], row["path"]) != place
        ],
    )


def _bring_up(
    connection: sqlite3.Connection,
    roots: Mapping[str, int],
    row: sqlite3.Row,
    fact: FileFact,
    changes: FileChanges,
) -> None:
    before = (row["root"], row["path"])
    changed = row["sha256"] != fact.sha256
    if before != fact.place:
        changes.moved.append(fact.path)
        changes.moves[before] = (fact.place, fact.sha256)
    elif changed:
        changes.changed.append(fact.path)
    kept = fact if changed else _still(row, fact)
    if changed or before != fact.place or _differs(row, kept):
        _update(connection, row["id"], roots[fact.root], kept)


def _move_along(connection: sqlite3.Connection, moves: Mapping[Place, tuple[Place, str]]) -> bool:
    """Let what names moved files by their places follow them; whether a person grouped any.

    All at once, by way of places that no file has: files may have taken each other's names.
    """
    between = [
        (before, f"\0{number}", *move) for number, (before, move) in enumerate(moves.items())
    ]
    connection.executemany(
        "UPDATE deposit_file SET path = ? WHERE root = ? AND path = ? AND sha256 = ?",
        [(name, *before, sha256) for before, name, _, sha256 in between],
    )
    cursor = connection.executemany(
        "UPDATE by_hand SET path = ? WHERE root = ? AND path = ?",
        [(name, *before) for before, name, _, _ in between],
    )
    grouped = cursor.rowcount > 0
    for before, name, after, _ in between:
        places = (*after, before[0], name)
        connection.execute(
            "UPDATE deposit_file SET root = ?, path = ? WHERE root = ? AND path = ?", places
        )
        connection.execute("DELETE FROM by_hand WHERE root = ? AND path = ?", after)
        connection.execute(
            "UPDATE by_hand SET root = ?, path = ? WHERE root = ? AND path = ?", places
        )
    return grouped


def move_file(connection: sqlite3.Connection, file_id: int, before: Place, after: Place) -> None:
    """Say where a file is now; what was known of that place by then is given up for it."""
    row = connection.execute("SELECT sha256 FROM file WHERE id = ?", (file_id,)).fetchone()
    other = connection.execute(
        "SELECT f.id FROM file f JOIN root r ON r.id = f.root_id WHERE r.name = ? AND f.path = ?",
        after,
    ).fetchone()
    if other is not None and other["id"] != file_id:
        connection.execute(
            "UPDATE file SET path = ?, status = 'missing' WHERE id = ?",
            (f"{after[1]} ({other['id']})", other["id"]),
        )
    connection.execute(
        "UPDATE file SET path = ?, status = 'valid',"
        " root_id = (SELECT id FROM root WHERE name = ?) WHERE id = ?",
        (after[1], after[0], file_id),
    )
    _move_along(connection, {before: (after, row["sha256"])})


def places_of(connection: sqlite3.Connection, file_ids: Sequence[int]) -> dict[int, Place]:
    """File id -> where it is."""
    rows = connection.execute(
        "SELECT f.id, r.name, f.path FROM file f JOIN root r ON r.id = f.root_id"
        " WHERE f.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(file_ids)),),
    ).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


def _still(row: sqlite3.Row, fact: FileFact) -> FileFact:
    """What a scan saw of unchanged content, with what a check found in it before."""
    if row["status"] in ("changed", "missing"):
        return fact
    problems = [] if row["problems"] == "[]" else json.loads(row["problems"])
    if [one for one in problems if one["code"] in _OF_SCANS] != list(fact.problems):
        return fact  # the next check says again what it has to say
    if row["status"] in _OF_SCANS and row["status"] != fact.status:
        return fact  # what the file names has been mended, or found, since
    if not problems:
        return fact
    return replace(fact, status=row["status"], problems=problems)


def _differs(row: sqlite3.Row, fact: FileFact) -> bool:
    return tuple(row[key] for key in ("mtime_ns", "inode", "media_type", "status", "problems")) != (
        fact.mtime_ns,
        fact.inode,
        fact.media_type,
        fact.status,
        _json(fact.problems),
    )


def _json(problems: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(list(problems), ensure_ascii=False) if problems else "[]"


def _values(fact: FileFact) -> tuple[Any, ...]:
    return (
        fact.path, fact.size, fact.mtime_ns, fact.inode, fact.sha256, fact.md5,
        fact.media_type, fact.status, _json(fact.problems),
    )  # fmt: skip


def _insert(connection: sqlite3.Connection, root_id: int, fact: FileFact) -> int:
    cursor = connection.execute(
        "INSERT INTO file (path, size, mtime_ns, inode, sha256, md5, media_type, status, problems,"
        " root_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*_values(fact), root_id),
    )
    return int(cursor.lastrowid or 0)


def _update(connection: sqlite3.Connection, file_id: int, root_id: int, fact: FileFact) -> None:
    connection.execute(
        "UPDATE file SET path = ?, size = ?, mtime_ns = ?, inode = ?, sha256 = ?, md5 = ?,"
        " media_type = ?, status = ?, problems = ?, root_id = ?,"
        " refs = CASE sha256 WHEN ? THEN refs END WHERE id = ?",
        (*_values(fact), root_id, fact.sha256, file_id),
    )


def mark_changed(connection: sqlite3.Connection) -> None:
    """A file that is not what its draft or record holds reads `changed`, scan after scan."""
    connection.execute(
        """UPDATE file SET status = 'changed' WHERE status = 'valid' AND id IN (
             SELECT f.id FROM file f JOIN root r ON r.id = f.root_id
             JOIN deposit_file s ON s.root = r.name AND s.path = f.path
             JOIN deposit d ON d.id = s.deposit_id
             WHERE d.state IN ('draft', 'in_review', 'published')
             GROUP BY f.id HAVING SUM(s.sha256 = f.sha256) = 0)""",
    )


def known_references(connection: sqlite3.Connection) -> dict[tuple[str, str, int, int, int], str]:
    """(root, path, size, mtime, inode) -> what the file names, as it was kept."""
    rows = connection.execute(
        "SELECT r.name, f.path, f.size, f.mtime_ns, f.inode, f.refs FROM file f"
        " JOIN root r ON r.id = f.root_id WHERE f.refs IS NOT NULL"
    ).fetchall()
    return {tuple(row)[:5]: row["refs"] for row in rows}


def keep_references(connection: sqlite3.Connection, refs: Mapping[int, str]) -> None:
    """File id -> what the file names, to be known to the next scan."""
    connection.executemany(
        "UPDATE file SET refs = ? WHERE id = ? AND refs IS NOT ?",
        [(text, file_id, text) for file_id, text in refs.items()],
    )


def distrust(connection: sqlite3.Connection, file_ids: Iterable[int]) -> None:
    """Have the next scan read files again, though size and time are those that it knows."""
    connection.executemany("UPDATE file SET mtime_ns = -1 WHERE id = ?", [(i,) for i in file_ids])


def count_statuses(connection: sqlite3.Connection) -> dict[str, int]:
    """How many files of items there are of each status."""
    rows = connection.execute(
        "SELECT f.status, COUNT(*) FROM file f"
        " WHERE EXISTS (SELECT 1 FROM item_file m WHERE m.file_id = f.id)"
        " GROUP BY f.status ORDER BY f.status"
    ).fetchall()
    return {row[0]: row[1] for row in rows}


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
