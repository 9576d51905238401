"""New versions whose pipeline needs the DOI: the draft first, taken back where it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hdp.jobs import Task
from hdp.pipelines.definition import Pipeline
from hdp.project import deposits
from hdp.project.deposits import Deposit
from hdp.remote import Remote
from hdp.sdk import Draft, HdpError
from hdp.uploads import doi_first, drafts
from hdp.uploads.desk import Desk
from hdp.uploads.piping import PipelineWork
from hdp.uploads.reading_back import is_as_sent
from hdp.uploads.version_composing import (
    ComposedVersion,
    compose_version,
    number_after,
    work_for,
)
from hdp.uploads.version_drafts import get_base
from hdp.uploads.version_order import Order

# What the repository itself may set in the draft of a next version.
_ITS_OWN = ("version", "publication_date", "doi", "prereserve_doi", "communities")


def needs_doi(pipeline: Pipeline, order: Order) -> bool:
    """Whether the pipeline needs a DOI that only the version's draft will have."""
    return "doi" in pipeline.needs and not order.metadata.get("doi")


def to_pending(pipeline: Pipeline, order: Order) -> dict[str, Any]:
    """What is still to be done to the version's draft once it is there; all that it takes."""
    return {
        "pipeline": pipeline.name, "use": order.pipeline, "params": dict(order.params),
        "order": order.to_json(),
    }  # fmt: skip


def forget_unopened(desk: Desk, prepared: Deposit) -> None:
    """Forget a version whose draft surely was not made: its record is as before.

    One for which a draft was ever asked for without an answer stays.
    """

    def forget(connection: Any) -> bool:
        live = deposits.live_deposit(connection, prepared.item_id, prepared.env)
        if live is None or live.id != prepared.id or live.pending is None:
            return False
        if (live.change or {}).get("asked"):
            return False
        return deposits.delete_prepared(connection, prepared.id)

    if desk.project.write(forget):
        desk.changed(prepared.item_id)


def finish_version(
    desk: Desk, task: Task, waiting: Deposit, order: Order, work: PipelineWork
) -> None:
    """Run the pipeline for a draft that waits for it, with its DOI, and bring the metadata.

    The files are left to bring. Where it fails, the draft is discarded again, and the published
    record is as before; one that was not made by us, or was changed, is left with the reason.
    """
    try:
        _finish(desk, task, waiting, order, work)
    except Exception as error:
        _take_back(desk, waiting, error)
        raise


def _finish(desk: Desk, task: Task, waiting: Deposit, order: Order, work: PipelineWork) -> None:
    base, remote = get_base(desk, waiting), desk.remote_for(task, waiting.title)
    with desk.intent(waiting, "edit") as ours:
        doi = doi_first.reserve(desk, remote, ours)
        # With the draft: what names its DOI is never taken for another one.
        purpose = f"{base.env}-v{number_after(desk, base)}-{ours.id}"
        bound = work_for(work, order, purpose, doi)
        doi_first.run_for_draft(bound, task)
        task.check_cancelled()
        made = compose_version(desk, task, order, base, bound)
        desk.project.write(lambda c: _snapshot(c, ours, made))
        doi_first.send_metadata(desk, remote, ours, made.fields, doi)


def _snapshot(connection: Any, deposit: Deposit, made: ComposedVersion) -> None:
    change = {
        **(deposit.change or {}),
        "removed": made.manifest.removed, "unchanged": made.manifest.unchanged,
    }  # fmt: skip
    deposits.update(
        connection, deposit.id, title=made.title, metadata=made.fields, origins=made.origins,
        findings=made.findings, change=change, readback=None,
    )  # fmt: skip
    deposits.store_files(connection, deposit.id, made.manifest.files)


def _take_back(desk: Desk, deposit: Deposit, error: Exception) -> None:
    """Discard the draft again, or leave it with the reason; the error says which."""
    doi_first.note_pending(desk, deposit, error=doi_first.to_told(error))
    try:
        left = _discard(desk, deposit)
    except HdpError as second:
        left = second.message.rstrip(".")
    if isinstance(error, HdpError):
        where = f"Draft {deposit.remote_id}"
        said = (
            f"{where} is in Manage Drafts ({left}); the same command carries on from there."
            if left
            else f"{where} was discarded again; the published record is as before."
        )
        error.hint = f"{error.hint} {said}".strip()
    desk.changed(deposit.item_id)


def _discard(desk: Desk, deposit: Deposit) -> str:
    """Delete the draft; why it was not deleted, "" where it is gone."""
    now_is = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
    if now_is.state != "draft" or now_is.pending is None:
        return "it has gone further"
    if now_is.doing is not None:
        return "it is not known yet what the repository did"
    if now_is.remote_id == now_is.pending["order"]["adopt"]:
        return "HDP did not make it"
    # Asked for without the task's way to stop: who cancelled wants no draft left either.
    remote = desk.remote.using(about=now_is.title)
    draft = remote.get_draft(str(now_is.remote_id))
    if remote.list_files(draft.id) or not _is_untouched(desk, remote, draft, now_is):
        return "it was changed on the site"
    drafts.delete_draft(desk, remote, now_is)
    return ""


def _is_untouched(desk: Desk, remote: Remote, draft: Draft, deposit: Deposit) -> bool:
    """Whether the draft is as the repository made it for us, but for what we sent."""
    opened: Mapping[str, Any] = (deposit.pending or {}).get("opened") or {}
    if not opened.get("created") or opened["files"]:
        return False
    if not _is_copy(remote, get_base(desk, deposit), opened["metadata"]):
        return False  # somebody was at it before we took it
    return is_as_sent(remote, draft, replace(deposit, readback=dict(opened["metadata"])))


def _is_copy(remote: Remote, base: Deposit, metadata: Mapping[str, Any]) -> bool:
    """Whether this is what a repository puts into the draft of the version after `base`."""
    if _shared(base.readback or {}) == _shared(metadata):
        return True
    # Edited on the site, or adopted: what the record says there now.
    there = remote.list_versions(base.concept_id) if base.concept_id else ()
    return any(
        one.id == base.remote_id and _shared(one.metadata) == _shared(metadata) for one in there
    )


def _shared(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in metadata.items() if name not in _ITS_OWN}
