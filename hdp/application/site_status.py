"""What became of a draft on the site, as its row says it: declined, commented, changed, deleted."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from hdp.project.overview import Overview

_DECLINED = "review-declined"
_ENDED = (_DECLINED, "review-ended")
# From what needs a person most; what else the repository made of the metadata comes after these.
_WORDS = {
    "deleted-on-site": "Differs",
    "files-changed-on-site": "Differs",
    "metadata-changed-on-site": "Differs",
    _DECLINED: "Declined",
    "review-commented": "Commented",
    "review-ended": "Review ended",
}
_ORDER = list(_WORDS)


def site_status(row: Overview) -> tuple[str, str, str] | None:
    """The word, tone and reason of what the repository or curators did; None where nothing."""
    found = _latest(row)
    if not found:
        return None
    first = min(found, key=_rank)
    tone = "loss" if first["severity"] == "error" else "warn"
    if first["severity"] == "error" or first["code"] in _WORDS:
        return _WORDS.get(first["code"], "Differs"), tone, first["message"]
    return None


def is_declined(row: Overview) -> bool:
    """Whether its curators declined it, and it was not changed since."""
    return any(one["code"] == _DECLINED for one in _latest(row))


def is_commented(row: Overview) -> bool:
    """Whether a curator wrote something to be answered."""
    return any(one["code"] == "review-commented" for one in _latest(row))


def differs(row: Overview) -> bool:
    """Whether the draft is not what was sent, or gone."""
    found = site_status(row)
    return found is not None and found[0] == "Differs"


def _latest(row: Overview) -> list[dict[str, Any]]:
    if row.site is None:
        return []
    # A request that ended is told of until it is sent again.
    gone = _ENDED if row.state == "in_review" else ("review-commented",)
    return [one for one in _read(row.site) if one["code"] not in gone]


def _rank(one: dict[str, Any]) -> tuple[bool, int]:
    known = _ORDER.index(one["code"]) if one["code"] in _WORDS else len(_ORDER)
    return one["severity"] != "error", known


@lru_cache(maxsize=512)
def _read(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)
    return found
