"""Items as the Files view lists them: filtered, sorted and paged by the database itself."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from hdp.project.checks import NOT_OPENED
from hdp.project.overview import WORST

SORTS = ("name", "size", "status", "kind", "newest")
SHOWN = ("without", "with", "only")
_STATES = ("published", "prepared", "draft", "in_review")
_PATTERN_MARKS = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


@dataclass(frozen=True)
class ListFilter:
    """What a list shows; "" is everything.

    `status` is the worst status of an item's files, or UNCHECKED; `state` new, prepared, draft,
    in_review or published in `env`; `set_aside` one of SHOWN.
    """

    env: str
    search: str = ""
    status: str = ""
    state: str = ""
    set_aside: str = "without"


@dataclass(frozen=True)
class ListRow:
    """An item of the list."""

    id: int
    key: str
    primary: str
    media_type: str
    files: int
    bytes: int
    status: str
    state: str
    set_aside: str | None
    accepted: str | None
    created: str
    title: str


UNCHECKED = "unchecked"
"""The status of an item that seems valid only because some file was not opened yet."""
_STATUSES = (*WORST, UNCHECKED)


def _ranks(words: Sequence[str]) -> str:
    return " ".join(f"WHEN '{word}' THEN {rank}" for rank, word in enumerate(words))


def _words(words: Sequence[str]) -> str:
    return " ".join(f"WHEN {rank} THEN '{word}'" for rank, word in enumerate(words))


# A live deposit stands before a published one, and there is at most one that is live.
_FROM = f"""
WITH h AS MATERIALIZED (
  SELECT l.item_id, COUNT(*) AS n, SUM(f.size) AS bytes,
         MIN(CASE f.status {_ranks(WORST)}
             ELSE CASE WHEN :opened AND {NOT_OPENED} THEN {len(WORST)} ELSE {len(_STATUSES)} END
             END) AS rank
  FROM item_file l JOIN file f ON f.id = l.file_id GROUP BY l.item_id
), s AS MATERIALIZED (
  SELECT item_id, MAX(CASE state {_ranks(_STATES)} END) AS rank, MAX(id) AS id
  FROM deposit WHERE env = :env AND state != 'discarded' GROUP BY item_id
), shown AS (
  SELECT i.id, i.key, p.path AS "primary", p.media_type, h.n AS files, h.bytes, h.rank,
         CASE h.rank {_words(_STATUSES)} ELSE 'valid' END AS status,
         CASE s.rank {_words(_STATES)} ELSE 'new' END AS state,
         i.set_aside, i.accepted, i.created, COALESCE(d.title, '') AS title
  FROM item i JOIN file p ON p.id = i.primary_file JOIN h ON h.item_id = i.id
  LEFT JOIN s ON s.item_id = i.id LEFT JOIN deposit d ON d.id = s.id
)
"""
_COLUMNS = ", ".join(f'"{one.name}"' for one in fields(ListRow))
_ORDERS = {
    "name": "key COLLATE NOCASE {way}",
    "size": "bytes {way}",
    "status": "rank {way}, key COLLATE NOCASE",
    "kind": "media_type {way}, key COLLATE NOCASE",
    "newest": "id {way}",
}


def list_page(
    connection: sqlite3.Connection, chosen: ListFilter, *, sort: str, offset: int, limit: int
) -> list[ListRow]:
    """One page of the list; `sort` is one of SORTS, with `-` before it the other way round.

    `status` begins with the worst, `newest` with the newest.
    """
    name, way = sort.removeprefix("-"), "DESC" if sort.startswith("-") else "ASC"
    if name == "newest":
        way = "ASC" if way == "DESC" else "DESC"
    order = _ORDERS.get(name, _ORDERS["name"]).format(way=way)
    where, values = _where(connection, chosen, opened=name == "status")
    rows = connection.execute(
        f"{_FROM} SELECT {_COLUMNS} FROM shown WHERE {where}"
        f" ORDER BY {order}, id LIMIT :limit OFFSET :offset",
        values | {"limit": limit, "offset": offset},
    ).fetchall()
    found = [ListRow(**dict(row)) for row in rows]
    return found if values["opened"] else _told_unopened(connection, found)


def _told_unopened(connection: sqlite3.Connection, rows: list[ListRow]) -> list[ListRow]:
    """The rows with UNCHECKED in place: a few items are asked faster than all."""
    ids = json.dumps([row.id for row in rows if row.status == "valid"])
    found = connection.execute(
        f"""SELECT DISTINCT l.item_id FROM item_file l JOIN file f ON f.id = l.file_id
        WHERE l.item_id IN (SELECT value FROM json_each(?)) AND {NOT_OPENED}""",
        (ids,),
    ).fetchall()
    unopened = {row[0] for row in found}
    return [replace(row, status=UNCHECKED) if row.id in unopened else row for row in rows]


def count_statuses(connection: sqlite3.Connection, chosen: ListFilter) -> dict[str, int]:
    """How many items of each status there are where the rest of the filter fits."""
    return _count(connection, chosen, "status")


def count_states(connection: sqlite3.Connection, chosen: ListFilter) -> dict[str, int]:
    """How many items of each state there are where the rest of the filter fits."""
    return _count(connection, chosen, "state")


def count_set_aside(connection: sqlite3.Connection) -> int:
    """How many items are set aside."""
    row = connection.execute("SELECT COUNT(*) FROM item WHERE set_aside IS NOT NULL").fetchone()
    return int(row[0])


def list_ids(connection: sqlite3.Connection, chosen: ListFilter) -> list[int]:
    """The ids of all items that the filter shows, over all pages."""
    where, values = _where(connection, chosen)
    rows = connection.execute(f"{_FROM} SELECT id FROM shown WHERE {where} ORDER BY id", values)
    return [row[0] for row in rows.fetchall()]


def _count(connection: sqlite3.Connection, chosen: ListFilter, by: str) -> dict[str, int]:
    where, values = _where(connection, chosen, but=by, opened=by == "status")
    rows = connection.execute(
        f"{_FROM} SELECT {by}, COUNT(*) FROM shown WHERE {where} GROUP BY {by}", values
    ).fetchall()
    return {row[0]: row[1] for row in rows}


def _where(
    connection: sqlite3.Connection, chosen: ListFilter, *, but: str = "", opened: bool = False
) -> tuple[str, dict[str, Any]]:
    """The condition and its values; `opened`: it is asked of all files whether they were."""
    parts = {"without": ["set_aside IS NULL"], "only": ["set_aside IS NOT NULL"]}.get(
        chosen.set_aside, ["1"]
    )
    # Only what asks for them looks which files were opened, as that takes the longest.
    asks = opened or (but != "status" and chosen.status in ("valid", UNCHECKED))
    values: dict[str, Any] = {"env": chosen.env, "opened": asks}
    for column in ("status", "state"):
        if (value := getattr(chosen, column)) and column != but:
            parts.append(f"{column} = :{column}")
            values[column] = value
    for number, word in enumerate(fold(chosen.search).split()[:8]):
        _teach_folding(connection)
        parts.append(_SEARCH.replace(":word", f":word{number}"))
        values[f"word{number}"] = f"%{word.translate(_PATTERN_MARKS)}%"
    return " AND ".join(parts), values


_SEARCH = r"""(fold(key || ' ' || title) LIKE :word ESCAPE '\' OR EXISTS (
  SELECT 1 FROM item_file l JOIN file f ON f.id = l.file_id
  WHERE l.item_id = shown.id AND fold(f.path) LIKE :word ESCAPE '\'))"""


def fold(text: str) -> str:
    """Text as a search compares it: without case, and alike however its accents are written."""
    return text.casefold() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def _teach_folding(connection: sqlite3.Connection) -> None:
    """Let the database compare letters of all languages without case."""
    connection.create_function("fold", 1, fold, deterministic=True)
