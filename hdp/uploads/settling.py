"""What a crash or a lost answer left open: look first, then finish or clear it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from hdp.events import now
from hdp.jobs import Task
from hdp.project import deposits, sessions
from hdp.project.deposits import Deposit
from hdp.remote import SETTLE_WAITS
from hdp.remote import settle_create as find_candidates
from hdp.remote import settle_publish as find_publication
from hdp.sdk import (
    Can,
    Conflict,
    Draft,
    Missing,
    Publication,
    Record,
    TargetError,
)
from hdp.uploads.alone import ALIKE, BUSY, busy
from hdp.uploads.asking_review import ask_review
from hdp.uploads.desk import Desk
from hdp.uploads.reading_back import SITE_CODES, compare_back, is_as_sent, review_json
from hdp.uploads.version_drafts import settle_version


def _or_none(ask: Callable[[], Draft]) -> Draft | None:
    try:
        return ask()
    except Missing:
        return None


def settled(desk: Desk, deposit: Deposit | None, task: Task | None = None) -> Deposit | None:
    """The deposit with nothing left open; Conflict where that cannot be decided now."""
    if deposit is None or deposit.doing is None:
        return deposit
    if not is_left_over(desk, deposit):
        if task is not None:
            task.skip("Another HDP is working on it just now.")
        raise busy(deposit)
    if task is not None:
        task.progress(0, None, "Looking what became of it")
    settle(desk, deposit)
    again = desk.current(deposit.item_id)
    if again is not None and again.doing is not None:
        raise unsettled(desk, again)
    return again


def is_left_over(desk: Desk, deposit: Deposit) -> bool:
    """Whether nobody works on an open call any more, neither here nor in another process."""
    ours = desk.project.session.id
    if deposit.owner == ours:
        return (ours, deposit.id) not in BUSY
    return deposit.owner in desk.project.read(lambda c: sessions.dead_owners(c, ours))


def unsettled(desk: Desk, deposit: Deposit) -> Conflict:
    """The error of an open call that looking could not decide."""
    found = ", ".join(deposit.candidates or []) or "none"
    return Conflict(
        f"It is not known whether the repository did the last step ({deposit.doing}).",
        code="unsettled",
        hint=f"Drafts that may be it: {found}. See them: hdp draft settle {deposit.item_id}"
        f" --env {desk.env} --candidates. Decide: hdp draft settle {deposit.item_id}"
        f" --env {desk.env} --adopt ID (or --create-again).",
        where={"item": deposit.item_id},
    )


def settle(desk: Desk, deposit: Deposit) -> None:
    """Ask the repository what became of an open call, and finish or clear it.

    Raises TargetError when the repository cannot be asked; the deposit stays as it is.
    """
    desk.check_account(deposit)
    with alone(desk, deposit):
        ours = take_over(desk, deposit)
        if ours is None:
            return
        match ours.doing:
            case "create":
                settle_create(desk, ours)
            case "version":
                settle_version(desk, ours)
            case "publish":
                _settle_publish(desk, ours)
            case "submit":
                _settle_submit(desk, ours)
            case "discard":
                _settle_discard(desk, ours)
            case "edit":
                _settle_edit(desk, ours)
            case _:
                # An upload looks at what is there before it sends anything: nothing to find out.
                clear(desk, ours)
    ask_review(desk, deposit.id)
    desk.changed(deposit.item_id)


@contextmanager
def alone(desk: Desk, deposit: Deposit) -> Iterator[None]:
    """Nobody else here works on the deposit, or makes a draft that looks like its own."""
    session = desk.project.session.id
    alike = ALIKE.held(session, deposit) if deposit.doing == "create" else nullcontext()
    with BUSY.held(session, deposit), alike:
        yield


def take_over(desk: Desk, deposit: Deposit) -> Deposit | None:
    """The deposit with its open call in our hands; None where somebody else has it or is done."""
    session = desk.project.session.id
    now_open = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
    if now_open.doing is None or now_open.doing_since != deposit.doing_since:
        return None
    if now_open.owner == session:
        return now_open
    if not desk.project.write(lambda c: deposits.take_over(c, now_open, session)):
        return None
    return desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))


def clear(desk: Desk, deposit: Deposit) -> None:
    """Take the open call back: it was not done, or nobody needs to know."""

    def forget(connection: Any) -> None:
        if deposits.settle(connection, deposit):
            deposits.reset_files(connection, deposit.id)

    desk.project.write(forget)


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
    if found and _others_alive(desk, deposit):
        return  # one of them may be another process's, whose answer is on its way
    # Equal drafts are interchangeable, so the first that nobody else has taken is ours.
    for draft in found:
        if adopt(desk, deposit, draft):
            return
    if found:
        names = [draft.id for draft in found]
        desk.project.write(lambda c: deposits.update(c, deposit.id, candidates=names))
        return
    clear(desk, deposit)


def _others_alive(desk: Desk, deposit: Deposit) -> bool:
    ours = desk.project.session.id
    owners = set(desk.project.read(lambda c: deposits.creating_alike(c, deposit))) - {ours}
    return bool(owners - set(desk.project.read(lambda c: sessions.dead_owners(c, ours))))


def _waits(desk: Desk) -> Sequence[float]:
    # The practice repository lists a draft at once; others may lag behind.
    return (0,) if desk.env == "practice" else SETTLE_WAITS


def adopt(desk: Desk, deposit: Deposit, draft: Draft) -> bool:
    """Take a draft as the deposit's own; False where another deposit has it."""
    site = compare_back(desk.remote, deposit.metadata, deposit.key, draft)

    def take(connection: Any) -> bool:
        if deposits.is_known(connection, desk.env, draft.id):
            return False
        return deposits.settle(
            connection, deposit, state="draft", remote_id=draft.id,
            concept_id=draft.concept_id, url=draft.url or desk.remote.page_url(draft.id),
            readback=dict(draft.metadata), drafted=now(), site=site,
            review=review_json(draft),
        )  # fmt: skip

    return desk.project.write(take)


IN_REVIEW = ("submitted", "commented")


def _settle_submit(desk: Desk, deposit: Deposit) -> None:
    """Find out whether a draft whose answer was lost is in review, or public by now."""
    draft = _or_none(lambda: desk.remote.get_draft(str(deposit.remote_id)))
    if draft is None:
        if not find_published(desk, deposit):
            clear(desk, deposit)  # it was deleted on the site: the next step says so
    elif draft.review is not None and draft.review.state in IN_REVIEW:
        store_submitted(desk, deposit, draft)
    elif deposit.state == "in_review":
        store_withdrawn(desk, deposit, draft)
    else:
        clear(desk, deposit)


def store_submitted(desk: Desk, deposit: Deposit, draft: Draft) -> None:
    """Write down that the curators have it; an open call is settled by it."""
    desk.project.write(
        lambda c: deposits.settle(
            c, deposit, state="in_review", review=review_json(draft),
            readback=dict(draft.metadata),
        )
    )  # fmt: skip


def store_withdrawn(desk: Desk, deposit: Deposit, draft: Draft) -> None:
    """Write down that no curator has it any more; an open call is settled by it."""
    desk.project.write(
        lambda c: deposits.settle(c, deposit, state="draft", review=review_json(draft))
    )


def _settle_publish(desk: Desk, deposit: Deposit) -> None:
    publication = find_publication(desk.remote, str(deposit.remote_id))
    if publication is None:
        clear(desk, deposit)
    else:
        store_publication(desk, deposit, publication)


def _settle_discard(desk: Desk, deposit: Deposit) -> None:
    try:
        desk.remote.get_draft(str(deposit.remote_id))
    except Missing:
        if not find_published(desk, deposit):
            desk.project.write(lambda c: deposits.settle(c, deposit, state="discarded"))
        return
    clear(desk, deposit)


def _settle_edit(desk: Desk, deposit: Deposit) -> None:
    """Find out whether metadata that was sent again arrived; close what is left open."""
    if deposit.state != "published":
        _settle_draft_edit(desk, deposit)
        return
    if Can.EDIT not in desk.remote.can:
        clear(desk, deposit)  # it was refused, so nothing was sent
        return
    remote_id, remote = str(deposit.remote_id), desk.remote.using(about=deposit.title)
    edit = deposit.edit or {}
    wanted = Record(fields=edit.get("metadata", deposit.metadata), key=deposit.key)
    if (left := _or_none(lambda: remote.get_draft(remote_id))) is not None:
        # Not published: what we opened is closed, what somebody else changed there is left.
        if is_as_sent(remote, left, deposit) or remote.same_metadata(wanted, left):
            remote.drop_edit(remote_id)
        clear(desk, deposit)
        return
    draft = remote.edit_record(remote_id, deposit.key)
    remote.drop_edit(remote_id)
    if edit and remote.same_metadata(wanted, draft):
        store_edit(desk, deposit, edit, draft)
    else:
        clear(desk, deposit)


def _settle_draft_edit(desk: Desk, deposit: Deposit) -> None:
    draft = _or_none(lambda: desk.remote.get_draft(str(deposit.remote_id)))
    if draft is None:
        if not find_published(desk, deposit):
            clear(desk, deposit)  # it was deleted on the site: the next step says so
        return
    arrived = desk.remote.same_metadata(Record(fields=deposit.metadata, key=deposit.key), draft)
    readback = dict(draft.metadata) if arrived else deposit.readback
    site = compare_back(desk.remote, deposit.metadata, deposit.key, draft)
    desk.project.write(
        lambda c: deposits.settle(
            c, deposit, readback=readback, site=site, review=review_json(draft)
        )
    )


def store_edit(desk: Desk, deposit: Deposit, edit: Mapping[str, Any], draft: Draft) -> None:
    """Write down that the record has its new metadata, as `draft` held it before it went out."""
    of_files = [one for one in deposit.site if one["code"] == "record-differs"]
    site = [*compare_back(desk.remote, edit["metadata"], deposit.key, draft), *of_files]
    desk.project.write(
        lambda c: deposits.settle(
            c, deposit, **edit, edited=now(), readback=dict(draft.metadata), site=site
        )
    )


def find_published(desk: Desk, deposit: Deposit) -> bool:
    """Whether the draft is a published record by now; then that is written down."""
    publication = find_publication(desk.remote, str(deposit.remote_id))
    if publication is not None:
        store_publication(desk, deposit, publication)
        desk.changed(deposit.item_id)
    return publication is not None


def store_publication(desk: Desk, deposit: Deposit, publication: Publication) -> None:
    """Write down that the record is public, with its DOIs; an open call is settled by it."""
    desk.project.write(
        lambda c: deposits.settle(
            c, deposit, state="published", remote_id=publication.id,
            concept_id=publication.concept_id, doi=publication.doi,
            concept_doi=publication.concept_doi, version=publication.version,
            url=publication.url, published=now(),
            site=[one for one in deposit.site if one["code"] not in SITE_CODES],
        )
    )  # fmt: skip
