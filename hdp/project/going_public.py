"""What records would make public, read for a whole selection in a few queries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

_FACTS = """
SELECT d.id, d.item_id, d.title, d.prepared,
  json_extract(d.metadata, '$.license') AS license, json_extract(d.metadata, '$.rights') AS rights,
  json_extract(d.metadata, '$.access_right') AS access,
  json_extract(d.metadata, '$.embargo_date') AS embargo,
  json_extract(d.metadata, '$.upload_type') AS type,
  COALESCE(json_extract(d.metadata, '$.image_type'),
           json_extract(d.metadata, '$.publication_type')) AS subtype,
  json_extract(d.metadata, '$.publication_date') AS date,
  json_extract(d.origins, '$.publication_date.rule') AS date_rule,
  json_extract(d.metadata, '$.communities') AS communities,
  CASE WHEN d.origins LIKE '%"pipeline"%' THEN d.origins END AS origins,
  CASE WHEN d.origins LIKE '%"pipeline"%' THEN d.metadata END AS metadata
FROM deposit d WHERE d.id IN (SELECT value FROM json_each(?)) ORDER BY d.id
"""
_REMARKS = """
SELECT m.item_id, f.path, f.problems FROM item_file m JOIN file f ON f.id = m.file_id
WHERE f.problems != '[]' AND m.item_id IN (SELECT value FROM json_each(?))
ORDER BY m.item_id, f.path
"""


def read_facts(connection: sqlite3.Connection, deposit_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What groups deposits: licence, access, type, date, communities; machine-made ones whole."""
    rows = connection.execute(_FACTS, (json.dumps(list(deposit_ids)),)).fetchall()
    return [dict(row) for row in rows]


def read_remarks(
    connection: sqlite3.Connection, item_ids: Sequence[int]
) -> list[tuple[int, str, list[dict[str, Any]]]]:
    """(item, file, findings) of all files of which something was said."""
    rows = connection.execute(_REMARKS, (json.dumps(list(item_ids)),)).fetchall()
    return [(row["item_id"], row["path"], json.loads(row["problems"])) for row in rows]


def published_in(connection: sqlite3.Connection, envs: Sequence[str]) -> set[int]:
    """The items that were published in any of these environments."""
    rows = connection.execute(
        "SELECT DISTINCT item_id FROM deposit WHERE state = 'published'"
        " AND env IN (SELECT value FROM json_each(?))",
        (json.dumps(list(envs)),),
    ).fetchall()
    return {row["item_id"] for row in rows}
