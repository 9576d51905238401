"""What the page's routes ask for, in words of JSON; `serve` starts the page's server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdp.application.page.front import Page
from hdp.web.server import WebServer, start

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.web.dialogs import Dialogs

__all__ = ["Page", "serve"]


def serve(app: Application, *, port: int = 0, dialogs: Dialogs | None = None) -> WebServer:
    """Serve the page of an application on this computer; it answers when this returns.

    `url` of the answer holds the one-time token; `stop` ends it. Without `dialogs` the page
    asks for paths in fields of its own.
    """
    return start(Page(app), port=port, dialogs=dialogs)
