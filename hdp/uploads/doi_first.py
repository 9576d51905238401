"""Pipelines that need the DOI: the draft is made first, and taken back where the pipeline fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hdp.jobs import Task
from hdp.pipelines.results import RunResult
from hdp.project import deposits, runs
from hdp.project.deposits import Deposit, DepositFile
from hdp.project.items import Item
from hdp.remote import Remote
from hdp.sdk import Can, ComponentError, Conflict, HdpError, Record, TargetError
from hdp.uploads import drafts, settling
from hdp.uploads.desk import Desk, wrong_state
from hdp.uploads.piping import PipelineWork, local_files
from hdp.uploads.preparing import Composed
from hdp.uploads.reading_back import compare_back, is_as_sent, review_json

Prepared = tuple[Deposit, Sequence[DepositFile]]


def needs_draft(work: PipelineWork, item_id: int) -> bool:
    """Whether the pipeline needs a DOI that the item has not: then its draft is made first."""
    if "doi" not in work.pipeline.needs:
        return False
    fields = work.preparer.before_pipeline(work.desk.item(item_id), work.pipeline.name)
    return not fields.get("doi")


def draft_with_doi(work: PipelineWork, task: Task, use: str) -> RunResult:
    """Make the draft, reserve its DOI, run the pipeline with it, bring metadata and files.

    A draft that an earlier try left is carried on with, never made twice. Where it fails, the
    draft is discarded again and the record prepared as it was; one that cannot be discarded is
    left, with the reason. `use` is what the pipeline was asked for by.
    """
    check_can_reserve(work.desk)
    before = _as_prepared(work.desk, task)
    deposit = _open_draft(work, task, use)
    try:
        return _finish(work, task, deposit)
    except Exception as error:
        _take_back(work.desk, deposit, before, error)
        raise


def _as_prepared(desk: Desk, task: Task) -> Prepared | None:
    """The record before its draft; None where there is a draft already."""
    deposit = desk.live(task.subject)
    if deposit is None or deposit.state != "prepared" or deposit.doing:
        return None
    return deposit, desk.project.read(lambda c: deposits.list_files(c, deposit.id))


def check_can_reserve(desk: Desk) -> None:
    """Conflict (`doi-not-reserved`) where the repository gives no DOI to a draft."""
    if Can.RESERVE_DOI not in desk.target.can:
        raise Conflict(
            f"{desk.target.title} gives no DOI before a record is public, and this pipeline needs"
            " it. Nothing was made.",
            code="doi-not-reserved",
            hint="Choose another repository, or a pipeline without `needs: doi`.",
        )


def _open_draft(work: PipelineWork, task: Task, use: str) -> Deposit:
    desk = work.desk
    deposit = settling.settled(desk, desk.current(task.subject), task)
    if deposit is None:
        raise wrong_state(
            "The metadata of this item is not prepared yet.", task.subject, "Prepare it first."
        )
    if deposit.state == "prepared":
        pending = {"pipeline": work.pipeline.name, "use": use, "params": dict(work.params)}
        drafts.create_draft(desk, task, pending=pending)
        made = deposit.id
        deposit = desk.project.read(lambda c: deposits.get_deposit(c, made))
    check_waits_for(work, task, deposit)
    return deposit


def check_waits_for(work: PipelineWork, task: Task, deposit: Deposit) -> None:
    """Conflict where the draft waits for another pipeline; ends the task where for none."""
    if deposit.pending is None:
        task.skip("There is a draft of it already.")
    elif deposit.pending["pipeline"] != work.pipeline.name:
        raise wrong_state(
            f"Its draft was made for another pipeline: {deposit.pending['pipeline']}.",
            task.subject, "Run that one, or discard the draft first.",
        )  # fmt: skip


def _finish(work: PipelineWork, task: Task, deposit: Deposit) -> RunResult:
    """Everything that is left to do to a draft that waits for its pipeline."""
    desk, remote = work.desk, work.desk.remote_for(task, deposit.title)
    with desk.intent(deposit, "edit") as ours:
        doi = reserve(desk, remote, ours)
        result = _run(work, task, ours, doi)
        task.check_cancelled()
        composed = work.preparer.compose_ready(task, work.pipeline.name)
        desk.project.write(lambda c: _snapshot(c, ours, composed))
        send_metadata(desk, remote, ours, composed.fields, doi)
    task.say(f"Draft {ours.remote_id} with the DOI {doi}")
    return result


def send_metadata(
    desk: Desk, remote: Remote, ours: Deposit, fields: Mapping[str, Any], doi: str
) -> None:
    """Send what was made with the DOI; the draft waits for its pipeline no more."""
    draft = remote.update_draft(str(ours.remote_id), Record(dict(fields), key=ours.key))
    _check_same_doi(doi, remote.reserve_doi(str(ours.remote_id)))
    site = compare_back(remote, fields, ours.key, draft)
    desk.project.write(
        lambda c: deposits.settle(
            c, ours, pending=None, readback=dict(draft.metadata), site=site,
            review=review_json(draft),
        )
    )  # fmt: skip


def reserve(desk: Desk, remote: Remote, deposit: Deposit) -> str:
    """The draft's DOI, written down before anything is made with it."""
    doi = remote.reserve_doi(str(deposit.remote_id))
    if not doi:
        raise Conflict(
            f"{desk.env_title} reserved no DOI for the draft.", code="doi-not-reserved",
            hint="Choose a pipeline without `needs: doi`.",
        )  # fmt: skip
    _check_same_doi(str((deposit.pending or {}).get("doi") or doi), doi)
    note_pending(desk, deposit, doi=doi, error=None)
    return doi


def _check_same_doi(before: str, now: str) -> None:
    """Conflict (`doi-changed`) where the repository names another DOI than before."""
    if before != now:
        raise Conflict(
            f"The repository reserved {before} for the draft, and says {now} now: what was made"
            " with it would be wrong.",
            code="doi-changed",
            hint="Make the draft anew.",
        )


def _run(work: PipelineWork, task: Task, deposit: Deposit, doi: str) -> RunResult:
    """The run for this draft: bound to it, so that no other draft or environment takes it over."""

    def record_of(item: Item) -> Record:
        fields = work.preparer.before_pipeline(item, work.pipeline.name)
        return Record({**fields, "doi": doi}, local_files(work.desk, item), key=item.key)

    purpose = runs.draft_purpose(deposit.id)
    return run_for_draft(replace(work, record_of=record_of, purpose=purpose), task)


def run_for_draft(work: PipelineWork, task: Task) -> RunResult:
    """Run a pipeline while a draft waits for it."""
    try:
        return work.run(task)
    except TargetError as error:
        # What a component's own server left open is nothing that the draft must wait for.
        raise ComponentError(error.message, code=error.name, hint=error.hint) from error


def _snapshot(connection: Any, deposit: Deposit, composed: Composed) -> None:
    deposits.update(
        connection, deposit.id, title=composed.title, metadata=composed.fields,
        origins=composed.origins, findings=[one.to_json() for one in composed.findings],
        mapping_hash=composed.mapping_hash, mapping=composed.mapping, pipeline=composed.pipeline,
        readback=None,
    )  # fmt: skip
    deposits.store_files(connection, deposit.id, composed.files)


def note_pending(desk: Desk, deposit: Deposit, **told: Any) -> None:
    """Write down more of what a draft waits for (doi, error); nothing where it waits for none."""

    def write(connection: Any) -> None:
        pending = deposits.get_deposit(connection, deposit.id).pending
        if pending is not None:
            deposits.update(connection, deposit.id, pending={**pending, **told})

    desk.project.write(write)


def _take_back(desk: Desk, deposit: Deposit, before: Prepared | None, error: Exception) -> None:
    """Discard the draft again, or leave it with the reason; the error says which."""
    note_pending(desk, deposit, error=to_told(error))
    try:
        left = _discard(desk, deposit)
    except HdpError as second:
        left = second.message.rstrip(".")
    again = not left and before is not None and _prepare_again(desk, *before, to_told(error))
    if isinstance(error, HdpError):
        where = f"Draft {deposit.remote_id}"
        gone = f"{where} was discarded again; " + (
            "the record is in Create Draft as before."
            if again
            else "prepare the item anew when that is mended."
        )
        stays = f"{where} is in Manage Drafts ({left}); the same command carries on from there."
        error.hint = f"{error.hint} {stays if left else gone}".strip()
    desk.changed(deposit.item_id)


def _prepare_again(
    desk: Desk, before: Deposit, files: Sequence[DepositFile], error: Mapping[str, Any]
) -> bool:
    def write(connection: Any) -> bool:
        made = deposits.prepare_again(connection, before, files)
        if made is not None:
            deposits.update(connection, made, pending={"error": error})
        return made is not None

    return desk.project.write(write)


def to_told(error: Exception) -> Mapping[str, Any]:
    """An error as it is kept with a draft, whatever kind it is."""
    if isinstance(error, HdpError):
        return error.to_json()
    return HdpError(f"{type(error).__name__}: {error}").to_json()


def _discard(desk: Desk, deposit: Deposit) -> str:
    """Delete the draft; why it was not deleted, "" where it is gone."""
    now_is = desk.project.read(lambda c: deposits.get_deposit(c, deposit.id))
    if now_is.state != "draft" or now_is.pending is None:
        return "it has gone further"
    if now_is.doing is not None:
        return "it is not known yet what the repository did"
    # Asked for without the task's way to stop: who cancelled wants no draft left either.
    remote = desk.remote.using(about=now_is.title)
    draft = remote.get_draft(str(now_is.remote_id))
    if draft.files or not is_as_sent(remote, draft, now_is):
        return "it was changed on the site"
    drafts.delete_draft(desk, remote, now_is)
    return ""
