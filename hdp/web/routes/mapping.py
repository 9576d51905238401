"""The dashboard and the mapping."""

from __future__ import annotations

from hdp.web.api import Api


def add(api: Api) -> None:
    """Make the routes known."""
    mapping = api.page.mapping
    api.get("/dashboard", lambda ask: mapping.dashboard(ask.env()))
    api.get("/disk", lambda ask: mapping.disk())
    api.get("/mapping", lambda ask: mapping.show())
    api.get("/mapping/preview", lambda ask: mapping.preview(ask.integer("item", 0), ask.env()))
    api.post("/mapping/check", lambda ask: mapping.check(ask.env()))
    api.post("/mapping/set", lambda ask: mapping.set(ask.path("path")))
    _design(api)


def _design(api: Api) -> None:
    """What the page asks for while a mapping is made."""
    design = api.page.designing
    api.get("/mapping/list", lambda ask: design.overview())
    api.get("/mapping/fields", lambda ask: design.fields(ask.env()))
    api.get("/mapping/open", lambda ask: design.open(ask.text("name") or None))
    api.post("/mapping/load", lambda ask: design.load(ask.path("path")))
    api.post("/mapping/elsewhere", lambda ask: design.elsewhere(ask.path("path")))
    api.post("/mapping/look", lambda ask: design.look(ask.path("path"), ask.body))
    api.post("/mapping/propose", lambda ask: design.propose(ask.path("path"), ask.body, ask.env()))
    api.post(
        "/mapping/make",
        lambda ask: design.make(
            ask.body, ask.env(), ask.integer("offset", 0), ask.integer("limit", 20, most=200)
        ),
    )
    api.post("/mapping/match", lambda ask: design.match(ask.body, ask.env()))
    api.post("/mapping/check-all", lambda ask: design.check(ask.body, ask.env()))
    api.post("/mapping/leave-out", lambda ask: design.leave_out(ask.body, ask.env()))
    api.post("/mapping/differences", lambda ask: design.differences(ask.body, ask.env()))
    api.post("/mapping/save", lambda ask: design.save(ask.body))
    api.post("/mapping/export", lambda ask: design.export(ask.body, ask.path("path")))
    api.post("/mapping/remove", lambda ask: design.remove(ask.text("name", None)))
    api.post(
        "/mapping/move",
        lambda ask: design.move(ask.text("name", None), ask.text("before") or None),
    )
