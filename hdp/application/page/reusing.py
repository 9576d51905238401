"""Use what was prepared in another environment: where there is something, and what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hdp.application import reusing
from hdp.sdk import UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

_MOST_COMPARED = 200


class ReusePages:
    """What the offer on the tabs and its dialog ask for."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def offers(self, env: str | None, stage: str) -> dict[str, Any]:
        """Where items of a tab are prepared as well, with how many."""
        return {"offers": reusing.offers(self._app, self._app.environment(env).name, stage)}

    def ids(self, env: str | None, source: str, stage: str) -> dict[str, Any]:
        """The items that an offer is about."""
        name = self._app.environment(env).name
        return {"ids": reusing.candidates(self._app, name, source, stage)}

    def differences(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What would be taken for some items, and what stays; nothing is prepared."""
        env = self._app.environment(str(body["env"]) if body.get("env") else None).name
        ids, source = body.get("ids"), body.get("from")
        if not isinstance(ids, list) or not all(type(one) is int for one in ids):
            raise UsageError("“ids” must be a list of numbers.", code="bad-request")
        if len(ids) > _MOST_COMPARED:
            raise UsageError(
                f"At most {_MOST_COMPARED} records are compared at once.", code="too-many"
            )
        if not isinstance(source, str) or not source:
            raise UsageError("“from” must be the name of an environment.", code="bad-request")
        entry = reusing.source_of(self._app, source, env)
        wanted = set(ids)
        rows = [row for row in self._app.project.overview(env) if row.id in wanted]
        return {"items": reusing.preview(self._app, env, entry.name, rows), "total": len(rows)}
