"""Environments and tokens for the page; a token goes in and never comes out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp import paths
from hdp.application import places, recents
from hdp.application.config import SETTINGS, Config, Setting
from hdp.application.settling_in import change_project, set_publishing
from hdp.environments import EnvironmentEntry
from hdp.events import Changed
from hdp.project.settings import DRAFTS_ONLY
from hdp.sdk import Conflict, HdpError, Target, UsageError

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


def _target_json(target: type[Target]) -> dict[str, Any]:
    return {
        "id": target.id, "title": target.title, "settings": target.settings.schema()["properties"]
    }  # fmt: skip


def _line(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or "\0" in value:
        raise UsageError(f"“{name}” must be a text.", code="bad-request", where={"field": name})
    return value.strip()


def _settings(body: Mapping[str, Any]) -> dict[str, Any]:
    value = body.get("settings") or {}
    if not isinstance(value, dict) or any(isinstance(one, (list, dict)) for one in value.values()):
        raise UsageError(
            "“settings” must be values by name.", code="bad-request", where={"field": "settings"}
        )
    return value


def _folder(text: str | None) -> Path | None:
    if text is None:
        return None
    path = Path(text).expanduser()
    if not path.is_absolute():
        raise UsageError(
            "The folder must be a whole path, from the root or the drive on.", code="bad-request"
        )
    return path


class SettingsPages:
    """Settings."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def show(self) -> dict[str, Any]:
        """All environments, and where this computer keeps things."""
        app = self._app
        practice = app.remotes.practice().url
        shown = [environment_json(app, one) for one in app.environments.list()]
        details = {one.name: self._details(one) for one in app.environments.list()}
        return {
            "environments": [
                one | {"url": one["url"] or practice} | details[one["name"]] for one in shown
            ],
            "targets": [_target_json(one) for one in app.catalogue.targets.values()],
            "home": str(app.home),
            "practice": {"url": practice, "folder": str(app.home / "practice")},
            "folders": self._folders(),
            "config": Config(app.home).all(),
            "ranges": {
                name: {"min": one.min, "max": one.max}
                for name, one in SETTINGS.items()
                if isinstance(one, Setting)
            },
            "project": self._project(),
        }

    def _details(self, entry: EnvironmentEntry) -> dict[str, Any]:
        target = self._app.catalogue.targets.get(entry.target)
        return {
            "target": entry.target,
            "target_title": target.title if target else entry.target,
            "settings": dict(entry.settings),
            "needs_token": self._app.remotes.needs_token(entry),
        }

    def _folders(self) -> list[dict[str, str]]:
        home = self._app.home
        places = (
            ("settings", home), ("plugins", home / "plugins"), ("practice", home / "practice"),
            ("activity", home / "activity"), ("log", paths.log_dir()),
        )  # fmt: skip
        return [{"what": what, "path": str(path)} for what, path in places]

    def _project(self) -> dict[str, Any] | None:
        app = self._app
        if not app.has_project:
            return None
        off = app.project.setting(DRAFTS_ONLY)
        return {
            "name": app.project.about.name,
            "code": app.project.about.code,
            "file": str(app.project.path),
            "input": str(app.project.root_dir("input")),
            "output": str(app.project.root_dir("output")),
            "environment": app.project.setting("environment"),
            "read_only": app.project.db.read_only,
            "publishing": {one.name: one.name not in off for one in app.environments.list()},
        }

    def change_project(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change the open project's name or folders, as far as they are given and differ."""
        now = self._project()
        if now is None:
            raise UsageError("No project is open.", code="no-project")
        given = {name: _line(body, name) for name in ("name", "input", "output") if name in body}
        new = {name: text for name, text in given.items() if text and text != now[name]}
        if new and self._app.jobs.running():
            raise Conflict(
                "Jobs are running in this project.",
                code="jobs-running",
                hint="Wait for them or cancel them, then change the project.",
            )
        change_project(
            self._app, name=new.get("name"),
            input_dir=_folder(new.get("input")), output_dir=_folder(new.get("output")),
        )  # fmt: skip
        return {"project": self._project()}

    def publishing(self, env: str, *, on: bool) -> dict[str, Any]:
        """Let the open project publish in an environment, or make drafts only."""
        set_publishing(self._app, env, on)
        return {"environment": env, "publishing": on}

    def configure(self, name: str, value: object) -> dict[str, Any]:
        """Change one of the person's own settings; None gives it back to its default."""
        text = None if value is None or value == "" else str(value)
        now = Config(self._app.home).set(name, text)
        self._app.bus.emit(Changed(("settings",)))
        return {"name": name, "value": now}

    def add(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Add an environment."""
        entry = places.add_environment(
            self._app, _line(body, "name"), target=_line(body, "target"), url=_line(body, "url"),
            kind=_line(body, "kind") or None, title=_line(body, "title"),
            settings=_settings(body),
        )  # fmt: skip
        return self._changed(entry)

    def change(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change an environment that was added; what is not given stays."""
        given = {name: _line(body, name) for name in ("url", "kind", "title") if name in body}
        settings = _settings(body) if "settings" in body else None
        entry = places.change_environment(
            self._app, _line(body, "name"), url=given.get("url"), kind=given.get("kind"),
            title=given.get("title"), settings=settings,
        )  # fmt: skip
        return self._changed(entry)

    def _changed(self, entry: EnvironmentEntry) -> dict[str, Any]:
        self._app.bus.emit(Changed(("settings",)))
        return {"environment": environment_json(self._app, entry) | self._details(entry)}

    def remove(self, name: str) -> dict[str, Any]:
        """Forget an added environment and its token."""
        places.remove_environment(self._app, name)
        self._app.bus.emit(Changed(("settings",)))
        return {}

    def forget_recent(self, path: Path) -> dict[str, Any]:
        """Take a project off the list of recent ones; its file stays."""
        recents.forget(self._app.home, path)
        return {"recents": recents.list_recents(self._app.home)}

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
        found = places.check_environment(self._app, env)
        return {name: found[name] for name in ("account", "message", "may")}
