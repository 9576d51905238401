"""Metadata sent again: to a draft, or to a record that is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hdp.events import now
from hdp.jobs import Task
from hdp.project import deposits
from hdp.project.deposits import Deposit
from hdp.remote import Remote
from hdp.sdk import (
    Can,
    Conflict,
    Draft,
    HdpError,
    InvalidInput,
    Missing,
    Record,
    Refused,
    Unreachable,
)
from hdp.uploads import including, publishing, settling
from hdp.uploads.desk import Desk, wrong_state
from hdp.uploads.differences import Difference, compare, renew
from hdp.uploads.files import check_run
from hdp.uploads.preparing import Composed, Preparer
from hdp.uploads.reading_back import (
    check_unaltered,
    compare_back,
    is_as_sent,
    review_json,
    with_told,
)

_NOTHING_NEW = "Its metadata is what the table says already."


@dataclass(frozen=True)
class Update:
    """What an update would do to a draft or record, and what speaks against it."""

    deposit: Deposit
    composed: Composed
    fields: dict[str, Any]
    differences: list[Difference]

    def as_deposit(self) -> Deposit:
        """The deposit as it would be."""
        return replace(self.deposit, metadata=self.fields, origins=self.composed.origins)

    def snapshot(self) -> dict[str, Any]:
        """The columns of the deposit that it becomes."""
        return {
            "metadata": self.fields, "origins": self.composed.origins,
            "findings": [one.to_json() for one in self.composed.findings],
            "mapping_hash": self.composed.mapping_hash, "mapping": self.composed.mapping,
            "title": self.composed.title,
        }  # fmt: skip


def plan_update(desk: Desk, preparer: Preparer, deposit: Deposit) -> Update:
    """What would change by the mappings and hand-made values of today; nothing is sent."""
    composed = preparer.compose(desk.item(deposit.item_id), deposit.pipeline)
    fields = renew(deposit, composed)
    return Update(deposit, composed, fields, compare(deposit.metadata, fields))


def update_draft(desk: Desk, task: Task, preparer: Preparer, *, overwrite: bool = False) -> None:
    """Bring a draft's metadata to what its item says now; its files stay.

    Refused where it was changed on the site, unless these changes may be overwritten.
    """
    deposit = settling.settled(desk, desk.live(task.subject), task)
    if deposit is None or deposit.state not in ("draft", "in_review"):
        raise wrong_state("There is no draft of this item.", task.subject, "Create it first.")
    if deposit.change is not None:
        check_run(deposit)  # what it is to say was not sent yet
    changed_there = overwrite and _is_changed_there(desk, deposit)
    update = _wanted(desk, task, preparer, deposit, always=changed_there)
    remote = desk.remote_for(task, update.composed.title)
    with desk.intent(deposit, "edit") as ours:
        if not overwrite:
            _check_unchanged(desk, remote.get_draft(str(ours.remote_id)), ours)
        # No read-back until the answer is there: publishing then compares with what was meant.
        desk.project.write(
            lambda c: deposits.update(c, ours.id, readback=None, **update.snapshot())
        )
        draft = remote.update_draft(str(ours.remote_id), Record(update.fields, key=ours.key))
        site = compare_back(remote, update.fields, ours.key, draft)
        desk.project.write(
            lambda c: deposits.settle(
                c, ours, readback=dict(draft.metadata), edited=now(), site=site,
                review=review_json(draft),
            )
        )  # fmt: skip
    task.say(with_told(_said(update), site))


def update_record(desk: Desk, task: Task, preparer: Preparer, *, overwrite: bool = False) -> None:
    """Bring a published record's metadata to what its item says now, and publish that.

    Refused where it was changed on the site, unless these changes may be overwritten: then the
    record is looked at there, even where the table says nothing new.
    """
    publishing.check_publishing_on(desk)
    deposit = settling.settled(desk, desk.current(task.subject), task)
    if deposit is None or deposit.state != "published":
        raise wrong_state(
            "No record of this item is published here, or a new version is being made.",
            task.subject, "Publish it first; metadata of a draft: hdp draft update.",
        )  # fmt: skip
    update = _wanted(desk, task, preparer, deposit, always=overwrite)
    remote = desk.remote_for(task, update.composed.title)
    if Can.EDIT not in remote.can:
        raise Conflict(
            f"{desk.target.title} does not change the metadata of a record that is published.",
            code="not-supported",
            hint="Publish a new version instead.",
            where={"item": deposit.item_id},
        )
    changed = {one.field for one in update.differences}
    publishing.check_values_accepted(desk, update.as_deposit(), changed, "record")
    edit = update.snapshot()
    try:
        with desk.intent(deposit, "edit") as ours:
            desk.project.write(lambda c: deposits.update(c, ours.id, edit=edit))
            if not _edit_and_publish(desk, remote, ours, edit, task, overwrite):
                desk.project.write(lambda c: deposits.settle(c, ours))
                task.skip(_NOTHING_NEW)
    except Unreachable:
        left = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
        if left.doing == "edit":
            settling.settle(desk, left)
        again = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
        if again.metadata != update.fields or again.doing:
            raise
    asked = including.ask_communities(desk, deposit.id)
    task.say(f"{_said(update)}. {asked}" if asked else _said(update))


def _is_changed_there(desk: Desk, deposit: Deposit) -> bool:
    return not is_as_sent(desk.remote, desk.remote.get_draft(str(deposit.remote_id)), deposit)


def _wanted(
    desk: Desk, task: Task, preparer: Preparer, deposit: Deposit, *, always: bool = False
) -> Update:
    update = plan_update(desk, preparer, deposit)
    task.title = update.composed.title or deposit.title
    if errors := [one for one in update.composed.errors if _is_metadata(one.where)]:
        raise InvalidInput(
            errors[0].message,
            code="not-ready",
            hint=errors[0].hint or "Mend the table or the mapping, then try again.",
            where={"item": deposit.item_id, **errors[0].where},
            findings=update.composed.findings,
        )
    refused = any(one["severity"] == "error" for one in deposit.site)
    nothing = not update.differences and deposit.readback is not None and not refused
    if nothing and not always:
        task.skip(_NOTHING_NEW)
    return update


def _is_metadata(where: Mapping[str, Any]) -> bool:
    return str(where.get("field", "files")) != "files"


def _edit_and_publish(
    desk: Desk, remote: Remote, deposit: Deposit, edit: Mapping[str, Any], task: Task,
    overwrite: bool,
) -> bool:  # fmt: skip
    """Whether it was needed: not where the record says there what it is to say already."""
    remote_id = str(deposit.remote_id)
    if not overwrite:
        _check_no_edit(remote, deposit)
    draft = remote.edit_record(remote_id, deposit.key)
    try:
        if not overwrite:
            _check_unchanged(desk, draft, deposit)
        elif deposit.metadata == edit["metadata"] and is_as_sent(desk.remote, draft, deposit):
            remote.drop_edit(remote_id)
            return False
        task.check_cancelled()
        record = Record(fields=edit["metadata"], key=deposit.key)
        changed = remote.update_draft(remote_id, record)
        check_unaltered(deposit, compare_back(remote, record.fields, record.key, changed))
        remote.publish(remote_id)
    except Unreachable:
        raise
    except HdpError:
        # No edit is left open that somebody else would publish by mistake.
        remote.drop_edit(remote_id)
        raise
    settling.store_edit(desk, deposit, edit, changed)
    return True


def _check_no_edit(remote: Remote, deposit: Deposit) -> None:
    try:
        draft = remote.get_draft(str(deposit.remote_id))
    except Missing:
        return
    if is_as_sent(remote, draft, deposit):
        return
    raise Refused(
        "An edit of this record is open on the site, with changes that are not HDP's. Nothing"
        " was changed.",
        code="edit-open",
        hint="Publish or discard that edit on the site, then try again.",
        where={"item": deposit.item_id},
    )


def _check_unchanged(desk: Desk, draft: Draft, deposit: Deposit) -> None:
    if is_as_sent(desk.remote, draft, deposit):
        return
    raise Refused(
        "Its metadata was changed on the site since HDP last sent it; those changes would be"
        " lost. Nothing was changed.",
        code="changed-on-site",
        hint="Bring the changes into your table or set them by hand"
        f" (hdp metadata set {deposit.item_id} ...), then update with --overwrite.",
        where={"item": deposit.item_id},
    )


def _said(update: Update) -> str:
    if not update.differences:
        return "Sent again"
    names = ", ".join(one.field for one in update.differences[:5])
    more = len(update.differences) - 5
    return f"Changed: {names}" + (f" and {more} more" if more > 0 else "")
