"""Settle: what a lost answer left open, and what a person decides about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hdp.application import unsettled
from hdp.sdk import UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

Body = Mapping[str, Any]


class SettlePages:
    """What the Settle dialog asks for."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def look(self, item: int, env: str | None) -> dict[str, Any]:
        """What is open, and the drafts that may be it; nothing is changed."""
        return unsettled.look(self._app, self._app.environment(env).name, item)

    def decide(self, item: int, body: Body, by: str) -> dict[str, Any]:
        """Do exactly one of the choices, once."""
        adopt, again, look = body.get("adopt"), body.get("create_again"), body.get("look")
        chosen = [isinstance(adopt, str) and bool(adopt), again is True, look is True]
        if sum(chosen) != 1 or len([one for one in (adopt, again, look) if one]) != 1:
            raise UsageError(
                "Say one of “adopt” (an id), “create_again” and “look”.", code="bad-request"
            )
        since = body.get("since")
        if not isinstance(since, str) or not since:
            raise UsageError("“since” must say which call is meant.", code="bad-request")
        env = str(body["env"]) if body.get("env") else None
        return unsettled.decide(
            self._app, self._app.environment(env).name, item,
            adopt=adopt or None, create_again=again is True, since=since, by=by,
        )  # fmt: skip

    def page_url(self, draft: str, env: str | None) -> str:
        """The page of a draft that may be it."""
        return unsettled.page_url(self._app, self._app.environment(env).name, draft)
