"""Rows of the four tabs, their pictures and their batch actions."""

from __future__ import annotations

from typing import Any

from hdp.web.api import Api, Ask

_FILTERS = ("search", "state", "title", "since", "until", "dated", "problems")
_MOST_ROWS = 1000


def add(api: Api) -> None:
    """Make the routes known."""
    uploads, reusing = api.page.uploads, api.page.reusing

    def rows(ask: Ask) -> Any:
        return uploads.rows(
            ask.env(), ask.text("stage"), _filters(ask), ask.text("sort"), *_page(ask)
        )

    def published(ask: Ask) -> Any:
        return uploads.published(ask.env(), _filters(ask), ask.text("sort"), *_page(ask))

    api.get("/uploads", rows)
    api.get("/uploads/published", published)
    api.get("/uploads/published/ids", lambda ask: uploads.published_ids(ask.env(), _filters(ask)))
    api.get("/uploads/ids", lambda ask: uploads.ids(ask.env(), ask.text("stage"), _filters(ask)))
    api.get("/items/<item:int>", lambda ask, item: uploads.item(item, ask.env()))
    api.get("/deposits/<item:int>/files", lambda ask, item: uploads.files(item, ask.env()))
    api.post("/actions", lambda ask: uploads.start(ask.body, ask.by), 202)
    api.post("/actions/preview", lambda ask: uploads.preview(ask.body))
    api.post("/drafts/contents", lambda ask: uploads.contents(ask.body, *_page(ask)))
    api.get("/prepare/offers", lambda ask: reusing.offers(ask.env(), ask.text("stage", "prepare")))
    api.get(
        "/prepare/offers/ids",
        lambda ask: reusing.ids(ask.env(), ask.text("from"), ask.text("stage", "prepare")),
    )
    api.post("/prepare/differences", lambda ask: reusing.differences(ask.body))


def _filters(ask: Ask) -> dict[str, str]:
    return {name: ask.text(name) for name in _FILTERS}


def _page(ask: Ask) -> tuple[int, int]:
    return ask.integer("offset", 0), ask.integer("limit", 100, most=_MOST_ROWS)
