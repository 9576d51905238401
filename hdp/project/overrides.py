"""What was set or locked by hand: values of fields by item and environment."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ALL = ""  # the environment of what holds in all environments


@dataclass(frozen=True)
class ByHand:
    """What people did to an item's fields, as one environment sees it.

    `here` are fields whose value is for this environment only; a `stamp` is another one as soon
    as anything about its field was changed by hand.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    locks: frozenset[str] = frozenset()
    here: frozenset[str] = frozenset()
    stamps: Mapping[str, str] = field(default_factory=dict)


def read_by_hand(connection: sqlite3.Connection, item_id: int, env: str) -> ByHand:
    """What holds for an item in an environment; its own values go before those for all."""
    rows = connection.execute(
        "SELECT env, field, value, locked FROM override WHERE item_id = ? AND env IN ('', ?)"
        " ORDER BY env",
        (item_id, env),
    ).fetchall()
    values: dict[str, Any] = {}
    here: set[str] = set()
    marks: dict[str, list[Any]] = {}
    for row in rows:
        marks.setdefault(row["field"], []).append([row["env"], row["value"], row["locked"]])
        if row["value"] is not None:
            values[row["field"]] = json.loads(row["value"])
            if row["env"] != ALL:
                here.add(row["field"])
    return ByHand(
        values,
        frozenset(row["field"] for row in rows if row["locked"]),
        frozenset(here),
        {name: _stamp(one) for name, one in marks.items()},
    )


def _stamp(marks: list[Any]) -> str:
    return hashlib.sha256(json.dumps(marks).encode()).hexdigest()[:16]


def set_value(
    connection: sqlite3.Connection, item_id: int, env: str, field: str, value: Any, *, only: bool
) -> None:
    """Set a field for all environments, or `only` for this one; a lock stays."""
    locked = connection.execute(
        "SELECT MAX(locked) FROM override WHERE item_id = ? AND env IN ('', ?) AND field = ?",
        (item_id, env, field),
    ).fetchone()[0]
    if not only:
        # a value for this environment alone would hide the new one
        _delete(connection, item_id, env, field)
    connection.execute(
        "INSERT INTO override (item_id, env, field, value, locked) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (item_id, env, field) DO UPDATE SET value = excluded.value",
        (
            item_id, env if only else ALL, field,
            json.dumps(value, ensure_ascii=False), 0 if only else int(bool(locked)),
        ),
    )  # fmt: skip


def unset_value(
    connection: sqlite3.Connection, item_id: int, env: str, field: str, *, only: bool
) -> None:
    """Give a field back to the mapping, unlocked; `only` what is for this environment alone."""
    _delete(connection, item_id, env, field)
    if not only:
        _delete(connection, item_id, ALL, field)


def lock(connection: sqlite3.Connection, item_id: int, env: str, field: str, *, only: bool) -> None:
    """Keep pipelines from changing a field."""
    connection.execute(
        "INSERT INTO override (item_id, env, field, value, locked) VALUES (?, ?, ?, NULL, 1)"
        " ON CONFLICT (item_id, env, field) DO UPDATE SET locked = 1",
        (item_id, env if only else ALL, field),
    )


def unlock(
    connection: sqlite3.Connection, item_id: int, env: str, field: str, *, only: bool
) -> None:
    """Let pipelines change a field again; a value set by hand stays."""
    places = (env,) if only else (env, ALL)
    for place in places:
        where = (item_id, place, field)
        connection.execute(
            "DELETE FROM override WHERE item_id = ? AND env = ? AND field = ? AND value IS NULL",
            where,
        )
        connection.execute(
            "UPDATE override SET locked = 0 WHERE item_id = ? AND env = ? AND field = ?", where
        )


def _delete(connection: sqlite3.Connection, item_id: int, env: str, field: str) -> None:
    connection.execute(
        "DELETE FROM override WHERE item_id = ? AND env = ? AND field = ?", (item_id, env, field)
    )
