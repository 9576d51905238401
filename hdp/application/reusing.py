"""Use what was prepared in another environment: what there is, the differences, preparing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hdp.application import describing
from hdp.environments import EnvironmentEntry
from hdp.metadata.schemas import fields_of
from hdp.project import deposits, elsewhere
from hdp.project.overview import Overview
from hdp.sdk import UsageError
from hdp.uploads.desk import Desk
from hdp.uploads.preparing import Preparer
from hdp.uploads.reusing import There, compare_files
from hdp.uploads.strangers import Strangers

if TYPE_CHECKING:
    from hdp.application.app import Application

STAGES = ("prepare", "create")


class Elsewhere:
    """Finds what one environment holds of an item; made once for a batch."""

    def __init__(self, app: Application, source: str, desk: Desk) -> None:
        self.entry = source_of(app, source, desk.env)
        self.titles = {
            name: str(one.get("title", name))
            for name, one in fields_of(desk.target.schema()).items()
        }
        self._project = app.project
        self._strangers = _strangers(app, self.entry)
        self._last: There | None = None

    def __call__(self, item_id: int) -> There | None:
        """What is prepared or further there; None where nothing is."""
        last = self._last
        if last is None or last.deposit.item_id != item_id:
            last = self._last = self._project.read(lambda c: self._read(c, item_id))
        return last

    def _read(self, connection: Any, item_id: int) -> There | None:
        found = deposits.current_deposit(connection, item_id, self.entry.name)
        if found is None:
            return None
        return There(
            found, deposits.list_files(connection, found.id),
            elsewhere.set_only_in(connection, item_id, self.entry.name), self._strangers,
            self.titles,
        )  # fmt: skip


def source_of(app: Application, source: str, here: str) -> EnvironmentEntry:
    """The environment to take from; NotFound, or UsageError where it is the one here."""
    entry = app.environments.get(source)
    if entry.name == here:
        raise UsageError(
            f"{source} is the environment that is prepared for.",
            code="same-environment",
            hint="Name another one with --from, or the one to prepare for with --env.",
        )
    return entry


def _strangers(app: Application, entry: EnvironmentEntry) -> Strangers:
    if entry.kind == "production":
        return Strangers()
    dois = app.project.read(lambda c: elsewhere.known_dois(c, entry.name))
    return Strangers(dois, (urlsplit(entry.url).hostname or "").casefold())


def make_preparer(app: Application, desk: Desk, source: str) -> Preparer:
    """A preparer that uses what `source` holds in place of what the mapping says."""
    preparer = describing.preparer(app, desk, say=app.say)
    return replace(preparer, find_there=Elsewhere(app, source, desk))


def offers(app: Application, env: str, stage: str) -> list[dict[str, Any]]:
    """Where items of a tab are prepared as well, the most first.

    `prepare`: those that are not prepared here; `create`: those prepared here that read
    otherwise there.
    """
    found = _candidates(app, env, stage)
    # Where equally many are, the Sandbox comes before Practice.
    known = [one for one in reversed(app.environments.list()) if one.name in found]
    told = [
        {"env": one.name, "title": one.title or one.name, "builtin": one.builtin,
         "items": len(found[one.name])}
        for one in known
    ]  # fmt: skip
    return sorted(told, key=lambda one: -int(str(one["items"])))


def _candidates(app: Application, env: str, stage: str) -> dict[str, list[int]]:
    if stage not in STAGES:
        raise UsageError(f"Nothing is offered on {stage}.", code="bad-request")
    read = elsewhere.items_elsewhere if stage == "prepare" else elsewhere.items_otherwise
    there = app.project.read(lambda c: read(c, env))
    here = [row.id for row in app.project.overview(env) if row.stage == stage and _is_free(row)]
    chosen = {name: [one for one in here if one in ids] for name, ids in there.items()}
    return {name: ids for name, ids in chosen.items() if ids}


def _is_free(row: Overview) -> bool:
    return row.set_aside is None and not row.doing


def candidates(app: Application, env: str, source: str, stage: str) -> list[int]:
    """The items that an offer is about, in the order of the project."""
    source_of(app, source, env)
    return _candidates(app, env, stage).get(source, [])


def preview(
    app: Application, env: str, source: str, rows: Sequence[Overview]
) -> list[dict[str, Any]]:
    """For each item what differs, what stays, which files are others, and what is wrong."""
    desk = app.desk(env)
    find = Elsewhere(app, source, desk)
    preparer = replace(describing.preparer(app, desk, fresh=False), find_there=find)
    states = app.project.read(
        lambda c: elsewhere.states_elsewhere(c, source, [row.id for row in rows])
    )
    return [_shown(preparer, find, row, states.get(row.id)) for row in rows]


def _shown(preparer: Preparer, find: Elsewhere, row: Overview, state: str | None) -> dict[str, Any]:
    one = {
        "item": row.id, "title": row.title or row.key, "state": row.state or "new",
        "there": state.replace("_", "-") if state else "", "left_out": why_not(row, state),
        "differences": [], "files": [], "findings": [],
    }  # fmt: skip
    if one["left_out"]:
        return one
    composed = preparer.compose(preparer.desk.item(row.id))
    there = find(row.id)
    files = compare_files(there.files, composed.files) if there else []
    return one | {
        "title": composed.title or row.key,
        "differences": [
            change.to_json() | {"title": find.titles.get(change.field, change.field)}
            for change in (composed.taken.differences if composed.taken else ())
        ],
        "files": [{"name": file.name, "what": file.what} for file in files],
        "findings": [finding.to_json() for finding in composed.findings],
    }


def why_not(row: Overview, state: str | None) -> str:
    """Why nothing can be used for an item; "" where it can."""
    if state is None:
        return "Nothing of it is prepared there."
    if row.set_aside is not None:
        return "It is set aside."
    if row.state in (None, "prepared") and not row.doing:
        return ""
    published = row.state == "published"
    return "It is published already." if published else "There is a draft of it already."
