"""Projects: opening, making, scanning."""

from __future__ import annotations

from typing import Any

from hdp.web.api import Api, Ask


def add(api: Api) -> None:
    """Make the routes known."""
    projects = api.page.projects
    api.post("/project/open", lambda ask: projects.open(ask.path("path")))
    api.post("/project/close", lambda ask: projects.close())

    def new(ask: Ask) -> Any:
        made = projects.new(ask.body)
        api.page.previews.end()
        return made

    api.post("/project/new", new, 202)
    api.post("/project/check", lambda ask: projects.check(ask.body))
    api.post("/project/example", lambda ask: projects.example(ask.body))
    api.post("/project/table", lambda ask: projects.table(ask.path("path")))
    api.post("/project/scan", lambda ask: projects.scan(), 202)
    api.post("/project/demo", lambda ask: projects.demo(), 202)
    api.get("/modalities", lambda ask: projects.modalities())
    api.get("/folders", lambda ask: projects.folders(ask.text("path"), ask.text("kinds")))
    api.get("/folders/count", lambda ask: projects.count(ask.text("path")))
