"""Items: what becomes one record each. Ids are stable and never used again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hdp.events import now
from hdp.project.accepting import is_accepted, problem_marks, user_name
from hdp.sdk import NotFound


@dataclass(frozen=True)
class ItemFileRow:
    """A file of an item as it is stored; `root` is the root's name."""

    id: int
    root: str
    path: str
    role: str
    parent: int | None
    size: int
    mtime_ns: int
    sha256: str
    md5: str
    media_type: str
    status: str
    problems: list[dict[str, Any]]


_NO_FILE = ItemFileRow(
    0, "input", "", "primary", None, 0, 0, "", "", "application/octet-stream", "valid", []
)


@dataclass(frozen=True)
class Item:
    """An item with its files, the primary one first; an adopted record may have none here."""

    id: int
    key: str
    set_aside: str | None
    accepted: str | None
    created: str
    problems: list[dict[str, Any]]
    files: tuple[ItemFileRow, ...]
    accepted_by: str = ""
    accepted_at: str | None = None
    accepted_problems: frozenset[str] | None = None
    pending: dict[str, Any] | None = None

    def accepts(self, file: ItemFileRow) -> bool:
        """Whether a person let the item go on with what is wrong with this file now."""
        return self.accepted is not None and is_accepted(self.accepted_problems, file)

    @property
    def primary(self) -> ItemFileRow:
        """The file that stands for the item; one without a path where none is on this computer."""
        first = self.files[0] if self.files else _NO_FILE
        return next((one for one in self.files if one.role == "primary"), first)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.size for one in self.files)


_ITEM_FILES = """
SELECT f.id, r.name AS root, f.path, i.role, i.parent, f.size, f.mtime_ns, f.sha256, f.md5,
       f.media_type, f.status, f.problems, i.item_id
FROM item_file i JOIN file f ON f.id = i.file_id JOIN root r ON r.id = f.root_id
"""


def list_items(connection: sqlite3.Connection, item_ids: Sequence[int] | None = None) -> list[Item]:
    """Items with their files by id; all of them where no ids are given.

    An item without files is one of a record that was published elsewhere; it comes by id only.
    """
    where, values = _in("id", item_ids)
    rows = connection.execute(f"SELECT * FROM item {where} ORDER BY id", values).fetchall()
    where, values = _in("i.item_id", item_ids)
    files: dict[int, list[ItemFileRow]] = {}
    query = f"{_ITEM_FILES} {where} ORDER BY i.item_id, i.position"
    for row in connection.execute(query, values).fetchall():
        files.setdefault(row["item_id"], []).append(_file_row(row))
    shown = [
        row for row in rows
        if files.get(row["id"]) or (item_ids is not None and row["primary_file"] is None)
    ]  # fmt: skip
    return [_item(row, files.get(row["id"], [])) for row in shown]


def _in(column: str, ids: Sequence[int] | None) -> tuple[str, list[Any]]:
    # One JSON value instead of a mark for each id: there may be a hundred thousand.
    if ids is None:
        return "", []
    return f"WHERE {column} IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))]


def _file_row(row: sqlite3.Row) -> ItemFileRow:
    values = {key: row[key] for key in row.keys() if key != "item_id"}  # noqa: SIM118
    return ItemFileRow(**(values | {"problems": json.loads(row["problems"])}))


def _item(row: sqlite3.Row, files: list[ItemFileRow]) -> Item:
    return Item(
        id=row["id"],
        key=row["key"],
        set_aside=row["set_aside"],
        accepted=row["accepted"],
        created=row["created"],
        problems=[*json.loads(row["problems"]), *_waiting(row)],
        files=tuple(files),
        accepted_by=row["accepted_by"],
        accepted_at=row["accepted_at"],
        accepted_problems=_marks(row["accepted_problems"]),
        pending=json.loads(row["pending"]) if row["pending"] else None,
    )


def _waiting(row: sqlite3.Row) -> list[dict[str, Any]]:
    """The finding that tells of a regrouping which waits for a person."""
    if not row["pending"]:
        return []
    change = json.loads(row["pending"])
    parts = [
        f"{what} {', '.join(names[:5])}{' ...' if len(names) > 5 else ''}"
        for what, names in (("take in", change["added"]), ("let go of", change["removed"]))
        if names
    ]
    message = f"By the rules it would {' and '.join(parts) or 'be called ' + change['key']} now."
    hint = (
        "It has a draft or record and keeps its files until you say so:"
        f" hdp item regroup --apply {row['id']}"
    )
    where = {"item": row["id"]}
    return [
        {"severity": "warning", "code": "regroup-pending", "message": message, "hint": hint,
         "where": where, "args": {}}
    ]  # fmt: skip


def count_pending(connection: sqlite3.Connection) -> int:
    """How many items keep their files until a person takes the change that a scan proposed."""
    row = connection.execute(
        "SELECT COUNT(*) FROM item WHERE pending IS NOT NULL AND set_aside IS NULL"
    ).fetchone()
    return int(row[0])


def _marks(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(json.loads(text))


def get_item(connection: sqlite3.Connection, item_id: int) -> Item:
    """One item; NotFound when there is none of that id."""
    items = list_items(connection, [item_id])
    if not items:
        raise NotFound(
            f"There is no item {item_id} in this project.",
            code="no-such-item",
            hint="List them with: hdp item list",
            where={"item": item_id},
        )
    return items[0]


def count_items(connection: sqlite3.Connection) -> int:
    """How many items there are, without those set aside."""
    row = connection.execute("SELECT COUNT(*) FROM item WHERE set_aside IS NULL").fetchone()
    return int(row[0])


def set_aside(connection: sqlite3.Connection, item_ids: Sequence[int], reason: str | None) -> int:
    """Put items out of the way for a reason, or (None) bring them back; returns how many."""
    cursor = connection.executemany(
        "UPDATE item SET set_aside = ? WHERE id = ?", [(reason, one) for one in item_ids]
    )
    return cursor.rowcount


def insert_without_files(connection: sqlite3.Connection, key: str) -> int:
    """A new item whose files are not on this computer; a scan leaves it alone."""
    cursor = connection.execute("INSERT INTO item (key, created) VALUES (?, ?)", (key, now()))
    return int(cursor.lastrowid or 0)


def accept_items(
    connection: sqlite3.Connection, item_ids: Sequence[int], reason: str, by: str = ""
) -> int:
    """Let items go on with the problems they have now, on record; returns how many.

    Only these: what goes wrong later has to be accepted again.
    """
    rows = [
        (reason, by or user_name(), now(), json.dumps(problem_marks(item.files)), item.id)
        for item in list_items(connection, item_ids)
    ]
    connection.executemany(
        "UPDATE item SET accepted = ?, accepted_by = ?, accepted_at = ?, accepted_problems = ?"
        " WHERE id = ?",
        rows,
    )
    return len(rows)


def set_override(
    connection: sqlite3.Connection,
    item_id: int,
    env: str,
    field: str,
    value: Any,
    *,
    locked: bool | None = None,
) -> None:
    """Set a field by hand; `env` "" is for all environments; `locked` None leaves the lock."""
    connection.execute(
        "INSERT INTO override (item_id, env, field, value, locked) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (item_id, env, field) DO UPDATE SET value = excluded.value"
        + ("" if locked is None else ", locked = excluded.locked"),
        (item_id, env, field, json.dumps(value, ensure_ascii=False), int(bool(locked))),
    )


def lock_field(connection: sqlite3.Connection, item_id: int, env: str, field: str) -> None:
    """Keep pipelines from changing a field."""
    connection.execute(
        "INSERT INTO override (item_id, env, field, value, locked) VALUES (?, ?, ?, NULL, 1)"
        " ON CONFLICT (item_id, env, field) DO UPDATE SET locked = 1",
        (item_id, env, field),
    )


def unset_override(connection: sqlite3.Connection, item_id: int, env: str, field: str) -> bool:
    """Give a field back to the mapping, unlocked; whether there was anything to undo."""
    cursor = connection.execute(
        "DELETE FROM override WHERE item_id = ? AND env = ? AND field = ?", (item_id, env, field)
    )
    return cursor.rowcount > 0


def list_overrides(
    connection: sqlite3.Connection, item_id: int, env: str
) -> tuple[dict[str, Any], set[str]]:
    """The values set by hand for an item in an environment, and the names of locked fields."""
    rows = connection.execute(
        "SELECT field, value, locked FROM override WHERE item_id = ? AND env IN ('', ?)"
        " ORDER BY env",
        (item_id, env),
    ).fetchall()
    values = {row["field"]: json.loads(row["value"]) for row in rows if row["value"] is not None}
    return values, {row["field"] for row in rows if row["locked"]}
