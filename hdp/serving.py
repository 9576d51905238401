"""Serves a WSGI application on this computer only, in a thread of its own.

Requests with `Transfer-Encoding: chunked` reach the application as a body with a length, so that
it need not know the difference. The environ has two words of ours: `hdp.closing`, an event that
long answers watch, and `hdp.abort`, a function that cuts the connection without an answer.
"""

from __future__ import annotations

import logging
import socket
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import IO, Any, cast

from cheroot import wsgi

log = logging.getLogger(__name__)

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_SPOOL = 1024 * 1024
_BLOCK = 256 * 1024


class Served:
    """A running server; `closing` is set before it stops."""

    def __init__(self, server: wsgi.Server, closing: threading.Event) -> None:
        self.closing = closing
        self.port: int = server.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = server
        self._lock = threading.Lock()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=f"serve-{self.port}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._server.serve()
        except OSError:
            if not self.closing.is_set():
                log.exception("The server on port %s stopped unexpectedly.", self.port)

    def stop(self) -> None:
        """End long answers, finish the short ones, free the port; may be called twice."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
            self.closing.set()
            self._server.stop()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=5)


def serve(
    app: App, *, port: int = 0, threads: int = 48, closing: threading.Event | None = None
) -> Served:
    """Serve `app` on 127.0.0.1; it answers already when this returns. Port 0 takes a free one."""
    closing = closing or threading.Event()
    server = wsgi.Server(
        ("127.0.0.1", port),
        _with_length(app),
        numthreads=threads,
        server_name="127.0.0.1",
        request_queue_size=128,
        timeout=60,
        shutdown_timeout=2,
    )
    server.error_log = _log_error  # type: ignore[method-assign]
    server.gateway = _gateway(closing)
    server.expiration_interval = 0.1  # how long stopping waits at most for the accepting loop
    _prepare(server)
    return Served(server, closing)


def _prepare(server: wsgi.Server) -> None:
    """Start the workers from a daemon thread: they inherit that, so a forgotten stop() or an error
    in the main thread never keeps the process alive.
    """
    failures: list[BaseException] = []

    def run() -> None:
        try:
            server.prepare()
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            failures.append(error)

    thread = threading.Thread(target=run, name="serve-prepare", daemon=True)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def _log_error(msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
    log.log(level, "%s", msg, exc_info=traceback)


def _gateway(closing: threading.Event) -> type[Any]:
    class Gateway(wsgi.Gateway_10):
        """Adds our two words to the environ."""

        def get_environ(self) -> Environ:  # type: ignore[override]
            """The WSGI environ of this request."""
            environ: Environ = super().get_environ()  # type: ignore[no-untyped-call]
            environ["hdp.closing"] = closing
            environ["hdp.abort"] = lambda: _abort(self.req.conn.socket)
            return environ

    return Gateway


def _abort(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _with_length(app: App) -> App:
    """Give chunked bodies a length: WSGI frameworks read only as much as Content-Length says."""

    def inner(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() != "chunked":
            return app(environ, start_response)
        body = cast(IO[bytes], tempfile.SpooledTemporaryFile(max_size=_SPOOL))  # noqa: SIM115
        try:
            _read_chunks(environ["wsgi.input"], body)
        except (ValueError, OSError) as error:
            body.close()
            log.info("A request broke off: %s", error)
            start_response("400 Bad Request", [("Content-Type", "text/plain")])
            return [b"The request broke off."]
        environ["CONTENT_LENGTH"] = str(body.tell())
        body.seek(0)
        del environ["HTTP_TRANSFER_ENCODING"]
        environ["wsgi.input"] = body
        return _Closing(app(environ, start_response), body)

    return inner


def _read_chunks(source: IO[bytes], body: IO[bytes]) -> None:
    while block := source.read(_BLOCK):
        body.write(block)
    # what ends the body must be read too, or it is taken for the beginning of another request
    for _ in getattr(source, "read_trailer_lines", tuple)():
        pass


class _Closing:
    """An answer that closes the spooled request body when it ends."""

    def __init__(self, answer: Iterable[bytes], body: IO[bytes]) -> None:
        self._answer, self._body = answer, body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        """Called by the server after the last block."""
        self._body.close()
        if hasattr(self._answer, "close"):
            self._answer.close()
