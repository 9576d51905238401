"""What the application is, and pages in the person's own browser."""

from __future__ import annotations

from typing import Any

from hdp.sdk import UsageError
from hdp.web.api import Api, Ask


def add(api: Api) -> None:
    """Make the routes known."""
    page, dialogs = api.page, api.dialogs

    def open_page(ask: Ask) -> Any:
        item = ask.body.get("item")
        if type(item) is not int:
            raise UsageError("“item” must be a number.", code="bad-request")
        url = page.uploads.page_url(item, ask.env())
        return {"url": url, "opened": dialogs is not None and dialogs.show_page(url)}

    api.get("/ready", lambda ask: {"ready": True})
    api.get("/app", lambda ask: page.about(dialogs=dialogs is not None))
    api.post("/open-page", open_page)
