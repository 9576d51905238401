"""Published records by concept: what the tab and `hdp record list` show, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hdp.application.views import deposit_views
from hdp.project import deposits
from hdp.project.deposits import Deposit, PublishedRow
from hdp.uploads.alone import BUSY

if TYPE_CHECKING:
    from hdp.application.app import Application

Groups = list[list[PublishedRow]]


def published_groups(
    app: Application, env: str, search: str = "", offset: int = 0, limit: int = 1_000_000,
    *, sort: str = "", state: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Published records by concept, newest first, all versions; `total` counts versions.

    `sort` is -newest, newest, title or -title; `state` is one of the words in `states`.
    """
    groups = _find(app, env, search)
    states = Counter(record_state(versions[0]) for versions in groups)
    chosen = _chosen(groups, state)
    page = _ordered(chosen, sort)[offset : offset + limit]
    whole = app.project.read(
        lambda c: deposits.deposits_by_id(c, [one.id for versions in page for one in versions])
    )
    coming = _coming(app, env, [versions[0].item_id for versions in page])
    return {
        "groups": [
            _group(app, [whole[one.id] for one in versions], coming.get(versions[0].item_id))
            for versions in page
        ],
        "total": sum(len(versions) for versions in groups),
        "concepts": len(chosen),
        "states": dict(states),
    }


def published_ids(app: Application, env: str, search: str = "", state: str = "") -> list[int]:
    """The item of the newest version of each concept that is shown: what Select All means."""
    return [versions[0].item_id for versions in _chosen(_find(app, env, search), state)]


def _find(app: Application, env: str, search: str) -> Groups:
    """By concept, the newest version first, the newest concept first."""
    words = search.casefold().split()
    found = app.project.published(env)
    groups: dict[str, list[PublishedRow]] = {}
    for one in sorted(found, key=lambda one: one.published or "", reverse=True):
        if not words or all(word in _words_of(one) for word in words):
            groups.setdefault(one.concept_id or one.remote_id or "", []).append(one)
    return list(groups.values())


def _chosen(groups: Groups, state: str) -> Groups:
    return [ones for ones in groups if not state or record_state(ones[0]) == state]


def _ordered(groups: Groups, sort: str) -> Groups:
    if sort.removeprefix("-") == "title":
        groups = sorted(groups, key=lambda ones: ones[0].title.casefold())
    return groups[::-1] if sort in ("newest", "-title") else groups


_CHECK_AFTER = timedelta(days=90)


def record_state(one: PublishedRow | Deposit) -> str:
    """Unsettled, Withdrawn, Differs, Verified, Check due or Published: what is known of it."""
    codes = {finding["code"] for finding in one.site}
    if is_unsettled(one):
        return "Unsettled"
    if "record-withdrawn" in codes:
        return "Withdrawn"
    if "record-differs" in codes:
        return "Differs"
    if one.verified is None:
        return "Published" if _is_young(one.published) else "Check due"
    return "Verified" if _is_young(one.verified) else "Check due"


def is_unsettled(one: PublishedRow | Deposit) -> bool:
    """Whether an answer of it was lost, and nobody here is just at it."""
    return one.doing is not None and (one.owner or "", one.id) not in BUSY


def _is_young(when: str | None) -> bool:
    return bool(when) and datetime.now(UTC) - datetime.fromisoformat(str(when)) < _CHECK_AFTER


def _words_of(one: PublishedRow) -> str:
    names = (one.title, one.doi, one.concept_doi, one.concept_id, one.remote_id)
    return " ".join(str(name or "") for name in names).casefold()


def _coming(app: Application, env: str, items: Sequence[int]) -> dict[int, Deposit]:
    """item -> the next version of its record that is being made."""
    states = ("prepared", "draft", "in_review")
    found = app.project.read(lambda c: deposits.list_deposits(c, env, states, items))
    return {one.item_id: one for one in found}


def _group(app: Application, versions: Sequence[Deposit], coming: Deposit | None) -> dict[str, Any]:
    newest = versions[0]
    return {
        "concept_id": newest.concept_id,
        "concept_doi": newest.concept_doi,
        "state": record_state(newest),
        "items": sorted({one.item_id for one in versions}),
        "title": newest.title,
        "unsettled": next((one.item_id for one in versions if is_unsettled(one)), None),
        "versions": _numbered(deposit_views(app, versions)),
        "next": None
        if coming is None
        else {"item": coming.item_id, "state": coming.state, "remote_id": coming.remote_id},
    }


def _numbered(views: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With how many-th version each is, as this project knows them; the newest comes first."""
    return [one | {"number": len(views) - place} for place, one in enumerate(views)]
