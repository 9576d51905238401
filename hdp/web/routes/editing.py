"""Edit: the fields of one record, and the words that a field may have."""

from __future__ import annotations

from hdp.web.api import Api


def add(api: Api) -> None:
    """Make the routes known."""
    edit = api.page.editing
    api.get("/items/<item:int>/metadata", lambda ask, item: edit.show(item, ask.env()))
    api.post(
        "/items/<item:int>/metadata",
        lambda ask, item: edit.save(item, ask.env(), ask.body, ask.by),
    )
    api.post(
        "/items/<item:int>/metadata/check",
        lambda ask, item: edit.check(item, ask.env(), ask.body),
    )
    api.get(
        "/vocabularies/<field>", lambda ask, field: edit.vocabulary(ask.env(), field, ask.text("q"))
    )
