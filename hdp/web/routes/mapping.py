"""The dashboard and the mapping."""

from __future__ import annotations

from hdp.web.api import Api


def add(api: Api) -> None:
    """Make the routes known."""
    mapping = api.page.mapping
    api.get("/dashboard", lambda ask: mapping.dashboard(ask.env()))
    api.get("/mapping", lambda ask: mapping.show())
    api.get("/mapping/preview", lambda ask: mapping.preview(ask.integer("item", 0), ask.env()))
    api.post("/mapping/check", lambda ask: mapping.check(ask.env()))
    api.post("/mapping/set", lambda ask: mapping.set(ask.path("path")))
