"""Pipelines, components, plugins."""

from __future__ import annotations

from hdp.web.api import Api, Ask


def add(api: Api) -> None:
    """Make the routes known."""
    pipelines = api.page.pipelines
    api.get("/pipelines", lambda ask: pipelines.list())
    api.get("/pipelines/<name>", lambda ask, name: pipelines.show(name))
    api.get("/components", lambda ask: pipelines.components())
    api.get("/plugins", lambda ask: pipelines.plugins())
    chosen = api.page.plugin_settings
    api.get("/plugins/settings", lambda ask: chosen.list())

    def value(ask: Ask) -> str | None:
        none = "value" in ask.body and ask.body["value"] is None
        return None if none else ask.text("value", None)

    api.post(
        "/plugins/settings",
        lambda ask: chosen.set(ask.text("plugin", None), ask.text("name", None), value(ask)),
    )
    api.post("/plugins/check", lambda ask: chosen.check(ask.text("plugin", None)))
    api.post(
        "/plugins/secret",
        lambda ask: chosen.secret(ask.text("plugin", None), ask.text("name", None), value(ask)),
    )
