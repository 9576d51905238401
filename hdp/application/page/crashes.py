"""What broke, for the dialog that tells of it; nothing of it is sent anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp import paths
from hdp.application import crash_text, crashes

if TYPE_CHECKING:
    from hdp.application.app import Application


class CrashPages:
    """Crashes of earlier runs, and the text that "Copy details" copies."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def show(self) -> dict[str, Any]:
        """The newest crash that nobody was told of yet, their number, and the log's folder."""
        found = crashes.left(self._app.home)
        newest = [{"id": one.id, "when": one.when, "what": one.what} for one in found[:1]]
        return {"crash": next(iter(newest), None), "count": len(found), "log": str(paths.log_dir())}

    def details(self, *, what: str, trace: str, place: str, report: str) -> dict[str, str]:
        """The cleaned text on something that went wrong in this run."""
        text = crash_text.compose(self._app, what=what, trace=trace, place=place, report=report)
        return {"text": text}

    def earlier(self, place: str) -> dict[str, str]:
        """The cleaned text on all crashes of earlier runs; empty where there is none."""
        found = crashes.left(self._app.home)
        if not found:
            return {"text": ""}
        first = found[0]
        trace = "\n\n".join(
            one.trace if one is first else f"Before that, {one.when}: {one.what}\n{one.trace}"
            for one in found
        )
        text = crash_text.compose(
            self._app, what=first.what, trace=trace, when=first.when, version=first.version,
            place=place,
        )  # fmt: skip
        return {"text": text}

    def forget(self) -> dict[str, bool]:
        """The person was told."""
        crashes.forget(self._app.home)
        return {"forgotten": True}
