"""New versions: new files, their records, the plan, the job, and what changed since."""

from __future__ import annotations

from typing import Any

from hdp.web.api import Api, Ask


def add(api: Api) -> None:
    """Make the routes known."""
    versions = api.page.versions

    def changes(ask: Ask, item: int) -> Any:
        return versions.changes(ask.env(), item, ask.integer("from", 0), ask.integer("to", 0))

    api.post("/versions/look", lambda ask: versions.look(ask.env(), ask.body), 202)
    api.post("/versions/forget", lambda ask: versions.forget())
    api.get("/versions/look/<look>", lambda ask, look: versions.looked(look))
    api.get(
        "/versions/look/<look>/records",
        lambda ask, look: versions.records(look, ask.text("search")),
    )
    api.post("/versions/plan", lambda ask: versions.plan(ask.body))
    api.post("/versions/start", lambda ask: versions.start(ask.body, ask.by), 202)
    api.get("/records/<item:int>/changes", changes)
