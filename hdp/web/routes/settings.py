"""Environments, tokens, the person's and the project's settings."""

from __future__ import annotations

from typing import Any

from hdp.sdk import UsageError
from hdp.web.api import Api, Ask


def add(api: Api) -> None:
    """Make the routes known."""
    settings = api.page.settings

    def token(ask: Ask) -> Any:
        removed = "token" in ask.body and ask.body["token"] is None
        return settings.token(ask.text("env", None), None if removed else ask.text("token", None))

    api.get("/settings", lambda ask: settings.show())
    api.post("/settings/environment", lambda ask: settings.environment(ask.text("env", None)))
    api.post("/settings/token", token)
    api.post("/settings/check", lambda ask: settings.check(ask.text("env", None)))

    def publishing(ask: Ask) -> Any:
        if not isinstance(ask.body.get("on"), bool):
            raise UsageError("“on” must be true or false.", code="bad-request")
        return settings.publishing(ask.text("env", None), on=ask.body["on"])

    api.post("/settings/publishing", publishing)
    api.post("/settings/project", lambda ask: settings.change_project(ask.body))
    api.post(
        "/settings/config",
        lambda ask: settings.configure(ask.text("name", None), ask.body.get("value")),
    )
    api.post("/environments/add", lambda ask: settings.add(ask.body))
    api.post("/environments/change", lambda ask: settings.change(ask.body))
    api.post("/environments/remove", lambda ask: settings.remove(ask.text("name", None)))
    api.post("/recents/forget", lambda ask: settings.forget_recent(ask.path("path")))
