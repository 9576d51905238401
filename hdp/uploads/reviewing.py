"""Submit for Review: a community's curators see the draft before it is public."""

from __future__ import annotations

from hdp.jobs import Task
from hdp.project import deposits
from hdp.project.deposits import Deposit
from hdp.remote import Remote
from hdp.sdk import Can, Conflict, Draft, Missing, Record, Refused, Rejected, Unreachable
from hdp.uploads import including, publishing, refreshing, settling
from hdp.uploads.desk import Desk, wrong_state
from hdp.uploads.reading_back import check_accepted


def submit_draft(desk: Desk, task: Task) -> None:
    """Hand a verified draft to its community's curators; accepting it makes it public.

    Refused where anything is not as we left it, or no community reviews it.
    """
    publishing.check_publishing_on(desk)
    deposit = settling.settled(desk, desk.current(task.subject), task)
    if deposit is None or deposit.state == "prepared":
        raise wrong_state("There is no draft of this item yet.", task.subject, "Create it first.")
    if deposit.state != "draft":
        task.skip("It is in review." if deposit.state == "in_review" else "It is published.")
    remote = desk.remote_for(task, deposit.title)
    if Can.REVIEW not in remote.can:
        raise Conflict(
            f"{desk.target.title} has no review by communities.",
            code="not-supported",
            hint="Publish the draft instead.",
        )
    files = desk.project.read(lambda c: deposits.list_files(c, deposit.id))
    publishing.check_uploaded(deposit, files)
    publishing.check_values_accepted(desk, deposit)
    publishing.check_still_valid(desk, deposit)
    try:
        with desk.intent(deposit, "submit") as ours:
            draft = publishing.check_site(desk, ours, files)
            check_accepted(ours)
            task.check_cancelled()
            publishing.renew_date(desk, remote, ours)
            _submit(desk, remote, ours, draft)
    except Unreachable:
        # The curators may have it by now: look, and never submit on a guess.
        left = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
        if left.doing == "submit":
            settling.settle(desk, left)
        now_is = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
        if now_is.state == "draft":
            raise
    task.say(_said(desk, deposit))


def withdraw_draft(desk: Desk, task: Task) -> None:
    """Take a draft back from the curators; it stays a draft that can be changed and submitted."""
    deposit = settling.settled(desk, desk.live(task.subject), task)
    if deposit is None or deposit.state != "in_review":
        task.skip("It is in no review.")
        return
    remote = desk.remote_for(task, deposit.title)
    try:
        with desk.intent(deposit, "submit") as ours:
            draft = remote.cancel_review(str(ours.remote_id))
            settling.store_withdrawn(desk, ours, draft)
    except (Missing, Rejected):
        # The curators were faster: what they decided is the answer.
        refreshing.refresh_draft(desk, task)
        return
    except Unreachable:
        settling.settled(desk, desk.project.read(lambda c: deposits.get_deposit(c, deposit.id)))
        again = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
        if again.state == "in_review":
            raise
    now_is = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
    task.say(
        _said(desk, deposit) if now_is.state == "published" else "Taken back from its curators"
    )


def _submit(desk: Desk, remote: Remote, deposit: Deposit, draft: Draft) -> None:
    draft_id = str(deposit.remote_id)
    if draft.review is not None and draft.review.state in settling.IN_REVIEW:
        settling.store_submitted(desk, deposit, draft)  # somebody did it on the site
        return
    if draft.review is None or draft.review.state != "created":
        # No request, or a closed one: sending the metadata again opens a new one.
        draft = remote.update_draft(draft_id, _record(desk, deposit))
    if draft.review is None:
        raise Refused(
            "No community reviews this draft. Nothing was sent.",
            code="no-community",
            hint="Name a community in its metadata and update the draft; or publish it as it is.",
            where={"item": deposit.item_id, "field": "communities"},
        )
    sent = remote.submit_for_review(draft_id)
    accepted = sent.review is None or sent.review.state == "accepted"
    # Who decides for the community needs no other curator: then it is public at once.
    if not (accepted and settling.find_published(desk, deposit)):
        settling.store_submitted(desk, deposit, sent)


def _record(desk: Desk, deposit: Deposit) -> Record:
    today = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
    return Record(fields=today.metadata, key=today.key)


def _said(desk: Desk, deposit: Deposit) -> str:
    now_is = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
    if now_is.state == "published":
        asked = including.ask_communities(desk, deposit.id)
        told = f"Accepted at once and published: {now_is.known_as}"
        return f"{told}. {asked}" if asked else told
    return "In review by its community"
