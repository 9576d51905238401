"""Storing how files make items: ids stay, nothing with a past is forgotten."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hdp.events import now
from hdp.project.files import Place

# Why the project itself put an item out of the way; undone when its files make it again.
REGROUPED = "Regrouped: its files belong to other items now."
LEFT_OUT = "Left out: the scan no longer takes its files."
Links = list[tuple[int, str, int | None]]  # file id, role, id of the file that refers to it
_BOUND = "SELECT DISTINCT item_id FROM deposit WHERE state != 'discarded'"


@dataclass(frozen=True, slots=True)
class ItemFile:
    """A file in the tree of an item; `parent` is the place of the file that refers to it."""

    place: Place
    role: str
    parent: Place | None = None


@dataclass(frozen=True, slots=True)
class ItemFact:
    """An item as a scan grouped it: its files, the primary one first."""

    key: str
    primary: Place
    files: Sequence[ItemFile]
    problems: Sequence[Mapping[str, Any]] = ()


@dataclass
class _Old:
    """An item as it is stored."""

    id: int
    key: str
    primary: int
    problems: str
    pending: str | None
    gone: bool
    links: Links = field(default_factory=list)
    missing: set[int] = field(default_factory=set)


@dataclass
class ItemChanges:
    """Ids of items that are new, removed, regrouped, or wait for a person to say so.

    `renamed` has the old and the new key of each item whose key is another one.
    """

    new: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    regrouped: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    renamed: dict[int, tuple[str, str]] = field(default_factory=dict)


def store_items(
    connection: sqlite3.Connection,
    ids: Mapping[Place, int],
    facts: Sequence[ItemFact],
    check: Callable[[], None] = lambda: None,
) -> ItemChanges:
    """Bring the items to what a scan grouped; only what differs is written.

    An item keeps its id as long as its primary file is the primary of one; else it goes on with
    the item that its primary file is in now, or that has the first of its other files as
    primary. Items whose files are missing, and those that have a deposit, are never removed;
    those with a deposit keep their files, and the change waits for a person. `check` is called
    now and then and may raise.
    """
    old = _read(connection)
    bound = _ids(connection, _BOUND)
    pairs = _pair(old, ids, facts)
    taken = {file for fact in facts for file in (ids[one.place] for one in fact.files)}
    changes = ItemChanges()
    orphans = _orphans(old, pairs, ids, facts, taken)
    for number, fact in enumerate(facts):
        if number % 500 == 0:
            check()
        item = pairs.get(number)
        links: Links = [
            (ids[f.place], f.role, ids[f.parent] if f.parent else None) for f in fact.files
        ]
        if item is None:
            changes.new.append(_insert(connection, fact, links))
            continue
        lasting = _lasting(item, taken)
        links = [*_led(item, links), *lasting, *orphans.get(number, [])]
        if item.id in bound:
            _hold(connection, item, fact, links, changes)
        else:
            _bring_up(connection, item, fact, links, changes)
    paired = {one.id for one in pairs.values()}
    connection.execute(
        "UPDATE item SET set_aside = NULL WHERE set_aside IN (?, ?)"
        " AND id IN (SELECT value FROM json_each(?))",
        (REGROUPED, LEFT_OUT, json.dumps(sorted(paired))),
    )
    rest = [one for one in old if one.id not in paired]
    _thin_out(connection, [one for one in rest if one.gone and one.id not in bound], taken)
    _remove(connection, rest, bound, taken, changes)
    return changes


def _ids(connection: sqlite3.Connection, query: str) -> set[int]:
    return {row[0] for row in connection.execute(query).fetchall()}


def _read(connection: sqlite3.Connection) -> list[_Old]:
    rows = connection.execute(
        "SELECT i.id, i.key, i.primary_file, i.problems, i.pending, f.status = 'missing' AS gone"
        " FROM item i JOIN file f ON f.id = i.primary_file ORDER BY i.id"
    ).fetchall()
    old = {row["id"]: _Old(*tuple(row)) for row in rows}
    links = connection.execute(
        "SELECT m.item_id, m.file_id, m.role, m.parent, f.status = 'missing' FROM item_file m"
        " JOIN file f ON f.id = m.file_id ORDER BY m.item_id, m.position"
    ).fetchall()
    for item_id, file_id, role, parent, gone in map(tuple, links):
        if item_id in old:
            old[item_id].links.append((file_id, role, parent))
            if gone:
                old[item_id].missing.add(file_id)
    return list(old.values())


def _pair(
    old: Sequence[_Old], ids: Mapping[Place, int], facts: Sequence[ItemFact]
) -> dict[int, _Old]:
    """Number of a fact -> the item that it is."""
    by_primary = {ids[fact.primary]: number for number, fact in enumerate(facts)}
    pairs: dict[int, _Old] = {}
    left: list[_Old] = []
    for item in old:
        number = by_primary.get(item.primary)
        if number is None or number in pairs:
            left.append(item)
        else:
            pairs[number] = item
    if left:
        there = [one for one in left if not one.gone]
        _pair_rest(there, ids, facts, by_primary, pairs)
        _pair_gone([one for one in left if one.gone], ids, facts, pairs)
    return pairs


def _pair_gone(
    gone: Sequence[_Old],
    ids: Mapping[Place, int],
    facts: Sequence[ItemFact],
    pairs: dict[int, _Old],
) -> None:
    """An item whose primary file is missing goes on with what its other files make.

    Where they make several, with the one of its key, else with that of most of its files.
    """
    homes = _homes(ids, facts, pairs)
    for item in gone:
        own = [one for one, _, parent in item.links if parent is None]
        found = Counter(homes[one] for one in own if one in homes and homes[one] not in pairs)
        if found:
            best = max(found, key=lambda one: (facts[one].key == item.key, found[one], -one))
            pairs[best] = item


def _homes(
    ids: Mapping[Place, int], facts: Sequence[ItemFact], pairs: Mapping[int, _Old]
) -> dict[int, int]:
    """File -> number of the fact without an item that it makes."""
    return {
        ids[one.place]: number
        for number, fact in enumerate(facts)
        if number not in pairs
        for one in fact.files
        if one.parent is None
    }


def _led(item: _Old, links: Links) -> Links:
    """The links with a primary file that is missing in its place, until a person lets go of it."""
    if not item.gone or any(file == item.primary for file, _, _ in links):
        return links
    rest: Links = [(file, "member" if role == "primary" else role, up) for file, role, up in links]
    return [(item.primary, "primary", None), *rest]


def _pair_rest(
    left: Sequence[_Old],
    ids: Mapping[Place, int],
    facts: Sequence[ItemFact],
    by_primary: Mapping[int, int],
    pairs: dict[int, _Old],
) -> None:
    homes = _homes(ids, facts, pairs)
    for item in left:
        own = [one for one, _, parent in item.links if parent is None and one != item.primary]
        numbers = [homes.get(item.primary), *(by_primary.get(one) for one in own)]
        free = [one for one in numbers if one is not None and one not in pairs]
        if free:
            pairs[free[0]] = item


def _insert(connection: sqlite3.Connection, fact: ItemFact, links: Links) -> int:
    cursor = connection.execute(
        "INSERT INTO item (key, primary_file, problems, created) VALUES (?, ?, ?, ?)",
        (fact.key, links[0][0], _json(fact.problems), now()),
    )
    item_id = int(cursor.lastrowid or 0)
    _write_links(connection, item_id, links)
    return item_id


def _write_links(connection: sqlite3.Connection, item_id: int, links: Links) -> None:
    connection.executemany(
        "INSERT INTO item_file (item_id, file_id, role, parent, position) VALUES (?, ?, ?, ?, ?)",
        [(item_id, *one, position) for position, one in enumerate(links)],
    )


def _json(problems: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(list(problems), ensure_ascii=False) if problems else "[]"


def _bring_up(
    connection: sqlite3.Connection, item: _Old, fact: ItemFact, links: Links, changes: ItemChanges
) -> None:
    problems = _json(fact.problems)
    if item.links != links:
        connection.execute("DELETE FROM item_file WHERE item_id = ?", (item.id,))
        _write_links(connection, item.id, links)
        changes.regrouped.append(item.id)
    if item.key != fact.key:
        changes.renamed[item.id] = (item.key, fact.key)
    if (item.key, item.primary, item.problems, item.pending) != (
        fact.key, links[0][0], problems, None,
    ):  # fmt: skip
        connection.execute(
            "UPDATE item SET key = ?, primary_file = ?, problems = ?, pending = NULL WHERE id = ?",
            (fact.key, links[0][0], problems, item.id),
        )


def _hold(
    connection: sqlite3.Connection, item: _Old, fact: ItemFact, links: Links, changes: ItemChanges
) -> None:
    """Note what would change of an item that has a deposit."""
    pending = None
    if sorted(map(repr, item.links)) != sorted(map(repr, links)):
        before, after = ({one[0] for one in some} for some in (item.links, links))
        change = {
            "key": fact.key,
            "links": links,
            "added": _paths(connection, after - before),
            "removed": _paths(connection, before - after),
        }
        pending = json.dumps(change, ensure_ascii=False)
        changes.waiting.append(item.id)
    problems = _json(fact.problems) if pending is None else item.problems
    if (item.problems, item.pending) != (problems, pending):
        connection.execute(
            "UPDATE item SET problems = ?, pending = ? WHERE id = ?", (problems, pending, item.id)
        )


def _paths(connection: sqlite3.Connection, file_ids: set[int]) -> list[str]:
    rows = connection.execute(
        "SELECT path FROM file WHERE id IN (SELECT value FROM json_each(?)) ORDER BY path",
        (json.dumps(sorted(file_ids)),),
    ).fetchall()
    return [row[0] for row in rows]


def apply_pending(connection: sqlite3.Connection, item_id: int) -> bool:
    """Give an item the files that the rules say; whether there was anything to do."""
    row = connection.execute("SELECT pending FROM item WHERE id = ?", (item_id,)).fetchone()
    if row is None or not row["pending"]:
        return False
    change = json.loads(row["pending"])
    links: Links = [(one[0], one[1], one[2]) for one in change["links"]]
    connection.execute("DELETE FROM item_file WHERE item_id = ?", (item_id,))
    _write_links(connection, item_id, links)
    connection.execute(
        "UPDATE item SET key = ?, primary_file = ?, pending = NULL WHERE id = ?",
        (change["key"], links[0][0], item_id),
    )
    return True


def let_go(connection: sqlite3.Connection, item_id: int, file_ids: Iterable[int]) -> None:
    """Take files out of an item; the first of the others stands for it where none does."""
    connection.executemany(
        "DELETE FROM item_file WHERE item_id = ? AND file_id = ?",
        [(item_id, one) for one in file_ids],
    )
    connection.execute(
        "UPDATE item SET primary_file = COALESCE("
        " (SELECT file_id FROM item_file WHERE item_id = item.id AND file_id = primary_file),"
        " (SELECT file_id FROM item_file WHERE item_id = item.id ORDER BY position LIMIT 1))"
        " WHERE id = ?",
        (item_id,),
    )


def _orphans(
    old: Iterable[_Old],
    pairs: Mapping[int, _Old],
    ids: Mapping[Place, int],
    facts: Sequence[ItemFact],
    taken: set[int],
) -> dict[int, Links]:
    """Number of a fact -> missing files of items that went into it; nothing is lost silently."""
    paired = {one.id for one in pairs.values()}
    found: dict[int, Links] = {}
    lost = [one for one in old if one.missing - taken and not one.gone and one.id not in paired]
    if not lost:
        return found
    homes = {ids[one.place]: number for number, fact in enumerate(facts) for one in fact.files}
    for item in lost:
        if (number := homes.get(item.primary)) is not None:
            found.setdefault(number, []).extend(_lasting(item, taken))
    return found


def _lasting(item: _Old, taken: set[int]) -> Links:
    """The missing files that stay with an item until a person lets go of them."""
    return [
        (file, "member" if role == "primary" else role, None)
        for file, role, parent in item.links
        if file in item.missing
        and file not in taken
        and parent is None
        and not (item.gone and file == item.primary)
    ]


def _thin_out(connection: sqlite3.Connection, gone: Iterable[_Old], taken: set[int]) -> None:
    """Items whose primary file is missing give up the files that a person put elsewhere."""
    connection.executemany(
        "DELETE FROM item_file WHERE item_id = ? AND file_id = ?",
        [
            (item.id, file)
            for item in gone
            for file, _, parent in item.links
            if parent is None and file in taken and file not in item.missing
        ],
    )


def _remove(
    connection: sqlite3.Connection,
    items: Iterable[_Old],
    bound: set[int],
    taken: set[int],
    changes: ItemChanges,
) -> None:
    """Remove items that the files make no longer; those with a past are set aside instead.

    Items whose files are missing stay: a drive may only be unplugged.
    """
    gone = [one for one in items if not one.gone and one.id not in bound]
    if not gone:
        return
    kept = _ids(
        connection,
        "SELECT item_id FROM override UNION SELECT item_id FROM run UNION"
        " SELECT item_id FROM deposit UNION SELECT id FROM item"
        " WHERE set_aside IS NOT NULL OR accepted IS NOT NULL",
    )
    reasons = {True: REGROUPED, False: LEFT_OUT}
    connection.executemany(
        "UPDATE item SET set_aside = ? WHERE id = ? AND set_aside IS NULL",
        [(reasons[one.primary in taken], one.id) for one in gone if one.id in kept],
    )
    changes.removed = [one.id for one in gone if one.id not in kept]
    for table, column in (("item_file", "item_id"), ("item", "id")):
        connection.executemany(
            f"DELETE FROM {table} WHERE {column} = ?", [(item_id,) for item_id in changes.removed]
        )
