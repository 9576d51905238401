"""Jobs, their tasks and their reports."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse

from hdp.web.api import Api, Ask

_MOST = 1_000_000


def add(api: Api) -> None:
    """Make the routes known."""
    jobs = api.page.jobs

    def show(ask: Ask, job: int) -> Any:
        offset, limit = ask.integer("offset", 0), ask.integer("limit", 1000, most=_MOST)
        return jobs.show(job, ask.text("state"), offset, limit)

    def report(ask: Ask, job: int, form: str) -> HTTPResponse:
        content, media_type = jobs.report(job, form)
        headers = {
            "Content-Type": media_type,
            "Content-Disposition": f'attachment; filename="job-{job}.{form}"',
            "Cache-Control": "no-store",
        }
        return HTTPResponse(content, 200, headers)

    api.get("/jobs", lambda ask: jobs.list(ask.integer("offset", 0), ask.integer("limit", 100)))
    api.get("/jobs/<job:int>", show)
    api.get("/jobs/<job:int>/report.<form:re:[a-z]+>", report)
    api.post("/jobs/<job:int>/report", lambda ask, job: jobs.save_report(job, ask.path("path")))
    api.post("/jobs/<job:int>/cancel", lambda ask, job: jobs.cancel(job))
    api.post(
        "/jobs/<job:int>/retry",
        lambda ask, job: jobs.retry(job, ask.by, ask.body.get("confirm")),
        202,
    )
