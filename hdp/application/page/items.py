"""The Files view: lists of items, one item with its files, and what is done by hand."""

from __future__ import annotations

import sqlite3  # noqa: TID251 - the type of a connection only
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from hdp.application import views
from hdp.application.page.by_hand import ByHandPages
from hdp.events import Changed
from hdp.project import checks, items, listing
from hdp.project.files import FileRow
from hdp.project.items import Item
from hdp.project.listing import ListFilter, ListRow
from hdp.sdk import UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

_FILTERS = ("search", "status", "state", "set_aside")
_MODELS = (".obj", ".glb", ".gltf", ".ply", ".stl")


class ItemPages:
    """Lists and details of items, whatever stage they are in."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self.by_hand = ByHandPages(app)

    def page(
        self, env: str | None, filters: Mapping[str, str], sort: str, offset: int, limit: int
    ) -> dict[str, Any]:
        """One page of the list, with counts for the filters."""
        chosen = self._filter(env, filters)
        if sort.removeprefix("-") not in ("", *listing.SORTS):
            raise UsageError(
                f"Items cannot be sorted by {sort}.", code="bad-request", where={"field": "sort"}
            )
        read = self._app.project.read
        rows = read(
            lambda c: listing.list_page(c, chosen, sort=sort or "name", offset=offset, limit=limit)
        )
        statuses = read(lambda c: listing.count_statuses(c, chosen))
        states = read(lambda c: listing.count_states(c, chosen))
        shown = [_row(one) for one in rows]
        self._app.pictures.mark(shown)
        return {
            "rows": shown,
            "total": _total(chosen, statuses),
            "statuses": statuses,
            "states": states,
            "set_aside": read(listing.count_set_aside),
        }

    def ids(self, env: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        """The ids of all that a filter shows."""
        chosen = self._filter(env, filters)
        return {"ids": self._app.project.read(lambda c: listing.list_ids(c, chosen))}

    def _filter(self, env: str | None, filters: Mapping[str, str]) -> ListFilter:
        texts = {name: filters.get(name, "") for name in _FILTERS}
        texts["set_aside"] = texts["set_aside"] or "without"
        if texts["set_aside"] not in listing.SHOWN:
            raise UsageError(
                "“set_aside” must be without, with or only.",
                code="bad-request", where={"field": "set_aside"},
            )  # fmt: skip
        return ListFilter(env=self._app.environment(env).name, **texts)

    def detail(self, item_id: int, env: str | None) -> dict[str, Any]:
        """An item with all that its page shows: files as a tree, names in the record."""
        item = self._app.project.read(lambda c: items.get_item(c, item_id))
        shown = views.item_view(self._app, item_id, self._app.environment(env).name)
        pictured = self._app.pictures.mark_files(item)
        for told, stored in zip(shown["files"], item.files, strict=True):
            told["id"] = stored.id
            told["picture"] = pictured[stored.id]
            view = _view(stored.path, stored.media_type)
            told["view"] = view or ("image" if told["picture"] else "")
        return {
            "item": shown,
            "kind": _kind(item.primary.media_type),
            "size": item.size,
            "status": _worst(item),
            "unchecked": self._app.project.read(lambda c: _count_unchecked(c, item)),
        }

    def packing(self, item_id: int, env: str | None) -> dict[str, Any]:
        """The names that an item's record will have, and what people chose for it."""
        from hdp.application import packing

        return packing.describe_packing(self._app, item_id, self._app.environment(env).name)

    def choose_packing(self, ids: Sequence[int], choices: Any) -> dict[str, Any]:
        """Choose how items are packed; "" gives a choice back to the project."""
        from hdp.application import packing

        if not isinstance(choices, Mapping):
            raise UsageError("“choices” must be an object.", code="bad-request")
        return {"items": packing.choose_packing(self._app, ids, choices)}

    def set_aside(self, ids: Sequence[int], reason: str, by: str) -> dict[str, Any]:
        """Put items out of the way; those with a draft or record cannot be."""
        from hdp.application import actions
        from hdp.application.selection import Selection

        reason = _reason(reason)
        action = actions.Action(
            "set-aside", self._app.environment().name, Selection(ids=tuple(ids)),
            args={"reason": reason}, by=by,
        )  # fmt: skip
        started = actions.start(self._app, action)
        return {"job": started.job, "total": len(started.chosen)}

    def restore(self, ids: Sequence[int], by: str) -> dict[str, Any]:
        """Bring back items that were set aside."""
        return self._change(ids, by, lambda c: items.set_aside(c, ids, None))

    def accept(self, ids: Sequence[int], reason: str, by: str) -> dict[str, Any]:
        """Let items go on with the problems they have, for a reason that is kept."""
        reason = _reason(reason)
        return self._change(ids, by, lambda c: items.accept_items(c, ids, reason))

    def _change(self, ids: Sequence[int], by: str, change: Callable[[Any], int]) -> dict[str, Any]:
        def refuse_unknown(connection: Any) -> None:
            known = {one.id for one in items.list_items(connection, ids)}
            for one in set(ids) - known:
                items.get_item(connection, one)

        self._app.project.read(refuse_unknown)
        self._app.project.write(change)
        self._app.bus.emit(Changed(("items",), list(ids), by))
        return {"items": list(ids)}


def _total(chosen: ListFilter, statuses: Mapping[str, int]) -> int:
    return statuses.get(chosen.status, 0) if chosen.status else sum(statuses.values())


def _row(one: ListRow) -> dict[str, Any]:
    row = asdict(one)
    row["item"] = row.pop("id")
    row["kind"] = _kind(one.media_type)
    row["title"] = one.title or one.key
    return row


def _kind(media_type: str) -> str:
    """What a person calls it: model, image, audio, video, text, application."""
    return media_type.partition("/")[0]


def _worst(item: Item) -> str:
    from hdp.project.overview import WORST

    found = {one.status for one in item.files}
    return next((status for status in WORST if status in found), "valid")


def _count_unchecked(connection: sqlite3.Connection, item: Item) -> int:
    """How many files seem valid only because nobody has opened them yet."""
    silent = [
        FileRow(one.id, one.root, one.path, one.sha256, one.status, one.problems)
        for one in item.files
        if one.status == "valid" and not one.problems and not one.path.lower().endswith(".gltf")
    ]  # a glTF is opened at each scan, and nothing is remembered of it
    return len(silent) - len(checks.seen_before(connection, silent))


def _view(path: str, media_type: str) -> str:
    if PurePosixPath(path).suffix.lower() in _MODELS:
        return "model"
    return "image" if media_type.startswith("image/") or media_type == "application/pdf" else ""


def _reason(reason: str) -> str:
    if not reason.strip():
        raise UsageError(
            "A reason is missing.", code="no-reason", hint="Say in a few words why.",
            where={"field": "reason"},
        )  # fmt: skip
    return reason.strip()
