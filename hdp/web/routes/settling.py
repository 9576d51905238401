"""Settle: what a lost answer left open, and what a person decides about it."""

from __future__ import annotations

from typing import Any

from hdp.web.api import Api, Ask


def add(api: Api) -> None:
    """Make the routes known."""
    pages, dialogs = api.page.settling, api.dialogs

    def open_draft(ask: Ask) -> Any:
        url = pages.page_url(ask.text("draft", None), ask.env())
        return {"url": url, "opened": dialogs is not None and dialogs.show_page(url)}

    api.get("/settle/<item:int>", lambda ask, item: pages.look(item, ask.env()))
    api.post("/settle/<item:int>", lambda ask, item: pages.decide(item, ask.body, ask.by))
    api.post("/settle/open-draft", open_draft)
