"""Drafts: created once each, whatever happens on the way; discarded; looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hdp.jobs import Task
from hdp.project import deposits
from hdp.project.deposits import Deposit
from hdp.remote import Remote
from hdp.sdk import Draft, Record, Unreachable
from hdp.uploads import settling
from hdp.uploads.alone import ALIKE
from hdp.uploads.desk import Desk, wrong_state
from hdp.uploads.reading_back import with_told
from hdp.uploads.version_drafts import open_version


def create_draft(desk: Desk, task: Task, pending: Mapping[str, Any] | None = None) -> None:
    """Make a draft of a prepared item; one that may exist already is looked for first.

    `pending` is what a pipeline is still to do to it, known before the draft is there.
    """
    deposit = settling.settled(desk, desk.current(task.subject), task)
    if deposit is None:
        raise wrong_state(
            "The metadata of this item is not prepared yet.", task.subject, "Prepare it first."
        )
    if deposit.state != "prepared":
        task.skip(f"There is a {_word(deposit)} of it already: {deposit.remote_id}.")
    if deposit.change is not None:
        task.say(f"Draft {open_version(desk, task, deposit)} of its next version")
        return
    remote = desk.remote_for(task, deposit.title)
    with ALIKE.held(desk.project.session.id, deposit):
        try:
            with desk.intent(deposit, "create") as ours:
                # Read after the claim: it may have been prepared anew a moment ago.
                _note_pending(desk, ours, pending)
                draft = remote.create_draft(to_record(ours), ours.key)
                if not settling.adopt(desk, ours, draft):
                    raise _taken(desk, ours, draft)
        except Unreachable as error:
            task.say(
                f"Draft {_find_lost(desk, deposit, error)}; its answer was lost, it was found."
            )
            return
    made = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
    task.say(with_told(f"Draft {draft.id}", made.site))


def _note_pending(desk: Desk, deposit: Deposit, pending: Mapping[str, Any] | None) -> None:
    if pending != deposit.pending:
        told = None if pending is None else dict(pending)
        desk.project.write(lambda c: deposits.update(c, deposit.id, pending=told))


def _find_lost(desk: Desk, deposit: Deposit, error: Unreachable) -> str:
    """The draft whose answer was lost; raises the error where there is none or it is open."""
    left = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
    if left.doing != "create" or error.name == "number-taken":
        raise error  # it never left this computer, or only a person can decide
    settling.settle(desk, left)
    again = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
    if again.state != "draft":
        raise error
    return str(again.remote_id)


def _word(deposit: Deposit) -> str:
    return {"draft": "draft", "in_review": "draft in review"}.get(deposit.state, "published record")


def to_record(deposit: Deposit) -> Record:
    """The record that a deposit is to be, as it was prepared."""
    return Record(fields=deposit.metadata, key=deposit.key)


def _taken(desk: Desk, deposit: Deposit, draft: Draft) -> Unreachable:
    # An Unreachable, because the intent must stay: there is a draft that nobody owns.
    desk.project.write(lambda c: deposits.update(c, deposit.id, candidates=[draft.id]))
    return Unreachable(
        f"{desk.env_title} gave the new draft the number {draft.id}, which an earlier record of"
        " this project has already: the repository was emptied, or it is another one.",
        code="number-taken",
        hint="Use a new project, or an environment of another name, for this repository.",
    )


def discard_draft(desk: Desk, task: Task) -> None:
    """Delete a draft in the repository; the item is back in Prepare Metadata."""
    deposit = settling.settled(desk, desk.live(task.subject), task)
    if deposit is None:
        task.skip("There is no draft of it.")
        return
    if deposit.state == "prepared":
        raise wrong_state(
            "There is no draft of this item yet.",
            task.subject,
            "Take it back with Back to Prepare.",
        )
    delete_draft(desk, desk.remote_for(task, deposit.title), deposit)
    task.say(f"Draft {deposit.remote_id} is deleted.")


def delete_draft(desk: Desk, remote: Remote, deposit: Deposit) -> None:
    """Delete a draft in the repository; the error where it is still there, or that is open."""
    try:
        with desk.intent(deposit, "discard") as ours:
            remote.discard(str(ours.remote_id))
            desk.project.write(lambda c: deposits.settle(c, ours, state="discarded"))
    except Unreachable:
        settling.settled(desk, desk.project.read(lambda c: deposits.get_deposit(c, deposit.id)))
        if desk.live(deposit.item_id) is not None:
            raise


def take_back(desk: Desk, task: Task) -> None:
    """Back to Prepare: forget the prepared snapshot; nothing was sent."""
    deposit = desk.live(task.subject)
    if deposit is None:
        task.skip("It is not prepared.")
        return
    if deposit.state != "prepared":
        raise wrong_state(
            "A draft of it exists already.", task.subject, "Discard the draft instead."
        )
    if not desk.project.write(lambda c: deposits.delete_prepared(c, deposit.id)):
        raise wrong_state("A draft of it is being made.", task.subject, "Look again in a moment.")
    desk.changed(task.subject)
