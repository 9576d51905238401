"""What broke here or in an earlier run, and the folder of the log."""

from __future__ import annotations

from typing import Any

from hdp import paths
from hdp.web.api import REPORTS, Api, Ask

_MOST = 20_000


def add(api: Api) -> None:
    """Make the routes known."""
    crashes = api.page.crashes

    def details(ask: Ask) -> Any:
        place, report = ask.text("place")[:300], ask.text("report")[:40]
        if ask.body.get("earlier") is True:
            return crashes.earlier(place)
        # What the page saw stands before what the server knows of the same mistake.
        trace = "\n\n".join(filter(None, (ask.text("trace")[:_MOST], REPORTS.get(report, ""))))
        what = ask.text("what")[:2000]
        return crashes.details(what=what, trace=trace, place=place, report=report)

    def show_log(ask: Ask) -> Any:
        folder = paths.log_dir()
        shown = api.dialogs is not None and folder.is_dir() and api.dialogs.show_folder(str(folder))
        return {"shown": shown, "path": str(folder)}

    api.get("/crashes", lambda ask: crashes.show())
    api.post("/crashes/details", details)
    api.post("/crashes/forget", lambda ask: crashes.forget())
    api.post("/crashes/show-log", show_log)
