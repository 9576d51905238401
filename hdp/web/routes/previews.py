"""What the wizard finds in a folder, before there is a project."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse, request, static_file

from hdp.sdk import UsageError
from hdp.web.api import Api, Ask

_MOST_LINES = 500


def add(api: Api) -> None:
    """Make the routes known."""
    previews = api.page.previews

    def start(ask: Ask) -> Any:
        return previews.start(ask.body, request.environ["hdp.closing"].is_set)

    def lines(ask: Ask, preview: str) -> Any:
        return previews.lines(preview, _asked(ask))

    def item(ask: Ask, preview: str) -> Any:
        chosen = {name: ask.text(name) for name in ("archive", "model") if ask.text(name)}
        return previews.item(preview, ask.text("of"), chosen)

    def picture(ask: Ask, preview: str) -> HTTPResponse:
        path = previews.picture(preview, ask.text("file"))
        if path is None:
            return HTTPResponse(status=204)
        headers = {"Cache-Control": "private, max-age=600"}
        return static_file(path.name, str(path.parent), mimetype="image/jpeg", headers=headers)

    api.post("/project/preview", start, 202)
    api.post("/previews/end", lambda ask: previews.end())
    api.get("/previews/<preview>", lambda ask, preview: previews.get(preview))
    api.get("/previews/<preview>/items", lines)
    api.post("/previews/<preview>/lines", lines)
    api.get("/previews/<preview>/item", item)
    api.get("/previews/<preview>/picture", picture)
    api.post("/previews/<preview>/cancel", lambda ask, preview: previews.cancel(preview))
    api.post(
        "/previews/<preview>/arrange", lambda ask, preview: previews.arrange(preview, ask.body)
    )


def _asked(ask: Ask) -> dict[str, Any]:
    unfolded = ask.body.get("open") or []
    if not isinstance(unfolded, list) or not all(isinstance(one, str) for one in unfolded):
        raise UsageError("“open” must be a list of texts.", code="bad-request")
    return {
        "status": ask.text("status"), "search": ask.text("search"), "code": ask.text("code"),
        "unfolded": frozenset(unfolded), "offset": ask.integer("offset", 0),
        "limit": ask.integer("limit", 100, most=_MOST_LINES),
    }  # fmt: skip
