"""The batch actions of the four tabs, for the page and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hdp.application import describing, pipelining, reusing
from hdp.application.config import Config
from hdp.application.selection import Selection, choose, with_failed
from hdp.application.site_status import is_declined
from hdp.application.version_work import version_work
from hdp.jobs import Lane, Task, Work, local_lane, remote_lane
from hdp.net import host_of
from hdp.pipelines.places import Place
from hdp.project import deposits, items
from hdp.project.overview import Overview
from hdp.sdk import HdpError, Refused, UsageError
from hdp.uploads import (
    Desk,
    deciding,
    drafts,
    files,
    publishing,
    refreshing,
    restarting,
    reviewing,
    settling,
    updating,
    verifying,
)
from hdp.uploads.ahead import Ahead
from hdp.uploads.batch import Batch
from hdp.uploads.preparing import Preparer
from hdp.uploads.publishing import check_publishing_on
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application.app import Application

_TITLES = {
    "prepare": "Prepare Metadata",
    "back": "Back to Prepare",
    "set-aside": "Remove from Project",
    "create": "Create Zenodo Drafts",
    "create-upload": "Create Zenodo Drafts and Upload Files",
    "upload": "Upload Files",
    "publish": "Publish",
    "discard": "Discard Drafts",
    "submit": "Submit for Review",
    "withdraw": "Withdraw from Review",
    "refresh": "Look again",
    "restart": "Start again",
    "draft-update": "Update Drafts",
    "update": "Update Metadata",
    "verify": "Verify",
    "settle": "Settle",
    "pipeline": "Run Pipeline",
    "pipeline-draft": "Run Pipeline and Create Drafts",
    "version": "Create New Versions",
}
# Two threads: while one waits for the disk, the other composes.
_PREPARE_LANE = Lane("prepare", 2, together=200)
LOCAL = ("prepare", "back", "set-aside", "pipeline")
_PIPELINES = ("pipeline", "pipeline-draft")
# Items that wait for a cluster at once: its scheduler hands them out.
_ELSEWHERE = 32


@dataclass(frozen=True)
class Action:
    """What to do, where, with which items; `by` is the page's own id of it.

    `confirm` is the number of records a person typed, needed to publish in production.
    """

    kind: str
    env: str
    selection: Selection
    confirm: int | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True)
class Started:
    """A job that was started, or (None) nothing to do; `left_out` were not acted on."""

    job: int | None
    chosen: list[Overview]
    left_out: list[tuple[Overview, str]]


def why_not(kind: str, row: Overview, target: str = "Zenodo") -> str | None:
    """Why an action cannot act on an item now; None when it can."""
    if row.set_aside is not None and kind != "set-aside":
        return "It is set aside."
    # What a dead process left open is looked at and carried on by the step itself.
    if row.doing and kind in LOCAL:
        return "Something is being done to it."
    return _WHY_NOT[kind](row)


def _prepare(row: Overview) -> str | None:
    return None if row.state is None else "Its metadata is prepared already."


def _prepared(row: Overview) -> str | None:
    if row.state is None:
        return "Its metadata is not prepared yet."
    return None if row.state == "prepared" else "There is a draft of it already."


WAITS = "Its pipeline is not through yet: run it again, or discard the draft."


def _first_prepared(row: Overview) -> str | None:
    # A draft that was made for its DOI: the same action carries on from there.
    if row.state == "draft" and row.pending:
        return None
    if row.previous is not None and row.state == "prepared":
        return "A new version of its record is prepared."
    return _prepared(row)


def _create_upload(row: Overview) -> str | None:
    # A draft whose upload was cut off: the same action carries on from there.
    if row.state == "draft" and not row.pending and row.uploaded < row.sent_files:
        return None
    return _prepared(row)


def _draft(row: Overview) -> str | None:
    if row.state in ("draft", "in_review"):
        return None
    return (
        "It is published already." if row.state == "published" else "There is no draft of it yet."
    )


_REVIEWED = "Its community is reviewing it."
_DECLINED = (
    "Its curators declined it: correct it, update the draft, then submit it for review again."
)


def _in_review(row: Overview) -> str | None:
    return None if row.state == "in_review" else "It is in no review."


def _upload(row: Overview) -> str | None:
    if row.state not in ("draft", "in_review"):
        return _draft(row)
    if row.pending:
        return WAITS
    return None if row.uploaded < row.sent_files else "All files are verified already."


def _publish(row: Overview) -> str | None:
    if row.state == "in_review":
        return _REVIEWED
    if row.state != "draft":
        return _draft(row)
    if row.pending:
        return WAITS
    if row.uploaded < row.sent_files or not row.sent_files:
        verified = counted(row.sent_files, "file is", "files are")
        return f"{row.uploaded} of {verified} verified. Upload the rest first."
    return None


def _publish_itself(row: Overview) -> str | None:
    return _publish(row) or (_DECLINED if is_declined(row) else None)


def _restart(row: Overview) -> str | None:
    return None if row.remote_id else "Nothing of it was sent here."


def _record(row: Overview) -> str | None:
    if row.state == "published":
        return None
    return "No record of it is published here, or a new version is being made."


def _version(row: Overview) -> str | None:
    # A draft of the next version that an earlier try left: the same action carries on from there.
    if row.previous is not None and row.state in ("prepared", "draft"):
        return None
    return _record(row)


def _set_aside(row: Overview) -> str | None:
    return "There is a draft or record of it." if row.state not in (None, "prepared") else None


def _settle(row: Overview) -> str | None:
    return None if row.doing else "Nothing is open."


_WHY_NOT: dict[str, Callable[[Overview], str | None]] = {
    "prepare": _prepare,
    "back": _prepared,
    "set-aside": _set_aside,
    "create": _prepared,
    "create-upload": _create_upload,
    "upload": _upload,
    "publish": _publish_itself,
    "discard": _draft,
    "refresh": _draft,
    "withdraw": _in_review,
    "submit": _publish,
    "restart": _restart,
    "draft-update": _draft,
    "update": _record,
    "verify": _record,
    "settle": _settle,
    "pipeline": lambda row: None,
    "pipeline-draft": _first_prepared,
    "version": _version,
}


def plan(app: Application, action: Action) -> Started:
    """What an action would act on; nothing is done."""
    if action.kind not in _TITLES:
        raise UsageError(f"There is no action {action.kind}.", code="unknown-action")
    rows = app.project.overview(action.env)
    selection = with_failed(app, action.env, action.selection)
    chosen, rest = choose(rows, selection, lambda row: why_not(action.kind, row) is None)
    if action.kind != "set-aside":
        rest = [*rest, *(row for row in chosen if row.set_aside is not None)]
        chosen = [row for row in chosen if row.set_aside is None]
    left_out = [(row, why_not(action.kind, row) or "") for row in rest]
    return Started(None, chosen, left_out)


def start(app: Application, action: Action) -> Started:
    """Start an action as a job with one task for each item, and return at once."""
    planned = plan(app, action)
    if not planned.chosen:
        return planned
    desk = app.desk(action.env, action.by)
    _confirm(action, desk, len(planned.chosen))
    subjects: pipelining.Subjects = [(row.id, row.title or row.key) for row in planned.chosen]
    if action.kind in _PIPELINES:
        subjects, args = pipelining.gather(app, action.args, subjects)
        action = replace(action, args=args)
        work, at_end = pipelining.work(app, desk, action.kind, action.args)
    elif action.kind == "version":
        work, at_end = version_work(app, desk, action.args)
    else:
        work, at_end = _work(app, desk, action, [one for one, _ in subjects]), _hold_nothing
    if action.kind not in LOCAL:
        work = Batch(desk, work)
    args = {"confirm": action.confirm, **action.args}
    job = app.jobs.submit(
        action.kind, _TITLES[action.kind], subjects, work,
        lane=_lane(app, desk, action, planned.chosen), env=action.env, args=args,
        at_end=at_end, sizes=_sizes(action, planned.chosen),
    )  # fmt: skip
    return Started(job, planned.chosen, planned.left_out)


_MOVING = ("upload", "create-upload", "verify")


def _sizes(action: Action, rows: Sequence[Overview]) -> dict[int, int] | None:
    """How many bytes each item moves, for actions that move them."""
    return {row.id: row.sent_bytes for row in rows} if action.kind in _MOVING else None


# What these do is public for ever: at once, or as soon as a curator says yes.
_PUBLIC = ("publish", "update", "submit")


def _confirm(action: Action, desk: Desk, count: int) -> None:
    if action.kind not in _PUBLIC:
        return
    check_publishing_on(desk)
    if desk.kind != "production" or action.confirm == count:
        return
    records = "1 record" if count == 1 else f"{count} records"
    what = "change the public metadata of" if action.kind == "update" else action.kind
    raise Refused(
        f"This would {what} {records} in {desk.env_title}, for ever. Nothing was done.",
        code="production-not-confirmed",
        hint=f"Confirm the number ({count}); on the command line: --yes-production.",
        values={"count": count},
    )


def _lane(app: Application, desk: Desk, action: Action, rows: list[Overview]) -> Lane:
    if action.kind == "prepare":
        return _PREPARE_LANE
    place = pipelining.find_place(app, action.args) if action.kind in _PIPELINES else None
    if action.kind in LOCAL:
        return _place_lane(app, place)
    host = host_of(app.remotes.url(app.environment(desk.env)))
    if place is not None and place.kind != "local":
        return remote_lane(f"{host}:cluster", _ELSEWHERE)
    large = action.kind == "upload" and any(row.sent_bytes > 64 << 20 for row in rows)
    if large:
        return remote_lane(f"{host}:large", 2)
    # Two tasks more than calls at once: what one writes down delays no other's call.
    return remote_lane(host, app.remotes.at_once + 2)


def _place_lane(app: Application, place: Place | None) -> Lane:
    if place is None or (place.kind, place.width) == ("local", None):
        return local_lane(Config(app.home).number("workers"))
    width = place.width if place.kind == "local" else None
    return Lane(str(place), width or _ELSEWHERE)


def _hold_nothing() -> None:
    """The end of work that held nothing."""


def _work(app: Application, desk: Desk, action: Action, subjects: Sequence[int]) -> Work:
    match action.kind:
        case "prepare":
            preparer = _preparer(app, desk, action)
            preparer = replace(preparer, ahead=Ahead(app.project, desk.env, subjects))
            return preparer.prepare_later
        case "draft-update" | "update":
            return _updating(app, desk, action)
        case "set-aside":
            reason = str(action.args.get("reason") or "Removed from the project")
            return lambda task: _aside(desk, task, reason)
        case "settle":
            return lambda task: _look(desk, task)
    step = _STEPS[action.kind]
    return lambda task: step(desk, task)


def _preparer(app: Application, desk: Desk, action: Action) -> Preparer:
    if source := action.args.get("from"):
        return reusing.make_preparer(app, desk, str(source))
    return describing.preparer(app, desk, action.args.get("mapping"), say=app.say)


def _updating(app: Application, desk: Desk, action: Action) -> Work:
    preparer = describing.preparer(app, desk)
    step = updating.update_record if action.kind == "update" else updating.update_draft
    overwrite = bool(action.args.get("overwrite"))
    return lambda task: step(desk, task, preparer, overwrite=overwrite)


def _create_and_upload(desk: Desk, task: Task) -> None:
    if not _is_half_done(desk, task):
        drafts.create_draft(desk, task)
    files.upload_files(desk, task)


def _is_half_done(desk: Desk, task: Task) -> bool:
    """Whether its draft is there, by an earlier try, and files of it are not."""
    deposit = settling.settled(desk, desk.current(task.subject), task)
    if deposit is None or deposit.state != "draft":
        return False
    sent = desk.project.read(lambda c: deposits.list_files(c, deposit.id))
    return any(one.status != "uploaded" for one in sent)


def _look(desk: Desk, task: Task) -> None:
    looked = deciding.settle_by_hand(desk, task.subject, adopt_id=None, create_again=False)
    task.say(looked.message)


def _discard(desk: Desk, task: Task) -> None:
    pipelining.skip_published(desk, task)
    drafts.discard_draft(desk, task)


_STEPS: dict[str, Callable[[Desk, Task], None]] = {
    "back": drafts.take_back,
    "create": drafts.create_draft,
    "create-upload": _create_and_upload,
    "upload": files.upload_files,
    "publish": publishing.publish_draft,
    "discard": _discard,
    "refresh": refreshing.refresh_draft,
    "submit": reviewing.submit_draft,
    "withdraw": reviewing.withdraw_draft,
    "restart": restarting.restart_draft,
    "verify": verifying.verify_record,
}


def _aside(desk: Desk, task: Task, reason: str) -> None:
    pipelining.skip_published(desk, task)
    if desk.live(task.subject) is not None:
        drafts.take_back(desk, task)
    desk.project.write(lambda c: items.set_aside(c, [task.subject], reason))
    desk.changed(task.subject)


def settle(
    app: Application, env: str, ids: tuple[int, ...], *, adopt: str | None, create_again: bool
) -> list[dict[str, Any]]:
    """Settle what a crash or a lost answer left open; a sentence or an error for each item."""
    desk = app.desk(env)
    outcomes: list[dict[str, Any]] = []
    for item_id in ids:
        try:
            told = deciding.settle_by_hand(desk, item_id, adopt_id=adopt, create_again=create_again)
            outcomes.append({"item": item_id, "message": told.message, "error": None})
        except HdpError as error:
            outcomes.append({"item": item_id, "message": error.message, "error": error.to_json()})
    return outcomes
