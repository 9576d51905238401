"""New versions of HDP: what is known, looking, and the page of one."""

from __future__ import annotations

from typing import Any

from hdp.sdk import NotFound
from hdp.web.api import Api, Ask


def add(api: Api) -> None:
    """Make the routes known."""
    page, dialogs = api.page, api.dialogs

    def open_page(_ask: Ask) -> Any:
        release = page.release()["release"]
        if not release or not release["url"]:
            raise NotFound("No page of a release is known.", code="not-available")
        url = release["url"]
        return {"url": url, "opened": dialogs is not None and dialogs.show_page(url)}

    api.get("/release", lambda ask: page.release())
    api.post("/release/look", lambda ask: page.look_for_release(asked=ask.body.get("now") is True))
    api.post("/release/open", open_page)
