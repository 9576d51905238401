"""Adopting records that were published without HDP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hdp.sdk import HdpError, Unauthorised, Unreachable, UsageError
from hdp.uploads.adopting import pull_record

if TYPE_CHECKING:
    from hdp.application.app import Application


def pull(
    app: Application, env: str, records: Sequence[str], item_id: int | None = None
) -> list[dict[str, Any]]:
    """Adopt records by id or DOI; how each went, as the tasks of a job.

    After a refused token or an unreachable repository the rest is not tried.
    """
    if item_id is not None and len(records) != 1:
        raise UsageError("--item is for one record.", hint="Name one id or DOI with --item ID.")
    desk = app.desk(env)
    outcomes: list[dict[str, Any]] = []
    for one in dict.fromkeys(text.strip() for text in records):
        try:
            outcomes.append(_pulled(one, pull_record(desk, one, item_id)))
        except HdpError as error:
            outcomes.append(
                {"record": one, "item": None, "versions": 0, "state": "failed",
                 "message": error.message, "error": error.to_json()}
            )  # fmt: skip
            if isinstance(error, Unauthorised | Unreachable):
                break
    return outcomes


def _pulled(record: str, adopted: Any) -> dict[str, Any]:
    state = "done" if adopted.versions else "skipped"
    return {
        "record": record, "item": adopted.item, "versions": adopted.versions, "state": state,
        "message": adopted.message, "error": None,
    }  # fmt: skip
