"""What the repository made of metadata that was sent: kept with the deposit, and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hdp.project.deposits import Deposit
from hdp.remote import Remote
from hdp.sdk import Draft, Finding, Record, Refused

REVIEW_MISSING = "review-missing"
# What is found when somebody else is looked for, and not when an answer is compared.
SITE_CODES = (
    "metadata-changed-on-site", "files-changed-on-site", "deleted-on-site", "review-declined",
    "review-commented", "review-ended",
)  # fmt: skip
_SHOWN = 5
_GIVEN = ("doi", "prereserve_doi")  # what the repository adds by itself


def compare_back(
    remote: Remote, metadata: Mapping[str, Any], key: str, draft: Draft
) -> list[dict[str, Any]]:
    """What of `metadata` the draft does not hold, or not so, as JSON findings."""
    record = Record(fields=metadata, key=key)
    return [one.to_json() for one in remote.compare_metadata(record, draft)]


def review_json(draft: Draft) -> dict[str, Any] | None:
    """What a community's curators did with a draft, as it is kept."""
    return None if draft.review is None else asdict(draft.review)


def is_as_sent(remote: Remote, draft: Draft, deposit: Deposit) -> bool:
    """Whether a draft, or an open edit, is as we last sent it: nobody else changed it."""
    if deposit.readback is not None:
        ours, theirs = dict(deposit.readback), dict(draft.metadata)
        asked = any(one["code"] == REVIEW_MISSING for one in deposit.site)
        for name in (*_GIVEN, "communities") if asked else _GIVEN:
            ours.pop(name, None)
            theirs.pop(name, None)
        if ours == theirs:
            return True
    return remote.same_metadata(Record(fields=deposit.metadata, key=deposit.key), draft)


def told(found: Sequence[Mapping[str, Any]]) -> str:
    """A sentence on how many values the repository changed, which ones; "" for none."""
    if not found:
        return ""
    names = list(dict.fromkeys(str(one["where"].get("field") or one["code"]) for one in found))
    more = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    values = "1 value was" if len(names) == 1 else f"{len(names)} values were"
    return f"{values} changed by the repository: {shown}."


def with_told(message: str, found: Sequence[Mapping[str, Any]]) -> str:
    """A task's message, followed by what the repository changed."""
    return f"{message}. {told(found)}" if found else message


def check_accepted(deposit: Deposit, now: Sequence[Mapping[str, Any]] = ()) -> None:
    """Refused where the repository did not take something as it must be; `now` is a fresh look."""
    # That a review was missing is only true of the latest look.
    before = [one for one in deposit.site if one["code"] != REVIEW_MISSING]
    errors = [one for one in (*now, *before) if one["severity"] == "error"]
    if errors:
        raise Refused(
            f"The repository did not take its metadata: {errors[0]['message']}",
            code="not-taken",
            hint=f"{errors[0]['hint']} Then: hdp draft update {deposit.item_id}".strip(),
            where={"item": deposit.item_id, **errors[0]["where"]},
            findings=[to_finding(one) for one in errors],
        )


def check_unaltered(deposit: Deposit, found: Sequence[Mapping[str, Any]]) -> None:
    """Refused where a public record would hold other values than were sent.

    What the repository made of the same value when it was published is no news.
    """
    known = [(one["code"], one["args"]) for one in deposit.site]
    fresh = [one for one in found if (one["code"], one["args"]) not in known]
    if fresh:
        raise Refused(
            f"{told(fresh)} Nothing was published, and the change was taken back:"
            f" {fresh[0]['message']}",
            code="altered-by-repository",
            hint="Correct the values in the table or by hand, then update again.",
            where={"item": deposit.item_id, **fresh[0]["where"]},
            findings=[to_finding(one) for one in fresh],
        )


def to_finding(one: Mapping[str, Any]) -> Finding:
    """A finding from its JSON."""
    return Finding(
        one["severity"], one["code"], one["message"], one["hint"], one["where"], one["args"]
    )
