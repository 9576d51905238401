"""All that is stored of items and goes into their records, read for many at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdp.project import deposits, items, packing, runs
from hdp.project.deposits import Deposit, DepositFile
from hdp.project.items import Item
from hdp.project.overrides import ByHand, read_by_hand
from hdp.project.runs import Run
from hdp.project.settings import get_setting

_LIVE = ("prepared", "draft", "in_review")


@dataclass(frozen=True)
class Known:
    """An item, its deposits, finished runs, what was set by hand, and how it is packed.

    `files` are those of the live deposit; `published` is the latest record.
    """

    item: Item
    live: Deposit | None
    published: Deposit | None
    files: Sequence[DepositFile]
    runs: Sequence[Run]
    hand: ByHand
    packing: Sequence[Mapping[str, Any]]


def read_known(connection: sqlite3.Connection, item_id: int, env: str) -> Known:
    """What is known of one item; NotFound where there is none of that id."""
    found = read_many(connection, [item_id], env)
    if item_id not in found:
        items.get_item(connection, item_id)  # says that there is none
    return found[item_id]


def read_many(
    connection: sqlite3.Connection, item_ids: Sequence[int], env: str
) -> dict[int, Known]:
    """item id -> what is known of it; items that are not there are left out."""
    ids = [json.dumps(list(item_ids))]
    live, published = _deposits(connection, item_ids, env)
    files = deposits.files_by_deposit(connection, [one.id for one in live.values()])
    ran = _having(connection, "run WHERE state = 'done' AND", ids)
    by_hand = _having(connection, "override WHERE", ids)
    project = packing.project_choices(connection)
    chosen = get_setting(connection, packing.ITEMS) or {}
    return {
        item.id: Known(
            item,
            live.get(item.id),
            published.get(item.id),
            files.get(live[item.id].id, []) if item.id in live else [],
            _runs(connection, item.id, live, published) if item.id in ran else [],
            read_by_hand(connection, item.id, env) if item.id in by_hand else ByHand(),
            (project, dict(chosen.get(str(item.id), {}))),
        )
        for item in items.list_items(connection, item_ids)
    }


def _runs(
    connection: sqlite3.Connection, item_id: int, live: Mapping[int, Deposit],
    published: Mapping[int, Deposit],
) -> list[Run]:  # fmt: skip
    """The item's finished runs, and those for the DOI of its draft or record here."""
    here = live.get(item_id) or published.get(item_id)
    bound = runs.list_runs(connection, item_id, runs.draft_purpose(here.id)) if here else []
    return [*runs.list_runs(connection, item_id), *bound]


def _deposits(
    connection: sqlite3.Connection, item_ids: Sequence[int], env: str
) -> tuple[dict[int, Deposit], dict[int, Deposit]]:
    found = deposits.list_deposits(connection, env, (*_LIVE, "published"), item_ids)
    live = {one.item_id: one for one in found if one.state in _LIVE}
    return live, {one.item_id: one for one in found if one.state == "published"}


def _having(connection: sqlite3.Connection, where: str, ids: list[str]) -> set[int]:
    """The items that have rows there at all: most have none."""
    query = f"SELECT DISTINCT item_id FROM {where} item_id IN (SELECT value FROM json_each(?))"
    return {row[0] for row in connection.execute(query, ids).fetchall()}
