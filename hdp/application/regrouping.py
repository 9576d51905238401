"""Grouping by hand: merge, split, move, choose the primary; kept by every scan.

What has a deposit is refused: its draft or record holds the files as they are. All functions
return `{"items": [ids], "message": a sentence}`, `split` also the new `item`; an item keeps its id
with its primary file.
"""

from __future__ import annotations

import sqlite3  # noqa: TID251 - the type of a connection only
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from hdp.application import scanning, storing
from hdp.events import Changed
from hdp.ingest.names import basename, stem_of
from hdp.project import by_hand, deposits, grouping, items
from hdp.project.files import Place
from hdp.project.items import Item, ItemFileRow
from hdp.sdk import NotFound, Refused, UsageError
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application.app import Application

Told = dict[str, Any]


def merge(app: Application, ids: Sequence[int], key: str | None = None) -> Told:
    """Make one item of several; it keeps the id, the key and the primary file of the first."""
    wanted = _items(app, list(dict.fromkeys(ids)))
    if len(wanted) < 2:
        raise UsageError(
            "Two items or more can be merged.",
            code="nothing-selected",
            hint="Name them: hdp item merge 3 4",
        )
    _refuse_deposits(app, wanted)
    first = wanted[0]

    def change(connection: sqlite3.Connection) -> None:
        label = by_hand.new_label(connection)
        places = [place for one in wanted for place in _own(one)]
        by_hand.put(connection, places, label, _key(key) or first.key)
        by_hand.make_primary(connection, _place(first.primary))

    return _do(app, change, [first.id], f"{len(wanted)} items are one now: item {first.id}.")


def split(app: Application, item_id: int, paths: Sequence[str]) -> Told:
    """Make an item of its own of some files of an item, called like the first of them."""
    (item,) = _items(app, [item_id])
    files = [_file(item, one) for one in dict.fromkeys(paths)]
    if not files:
        raise UsageError("No file is named.", code="nothing-selected", hint="Name its path.")
    places = {_place(one) for one in files}
    if places >= set(_own(item)):
        raise UsageError(
            "Nothing would be left of the item.",
            code="nothing-left",
            hint="Name only the files that are to be an item of their own.",
            where={"item": item_id},
        )
    _refuse_deposits(app, [item])

    def change(connection: sqlite3.Connection) -> None:
        # Not by the rules: they would mostly give it the name of the item that it comes from.
        key = stem_of(basename(files[0].path))
        by_hand.put(connection, places, by_hand.new_label(connection), key)

    return _do(app, change, [item_id], f"Split off item {item_id}: {_named(files)}.", also=places)


def move(app: Application, item_id: int, path: str, to_id: int) -> Told:
    """Give a file of one item to another; a file that is referred to stays with both."""
    item, goal = _items(app, [item_id, to_id])
    if item.id == goal.id:
        raise UsageError(
            f"{path} is in item {to_id} already.",
            code="nothing-to-do",
            hint="Name the item that it is to go to.",
        )
    file = _file(item, path)
    _refuse_deposits(app, [item, goal])

    def change(connection: sqlite3.Connection) -> None:
        label = _label_of(connection, goal)
        by_hand.put(connection, [_place(file)], label)
        by_hand.make_primary(connection, _place(goal.primary))

    return _do(app, change, [item_id, to_id], f"{file.path} is in item {to_id} now.")


def set_primary(app: Application, item_id: int, path: str) -> Told:
    """Make a file the one that stands for its item."""
    (item,) = _items(app, [item_id])
    file = _file(item, path)
    if file.role in ("material", "texture", "buffer", "sidecar"):
        raise UsageError(
            f"{file.path} is a {file.role}; it cannot stand for the item.",
            code="not-a-primary",
            hint="Choose a file that is of use by itself.",
            where={"item": item_id, "file": file.path},
        )
    _refuse_deposits(app, [item])
    others = [_place(one) for one in item.files if one.id != file.id]

    def change(connection: sqlite3.Connection) -> None:
        by_hand.make_primary(connection, _place(file), others)

    return _do(app, change, [item_id], f"{file.path} stands for item {item_id} now.")


def forget(app: Application, ids: Sequence[int]) -> Told:
    """Group the files of items by the rules again."""
    wanted = _items(app, ids)
    _refuse_deposits(app, wanted)
    places = [_place(one) for item in wanted for one in item.files]

    def change(connection: sqlite3.Connection) -> None:
        by_hand.forget(connection, places)

    return _do(app, change, list(ids), "Grouped by the rules again.")


def apply_pending(app: Application, ids: Sequence[int]) -> Told:
    """Let items with a draft or record take the files that the rules say.

    The draft or record stays as it is; what is prepared anew has the new files.
    """
    _items(app, ids)
    done = [one for one in ids if app.project.write(lambda c, o=one: _apply(c, o))]  # type: ignore[misc]
    said = f"{counted(len(done), 'item')} regrouped." if done else "Nothing waits for you."
    return _tell(app, done, said)


def _apply(connection: sqlite3.Connection, item_id: int) -> bool:
    storing.forget_print(connection)
    return grouping.apply_pending(connection, item_id)


def let_go(app: Application, item_id: int, paths: Sequence[str]) -> Told:
    """Take files out of an item that are not there any more; NotFound for others."""
    (item,) = _items(app, [item_id])
    files = [_file(item, one) for one in dict.fromkeys(paths)]
    there = [one for one in files if one.status != "missing"]
    if there or len(files) == len(item.files):
        raise UsageError(
            f"{there[0].path} is there." if there else "Nothing would be left of the item.",
            code="not-missing",
            hint="Only missing files can be let go of; set aside the item, or split it.",
            where={"item": item_id},
        )
    _refuse_deposits(app, [item])

    def change(connection: sqlite3.Connection) -> None:
        grouping.let_go(connection, item_id, [one.id for one in files])
        by_hand.forget(connection, [_place(one) for one in files])

    return _do(app, change, [item_id], f"Item {item_id} goes on without {_named(files)}.")


def _items(app: Application, ids: Sequence[int]) -> list[Item]:
    return [app.project.read(lambda c, one=one: items.get_item(c, one)) for one in ids]  # type: ignore[misc]


def _place(file: ItemFileRow) -> Place:
    return file.root, file.path


def _own(item: Item) -> list[Place]:
    """The files that make the item, without those that they refer to or that go with them."""
    return [_place(one) for one in item.files if one.parent is None]


def _file(item: Item, path: str) -> ItemFileRow:
    """A file by its path, or by `root:path` where two roots have that path."""
    found = [one for one in item.files if path in (one.path, f"{one.root}:{one.path}")]
    if not found:
        raise NotFound(
            f"Item {item.id} has no file {path}.",
            code="no-such-file",
            hint=f"See its files: hdp item show {item.id}",
            where={"item": item.id, "file": path},
        )
    return found[0]


def _key(key: str | None) -> str:
    return " ".join((key or "").split())


def _label_of(connection: sqlite3.Connection, item: Item) -> str:
    """The label of an item; where it has none it is grouped by hand as it is."""
    groups = by_hand.read(connection).groups
    labels = {groups[one] for one in _own(item) if one in groups}
    if len(labels) == 1 and all(one in groups for one in _own(item)):
        return labels.pop()
    label = by_hand.new_label(connection)
    by_hand.put(connection, _own(item), label, item.key)
    return label


def _named(files: Iterable[ItemFileRow]) -> str:
    names = [one.path for one in files]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _refuse_deposits(app: Application, wanted: Iterable[Item]) -> None:
    states = app.project.read(deposits.env_states)
    for item in wanted:
        for env, state in states.get(item.id, {}).items():
            raise Refused(
                f"Item {item.id} is {state.replace('_', ' ')} in {env}; its files stay as"
                " they are.",
                code="has-deposit",
                hint="Discard the draft or take it back to Prepare first. What is published"
                " gets other files with a new version only.",
                where={"item": item.id},
            )


def _do(
    app: Application,
    change: Callable[[sqlite3.Connection], None],
    ids: list[int],
    said: str,
    also: Iterable[Place] = (),
) -> Told:
    """Write what a person wants, group anew, and undo the wish where the grouping fails."""

    def write(connection: sqlite3.Connection) -> None:
        change(connection)
        storing.forget_print(connection)

    before = app.project.read(by_hand.read)
    app.project.write(write)
    try:
        scanning.scan_project(app)
    except BaseException:
        app.project.write(lambda c: by_hand.restore(c, before))
        raise
    there = {one.id: one for one in app.project.read(items.list_items)}
    places = set(also)
    new = [one.id for one in there.values() if places and _place(one.primary) in places]
    told = _tell(app, [one for one in dict.fromkeys([*ids, *new]) if one in there], said)
    return told | ({"item": new[0]} if new else {})


def _tell(app: Application, ids: list[int], said: str) -> Told:
    app.bus.emit(Changed(("items", "files"), ids))
    return {"items": ids, "message": said}
