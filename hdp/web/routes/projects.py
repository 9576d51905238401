"""Projects: opening, making, scanning."""

from __future__ import annotations

from bottle import request

from hdp.web.api import Api


def add(api: Api) -> None:
    """Make the routes known."""
    projects = api.page.projects
    api.post("/project/open", lambda ask: projects.open(ask.path("path")))
    api.post("/project/close", lambda ask: projects.close())
    api.post("/project/new", lambda ask: projects.new(ask.body), 202)
    api.post(
        "/project/preview",
        lambda ask: projects.preview(ask.body, request.environ["hdp.closing"].is_set),
    )
    api.post("/project/check", lambda ask: projects.check(ask.body))
    api.post("/project/scan", lambda ask: projects.scan(), 202)
    api.post("/project/demo", lambda ask: projects.demo(), 202)
    api.get("/modalities", lambda ask: projects.modalities())
    api.get("/folders", lambda ask: projects.folders(ask.text("path")))
