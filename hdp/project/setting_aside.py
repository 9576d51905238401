"""Items that a person set aside before there was a project: their ids come with the first scan."""

from __future__ import annotations

import sqlite3

from hdp.project import settings

SETTING = "set_aside_first"  # primary file -> reason


def set_aside_first(connection: sqlite3.Connection) -> int:
    """Set aside what was meant to be from the start, once; returns how many items."""
    waiting = settings.get_setting(connection, SETTING)
    if not waiting:
        return 0
    cursor = connection.executemany(
        "UPDATE item SET set_aside = ? WHERE set_aside IS NULL AND primary_file IN ("
        " SELECT file.id FROM file JOIN root ON root.id = file.root_id"
        " WHERE root.kind = 'input' AND file.path = ?)",
        [(reason, path) for path, reason in waiting.items()],
    )
    settings.set_setting(connection, SETTING, {})
    return cursor.rowcount
