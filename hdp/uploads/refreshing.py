"""Look again: what became of drafts on the site, written down and told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hdp.jobs import Task
from hdp.project import deposits
from hdp.project.deposits import Deposit, DepositFile
from hdp.sdk import Draft, Finding, Missing, Rejected, Review
from hdp.uploads import including, settling
from hdp.uploads.desk import Desk
from hdp.uploads.files import matches
from hdp.uploads.reading_back import (
    REVIEW_MISSING,
    SITE_CODES,
    compare_back,
    is_as_sent,
    review_json,
)

_SHOWN = 5
_AS_LEFT = "As we left it."


def refresh_draft(desk: Desk, task: Task) -> None:
    """Ask the repository how a draft is now; say what was changed there, and keep it.

    Missing (`deleted-on-site`) where the draft is gone and not published.
    """
    deposit = settling.settled(desk, desk.live(task.subject), task)
    if deposit is None or deposit.state not in ("draft", "in_review"):
        task.skip("There is no draft of it.")
        return
    desk.check_account(deposit)
    remote = desk.remote_for(task, deposit.title)
    try:
        draft = remote.get_draft(str(deposit.remote_id))
    except Missing as missing:
        task.say(_gone(desk, deposit, missing))
        return
    files = desk.project.read(lambda c: deposits.list_files(c, deposit.id))
    changed = _changed_files(desk, deposit, files)
    state = _state_of(draft)
    found = [*_metadata_findings(desk, deposit, draft), *changed, *_review_findings(draft)]
    told = [one.message for one in found] + _moved(deposit.state, state, draft.review)
    kept = [one for one in deposit.site if one["severity"] == "error"]
    compared = compare_back(remote, deposit.metadata, deposit.key, draft)
    site = [*_merged(compared, kept), *(one.to_json() for one in found)]
    if draft.review is not None:  # a request that is closed is told of by itself
        site = [one for one in site if one["code"] != REVIEW_MISSING]
    desk.project.write(
        lambda c: deposits.update(c, deposit.id, state=state, site=site, review=review_json(draft))
    )
    desk.changed(deposit.item_id)
    task.say(" ".join(told) or _AS_LEFT)
    if found:
        task.warn(found[-1])


def _gone(desk: Desk, deposit: Deposit, missing: Missing) -> str:
    if settling.find_published(desk, deposit):
        public = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
        asked = including.ask_communities(desk, deposit.id)
        if deposit.state == "in_review":
            told = f"Accepted by its community and published: {public.known_as}"
        else:
            told = f"It was published on the site: {public.known_as}"
        return f"{told}. {asked}" if asked else told
    found = Finding(
        "error",
        "deleted-on-site",
        "The draft was deleted on the site; your files and metadata are here.",
        f"Start it again: hdp draft restart {deposit.item_id} --env {desk.env}",
    )
    site = [*_without_site(deposit.site), found.to_json()]
    desk.project.write(lambda c: deposits.update(c, deposit.id, site=site))
    raise Missing(
        found.message, code=found.code, hint=found.hint, where={"item": deposit.item_id}
    ) from missing


def _without_site(found: Sequence[Any]) -> list[Any]:
    return [one for one in found if one["code"] not in SITE_CODES]


def _merged(fresh: Sequence[Any], kept: Sequence[Any]) -> list[Any]:
    """A fresh look, and errors that only the answer to what was sent tells of."""
    earlier = [one for one in _without_site(kept) if one["code"] != REVIEW_MISSING]
    return [*fresh, *(one for one in earlier if one not in fresh)]


def _metadata_findings(desk: Desk, deposit: Deposit, draft: Draft) -> list[Finding]:
    before = deposit.readback
    if before is None or is_as_sent(desk.remote, draft, deposit):
        return []
    now_is = dict(draft.metadata)
    names = [one for one in sorted({*before, *now_is}) if before.get(one) != now_is.get(one)]
    return [
        Finding(
            "warning",
            "metadata-changed-on-site",
            f"Its metadata was changed on the site: {_names(names)}.",
            "Bring the changes into your table, then: hdp draft update"
            f" {deposit.item_id} --overwrite",
            {"field": names[0]},
            {"fields": names},
        )
    ]


def _changed_files(desk: Desk, deposit: Deposit, files: Sequence[DepositFile]) -> list[Finding]:
    """Say which files are others than we sent; those that are gone are to be sent again."""
    there = {one.name: one for one in desk.remote.list_files(str(deposit.remote_id))}
    lost = [
        one for one in files
        if one.status == "uploaded" and not (one.name in there and matches(one, there[one.name]))
    ]  # fmt: skip
    extra = sorted(set(there) - {one.name for one in files})
    if not lost and not extra:
        return []
    names = [one.name for one in lost] + extra
    found = Finding(
        "warning",
        "files-changed-on-site",
        f"Its files were changed on the site: {_names(names)}.",
        "Upload again what is missing; take files that are not yours out on the draft's page.",
        {"file": names[0]},
        {"lost": [one.name for one in lost], "extra": extra},
    )
    if lost:
        error = Rejected(found.message, code=found.code, hint=found.hint).to_json()
        desk.project.write(lambda c: _forget(c, lost, error))
    return [found]


def _forget(connection: Any, lost: Sequence[DepositFile], error: dict[str, Any]) -> None:
    for one in lost:
        deposits.update_file(connection, one.id, status="failed", error=error)


def _state_of(draft: Draft) -> str:
    if draft.review is not None and draft.review.state in settling.IN_REVIEW:
        return "in_review"
    return "draft"


def _review_findings(draft: Draft) -> list[Finding]:
    review = draft.review
    if review is None:
        return []
    words = f": “{review.comment}”" if review.comment else "."
    if review.state == "declined":
        hint = "Correct it, update the draft, and submit it again; or discard it."
        return [Finding("warning", "review-declined", f"The curators declined it{words}", hint)]
    if review.state == "commented" and review.comment:
        hint = f"Answer on the site: {review.url}" if review.url else "Answer on the site."
        return [Finding("warning", "review-commented", f"A curator wrote{words}", hint)]
    if review.state in ("cancelled", "expired"):
        word = "was withdrawn" if review.state == "cancelled" else "has expired"
        hint = "Submit it again, or discard it."
        return [Finding("warning", "review-ended", f"The request for review {word}.", hint)]
    return []


def _moved(before: str, state: str, review: Review | None) -> list[str]:
    if before == state:
        return ["Still in review."] if state == "in_review" and _silent(review) else []
    return ["It was sent for review on the site."] if state == "in_review" else []


def _silent(review: Review | None) -> bool:
    return review is None or not (review.state == "commented" and review.comment)


def _names(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
