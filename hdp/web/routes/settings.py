"""Environments and tokens."""

from __future__ import annotations

from typing import Any

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
