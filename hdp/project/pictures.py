"""Which items and files of the project a picture may be made of."""

from __future__ import annotations

import sqlite3

from hdp.project import items
from hdp.project.items import Item
from hdp.sdk import NotFound


def list_shown_ids(connection: sqlite3.Connection) -> list[int]:
    """The ids of all items but those set aside."""
    rows = connection.execute("SELECT id FROM item WHERE set_aside IS NULL ORDER BY id").fetchall()
    return [row[0] for row in rows]


def get_item_of_file(connection: sqlite3.Connection, file_id: int) -> Item:
    """An item that holds the file, best the one that it stands for; NotFound where none does."""
    row = connection.execute(
        "SELECT item_id FROM item_file WHERE file_id = ? ORDER BY role != 'primary', item_id",
        (file_id,),
    ).fetchone()
    if row is None:
        raise NotFound(f"There is no file {file_id} in this project.", code="no-such-file")
    return items.get_item(connection, row[0])
