"""Publish and Published: consequences, acceptance, differences, adopting, citing, the own table."""

from __future__ import annotations

from urllib.parse import quote

from bottle import HTTPResponse

from hdp.web.api import Api, Ask


def add(api: Api) -> None:
    """Make the routes known."""
    pages = api.page.publishing

    def table(ask: Ask) -> HTTPResponse:
        content, name, media_type = pages.table(ask.env(), ask.text("as", "csv"))
        headers = {
            "Content-Type": media_type,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "no-store",
        }
        return HTTPResponse(content, 200, headers)

    api.post("/publish/consequences", lambda ask: pages.consequences(ask.body))
    api.post("/publish/accept", lambda ask: pages.accept_values(ask.body, ask.by))
    api.post(
        "/values",
        lambda ask: pages.values(ask.body, ask.integer("offset", 0), ask.integer("limit", 100)),
    )
    api.post("/values/accept", lambda ask: pages.decide(ask.body, ask.by, accept=True))
    api.post("/values/reject", lambda ask: pages.decide(ask.body, ask.by, accept=False))
    api.post("/records/differences", lambda ask: pages.differences(ask.body))
    api.post("/records/pull", lambda ask: pages.pull(ask.body, ask.by))
    api.get(
        "/records/<item:int>/citations",
        lambda ask, item: pages.citations(ask.env(), item, ask.text("version")),
    )
    api.get("/records/table", table)
    api.post(
        "/records/table",
        lambda ask: pages.save_table(ask.env(), ask.text("as", "csv"), ask.path("path")),
    )
