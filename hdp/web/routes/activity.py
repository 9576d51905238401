"""Every call to a repository."""

from __future__ import annotations

from hdp.web.api import Api

_MOST = 10_000


def add(api: Api) -> None:
    """Make the routes known."""
    calls = api.page.calls
    api.get(
        "/activity",
        lambda ask: calls(
            search=ask.text("search"), env=ask.text("env"), failed=ask.text("failed") == "1",
            limit=ask.integer("limit", 100, most=_MOST),
        ),
    )  # fmt: skip
