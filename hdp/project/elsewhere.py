"""What the project holds of its items in environments other than the one that is looked at."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

_HERE = "state IN ('prepared', 'draft', 'in_review', 'published')"
# What differs from one environment to the next anyway says nothing.
_TEXT = (
    "json_remove({0}.metadata, '$.publication_date', '$.communities', '$.grants', '$.doi')"
)  # fmt: skip
_OTHERWISE = f"""
SELECT DISTINCT o.env, o.item_id FROM deposit h
JOIN deposit o ON o.item_id = h.item_id AND o.env != h.env AND o.{_HERE}
WHERE h.env = ? AND h.state = 'prepared' AND h.doing IS NULL
AND {_TEXT.format("o")} != {_TEXT.format("h")}
AND instr(h.origins, '"env": ' || json_quote(o.env)) = 0
"""


def known_dois(connection: sqlite3.Connection, env: str) -> set[str]:
    """The DOIs of all drafts and records that were ever made in an environment, small letters."""
    rows = connection.execute(
        "SELECT lower(doi), lower(concept_doi) FROM deposit WHERE env = ?", (env,)
    ).fetchall()
    return {one for row in rows for one in row if one}


def items_elsewhere(connection: sqlite3.Connection, env: str) -> dict[str, set[int]]:
    """environment -> the items that are prepared or further there, all environments but `env`."""
    rows = connection.execute(
        f"SELECT DISTINCT env, item_id FROM deposit WHERE env != ? AND {_HERE}", (env,)
    ).fetchall()
    return _by_env(rows)


def items_otherwise(connection: sqlite3.Connection, env: str) -> dict[str, set[int]]:
    """environment -> the items that are prepared in `env`, and read otherwise there.

    Those that have anything from there already are left out.
    """
    return _by_env(connection.execute(_OTHERWISE, (env,)).fetchall())


def _by_env(rows: Sequence[sqlite3.Row]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for row in rows:
        found.setdefault(row["env"], set()).add(row["item_id"])
    return found


def set_only_in(connection: sqlite3.Connection, item_id: int, env: str) -> set[str]:
    """The fields of an item that were set by hand for one environment alone."""
    rows = connection.execute(
        "SELECT field FROM override WHERE item_id = ? AND env = ? AND value IS NOT NULL",
        (item_id, env),
    ).fetchall()
    return {row["field"] for row in rows}


def states_elsewhere(
    connection: sqlite3.Connection, env: str, item_ids: Sequence[int]
) -> dict[int, str]:
    """item -> its state in an environment, for those that are anything there."""
    rows = connection.execute(
        f"SELECT item_id, state FROM deposit WHERE env = ? AND {_HERE}"
        " AND item_id IN (SELECT value FROM json_each(?)) ORDER BY state != 'published', id",
        (env, json.dumps(list(item_ids))),
    ).fetchall()
    return {row["item_id"]: row["state"] for row in rows}
