"""The Pipeline Constructor: forms and texts, the project's files, and tries on a file."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse, static_file

from hdp.sdk import NotFound
from hdp.web.api import Api, Ask

_SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


def add(api: Api) -> None:
    """Make the routes known."""
    pages = api.page.constructing

    def open_(ask: Ask, name: str) -> Any:
        return pages.open(name)

    api.get("/constructor/words", lambda ask: pages.words(ask.env()))
    api.get("/constructor/schema", lambda ask: pages.schema())
    api.get("/constructor/pipelines/<name>", open_)
    api.post("/constructor/read", lambda ask: pages.look(ask.text("yaml", None)))
    api.post(
        "/constructor/write",
        lambda ask: pages.write(ask.text("yaml", None), ask.body.get("model")),
    )
    api.post("/constructor/create", lambda ask: pages.create(ask.body))
    api.post(
        "/constructor/save",
        lambda ask: pages.save(
            ask.text("name", None), ask.text("yaml", None), ask.text("hash", None)
        ),
    )
    api.post(
        "/constructor/delete",
        lambda ask: pages.remove(ask.text("name", None), ask.text("hash", None)),
    )
    _add_tries(api)


def _add_tries(api: Api) -> None:
    pages = api.page.constructing

    def content(ask: Ask, job: int, number: int) -> HTTPResponse:
        path, media_type = pages.tried_file(job, number)
        saved = {} if media_type.startswith("image/") else {"Content-Disposition": "attachment"}
        answer = static_file(
            path.name, root=str(path.parent), mimetype=media_type, charset="",
            headers=_SAFE | saved,
        )  # fmt: skip
        if answer.status_code in (403, 404):
            raise NotFound("There is no such file in this try.", code="no-such-file")
        return answer

    def picture(ask: Ask, job: int, number: int) -> HTTPResponse:
        path = pages.tried_picture(job, number, ask.integer("size", 480))
        if path is None:
            return HTTPResponse(status=204, headers=_SAFE)
        return static_file(path.name, str(path.parent), mimetype="image/jpeg", headers=_SAFE)

    api.post(
        "/constructor/try",
        lambda ask: pages.try_out(ask.text("yaml", None), ask.body, ask.env(), ask.by),
        202,
    )
    api.get("/constructor/tries/<job:int>", lambda ask, job: pages.tried(job))
    api.get("/constructor/tries/<job:int>/files/<number:int>", content)
    api.get("/constructor/tries/<job:int>/pictures/<number:int>", picture)
    api.post("/constructor/tries/end", lambda ask: pages.end())
