"""The built page's files, with a MIME table of our own: the system's may be wrong."""

from __future__ import annotations

from pathlib import PurePosixPath

from bottle import HTTPResponse, static_file

from hdp import paths
from hdp.sdk import NotFound
from hdp.web.api import error_answer

_MIME = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml",
    ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2", ".woff": "font/woff",
    ".webp": "image/webp", ".jpg": "image/jpeg", ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8", ".map": "application/json",
}  # fmt: skip
_UNBUILT = """<!doctype html><html lang="en"><meta charset="utf-8">
<title>Heritage Data Processor</title><h1>The page is not built yet</h1>
<p>In a checkout, run <code>python hatch_build.py</code> once, then load this page again.
The command line works without it: <code>hdp --help</code>.</p>"""


def index() -> HTTPResponse:
    """The page itself, or how to build it."""
    if not (paths.frontend_dir() / "index.html").is_file():
        headers = {"Content-Type": _MIME[".html"], "Cache-Control": "no-store"}
        return HTTPResponse(_UNBUILT, 200, headers)
    return _send("index.html", "no-cache")


def file(path: str) -> HTTPResponse:
    """A file of the built page; 404 for everything else."""
    pure = PurePosixPath(path)
    known = pure.suffix in _MIME and not path.startswith("api/")
    if not known or ".." in pure.parts or "\\" in path or "\0" in path:
        return error_answer(NotFound("There is nothing at this address."))
    kept = "max-age=31536000, immutable" if pure.parts[0] == "assets" else "no-cache"
    return _send(path, kept)


def _send(path: str, cache: str) -> HTTPResponse:
    mime = _MIME[PurePosixPath(path).suffix]
    answer = static_file(path, root=str(paths.frontend_dir()), mimetype=mime, charset="")
    if answer.status_code >= 400:
        return error_answer(NotFound("There is nothing at this address."))
    answer.set_header("Cache-Control", cache)
    answer.set_header("Content-Type", mime)
    return answer
