"""New versions, for the page and the command line: plan them, then start the job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hdp.application.actions import Action, Started, start
from hdp.application.selection import Selection
from hdp.application.version_look import Looked, Newcomer
from hdp.application.version_plan import Planned, check_decided, count_rows

if TYPE_CHECKING:
    from hdp.application.app import Application


def start_versions(app: Application, env: str, planned: Sequence[Planned], by: str = "") -> Started:
    """Start the job that makes the drafts; Refused while anything is undecided."""
    check_decided(planned)
    orders = [one.order for one in planned]
    return start(
        app,
        Action(
            "version", env, Selection(ids=tuple(one.item for one in orders)),
            args={"orders": [one.to_json() for one in orders]}, by=by,
        ),
    )  # fmt: skip


def plan_json(planned: Sequence[Planned]) -> dict[str, Any]:
    """The plan as the page and the command line show it."""
    return {
        "records": [one.to_json() for one in planned],
        "undecided": sum(one.undecided for one in planned),
        "problems": sum(bool(one.problem) for one in planned),
        "same": sum(one.same for one in planned),
        "counts": count_rows(planned),
        "total": len(planned),
    }


def units_json(looked: Looked) -> list[dict[str, Any]]:
    """The new files with their candidates."""
    return [_unit_json(looked, one) for one in looked.newcomers]


def _unit_json(looked: Looked, one: Newcomer) -> dict[str, Any]:
    return {
        "id": one.id, "label": one.label, "findings": list(one.findings),
        "files": [{"path": f.path, "name": f.name, "size": f.size, "role": f.role}
                  for f in one.files],
        "choice": one.ticked, "ticked": one.ticked is not None,
        "candidates": [
            record_json(looked, candidate.item)
            | {"how": candidate.how, "reason": candidate.reason,
               "confidence": candidate.confidence}
            for candidate in one.candidates
        ],
    }  # fmt: skip


def record_json(looked: Looked, item: int) -> dict[str, Any]:
    """A record that may get a new version."""
    one = looked.bases[item].deposit
    return {
        "item": item, "key": looked.bases[item].key, "title": one.title, "doi": one.doi,
        "concept_id": one.concept_id, "version": one.metadata.get("version"),
    }  # fmt: skip


def search_records(looked: Looked, search: str, limit: int = 50) -> list[dict[str, Any]]:
    """Records to choose by hand: all words in title, key, DOI or id."""
    words = search.casefold().split()
    found = []
    for item in looked.bases:
        told = record_json(looked, item)
        text = " ".join(str(told[name] or "") for name in ("title", "key", "doi", "concept_id"))
        if all(word in text.casefold() for word in words):
            found.append(told)
        if len(found) == limit:
            break
    return found
