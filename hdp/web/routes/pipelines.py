"""Pipelines, components, plugins."""

from __future__ import annotations

from hdp.web.api import Api


def add(api: Api) -> None:
    """Make the routes known."""
    pipelines = api.page.pipelines
    api.get("/pipelines", lambda ask: pipelines.list())
    api.get("/pipelines/<name>", lambda ask, name: pipelines.show(name))
    api.get("/components", lambda ask: pipelines.components())
    api.get("/plugins", lambda ask: pipelines.plugins())
