"""What looking could not decide: the drafts that may be it, and the choice of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hdp.project import deposits
from hdp.project.deposits import Deposit
from hdp.remote import CLOCK_TOLERANCE
from hdp.sdk import Can, Conflict, Draft, Missing, NotFound, Record, Refused
from hdp.uploads import settling
from hdp.uploads.alone import busy
from hdp.uploads.asking_review import ask_review
from hdp.uploads.desk import Desk

_MOST_SHOWN = 50


@dataclass(frozen=True)
class Candidate:
    """A draft that nobody has; `why_not` says what speaks against it, "" that nothing does."""

    draft: Draft
    why_not: str = ""


@dataclass(frozen=True)
class Settled:
    """A sentence on what was done, and whether it was this decision that did it."""

    message: str
    done: bool = True


def find_open(desk: Desk, item_id: int) -> Deposit | None:
    """What is open of an item here: its draft, or a record whose metadata was being changed."""
    found = desk.project.read(lambda c: deposits.list_deposits(c, desk.env, item_ids=[item_id]))
    return next((one for one in found if one.doing is not None), None)


def list_candidates(desk: Desk, deposit: Deposit) -> list[Candidate]:
    """Drafts on the site that an open create may have made, the likely ones first.

    Nothing is changed. Conflict (`busy`) where somebody is at it right now.
    """
    if not settling.is_left_over(desk, deposit):
        raise busy(deposit)
    if deposit.doing != "create":
        return []
    desk.check_account(deposit)
    known = desk.project.read(lambda c: deposits.known_remote_ids(c, desk.env))
    found = [
        Candidate(draft, _why_not(desk, deposit, draft))
        for draft in _unknown(desk, deposit).values()
        if draft.id not in known
    ]
    found.sort(key=lambda one: (one.why_not, one.draft.id))
    return found[:_MOST_SHOWN]


def _unknown(desk: Desk, deposit: Deposit) -> dict[str, Draft]:
    """What was found before, and all drafts that are no older than the attempt, by id."""
    there: dict[str, Draft] = {}
    if Can.LIST_DRAFTS in desk.remote.can:
        since = datetime.fromisoformat(str(deposit.doing_since)) - CLOCK_TOLERANCE
        there = {one.id: one for one in desk.remote.list_drafts(since)}
    for name in deposit.candidates or []:
        if name not in there and (draft := _or_none(desk, name)) is not None:
            there[name] = draft
    return there


def _or_none(desk: Desk, remote_id: str) -> Draft | None:
    try:
        return desk.remote.get_draft(remote_id)
    except Missing:
        return None


def _why_not(desk: Desk, deposit: Deposit, draft: Draft) -> str:
    if draft.files:
        return "It holds files already."
    record = Record(fields=deposit.metadata, key=deposit.key)
    return "" if desk.remote.same_metadata(record, draft) else "It has other metadata."


def settle_by_hand(
    desk: Desk, item_id: int, *, adopt_id: str | None, create_again: bool, since: str = ""
) -> Settled:
    """Look what became of an open call, or decide an open create as the person says.

    `since` is when the call began that the person saw; a later one is left alone.
    """
    deposit = find_open(desk, item_id)
    if deposit is None or (since and since != deposit.doing_since):
        return Settled("Nothing is open any more." if since else "Nothing is open.", done=False)
    if not settling.is_left_over(desk, deposit):
        raise busy(deposit)
    if adopt_id is not None or create_again:
        return _decide(desk, deposit, adopt_id)
    settling.settle(desk, deposit)
    again = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
    if again.doing is not None:
        raise settling.unsettled(desk, again)
    return Settled(f"Settled: {_outcome(again)}")


def _outcome(deposit: Deposit) -> str:
    if deposit.state == "discarded":
        return "the draft is gone."
    if deposit.state == "prepared":
        return "not done, taken back."
    where = f" {deposit.remote_id}" if deposit.remote_id else ""
    return f"{deposit.state.replace('_', '-')}{where}."


def _decide(desk: Desk, deposit: Deposit, adopt_id: str | None) -> Settled:
    if deposit.doing != "create":
        raise Conflict(
            f"What is open is no create but a {deposit.doing}.",
            code="wrong-state",
            hint=f"Let HDP look: hdp draft settle {deposit.item_id} --env {desk.env}",
        )
    desk.check_account(deposit)
    with settling.alone(desk, deposit):
        ours = settling.take_over(desk, deposit)
        if ours is None:
            return Settled("Nothing is open any more.", done=False)
        if adopt_id is None:
            settling.clear(desk, ours)
            said = "Taken back; create the draft again."
        else:
            said = _adopt(desk, ours, adopt_id)
    ask_review(desk, deposit.id)
    desk.changed(deposit.item_id)
    return Settled(said)


def _adopt(desk: Desk, deposit: Deposit, remote_id: str) -> str:
    draft = _or_none(desk, remote_id)
    if draft is None:
        raise NotFound(f"There is no draft {remote_id} in {desk.env}.", code="no-such-draft")
    if _why_not(desk, deposit, draft):
        raise Refused(
            f"Draft {remote_id} is not what this item was to become: its metadata or files differ.",
            code="draft-differs",
            hint="Look at it on the site; adopt another one, or use --create-again.",
            where={"item": deposit.item_id},
        )
    if not settling.adopt(desk, deposit, draft):
        raise Conflict(f"Draft {remote_id} belongs to another item.", code="draft-taken")
    return f"Draft {remote_id} is adopted."
