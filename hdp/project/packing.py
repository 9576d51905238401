"""How people want items packed: choices of the project and of single items."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from hdp.project.settings import get_setting, set_setting

_PROJECT, ITEMS = "packing", "packing_items"


def project_choices(connection: sqlite3.Connection) -> dict[str, Any]:
    """What holds for all items; `--archive-subfolders` of the scan where nothing else is said."""
    scan = get_setting(connection, "scan") or {}
    asked = {"archive": "subfolders"} if scan.get("archive_subfolders") else {}
    return asked | dict(get_setting(connection, _PROJECT) or {})


def set_project_choices(connection: sqlite3.Connection, choices: Mapping[str, Any]) -> None:
    """Say what holds for all items that have no choices of their own."""
    set_setting(connection, _PROJECT, dict(choices))


def item_choices(connection: sqlite3.Connection, item_id: int) -> dict[str, Any]:
    """What was chosen for an item; {} where nothing was."""
    return dict((get_setting(connection, ITEMS) or {}).get(str(item_id), {}))


def set_item_choices(
    connection: sqlite3.Connection, item_ids: Sequence[int], choices: Mapping[str, Any]
) -> None:
    """Choose for items; an empty choice gives it back to the project."""
    stored = dict(get_setting(connection, ITEMS) or {})
    for item_id in item_ids:
        merged = stored.get(str(item_id), {}) | dict(choices)
        stored[str(item_id)] = {key: one for key, one in merged.items() if one}
    set_setting(connection, ITEMS, stored)
