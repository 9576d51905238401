"""The ways to the repositories, one for each environment, and the practice repository's life."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hdp.application.config import Config
from hdp.environments import is_folder
from hdp.net import CallMade, Client
from hdp.pacing import Limits
from hdp.remote import DOING, Remote, connect
from hdp.sdk import Connection, InvalidInput, Target

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.environments import EnvironmentEntry
    from hdp.practice.server import Practice

log = logging.getLogger(__name__)
_NO_HTTP = Client()  # opens no connection before it is used


class Remotes:
    """Makes connections; starts the practice repository when it is first needed."""

    def __init__(self, app: Application, faults: str, rate: str) -> None:
        self._app = app
        self._faults, self._rate = faults, rate
        self._practice: Practice | None = None
        self.at_once = Config(app.home).number("calls-at-once") or 1
        self._limits = Limits(self.at_once)
        self._lock = threading.Lock()

    def practice(self) -> Practice:
        """The practice repository, started."""
        with self._lock:
            if self._practice is None:
                # Imported here, because most commands never need it and start faster so.
                from hdp.practice import server

                self._practice = server.start(
                    self._app.home / "practice", faults=self._faults, rate=self._rate or None
                )
            return self._practice

    def url(self, entry: EnvironmentEntry) -> str:
        """The address of an environment; the practice repository has another one each time."""
        return self.practice().url if entry.name == "practice" else entry.url

    def needs_token(self, entry: EnvironmentEntry) -> bool:
        """Whether a person has to give a token: not for practice, and not for a folder."""
        return entry.name != "practice" and not is_folder(entry.url)

    def token(self, entry: EnvironmentEntry) -> str:
        """The token of an environment; NotFound with the way to set one when there is none."""
        if entry.name == "practice":
            return self.practice().token
        if is_folder(entry.url):
            return ""
        token, _source = self._app.credentials.get(entry.name)
        return token

    def open(self, entry: EnvironmentEntry) -> Remote:
        """The repository of an environment in the host's care."""
        return connect(
            self._app.target(entry),
            environment=entry.name,
            base_url=self.url(entry),
            token=self.token(entry),
            settings=entry.settings,
            limits=self._limits,
            on_call=lambda call: self._note(entry.name, call),
            ca_path=_ca_file(entry),
        )

    def _note(self, env: str, call: CallMade) -> None:
        project = self._app.project.about.uuid if self._app.has_project else ""
        self._app.activity.note(env, call, DOING.get(), project=project)

    def offline(self, entry: EnvironmentEntry) -> Target:
        """The target of an environment without a token: it can check records, not send them."""
        target = self._app.target(entry)
        known = target.settings.schema()["properties"]
        settings = {name: value for name, value in entry.settings.items() if name in known}
        connection = Connection(
            entry.name, entry.url, "", target.settings(**settings), _NO_HTTP, log
        )
        return target(connection)

    def link(self, entry: EnvironmentEntry, stored: str | None) -> str | None:
        """A stored page's address as it is today: practice has another port each time."""
        with self._lock:
            running = self._practice
        if not stored or entry.name != "practice" or running is None:
            return stored
        return f"{running.url}{urlsplit(stored).path}"

    def close(self) -> None:
        """Stop the practice repository where it runs."""
        with self._lock:
            running, self._practice = self._practice, None
        if running is not None:
            running.stop()


def _ca_file(entry: EnvironmentEntry) -> Path | None:
    """The certificates that a server of one's own is trusted by; InvalidInput where not there."""
    text = str(entry.settings.get("ca_file") or "")
    if not text:
        return None
    path = Path(text).expanduser()
    if path.is_file():
        return path
    raise InvalidInput(
        f"The certificate file {path} of {entry.name} is not there.",
        code="file-missing",
        hint="Put it back, or add the environment anew with --set ca_file=...",
        where={"file": str(path)},
    )
