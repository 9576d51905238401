"""What a crash or a lost answer left open: look first, then finish or clear it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hdp.events import now
from hdp.jobs import Task
from hdp.project import deposits, sessions
from hdp.project.deposits import Deposit
from hdp.remote import SETTLE_WAITS
from hdp.remote import settle_create as find_candidates
from hdp.remote import settle_publish as find_publication
from hdp.sdk import Conflict, Draft, HdpError, Missing, NotFound, Publication, Record, TargetError
from hdp.uploads.desk import BUSY, Desk


def settled(desk: Desk, deposit: Deposit | None, task: Task | None = None) -> Deposit | None:
    """The deposit with nothing left open; Conflict where that cannot be decided now."""
    if deposit is None or deposit.doing is None:
        return deposit
    if not _is_left_over(desk, deposit):
        if task is not None:
            task.skip("Another HDP is working on it just now.")
        raise _busy(deposit)
    if task is not None:
        task.progress(0, None, "Looking what became of it")
    settle(desk, deposit)
    again = desk.current(deposit.item_id)
    if again is not None and again.doing is not None:
        raise _unsettled(desk, again)
    return again


def _busy(deposit: Deposit) -> Conflict:
    return Conflict(
        "Something else is being done to this record just now.",
        code="busy",
        hint="Look again in a moment.",
        where={"item": deposit.item_id},
    )


def _is_left_over(desk: Desk, deposit: Deposit) -> bool:
    ours = desk.project.session.id
    if deposit.owner == ours:
        return deposit.id not in BUSY
    return deposit.owner in desk.project.read(lambda c: sessions.dead_owners(c, ours))


def _unsettled(desk: Desk, deposit: Deposit) -> Conflict:
    found = ", ".join(deposit.candidates or []) or "none"
    return Conflict(
        f"It is not known whether the repository did the last step ({deposit.doing}).",
        code="unsettled",
        hint=f"Drafts that may be it: {found}. Decide with: hdp draft settle {deposit.item_id}"
        f" --env {desk.env} --adopt ID (or --create-again).",
        where={"item": deposit.item_id},
    )


def settle(desk: Desk, deposit: Deposit) -> None:
    """Ask the repository what became of an open call, and finish or clear it.

    Raises TargetError when the repository cannot be asked; the deposit stays as it is.
    """
    ours = desk.project.session.id
    if deposit.owner != ours and not desk.project.write(
        lambda c: deposits.take_over(c, deposit, ours)
    ):
        return
    desk.check_account(deposit)
    match deposit.doing:
        case "create":
            settle_create(desk, deposit)
        case "publish":
            _settle_publish(desk, deposit)
        case "discard":
            _settle_discard(desk, deposit)
        case _:
            # An upload looks at what is there before it sends anything: nothing to find out.
            _clear(desk, deposit)
    desk.changed(deposit.item_id)


def _clear(desk: Desk, deposit: Deposit) -> None:
    def clear(connection: Any) -> None:
        deposits.settle(connection, deposit.id)
        deposits.reset_files(connection, deposit.id)

    desk.project.write(clear)


def settle_create(desk: Desk, deposit: Deposit) -> None:
    """Adopt the draft that a lost create made, or clear the intent where there is none."""
    if deposit.candidates:
        return  # found before, and more than we may decide: a person does
    record = Record(fields=deposit.metadata, key=deposit.key)
    since = datetime.fromisoformat(str(deposit.doing_since))
    until = datetime.fromisoformat(deposit.doing_until) if deposit.doing_until else None
    known = desk.project.read(lambda c: deposits.known_remote_ids(c, desk.env))
    try:
        found = find_candidates(
            desk.remote.using(about=deposit.title), record, since, known, until=until,
            waits=_waits(desk),
        )  # fmt: skip
    except TargetError:
        return
    # Equal drafts are interchangeable, so the first that nobody else has taken is ours.
    for draft in found:
        if adopt(desk, deposit, draft):
            return
    if found:
        names = [draft.id for draft in found]
        desk.project.write(lambda c: deposits.update(c, deposit.id, candidates=names))
        return
    _clear(desk, deposit)


def _waits(desk: Desk) -> Sequence[float]:
    # The practice repository lists a draft at once; others may lag behind.
    return (0,) if desk.env == "practice" else SETTLE_WAITS


def adopt(desk: Desk, deposit: Deposit, draft: Draft) -> bool:
    """Take a draft as the deposit's own; False where another deposit has it."""

    def take(connection: Any) -> bool:
        if draft.id in deposits.known_remote_ids(connection, desk.env):
            return False
        deposits.settle(
            connection, deposit.id, state="draft", remote_id=draft.id,
            concept_id=draft.concept_id, url=draft.url or desk.remote.page_url(draft.id),
            readback=dict(draft.metadata), drafted=now(),
        )  # fmt: skip
        return True

    return desk.project.write(take)


def _settle_publish(desk: Desk, deposit: Deposit) -> None:
    publication = find_publication(desk.remote, str(deposit.remote_id))
    if publication is None:
        _clear(desk, deposit)
    else:
        store_publication(desk, deposit, publication)


def _settle_discard(desk: Desk, deposit: Deposit) -> None:
    try:
        desk.remote.get_draft(str(deposit.remote_id))
    except Missing:
        if not find_published(desk, deposit):
            desk.project.write(lambda c: deposits.settle(c, deposit.id, state="discarded"))
        return
    _clear(desk, deposit)


def find_published(desk: Desk, deposit: Deposit) -> bool:
    """Whether the draft is a published record by now; then that is written down."""
    publication = find_publication(desk.remote, str(deposit.remote_id))
    if publication is not None:
        store_publication(desk, deposit, publication)
        desk.changed(deposit.item_id)
    return publication is not None


def store_publication(desk: Desk, deposit: Deposit, publication: Publication) -> None:
    """Write down that the record is public, with its DOIs."""
    desk.project.write(
        lambda c: deposits.settle(
            c, deposit.id, state="published", remote_id=publication.id,
            concept_id=publication.concept_id, doi=publication.doi,
            concept_doi=publication.concept_doi, version=publication.version,
            url=publication.url, published=now(),
        )
    )  # fmt: skip


def settle_by_hand(desk: Desk, item_id: int, *, adopt_id: str | None, create_again: bool) -> str:
    """Decide an open create as the person says; a sentence on what was done."""
    deposit = desk.live(item_id)
    if deposit is None or deposit.doing is None:
        return "Nothing is open."
    if not _is_left_over(desk, deposit):
        raise _busy(deposit)
    if adopt_id is not None:
        return _adopt_by_hand(desk, deposit, adopt_id)
    if create_again:
        _clear(desk, deposit)
        desk.changed(item_id)
        return "Taken back; create the draft again."
    settle(desk, deposit)
    again = desk.current(item_id)
    if again is not None and again.doing is not None:
        raise _unsettled(desk, again)
    return "Settled: " + ("not done, taken back." if again == deposit else _outcome(again))


def _outcome(deposit: Deposit | None) -> str:
    if deposit is None:
        return "the draft is gone."
    where = f" {deposit.remote_id}" if deposit.remote_id else ""
    return f"{deposit.state.replace('_', '-')}{where}."


def _adopt_by_hand(desk: Desk, deposit: Deposit, remote_id: str) -> str:
    if deposit.doing != "create":
        raise Conflict("Only an open create can adopt a draft.", code="wrong-state")
    try:
        draft = desk.remote.get_draft(remote_id)
    except Missing as error:
        raise NotFound(
            f"There is no draft {remote_id} in {desk.env}.", code="no-such-draft"
        ) from error
    if not adopt(desk, deposit, draft):
        raise Conflict(f"Draft {remote_id} belongs to another item.", code="draft-taken")
    desk.changed(deposit.item_id)
    return f"Draft {remote_id} is adopted."


def settle_all(desk: Desk) -> list[tuple[Deposit, HdpError]]:
    """Settle everything here that dead processes left open; what could not be, with its error."""
    ours = desk.project.session.id
    dead = desk.project.read(lambda c: sessions.dead_owners(c, ours))
    left = desk.project.read(lambda c: deposits.unsettled(c, desk.env, [*dead, ours]))
    failures: list[tuple[Deposit, HdpError]] = []
    for deposit in left:
        if deposit.id in BUSY:
            continue
        try:
            settle(desk, deposit)
        except HdpError as error:
            failures.append((deposit, error))
    return failures
