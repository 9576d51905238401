"""Environments and tokens for the page; a token goes in and never comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp.application.places import check_environment
from hdp.application.settling_in import change_project
from hdp.environments import EnvironmentEntry
from hdp.events import Changed
from hdp.sdk import HdpError, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application


def environment_json(app: Application, entry: EnvironmentEntry) -> dict[str, Any]:
    """An environment as the page shows it; the practice repository needs no token."""
    source = "practice" if entry.name == "practice" else _token_source(app, entry.name)
    return {
        "name": entry.name,
        "title": entry.title or entry.name,
        "kind": entry.kind,
        "url": entry.url,
        "builtin": entry.builtin,
        "has_token": source is not None,
        "token_source": source,
    }


def _token_source(app: Application, env: str) -> str | None:
    try:
        return app.credentials.get(env)[1]
    except HdpError:
        return None


class SettingsPages:
    """Settings."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def show(self) -> dict[str, Any]:
        """All environments, and where this computer keeps things."""
        app = self._app
        practice = app.remotes.practice().url
        shown = [environment_json(app, one) for one in app.environments.list()]
        return {
            "environments": [one | {"url": one["url"] or practice} for one in shown],
            "home": str(app.home),
            "practice": {"url": practice, "folder": str(app.home / "practice")},
        }

    def environment(self, env: str) -> dict[str, Any]:
        """Make an environment the project's own; production is named each time instead."""
        change_project(self._app, env=env)
        return {"environment": env}

    def token(self, env: str, token: str | None) -> dict[str, Any]:
        """Keep a token, or (None) forget it; says where it is."""
        entry = self._app.environments.get(env)
        if entry.name == "practice":
            raise UsageError("The practice repository has a token of its own.", code="built-in")
        credentials = self._app.credentials
        if token is None:
            where = credentials.remove(entry.name)
        else:
            where = credentials.store(entry.name, token)
        self._app.bus.emit(Changed(("settings",)))
        return {"where": where}

    def check(self, env: str) -> dict[str, Any]:
        """Ask the repository who the token belongs to, and what it may do."""
        found = check_environment(self._app, env)
        return {name: found[name] for name in ("account", "message", "may")}
