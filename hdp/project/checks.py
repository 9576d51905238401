"""What opening files showed, remembered by their content and name."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from hdp.project.files import FileRow

_PREFIX = "checked-1:"  # another number when checks see more: then all files are opened again
_AT_ONCE = 500  # names in one question
Seen = dict[str, Any]  # status, problems, and by which checkers of plugins
AskedOf = Callable[[str], Mapping[str, str]]
# The name of a file: its path without all that stands up to the last slash.
_NAME = "substr(f.path, length(rtrim(f.path, replace(f.path, '/', ''))) + 1)"
# A glTF is opened at each scan, and nothing is remembered of it.
NOT_OPENED = f"""(f.status = 'valid' AND f.problems = '[]' AND f.path NOT LIKE '%.gltf'
 AND NOT EXISTS (SELECT 1 FROM setting
   WHERE key = '{_PREFIX}' || substr(f.sha256, 1, 32) || ':' || {_NAME}))"""
"""SQL: whether the file `f` seems valid only because nobody has opened it yet."""


def mark_of(row: FileRow) -> str:
    """The name under which a result is remembered: equal content of equal name shows the same."""
    return f"{_PREFIX}{row.sha256[:32]}:{PurePosixPath(row.path).name}"


def list_to_check(connection: sqlite3.Connection, after: int, limit: int) -> list[FileRow]:
    """Files of items that are on disk, by id, the next `limit` of them `after` an id."""
    rows = connection.execute(
        "SELECT f.id, r.name AS root, f.path, f.sha256, f.status, f.problems"
        " FROM file f JOIN root r ON r.id = f.root_id WHERE f.id > ? AND f.status != 'missing'"
        " AND f.sha256 != '' AND EXISTS (SELECT 1 FROM item_file m WHERE m.file_id = f.id)"
        " ORDER BY f.id LIMIT ?",
        (after, limit),
    ).fetchall()
    return [FileRow(**(dict(row) | {"problems": json.loads(row["problems"])})) for row in rows]


def list_members(connection: sqlite3.Connection, after: int, limit: int) -> list[FileRow]:
    """All files of items, missing ones too, the next `limit` of them `after` an id."""
    rows = connection.execute(
        "SELECT f.id, r.name AS root, f.path, f.sha256, f.status, f.problems"
        " FROM file f JOIN root r ON r.id = f.root_id WHERE f.id > ?"
        " AND EXISTS (SELECT 1 FROM item_file m WHERE m.file_id = f.id)"
        " ORDER BY f.id LIMIT ?",
        (after, limit),
    ).fetchall()
    return [FileRow(**(dict(row) | {"problems": json.loads(row["problems"])})) for row in rows]


def seen_before(
    connection: sqlite3.Connection, rows: Iterable[FileRow], by: AskedOf | None = None
) -> dict[int, Seen]:
    """File id -> what a check of the same content showed.

    `by` names the checkers of plugins that are to look at a file of that path, with their
    versions; what others or other versions showed does not count then.
    """
    rows = list(rows)
    asked = {row.id: dict(by(row.path)) for row in rows} if by else {}
    marks = {row.id: mark_of(row) for row in rows}
    wanted = list(marks.values())
    known: dict[str, Seen] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        places = ", ".join("?" * len(part))
        found = connection.execute(f"SELECT key, value FROM setting WHERE key IN ({places})", part)
        known |= {row["key"]: json.loads(row["value"]) for row in found.fetchall()}
    return {
        id_: known[mark]
        for id_, mark in marks.items()
        if mark in known and (by is None or known[mark].get("by", {}) == asked[id_])
    }


def remember(
    connection: sqlite3.Connection,
    row: FileRow,
    status: str,
    problems: Iterable[Mapping[str, Any]],
    by: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Keep what a check showed, so that the same content is not opened again.

    `by` are the checkers of plugins that looked too, with their versions.
    """
    told: dict[str, Any] = {"status": status, "problems": list(problems)}
    value = json.dumps(told | ({"by": dict(by)} if by else {}), ensure_ascii=False)
    connection.execute(
        "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (mark_of(row), value)
    )
