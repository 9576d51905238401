"""How a project stands: counts in all environments, what needs a person, the disk."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import views
from hdp.application.emptied import CODE, lost_records
from hdp.application.mapping_freshness import Freshness
from hdp.application.site_status import differs, is_commented, is_declined
from hdp.project import deposits, items, mappings
from hdp.project.overview import STAGES, Overview
from hdp.sdk import HdpError
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application.app import Application

_LATEST = 5
_JOBS_LOOKED_AT = 30
_LOW_BYTES = 2_000_000_000
_STAGE_OF = {"prepared": "create", "draft": "drafts", "in_review": "drafts",
             "published": "published"}  # fmt: skip
_WAITING = (
    ("missing-files", "item misses files", "items miss files",
     "Put them back, then scan.", "files", lambda row: row.worst == "missing"),
    ("invalid-files", "item has damaged files", "items have damaged files",
     "Replace them, then scan.", "files",
     lambda row: row.worst == "invalid" and row.stage == "prepare"),
    ("incomplete-models", "model lacks materials or textures",
     "models lack materials or textures",
     "Put them where the model looks for them, then scan.", "files",
     lambda row: row.worst in ("material-missing", "textures-missing", "conflict")
     and row.stage == "prepare"),
    ("changed-files", "item changed on disk after it went into a record",
     "items changed on disk after they went into a record",
     "Look at them under Files.", "files", lambda row: row.worst == "changed"),
    ("failed-uploads", "draft has failed uploads", "drafts have failed uploads",
     "Upload again; only what is missing is sent.", "uploads/drafts",
     lambda row: row.failed > 0),
    ("declined-drafts", "draft was declined by its curators",
     "drafts were declined by their curators",
     "Their words are in the row: correct it, update the draft and submit it again.",
     "uploads/drafts", is_declined),
    ("commented-drafts", "curator wrote about a draft", "curators wrote about drafts",
     "Read it in the row and answer on the site.", "uploads/drafts", is_commented),
    ("differing-drafts", "draft is not as it was sent", "drafts are not as they were sent",
     "The row says what differs on the site.", "uploads/drafts", differs),
    ("unsettled", "call is unsettled", "calls are unsettled",
     "Settle them in their rows: HDP looks first.",
     "uploads", lambda row: bool(row.doing)),
)  # fmt: skip


def dashboard(app: Application, env: str) -> dict[str, Any]:
    """Counts by stage and environment, what needs attention, mapping, latest records, disk."""
    rows = views.overview(app, env)
    latest = app.project.read(lambda c: deposits.newest_published(c, env, _LATEST))
    here = views.counts(rows)
    return {
        "counts": here,
        "environments": _environments(app, env, here),
        "attention": _attention(app, env, rows),
        "mapping": _mapping(app),
        "published": views.deposit_views(app, latest),
        "disk": disk(app),
        "quota": _quota(app, env, rows),
    }


def disk(app: Application) -> dict[str, Any]:
    """Room where the project's output goes, else where the project file is."""
    output = app.project.root_dir("output")
    place = output if output.is_dir() else app.project.folder
    return {"path": str(place), **_usage(place)}


def _usage(place: Path) -> dict[str, int]:
    usage = shutil.disk_usage(place)
    return {"free": usage.free, "total": usage.total}


def _environments(app: Application, env: str, here: dict[str, int]) -> list[dict[str, Any]]:
    """The stages in each environment that has anything of the project, and in the chosen one."""
    total = sum(here.values())
    found: dict[str, Counter[str]] = {}
    for name, state, number in app.project.read(deposits.count_states):
        found.setdefault(name, Counter())[_STAGE_OF[state]] += number
    shown = []
    for entry in app.environments.list():
        if entry.name != env and entry.name not in found:
            continue
        counts = found.get(entry.name, Counter())
        rest = {"prepare": max(0, total - counts.total())}
        stages = {stage: counts[stage] for stage in STAGES} | rest
        shown.append({
            "name": entry.name, "title": entry.title or entry.name, "kind": entry.kind,
            "builtin": entry.builtin, "counts": here if entry.name == env else stages,
        })  # fmt: skip
    return shown


def _attention(app: Application, env: str, rows: Sequence[Overview]) -> list[dict[str, Any]]:
    found = [
        _case(code, sum(1 for row in rows if applies(row)), one, many, hint, link)
        for code, one, many, hint, link, applies in _WAITING
    ]
    makers: tuple[Callable[..., dict[str, Any] | None], ...] = (_emptied, _outdated, _token)
    found += [make(app, env, rows) for make in makers]
    found += [_regrouping(app), _interrupted(app), _room(app)]
    return [one for one in found if one is not None]


def _case(
    code: str, count: int, one: str, many: str, hint: str, link: str
) -> dict[str, Any] | None:
    if not count:
        return None
    return {"code": code, "message": counted(count, one, many), "hint": hint, "count": count,
            "args": {"n": count}, "link": link}  # fmt: skip


def _emptied(app: Application, env: str, rows: Sequence[Overview]) -> dict[str, Any] | None:
    lost = lost_records(app, env, rows)
    found = _case(
        CODE, len(lost), "draft is not in the repository any more: emptied, or deleted there",
        "drafts are not in the repository any more: emptied, or deleted there",
        "Your files and metadata are here. What is still there is left alone.", "",
    )  # fmt: skip
    start = {"action": "restart", "label": "Start these again here", "ids": lost}
    return found and found | {"start": start}


def _outdated(app: Application, env: str, rows: Sequence[Overview]) -> dict[str, Any] | None:
    fresh = Freshness(app)
    return _case(
        "outdated", sum(1 for row in rows if fresh.outdated(row)),
        "record was prepared with an earlier mapping or table",
        "records were prepared with an earlier mapping or table",
        "Send them back and prepare them again, or leave them as they are.", "uploads/create",
    )  # fmt: skip


def _token(app: Application, env: str, rows: Sequence[Overview]) -> dict[str, Any] | None:
    entry = app.environments.get(env)
    if not app.remotes.needs_token(entry) or app.credentials.has(env):
        return None
    waiting = sum(1 for row in rows if row.stage in ("create", "drafts"))
    return _case(
        "token-missing", waiting, "record waits for a token", "records wait for a token",
        "Without the token of this environment nothing can be sent.", "settings",
    )  # fmt: skip


def _regrouping(app: Application) -> dict[str, Any] | None:
    return _case(
        "regrouping", app.project.read(items.count_pending),
        "item with a record would get other files", "items with a record would get other files",
        "They keep their files until you say otherwise, under Files.", "files",
    )  # fmt: skip


def _interrupted(app: Application) -> dict[str, Any] | None:
    """Jobs that a crash ended and that nobody has started again since."""
    jobs, _total = app.jobs.page(0, _JOBS_LOOKED_AT)
    later: set[tuple[str, str]] = set()
    count = 0
    for one in jobs:
        what = (one["kind"], one["env"])
        count += one["state"] == "interrupted" and what not in later
        later.add(what)
    return _case(
        "interrupted-jobs", count, "job was interrupted", "jobs were interrupted",
        "Open it and carry on: what was done is not done again.", "activity",
    )  # fmt: skip


def _room(app: Application) -> dict[str, Any] | None:
    low = disk(app)["free"] < _LOW_BYTES
    return _case(
        "disk-low", int(low), "disk is almost full", "disks are almost full",
        "Make room before pipelines run: they write to the output folder.", "settings",
    )  # fmt: skip


def _mapping(app: Application) -> dict[str, Any] | None:
    row = app.project.read(mappings.get_mapping)
    if row is None:
        return None
    card = {"name": row.name, "table": row.table_path or None, "hash": row.hash}
    try:
        loaded = app.mappings.get(app, app.target(app.environment()), row)
    except HdpError as error:
        return card | {"problems": 1, "changed": None, "error": error.to_json()}
    return card | {
        "problems": len(loaded.findings), "changed": loaded.state.changed, "error": None,
    }  # fmt: skip


def _quota(app: Application, env: str, rows: Sequence[Overview]) -> dict[str, Any]:
    """What a record may hold there, and what the project's records would hold."""
    target = app.remotes.offline(app.environments.get(env))
    return {
        "max_files": target.max_files,
        "max_bytes": target.max_bytes,
        "bytes": sum(row.bytes for row in rows),
        "most_bytes": max((row.bytes for row in rows), default=0),
        "most_files": max((row.file_count for row in rows), default=0),
    }
