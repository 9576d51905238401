"""Items: what becomes one record each. Ids are stable and never used again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdp.events import now
from hdp.sdk import NotFound


@dataclass(frozen=True)
class ItemFile:
    """A file in the tree of an item; `parent` is the path of the file that refers to it."""

    path: str
    role: str
    parent: str | None = None


@dataclass(frozen=True)
class ItemFact:
    """An item as a scan grouped it: its files, the primary one first."""

    key: str
    primary: str
    files: Sequence[ItemFile]
    problems: Sequence[Mapping[str, Any]] = ()


def store_items(
    connection: sqlite3.Connection, ids: Mapping[str, int], facts: Iterable[ItemFact]
) -> tuple[list[int], list[int]]:
    """Bring the items to what a scan grouped; returns the ids of new and of removed items.

    An item keeps its id as long as its primary file is known. Items whose files are missing,
    and those that have a deposit, are never removed; those with a deposit keep their files.
    """
    rows = connection.execute("SELECT id, primary_file FROM item").fetchall()
    old = {row["primary_file"]: row["id"] for row in rows}
    bound = _ids(connection, "SELECT DISTINCT item_id FROM deposit WHERE state != 'discarded'")
    new: list[int] = []
    for fact in facts:
        primary = ids[fact.primary]
        item_id = old.pop(primary, None)
        if item_id is None:
            item_id = _insert(connection, fact, primary)
            new.append(item_id)
            _store_files(connection, item_id, ids, fact)
        elif item_id not in bound:
            _update(connection, item_id, fact)
            _store_files(connection, item_id, ids, fact)
    return new, _remove(connection, old.values())


def _ids(connection: sqlite3.Connection, query: str) -> set[int]:
    return {row[0] for row in connection.execute(query).fetchall()}


def _insert(connection: sqlite3.Connection, fact: ItemFact, primary: int) -> int:
    cursor = connection.execute(
        "INSERT INTO item (key, primary_file, problems, created) VALUES (?, ?, ?, ?)",
        (fact.key, primary, _json(fact.problems), now()),
    )
    return int(cursor.lastrowid or 0)


def _update(connection: sqlite3.Connection, item_id: int, fact: ItemFact) -> None:
    connection.execute(
        "UPDATE item SET key = ?, problems = ? WHERE id = ?",
        (fact.key, _json(fact.problems), item_id),
    )


def _json(problems: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(list(problems), ensure_ascii=False)


def _store_files(
    connection: sqlite3.Connection, item_id: int, ids: Mapping[str, int], fact: ItemFact
) -> None:
    connection.execute("DELETE FROM item_file WHERE item_id = ?", (item_id,))
    connection.executemany(
        "INSERT INTO item_file (item_id, file_id, role, parent, position) VALUES (?, ?, ?, ?, ?)",
        [
            (item_id, ids[one.path], one.role, ids.get(one.parent or ""), position)
            for position, one in enumerate(fact.files)
        ],
    )


def _remove(connection: sqlite3.Connection, item_ids: Iterable[int]) -> list[int]:
    """Remove items that the files make no longer; those with a past are set aside instead.

    Items whose files are missing stay: a drive may only be unplugged.
    """
    missing = _ids(
        connection,
        "SELECT i.id FROM item i JOIN file f ON f.id = i.primary_file WHERE f.status = 'missing'",
    )
    kept = _ids(
        connection,
        "SELECT item_id FROM override UNION SELECT item_id FROM run UNION"
        " SELECT item_id FROM deposit UNION SELECT id FROM item"
        " WHERE set_aside IS NOT NULL OR accepted IS NOT NULL",
    )
    bound = _ids(connection, "SELECT item_id FROM deposit WHERE state != 'discarded'")
    gone = [one for one in item_ids if one not in missing and one not in bound]
    connection.executemany(
        "UPDATE item SET set_aside = COALESCE(set_aside, ?) WHERE id = ?",
        [("Regrouped: its files belong to other items now.", one) for one in gone if one in kept],
    )
    removed = [one for one in gone if one not in kept]
    for table, column in (("item_file", "item_id"), ("item", "id")):
        connection.executemany(
            f"DELETE FROM {table} WHERE {column} = ?", [(item_id,) for item_id in removed]
        )
    return removed


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


@dataclass(frozen=True)
class Item:
    """An item with its files, the primary one first."""

    id: int
    key: str
    set_aside: str | None
    accepted: str | None
    created: str
    problems: list[dict[str, Any]]
    files: tuple[ItemFileRow, ...]

    @property
    def primary(self) -> ItemFileRow:
        """The file that stands for the item."""
        return next((one for one in self.files if one.role == "primary"), self.files[0])

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
    """Items with their files by id; all of them where no ids are given."""
    where, values = _in("id", item_ids)
    rows = connection.execute(f"SELECT * FROM item {where} ORDER BY id", values).fetchall()
    where, values = _in("i.item_id", item_ids)
    files: dict[int, list[ItemFileRow]] = {}
    query = f"{_ITEM_FILES} {where} ORDER BY i.item_id, i.position"
    for row in connection.execute(query, values).fetchall():
        files.setdefault(row["item_id"], []).append(_file_row(row))
    return [_item(row, files.get(row["id"], [])) for row in rows if files.get(row["id"])]


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
        problems=json.loads(row["problems"]),
        files=tuple(files),
    )


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


def accept_items(connection: sqlite3.Connection, item_ids: Sequence[int], reason: str) -> int:
    """Let items with problems go on, on record; returns how many."""
    cursor = connection.executemany(
        "UPDATE item SET accepted = ? WHERE id = ?", [(reason, one) for one in item_ids]
    )
    return cursor.rowcount


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
