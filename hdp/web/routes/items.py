"""Items of the Files view, what is done with them by hand, and the bytes of their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bottle import HTTPResponse, static_file

from hdp.sdk import NotFound, UsageError
from hdp.web.api import Api, Ask

_FILTERS = ("search", "status", "state", "set_aside")
_MOST_ROWS = 1000
# what people put into their folders is handed to viewers as bytes, and is never a page
_SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
}


def add(api: Api) -> None:
    """Make the routes known."""
    items = api.page.items

    def page(ask: Ask) -> Any:
        offset, limit = ask.integer("offset", 0), ask.integer("limit", 100, most=_MOST_ROWS)
        return items.page(ask.env(), _filters(ask), ask.text("sort"), offset, limit)

    def content(ask: Ask, item: int, path: str) -> HTTPResponse:
        return _bytes(*api.page.contents.find(item, path, ask.text("root")))

    api.get("/items", page)
    api.get("/items/ids", lambda ask: items.ids(ask.env(), _filters(ask)))
    api.get("/items/<item:int>/detail", lambda ask, item: items.detail(item, ask.env()))
    api.get("/items/<item:int>/packing", lambda ask, item: items.packing(item, ask.env()))
    # not the usual kind of path: names of files may hold line ends
    api.get(r"/items/<item:int>/content/<path:re:[\s\S]+>", content)
    api.post(
        "/items/set-aside", lambda ask: items.set_aside(ids(ask), ask.text("reason"), ask.by), 202
    )
    api.post("/items/packing", lambda ask: items.choose_packing(ids(ask), ask.body.get("choices")))
    api.post("/items/restore", lambda ask: items.restore(ids(ask), ask.by))
    api.post("/items/accept", lambda ask: items.accept(ids(ask), ask.text("reason"), ask.by))
    _add_by_hand(api)


def _add_by_hand(api: Api) -> None:
    hand = api.page.items.by_hand
    api.post("/items/merge", lambda ask: hand.merge(ids(ask), ask.text("key")))
    api.post("/items/forget", lambda ask: hand.forget(ids(ask)))
    api.post("/items/add", lambda ask: hand.add(ask.body.get("paths")))
    api.post("/items/find-again", lambda ask: hand.find_again(ids(ask), ask.path("folder")))
    api.post("/items/<item:int>/split", lambda ask, item: hand.split(item, ask.body.get("paths")))
    api.post(
        "/items/<item:int>/move",
        lambda ask, item: hand.move(item, ask.text("path", None), ask.integer("to", 0)),
    )
    api.post("/items/<item:int>/primary", lambda ask, item: hand.primary(item, ask.text("path")))


def ids(ask: Ask) -> list[int]:
    """The items that a call names; UsageError where there is none."""
    given = ask.body.get("ids")
    if not isinstance(given, list) or not given or not all(type(one) is int for one in given):
        raise UsageError("“ids” must be a list of numbers.", code="bad-request")
    return given


def _filters(ask: Ask) -> dict[str, str]:
    return {name: ask.text(name) for name in _FILTERS}


def _bytes(path: Path, media_type: str) -> HTTPResponse:
    """The file, or the part of it that is asked for; a browser that opens it itself saves it."""
    facts = path.stat()
    saved = {} if media_type.startswith("image/") else {"Content-Disposition": "attachment"}
    answer = static_file(
        path.name, root=str(path.parent), mimetype=media_type, charset="", headers=_SAFE | saved,
        etag=f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"',
    )  # fmt: skip
    if answer.status_code in (403, 404):
        raise NotFound("There is no such file in this item.", code="no-such-file")
    return answer
