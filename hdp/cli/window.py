"""`hdp app` and `hdp serve`: the window, and the same page in a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import OK

if TYPE_CHECKING:
    from hdp.application import Application
    from hdp.cli.session import Session

_FILE = click.argument("file", required=False, type=click.Path(path_type=Path))


@click.command("app", cls=Command, epilog=example("hdp app coins.hdpc"))
@_FILE
@click.option("--try", "try_", is_flag=True, hidden=True)
@pass_session
def app_command(session: Session, file: Path | None, try_: bool) -> int:
    """Open the window, with a project where one is named."""
    if try_:
        return _try_window(session)
    return open_window(session, file)


def _try_window(session: Session) -> int:
    """Open the window, look whether the page is in it, and close it: for the self-test."""
    from hdp.shell import try_window

    shown = try_window(session.app)
    session.emit({"shows": shown}, shown)
    return OK


def open_window(session: Session, file: Path | None = None) -> int:
    """Show the window until it is closed; a sentence and exit 2 where there can be none."""
    from hdp import paths
    from hdp.one_window import hand_over
    from hdp.sdk import UsageError
    from hdp.shell import load_webview, run

    if (file is None or file.is_file()) and hand_over(paths.home_dir(), file):
        session.tell("HDP is open already: its window came forward.")
        return OK
    app = session.open(file) if file else session.open_if_named()
    try:
        load_webview()
    except UsageError as error:
        if error.name == "no-display":
            raise
        # What is missing is the window alone: the same page in the browser does the work.
        session.tell(f"{error.message} {error.hint}\nThe page opens in your browser instead.")
        return serve_page(session, open_browser=True)
    with watched(app):
        return run(app)


@contextmanager
def watched(app: Application) -> Iterator[None]:
    """While it lasts, what nobody expected is kept, and told at the next start."""
    from hdp.application.crashes import Watch
    from hdp.sdk import HdpError

    watch = app.watch = Watch(app.home)
    watch.start()
    try:
        yield
    except HdpError:
        raise
    except Exception as error:
        watch.note(error)
        raise
    finally:
        watch.stop()


@click.command("serve", cls=Command, epilog=example("hdp serve --open"))
@_FILE
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N",
              help="On this port; a free one if left out.")  # fmt: skip
@click.option("--open", "open_", is_flag=True, help="Open the browser.")
@pass_session
def serve_command(session: Session, file: Path | None, port: int, open_: bool) -> int:
    """Serve the page until Ctrl-C; the first line of stdout is its one-time address."""
    if file:
        session.open(file)
    else:
        session.open_if_named()
    return serve_page(session, port=port, open_browser=open_)


def serve_page(session: Session, *, port: int = 0, open_browser: bool = False) -> int:
    """Serve the page of the session's application until the person stops it."""
    from hdp.application.page import serve
    from hdp.sdk import UsageError

    try:
        server = serve(session.app, port=port)
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be used: {error.strerror or error}.",
            code="port-taken",
            hint="Leave --port out: a free one is taken.",
        ) from error
    try:
        with watched(session.app):
            return stay(session, server.url, open_browser=open_browser)
    finally:
        server.stop()


def stay(session: Session, url: str, *, open_browser: bool) -> int:
    """Print the address and serve on until Ctrl-C or SIGTERM, which is a good end."""
    from hdp.opening import open_page

    with suppress(KeyboardInterrupt):
        session.emit({"url": url}, url)
        session.tell("Served on this computer only. Stop it with Ctrl-C.")
        if open_browser and not open_page(url):
            session.tell("No browser was found; open the address yourself.")
        threading.Event().wait()
    return OK
