"""Values that a pipeline wrote, and which of them a person has accepted as they are."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from hdp.events import now
from hdp.project.accepting import user_name

_PREFIX = "accepted-values:"


def written_by_machine(origins: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, str]:
    """field -> the pipeline that wrote its value."""
    return {
        name: str(origin.get("pipeline", ""))
        for name, origin in origins.items()
        if isinstance(origin, dict) and origin.get("rule") == "pipeline" and metadata.get(name)
    }


def mark_of(value: Any) -> str:
    """A short text that is another one as soon as the value is."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_accepted(
    connection: sqlite3.Connection, item_ids: Sequence[int]
) -> dict[int, dict[str, str]]:
    """item -> field -> mark of the value that was accepted."""
    keys = json.dumps([f"{_PREFIX}{one}" for one in item_ids])
    rows = connection.execute(
        "SELECT key, value FROM setting WHERE key IN (SELECT value FROM json_each(?))", (keys,)
    ).fetchall()
    return {
        int(row["key"].removeprefix(_PREFIX)): json.loads(row["value"])["marks"] for row in rows
    }


def accept(connection: sqlite3.Connection, item_id: int, values: Mapping[str, Any]) -> None:
    """Note that a person accepts these values of an item's fields, as they are now."""
    marks = read_accepted(connection, [item_id]).get(item_id, {})
    marks |= {name: mark_of(value) for name, value in values.items()}
    kept = {"marks": marks, "by": user_name(), "at": now()}
    connection.execute(
        "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)",
        (f"{_PREFIX}{item_id}", json.dumps(kept, ensure_ascii=False)),
    )


def not_accepted(
    origins: Mapping[str, Any], metadata: Mapping[str, Any], marks: Mapping[str, str]
) -> dict[str, str]:
    """field -> pipeline, for what a pipeline wrote and nobody has accepted as it is."""
    return {
        name: pipeline
        for name, pipeline in written_by_machine(origins, metadata).items()
        if marks.get(name) != mark_of(metadata.get(name))
    }
