"""What the screens and lists show: rows, counts, groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hdp.application.actions import WAITS, why_not
from hdp.application.mapping_freshness import Freshness
from hdp.application.selection import Selection, matching, state_word, with_failed
from hdp.application.shapes import deposit_json, item_json
from hdp.application.site_status import site_status
from hdp.project import deposits, items, listing
from hdp.project.deposits import Deposit
from hdp.project.overview import STAGES, Overview, list_overview
from hdp.sdk import UsageError
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application.app import Application

_ACTIONS = {
    "prepare": ("prepare", "set-aside"),
    "create": ("create", "back", "pipeline-draft"),
    "drafts": (
        "upload", "publish", "submit", "withdraw", "discard", "refresh", "restart",
    ),
    "published": (),
}  # fmt: skip
_OPEN = {
    "create": "No answer came back: it is not known whether there is a draft.",
    "version": "No answer came back: it is not known whether there is a draft of its next version.",
    "publish": "No answer came back: it is not known whether it is public.",
    "submit": "No answer came back: it is not known whether it is in review.",
    "discard": "No answer came back: it is not known whether the draft is gone.",
    "edit": "No answer came back: it is not known whether the change was taken.",
}
_WORDS = {
    "valid": ("Valid", "idle"),
    "problems": ("Problems", "warn"),
    "invalid": ("Invalid", "loss"),
    "material-missing": ("Material missing", "warn"),
    "textures-missing": ("Textures missing", "warn"),
    "conflict": ("Conflict", "warn"),
    "missing": ("Missing", "loss"),
    "changed": ("Changed", "warn"),
}
_KINDS = {"model": "3D model", "image": "Photograph", "audio": "Audio", "video": "Video"}


def overview(app: Application, env: str) -> list[Overview]:
    """All items in one environment, those set aside left out."""
    return [row for row in app.project.overview(env) if row.set_aside is None]


def count_troubled(app: Application) -> int:
    """How many items have a file that is not valid, those set aside left out."""
    found = app.project.read(lambda c: listing.count_statuses(c, listing.ListFilter(env="")))
    fine = ("valid", listing.UNCHECKED)
    return sum(number for name, number in found.items() if name not in fine)


def counts(rows: Sequence[Overview]) -> dict[str, int]:
    """How many items each tab shows."""
    found = Counter(row.stage for row in rows)
    return {stage: found[stage] for stage in STAGES}


def stage_rows(
    app: Application,
    *,
    env: str,
    stage: str,
    selection: Selection,
    chip: str = "",
    sort: str = "",
    offset: int = 0,
    limit: int = 100,
) -> dict[str, Any]:
    """One page of a tab: rows, total, counts of all tabs, counts of the status words."""
    rows = overview(app, env)
    here = _in_stage(rows, stage, with_failed(app, env, selection))
    states = Counter(status(row)[0] for row in here)
    chosen = [row for row in here if not chip or status(row)[0] == chip]
    chosen.sort(key=_sort_key(sort.removeprefix("-")), reverse=sort.startswith("-"))
    page = chosen[offset : offset + limit]
    fresh = Freshness(app)
    return {
        "rows": [
            row_json(app, row, env, fresh) | version_mark(app, row, env) | waits_for(app, row)
            for row in page
        ],
        "total": len(chosen),
        "counts": counts(rows),
        "states": dict(states),
    }


def stage_ids(
    app: Application, *, env: str, stage: str, selection: Selection, chip: str = ""
) -> list[int]:
    """The ids of everything a tab's filter shows, over all pages."""
    here = _in_stage(overview(app, env), stage, with_failed(app, env, selection))
    return [row.id for row in here if not chip or status(row)[0] == chip]


def _in_stage(rows: Sequence[Overview], stage: str, selection: Selection) -> list[Overview]:
    if stage not in STAGES:
        raise UsageError(f"There is no stage {stage}.", code="unknown-stage")
    filters = replace(selection, ids=(), all=False)
    return [row for row in matching(rows, filters) if row.stage == stage]


def _sort_key(name: str) -> Any:
    keys = {
        "title": lambda row: (row.title or row.key).casefold(),
        "key": lambda row: row.key.casefold(),
        "size": lambda row: row.bytes,
        "status": lambda row: status(row)[0],
        "newest": lambda row: row.drafted or row.prepared or row.created,
    }
    return keys.get(name, lambda row: row.id)


def status(row: Overview) -> tuple[str, str, str]:
    """The word of a row's status, its tone and the reason under it."""
    if row.pending and row.doing in (None, "edit"):
        return _waiting_status(row)
    if row.doing and row.doing != "upload":
        return "Unsettled", "warn", _OPEN.get(row.doing, _OPEN["edit"])
    if row.stage == "prepare":
        word, tone = _WORDS[row.worst]
        if row.reason and row.worst == "valid":
            word, tone = "Failed", "loss"
        return word, tone, row.reason or ""
    if row.stage == "create":
        return ("Failed", "loss", row.reason) if row.reason else ("Prepared", "idle", "")
    if row.stage == "published":
        return "Published", "ok", row.doi or ""
    return _draft_status(row)


def _waiting_status(row: Overview) -> tuple[str, str, str]:
    """Of a draft that was made for its DOI and waits for its pipeline."""
    if row.doing:
        return "Pending", "accent", f"Its pipeline is being run: {row.pending}"
    if row.reason:
        return "Failed", "loss", row.reason
    return "Pending", "warn", WAITS


def _draft_status(row: Overview) -> tuple[str, str, str]:
    if row.doing == "upload":
        return "Uploading", "accent", f"{row.uploaded} of {counted(row.sent_files, 'file')}"
    if row.failed:
        return "Failed", "loss", f"{row.failed} of {counted(row.sent_files, 'file')}"
    if (of_site := site_status(row)) is not None:
        return of_site
    if row.state == "in_review":
        return "In review", "accent", "Its community decides; look what became of it"
    if row.sent_files and row.uploaded == row.sent_files:
        return "Verified", "ok", ""
    return "Pending", "idle", "Not sent yet" if not row.uploaded else "Some files are to be sent"


def row_json(
    app: Application, row: Overview, env: str, fresh: Freshness | None = None
) -> dict[str, Any]:
    """A row as the page shows it, with what can be done to it now."""
    word, tone, reason = status(row)
    mapping = (fresh or Freshness(app)).to_json(row)
    entry = app.environment(env)
    sent = row.state is not None
    return {
        "item": row.id,
        "key": row.key,
        "title": row.title or row.key,
        "subtitle": f"{row.primary.rpartition('/')[2]}, {kind(row)}",
        "kind": row.media_type.split("/")[0],
        "files": {
            "total": row.sent_files if sent else row.file_count,
            "uploaded": row.uploaded,
            "failed": row.failed,
        },
        "bytes": {"total": row.sent_bytes if sent else row.bytes, "uploaded": row.uploaded_bytes},
        "status": {"word": word, "tone": tone, "reason": reason or mapping["outdated_reason"]},
        "mapped": sent,
        "mapping": mapping["mapping"],
        "outdated": mapping["outdated"],
        "state": state_word(row),
        "remote_id": row.remote_id,
        "url": app.remotes.link(entry, row.url),
        "doi": row.doi,
        "updated": row.published or row.drafted or row.prepared or row.created,
        "actions": {one: why_not(one, row) for one in _offered(row)},
    }


def version_mark(app: Application, row: Overview, env: str) -> dict[str, Any]:
    """What a row is a new version of; nothing for first versions."""
    if row.previous is None or row.state == "published" or row.deposit_id is None:
        return {}
    made = row.deposit_id
    base, before = app.project.read(
        lambda c: (
            deposits.get_deposit(c, int(row.previous or 0)),
            deposits.count_published(c, row.id, env, made),
        )
    )
    known = base.concept_doi or base.doi or base.remote_id
    return {"version_of": {"number": before + 1, "record": known, "concept_id": base.concept_id}}


def waits_for(app: Application, row: Overview) -> dict[str, Any]:
    """The pipeline that a row's draft waits for, as it was asked for; nothing for others."""
    if not row.pending or row.deposit_id is None:
        return {}
    made = row.deposit_id
    pending = app.project.read(lambda c: deposits.get_deposit(c, made)).pending or {}
    return {"waits_for": {"pipeline": pending.get("use"), "params": pending.get("params", {})}}


def _offered(row: Overview) -> tuple[str, ...]:
    """The actions of a row's stage; where something is open, settling it comes first."""
    if row.pending:
        return ("pipeline-draft", "discard", "refresh")
    unsettled = row.doing and row.doing != "upload"
    return ("settle", *_ACTIONS[row.stage]) if unsettled else _ACTIONS[row.stage]


def kind(row: Overview) -> str:
    """What a row is, in a word for people."""
    return _KINDS.get(row.media_type.split("/")[0], "Document")


def item_view(app: Application, item_id: int, env: str) -> dict[str, Any]:
    """An item in the shape of the command line."""
    item = app.project.read(lambda c: items.get_item(c, item_id))
    states = app.project.read(deposits.env_states).get(item.id, {})
    current = app.project.read(lambda c: deposits.current_deposit(c, item_id, env))
    return item_json(item, env=env, states=states, title=current.title if current else "")


def item_list(
    app: Application, env: str, selection: Selection, *, with_set_aside: bool = False
) -> list[dict[str, Any]]:
    """Items that pass a filter, in the shape of the command line."""
    rows = app.project.read(lambda c: list_overview(c, env))
    shown = [row for row in rows if with_set_aside or row.set_aside is None]
    selection = with_failed(app, env, selection)
    chosen = {row.id: row.title for row in matching(shown, selection)}
    if selection.ids:
        chosen = {one: title for one, title in chosen.items() if one in selection.ids}
    wanted = list(chosen)[: selection.first]
    states = app.project.read(deposits.env_states)
    found = app.project.read(lambda c: items.list_items(c, wanted))
    return [
        item_json(one, env=env, states=states.get(one.id, {}), title=chosen[one.id])
        for one in found
    ]


def deposit_views(app: Application, found: Sequence[Deposit]) -> list[dict[str, Any]]:
    """Deposits with their files and up-to-date links, in the shape of the command line."""
    ids = [one.id for one in found]
    files = app.project.read(lambda c: deposits.files_by_deposit(c, ids))
    previous = {one.id: one.remote_id for one in found}
    return [_deposit_view(app, one, files.get(one.id, []), previous) for one in found]


def _deposit_view(
    app: Application, one: Deposit, files: Sequence[Any], known: dict[int, str | None]
) -> dict[str, Any]:
    shown = deposit_json(one, files, known.get(one.previous) if one.previous else None)
    shown["url"] = app.remotes.link(app.environment(one.env), one.url)
    return shown


def draft_list(
    app: Application, env: str, states: Sequence[str] = ("prepared", "draft", "in_review")
) -> list[dict[str, Any]]:
    """The deposits of an environment in given states."""
    return deposit_views(app, app.project.read(lambda c: deposits.list_deposits(c, env, states)))


def deposit_of(app: Application, item_id: int, env: str) -> dict[str, Any] | None:
    """An item's live deposit in an environment, else its latest published one."""
    found = app.project.read(lambda c: deposits.current_deposit(c, item_id, env))
    return None if found is None else deposit_views(app, [found])[0]
