"""New versions: pipeline, snapshot, draft, files exactly as the manifest says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hdp.jobs import Task
from hdp.project import deposits
from hdp.project.deposits import Deposit, DepositFile
from hdp.sdk import Can, Conflict, HdpError, Missing
from hdp.uploads import files, settling, version_doi
from hdp.uploads.desk import Desk
from hdp.uploads.doi_first import check_can_reserve, check_waits_for
from hdp.uploads.piping import PipelineWork
from hdp.uploads.refreshing import refresh_draft
from hdp.uploads.version_composing import (
    ComposedVersion,
    as_ordered,
    compose_version,
    number_after,
    work_for,
)
from hdp.uploads.version_drafts import open_version
from hdp.uploads.version_order import Order

MakeWork = Callable[[Order], PipelineWork]


def make_version(desk: Desk, task: Task, order: Order, make_work: MakeWork) -> None:
    """Bring a record's next version as far as a draft with all its files, each verified.

    The pipeline runs first, so that one that fails leaves no draft; only where it needs the DOI
    the draft is there before it. A draft that an earlier try of the same order made is carried on
    with.
    """
    live = settling.settled(desk, desk.live(order.item), task)
    if live is not None and live.state != "prepared":
        _check_same(live, order)
        _check_there(live)
        if live.pending is None and _is_whole(desk, live):
            _skip_made(desk, task, live)
    else:
        live = _prepare(desk, task, order, make_work(order), live)
        live = _open(desk, task, live, order)
    if live.pending is not None:
        version_doi.finish_version(desk, task, live, order, make_work(order))
    files.upload_files(desk, task)
    made = desk.live(order.item)
    if made is not None:
        task.say(say_made(desk, made))


def _skip_made(desk: Desk, task: Task, live: Deposit) -> None:
    """End the task: its draft holds all its files, and the site still has it.

    Missing (`deleted-on-site`) where it is gone there.
    """
    refresh_draft(desk, task)
    now = desk.project.read(lambda c: deposits.get_deposit(c, live.id))
    if now.state == "published":
        task.skip(f"It was published on the site: {now.known_as}")
    task.skip(f"Made already. {say_made(desk, live)}")


def _open(desk: Desk, task: Task, prepared: Deposit, order: Order) -> Deposit:
    try:
        open_version(desk, task, prepared, order.adopt)
    except HdpError:
        version_doi.forget_unopened(desk, prepared)
        raise
    return desk.project.read(lambda c: deposits.get_deposit(c, prepared.id))


def finish_waiting(desk: Desk, task: Task, work: PipelineWork) -> None:
    """Carry on with a version's draft that waits for this pipeline, as it was ordered."""
    live = settling.settled(desk, desk.live(task.subject), task)
    if live is None or live.change is None:
        task.skip("There is no draft of it.")
        return
    check_waits_for(work, task, live)
    order = Order.from_json((live.pending or {})["order"])
    make_version(desk, task, order, lambda one: replace(work, params=dict(one.params)))


def _check_same(live: Deposit, order: Order) -> None:
    if (live.change or {}).get("order") == order.digest:
        return
    raise Conflict(
        f"A draft of it is open already: {live.remote_id}.",
        code="version-in-work",
        hint="Publish or discard that draft first; it is in Manage Drafts.",
        where={"item": live.item_id},
    )


def _check_there(live: Deposit) -> None:
    """Missing where somebody looked already, and the draft was gone from the site."""
    gone = next((one for one in live.site if one["code"] == "deleted-on-site"), None)
    if gone is not None:
        raise Missing(
            gone["message"], code=gone["code"], hint=gone["hint"], where={"item": live.item_id}
        )


def _is_whole(desk: Desk, live: Deposit) -> bool:
    files = desk.project.read(lambda c: deposits.list_files(c, live.id))
    return live.readback is not None and all(one.status == "uploaded" for one in files)


def find_base(desk: Desk, order: Order) -> Deposit:
    """The published version that the order follows; Conflict where none can follow it now."""
    base = desk.project.read(lambda c: deposits.latest_published(c, order.item, desk.env))
    if base is None or base.id != order.base:
        raise Conflict(
            "The version that this one was to follow is not the newest one here any more.",
            code="version-not-newest",
            hint="Choose the files anew: Create New Version from Files...",
            where={"item": order.item},
        )
    if Can.NEW_VERSION not in desk.remote.can:
        raise Conflict(
            f"{desk.target.title} makes no new versions of records.", code="not-supported"
        )
    desk.check_account(base)
    if Can.PULL in desk.remote.can and base.concept_id:
        _check_newest(desk, base)
    return base


def _check_newest(desk: Desk, base: Deposit) -> None:
    """Conflict where the repository has a newer version, or does not show this one any more."""
    there = desk.remote.list_versions(base.concept_id or "")
    if base.remote_id not in [one.id for one in there]:
        _check_shown(desk, base)  # the list may lag behind
    elif there[0].id != base.remote_id:
        newer = there[0].doi or there[0].id
        raise Conflict(
            f"{desk.env_title} has a newer version than this project knows: {newer}. Nothing was"
            " sent.",
            code="version-not-newest",
            hint=f"Adopt it first: hdp record pull {newer}",
            where={"item": base.item_id},
        )


def _check_shown(desk: Desk, base: Deposit) -> None:
    try:
        desk.remote.get_record(str(base.remote_id))
    except Missing as error:
        raise Conflict(
            f"{desk.env_title} does not show {base.known_as} any more; there can be no new version"
            " of it.",
            code="record-withdrawn",
            hint="Publish the files as a record of their own.",
            where={"item": base.item_id},
        ) from error


def _prepare(
    desk: Desk, task: Task, order: Order, work: PipelineWork, live: Deposit | None
) -> Deposit:
    if live is not None and live.previous != order.base:
        raise Conflict(
            "Its metadata is prepared for a first record here.",
            hint="Take it back with Back to Prepare, then try again.",
            where={"item": order.item},
        )
    base = find_base(desk, order)
    task.title = str(order.metadata.get("title") or base.title)
    asked = (live.change or {}).get("asked", []) if live else []
    if version_doi.needs_doi(work.pipeline, order):
        check_can_reserve(desk)
        waits = version_doi.to_pending(work.pipeline, order)
        return _store(desk, order, base, as_ordered(order, base), asked, waits)
    # With the environment: a draft elsewhere may hold what was made for the same number there.
    work = work_for(work, order, f"{base.env}-v{number_after(desk, base)}")
    work.run(task)
    return _store(desk, order, base, compose_version(desk, task, order, base, work), asked)


def _store(
    desk: Desk, order: Order, base: Deposit, made: ComposedVersion,
    asked: Sequence[Sequence[str]], pending: Mapping[str, Any] | None = None,
) -> Deposit:  # fmt: skip
    change = {
        "order": order.digest, "note": order.note, "pipeline": order.pipeline,
        "removed": made.manifest.removed, "unchanged": made.manifest.unchanged, "asked": asked,
    }  # fmt: skip
    deposit_id = desk.project.write(
        lambda c: deposits.insert_version(
            c, base, change, pending, title=made.title, metadata=made.fields,
            origins=made.origins, findings=made.findings, pipeline=order.pipeline,
            files=made.manifest.files,
        )
    )  # fmt: skip
    desk.changed(order.item)
    if deposit_id is None:
        raise Conflict(
            "Another HDP made a draft of it just now.", hint="Look at it in Manage Drafts.",
            where={"item": order.item},
        )  # fmt: skip
    return desk.project.read(lambda c: deposits.get_deposit(c, deposit_id))


def say_made(desk: Desk, made: Deposit) -> str:
    """Sentences on a new version's draft: what was carried over, replaced, added, removed."""
    base = desk.project.read(lambda c: deposits.get_deposit(c, int(made.previous or 0)))
    sent: Sequence[DepositFile] = desk.project.read(lambda c: deposits.list_files(c, made.id))
    counts = {
        "Carried over": sum(one.plan == "carry" for one in sent),
        "Replaced": sum(one.plan == "replace" for one in sent),
        "Added": sum(one.plan == "add" for one in sent),
        "Removed": len((made.change or {}).get("removed", ())),
    }
    told = [f"{word}: {number}." for word, number in counts.items() if number]
    draft = f"Version {number_after(desk, base)} of {base.known_as}: draft {made.remote_id}."
    return " ".join([draft, *told])
