"""Keeps everybody out but the page that was opened with the one-time token.

Stands before all routes, so that none can be without it: other hosts (DNS rebinding), other
origins, other programs' requests and other computers get 403.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from hdp.serving import App, Environ

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline';"
    # Compressed models are unpacked by WebAssembly in workers that the page makes of its own code.
    " script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
)
_HEADERS = (
    ("Content-Security-Policy", CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_READING = ("GET", "HEAD")
_CHANGING = ("POST", "PUT", "DELETE")
_OPEN = "/api/ready"
_Start = Callable[..., Any]


class Guard:
    """A WSGI application before another; `port` is set as soon as it is known."""

    def __init__(self, app: App) -> None:
        self.port = 0
        self.token = secrets.token_urlsafe(32)
        self._session = secrets.token_urlsafe(32)
        self._token_left = True
        self._lock = threading.Lock()
        self._app = app

    @property
    def cookie(self) -> str:
        """The cookie's name; browsers do not tell ports apart, so it holds ours."""
        return f"hdp_{self.port}"

    def __call__(self, environ: Environ, start_response: _Start) -> Iterable[bytes]:
        """Answer a request, or hand it on when it is the page's own."""
        start = _with_headers(start_response)
        if environ.get("HTTP_HOST", "") not in self._hosts():
            return _refuse(start, "wrong-host", "This address is not ours.")
        if environ["PATH_INFO"] == _OPEN and environ["REQUEST_METHOD"] in _READING:
            return self._app(environ, start)
        if environ["PATH_INFO"] == "/" and "token=" in environ.get("QUERY_STRING", ""):
            return self._exchange(environ, start)
        if not self._has_session(environ):
            return _no_session(environ, start)
        refused = self._why_not(environ)
        return _refuse(start, *refused) if refused else self._app(environ, start)

    def _hosts(self) -> tuple[str, str]:
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    def _exchange(self, environ: Environ, start: _Start) -> Iterable[bytes]:
        given = parse_qs(environ["QUERY_STRING"]).get("token", [""])[0]
        headers = [("Location", "/"), ("Cache-Control", "no-store"), ("Content-Length", "0")]
        if self._has_session(environ):
            # the same address again, or a reload: the window is known already
            start("303 See Other", headers)
            return [b""]
        with self._lock:
            fits = self._token_left and hmac.compare_digest(given.encode(), self.token.encode())
            self._token_left = self._token_left and not fits
        if not fits:
            return _no_session(environ, start)
        cookie = f"{self.cookie}={self._session}; HttpOnly; SameSite=Strict; Path=/"
        start("303 See Other", [*headers, ("Set-Cookie", cookie)])
        return [b""]

    def _has_session(self, environ: Environ) -> bool:
        try:
            found = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(self.cookie)
        except CookieError:
            return False
        given = found.value if found else ""
        return hmac.compare_digest(given.encode(), self._session.encode())

    def _why_not(self, environ: Environ) -> tuple[str, str] | tuple[str, str, str] | None:
        method = environ["REQUEST_METHOD"]
        site = environ.get("HTTP_SEC_FETCH_SITE", "same-origin")
        if method in _READING:
            # another port of this computer is "same-site", and its pages get our cookie sent
            wrong = environ["PATH_INFO"].startswith("/api/") and site not in ("same-origin", "none")
            return ("wrong-origin", "Another page asked for this.") if wrong else None
        if method not in _CHANGING:
            return "wrong-method", "There is no such method here.", "405 Method Not Allowed"
        if environ.get("HTTP_ORIGIN") != f"http://{environ['HTTP_HOST']}" or site != "same-origin":
            return "wrong-origin", "Another page asked for this."
        if environ.get("CONTENT_TYPE", "").partition(";")[0].strip() != "application/json":
            return "wrong-type", "Send application/json.", "415 Unsupported Media Type"
        return None


def _with_headers(start_response: _Start) -> _Start:
    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        names = {name.lower() for name, _ in headers}
        ours = [one for one in _HEADERS if one[0].lower() not in names]
        return start_response(status, [*headers, *ours], exc_info)

    return start


def _refuse(
    start: _Start, code: str, message: str, status: str = "403 Forbidden"
) -> Iterable[bytes]:
    error = {"code": code, "message": message, "hint": "", "where": {}, "args": {}, "findings": []}
    body = json.dumps({"error": error}).encode()
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _no_session(environ: Environ, start: _Start) -> Iterable[bytes]:
    message = "This window is not known. Open the page by the address that hdp serve prints."
    if environ["PATH_INFO"].startswith("/api/"):
        return _refuse(start, "no-session", message)
    body = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Heritage Data Processor</title>"
        f"<h1>Heritage Data Processor</h1><p>{message}</p>"
        "<p>Each address works once; start HDP again for a new one.</p>"
    ).encode()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    start("403 Forbidden", [*headers, ("Cache-Control", "no-store")])
    return [body]
