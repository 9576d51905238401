"""The system's own dialogs, where there is a window."""

from __future__ import annotations

from typing import Any

from hdp.sdk import NotFound, UsageError
from hdp.web.api import Api, Ask
from hdp.web.dialogs import Dialogs


def add(api: Api) -> None:
    """Make the routes known."""

    def window() -> Dialogs:
        if api.dialogs is None:
            raise NotFound(
                "This page has no window of its own.", code="not-available", hint="Type the path."
            )
        return api.dialogs

    def open_file(ask: Ask) -> Any:
        kinds = ask.body.get("kinds") or []
        if not isinstance(kinds, list) or not all(
            isinstance(one, str) and one.isalnum() for one in kinds
        ):
            raise UsageError("“kinds” must be a list of extensions.", code="bad-request")
        return {"path": window().open_file(ask.text("title"), kinds)}

    def save_file(ask: Ask) -> Any:
        return {"path": window().save_file(ask.text("title"), ask.text("name"))}

    api.post("/dialogs/open-folder", lambda ask: {"path": window().open_folder(ask.text("title"))})
    api.post("/dialogs/open-file", open_file)
    api.post("/dialogs/open-files", lambda ask: {"paths": window().open_files(ask.text("title"))})
    api.post("/dialogs/save-file", save_file)
