"""The embedded server: the built page, its routes, and the guard before both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bottle import Bottle, HTTPResponse, response

from hdp.sdk import NotFound, UsageError
from hdp.serving import Served, serve
from hdp.web import static
from hdp.web.api import Api, bug_answer, error_answer
from hdp.web.guard import Guard
from hdp.web.routes import (
    about,
    activity,
    constructing,
    crashes,
    dialogs,
    editing,
    events,
    exporting,
    items,
    jobs,
    mapping,
    pictures,
    pipelines,
    previews,
    projects,
    publishing,
    releases,
    settings,
    settling,
    uploads,
    versions,
)

if TYPE_CHECKING:
    from hdp.application.page import Page
    from hdp.web.dialogs import Dialogs

_ROUTES = (
    about, projects, previews, mapping, items, editing, exporting, uploads, publishing, settling,
    pictures, pipelines, constructing, versions, jobs, activity, settings, dialogs, crashes,
    releases, events,
)  # fmt: skip


class WebServer:
    """A running page server; `url` holds the one-time token, `base` does not."""

    def __init__(self, served: Served, guard: Guard, end: Callable[[], None]) -> None:
        self.port = served.port
        self.base = served.url
        self.url = f"{served.url}/?token={guard.token}"
        self._served, self._end = served, end

    def stop(self) -> None:
        """End the event streams and free the port; may be called twice."""
        self._served.closing.set()
        self._end()
        self._served.stop()


def start(page: Page, *, port: int = 0, dialogs: Dialogs | None = None) -> WebServer:
    """Serve the page on this computer; it answers when this returns.

    UsageError where the port cannot be had.
    """
    guard = Guard(build(page, dialogs))
    try:
        served = serve(guard, port=port)
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"Port {port} cannot be used: {getattr(error, 'strerror', None) or error}.",
            code="port-taken",
            hint="Choose another with --port, or leave it out.",
        ) from error
    guard.port = served.port
    return WebServer(served, guard, page.end)


def build(page: Page, dialogs: Dialogs | None) -> Bottle:
    """The page's files and all routes, without the guard."""
    app = Bottle()
    app.default_error_handler = _on_error
    api = Api(app, page, dialogs)
    for noun in _ROUTES:
        noun.add(api)
    app.route("/", "GET", static.index)
    app.route("/<path:path>", "GET", static.file)
    return app


def _on_error(error: Any) -> bytes:
    answer = _error(error)
    response.content_type = "application/json"
    body: bytes = answer.body
    return body


def _error(error: Any) -> HTTPResponse:
    if error.status_code == 500:
        return bug_answer(error.exception or error)
    return error_answer(NotFound("There is nothing at this address."))
