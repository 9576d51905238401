"""Exports: metadata in the formats of others, as a download or a file of this computer."""

from __future__ import annotations

from bottle import HTTPResponse

from hdp.web.api import Api, Ask


def add(api: Api) -> None:
    """Make the routes known."""
    exports = api.page.exporting

    def download(ask: Ask) -> HTTPResponse:
        content, name, media_type = exports.download(ask.env(), ask.text("items"), ask.text("as"))
        headers = {
            "Content-Type": media_type,
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return HTTPResponse(content, 200, headers)

    api.get("/metadata/export", download)
    api.post(
        "/metadata/export",
        lambda ask: exports.save(ask.env(), ask.text("items"), ask.text("as"), ask.path("path")),
    )
