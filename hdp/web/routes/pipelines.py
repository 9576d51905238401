"""Pipelines, components, plugins."""

from __future__ import annotations

from hdp.sdk import UsageError
from hdp.web.api import Api, Ask


def add(api: Api) -> None:
    """Make the routes known."""
    pipelines = api.page.pipelines
    api.get("/pipelines", lambda ask: pipelines.list(ask.env()))
    api.get("/pipelines/<name>", lambda ask, name: pipelines.show(name))
    api.get("/components", lambda ask: pipelines.components())
    api.get("/plugins", lambda ask: pipelines.plugins())
    installed = api.page.plugins

    def yes(ask: Ask, name: str) -> bool:
        if not isinstance(ask.body.get(name), bool):
            raise UsageError(f"“{name}” must be true or false.", code="bad-request")
        return ask.body[name] is True

    api.post(
        "/plugins/install",
        lambda ask: installed.install(ask.path("path"), replace=ask.body.get("replace") is True),
    )
    api.post(
        "/plugins/enable",
        lambda ask: installed.enable(ask.text("plugin", None), on=yes(ask, "on")),
    )
    api.post("/plugins/remove", lambda ask: installed.remove(ask.text("plugin", None)))
    api.get(
        "/plugins/environment",
        lambda ask: installed.environment(ask.text("plugin", None), ask.integer("after", 0)),
    )
    api.post(
        "/plugins/environment", lambda ask: installed.make_environment(ask.text("plugin", None))
    )
    api.post(
        "/plugins/environment/cancel",
        lambda ask: installed.cancel_environment(ask.text("plugin", None)),
    )
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
