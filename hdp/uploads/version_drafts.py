"""The draft of a record's next version: made once, found again after a crash, its metadata sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hdp.events import now
from hdp.jobs import Task
from hdp.project import deposits
from hdp.project.deposits import Deposit, DepositFile
from hdp.remote import CLOCK_TOLERANCE, SETTLE_WAITS, Remote
from hdp.sdk import Can, Conflict, Draft, HdpError, Missing, Record, TargetError, Unreachable
from hdp.uploads.desk import Desk
from hdp.uploads.reading_back import compare_back, review_json


def get_base(desk: Desk, deposit: Deposit) -> Deposit:
    """The published version that a new one follows."""
    return desk.project.read(lambda c: deposits.get_deposit(c, int(deposit.previous or 0)))


def open_version(desk: Desk, task: Task, deposit: Deposit, adopt: str = "") -> str:
    """Make the draft of a prepared new version; its id.

    Conflict (`version-draft-open`) where one is open that is not ours and is not the one that
    may be adopted; nothing of it is changed.
    """
    base = get_base(desk, deposit)
    remote = desk.remote_for(task, deposit.title)
    keep = _carries(desk, deposit)
    try:
        with desk.intent(deposit, "version") as ours:
            draft = _ask(desk, remote, base, ours, adopt, keep=keep)
            if not adopt_version(desk, ours, draft):
                raise _taken(desk, draft)
    except Unreachable:
        left = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
        if left.doing == "version":
            settle_version(desk, left)
        again = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
        if again.state != "draft":
            raise
        return str(again.remote_id)
    return draft.id


def _carries(desk: Desk, deposit: Deposit) -> bool:
    files = desk.project.read(lambda c: deposits.list_files(c, deposit.id))
    return any(one.plan == "carry" for one in files)


def _ask(
    desk: Desk, remote: Remote, base: Deposit, ours: Deposit, adopt: str, *, keep: bool
) -> Draft:
    """The open draft of the next version; first without files, so that a stranger's stays as is."""
    base_id = str(base.remote_id)
    try:
        draft = remote.new_version(base_id, keep_files=False, key=ours.key)
    except Unreachable:
        raise
    except TargetError as error:
        raise _refused(desk, base, error) from error
    if draft.id != adopt and not _is_ours(ours, draft):
        raise open_already(desk, ours.item_id, draft)
    return remote.new_version(base_id, keep_files=True, key=ours.key) if keep else draft


def _asked(deposit: Deposit) -> list[tuple[datetime, datetime | None]]:
    """From when to when a draft was asked for: this time, and before where looking found none."""
    told = [*(deposit.change or {}).get("asked", ()), (deposit.doing_since, deposit.doing_until)]
    return [(_moment(since), _moment(until) if until else None) for since, until in told]


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_ours(deposit: Deposit, draft: Draft) -> bool:
    """Whether the draft was made while this version's was asked for; else it is a stranger's."""
    made = draft.created
    return made is None or any(
        since - CLOCK_TOLERANCE <= made and (until is None or made <= until + CLOCK_TOLERANCE)
        for since, until in _asked(deposit)
    )


def open_already(desk: Desk, item_id: int, draft: Draft) -> Conflict:
    """The error of a draft of the next version that HDP did not make."""
    return Conflict(
        f"A draft of the next version is open already in {desk.env_title}: {draft.id}. HDP did not"
        " make it; nothing of it was changed.",
        code="version-draft-open",
        hint="Look at it on the site. Publish or delete it there, or say that it may be used: its"
        f" metadata and files become those of this version (--adopt-draft {item_id}={draft.id}).",
        where={"item": item_id},
        values={"draft": draft.id, "url": draft.url or desk.remote.page_url(draft.id)},
    )


def _refused(desk: Desk, base: Deposit, error: TargetError) -> HdpError:
    """The repository's refusal, in better words where we know what it means."""
    if base.doi and not base.concept_doi and not isinstance(error, Missing):
        return Conflict(
            f"This record has a DOI from elsewhere, {base.doi}: {desk.env_title} makes no new"
            " versions of such records.",
            code="external-doi",
            hint="Publish the new files as a record of their own, and name this one among its"
            " related identifiers (isNewVersionOf).",
            where={"item": base.item_id},
        )
    return error


def _taken(desk: Desk, draft: Draft) -> Conflict:
    return Conflict(
        f"The open draft {draft.id} of the next version belongs to another record of this project.",
        code="number-taken",
        hint="Look in Manage Drafts for it; publish or discard it there first.",
    )


def import_carried(
    desk: Desk, remote: Remote, deposit: Deposit, files: Sequence[DepositFile]
) -> bool:
    """Ask for the files of the version before once more: an answer was lost on the way to them.

    Nothing is asked where none is carried over. The draft must be empty.
    """
    if deposit.change is None or all(one.plan != "carry" for one in files):
        return False
    base_id = str(get_base(desk, deposit).remote_id)
    return remote.new_version(base_id, keep_files=True, key=deposit.key).id == deposit.remote_id


def adopt_version(desk: Desk, deposit: Deposit, draft: Draft) -> bool:
    """Write down that the draft is this version's; False where another deposit has it.

    Its metadata is still to be sent; `clear` are the files that are to go from it: what it holds,
    and what comes with those of the version before.
    """
    base = get_base(desk, deposit)
    held = [one.name for one in desk.remote.list_files(draft.id)]

    def take(connection: Any) -> bool:
        if deposits.is_known(connection, desk.env, draft.id):
            return False
        wanted = {one.name for one in deposits.list_files(connection, deposit.id)}
        before = [one.name for one in deposits.list_files(connection, base.id)]
        clear = [name for name in dict.fromkeys([*held, *before]) if name not in wanted]
        return deposits.settle(
            connection, deposit, state="draft", remote_id=draft.id,
            concept_id=draft.concept_id or base.concept_id, concept_doi=base.concept_doi,
            url=draft.url or desk.remote.page_url(draft.id), readback=None, drafted=now(),
            review=review_json(draft), change={**(deposit.change or {}), "clear": clear},
            pending=_with_opened(deposit, draft, held),
        )  # fmt: skip

    return desk.project.write(take)


def _with_opened(deposit: Deposit, draft: Draft, held: Sequence[str]) -> dict[str, Any] | None:
    """What the draft waits for, with how it was when we took it: only so is it taken back."""
    if deposit.pending is None:
        return None
    made = draft.created.isoformat() if draft.created else None
    opened = {"metadata": dict(draft.metadata), "files": list(held), "created": made}
    return {**deposit.pending, "opened": opened}


def settle_version(desk: Desk, deposit: Deposit) -> None:
    """Find the draft that a lost answer made, and take it; clear the intent where there is none.

    When it was asked for is kept: a list may lag behind, and the next call gets that draft.
    """
    for draft in _made_since(desk, deposit):
        if adopt_version(desk, deposit, draft):
            return
    change = dict(deposit.change or {})
    asked = (deposit.doing_since, deposit.doing_until or desk.server_now())
    change["asked"] = [*change.get("asked", ()), asked]
    desk.project.write(lambda c: deposits.settle(c, deposit, change=change))


def _made_since(desk: Desk, deposit: Deposit) -> Sequence[Draft]:
    """Drafts of the concept that were made while one was asked for; a list may lag behind."""
    if Can.LIST_DRAFTS not in desk.remote.can:
        return ()
    base = get_base(desk, deposit)
    earliest = min(since for since, _ in _asked(deposit)) - CLOCK_TOLERANCE
    known = desk.project.read(lambda c: deposits.known_remote_ids(c, desk.env))
    remote = desk.remote.using(about=deposit.title)
    for seconds in (0.0,) if desk.env == "practice" else SETTLE_WAITS:
        remote.pause(seconds)
        found = [
            one for one in remote.list_drafts(earliest)
            if one.concept_id == base.concept_id and one.id not in known
            and _is_ours(deposit, one)
        ]  # fmt: skip
        if found:
            return found
    return ()


def bring_metadata(desk: Desk, remote: Remote, deposit: Deposit) -> Deposit:
    """Send the metadata of a new version's draft, where that is still to be done."""
    if deposit.change is None or deposit.readback is not None:
        return deposit
    with desk.intent(deposit, "edit") as ours:
        draft = remote.update_draft(str(ours.remote_id), Record(ours.metadata, key=ours.key))
        site = compare_back(remote, ours.metadata, ours.key, draft)
        desk.project.write(
            lambda c: deposits.settle(
                c, ours, readback=dict(draft.metadata), site=site, review=review_json(draft)
            )
        )
    return desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
