"""Pictures of items and of files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bottle import HTTPResponse, request

from hdp.web.api import Api, Ask

# what people put into their folders is shown, never run
_SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    # an item may get another picture, so its address is asked again; the answer is mostly 304
    "Cache-Control": "private, no-cache",
}


def add(api: Api) -> None:
    """Make the routes known."""
    pictures = api.page.pictures

    def preview(ask: Ask, number: int) -> HTTPResponse:
        size, page = ask.integer("size", 480), ask.integer("page", 1)
        return _answer(pictures.preview(number, size, page))

    def about(ask: Ask, number: int) -> Any:
        return pictures.about(number)

    api.get("/thumbnails/<item:int>", lambda ask, item: _answer(pictures.thumbnail(item)))
    api.get("/files/<number:int>/preview", preview)
    api.get("/files/<number:int>/about", about)


def _answer(found: tuple[Path, str] | None) -> HTTPResponse:
    """The picture; 204 where there is none, as the browser would log any other answer."""
    if found is None:
        return HTTPResponse(status=204, headers=_SAFE)
    path, digest = found
    headers = {**_SAFE, "ETag": f'"{digest}"'}
    if request.get_header("If-None-Match") == headers["ETag"]:
        return HTTPResponse(status=304, headers=headers)
    try:
        data = path.read_bytes()
    except OSError:  # another process has just tidied up
        return HTTPResponse(status=204, headers=_SAFE)
    headers["Content-Type"] = "image/jpeg"
    return HTTPResponse(data, 200, headers)
