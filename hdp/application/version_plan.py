"""What new versions would be: the manifest of each, its metadata, and what is undecided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from unicodedata import normalize

from hdp.application import describing, pipelining
from hdp.application.version_deciding import Patterns
from hdp.application.version_look import Base, Looked, Newcomer
from hdp.ingest.packing_model import PackChoices
from hdp.pipelines.definition import INPUTS, Pipeline
from hdp.project import deposits, packing
from hdp.project.deposits import Deposit, DepositFile
from hdp.sdk import Can, Record, Refused, Target, UsageError
from hdp.uploads.desk import Desk
from hdp.uploads.differences import compare
from hdp.uploads.files import to_local as from_deposit
from hdp.uploads.preparing import Composed
from hdp.uploads.version_metadata import carry_metadata
from hdp.uploads.version_order import DECISIONS, Decision, NewFile, Order, to_local
from hdp.uploads.version_packing import plan_packing, sent_files
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application.app import Application

_KEPT = ("carry", "unchanged", "replace", "add")
_OWN = ("version", "publication_date", "notes", "doi", "prereserve_doi")
# What every version has of its own: where nothing else differs, there is nothing new in it.
_ALWAYS = {"version", "publication_date"}


@dataclass(frozen=True)
class Wishes:
    """What the person chose for the new versions.

    `choices` are unit id -> item, `decisions` item -> file name -> decision: they win over
    `patterns`.
    """

    choices: Mapping[str, int | None]
    pipeline: str
    params: Mapping[str, Any] = field(default_factory=dict)
    patterns: Patterns = field(default_factory=Patterns)
    decisions: Mapping[int, Mapping[str, Decision]] = field(default_factory=dict)
    version: str = ""
    day: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    mapping: bool = False
    note: str = ""
    adopt: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A file of the new version, old and new side by side; `action` "" is undecided."""

    name: str
    action: str
    choices: tuple[str, ...]
    old: DepositFile | None
    new: NewFile | None

    def to_json(self) -> dict[str, Any]:
        """As the page and the command line show it."""
        old, new = self.old, self.new
        return {
            "name": self.name, "action": self.action, "choices": list(self.choices),
            "old": {"size": old.size, "md5": old.md5} if old else None,
            "new": {"size": new.size, "md5": new.md5, "path": new.path} if new else None,
            "derived": bool(old and old.role == "derived"),
        }  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """One new version; `problem` says why it cannot be made, "" where it can.

    `same`: all files and the metadata stay, but for what every version has of its own.
    """

    base: Base
    number: int
    rows: tuple[Row, ...]
    order: Order
    problem: str = ""
    open_draft: Mapping[str, str] | None = None
    same: bool = False

    @property
    def undecided(self) -> int:
        """How many files wait for a decision."""
        return sum(not one.action for one in self.rows)

    def to_json(self) -> dict[str, Any]:
        """As the page and the command line show it."""
        base, metadata = self.base.deposit, self.order.metadata
        return {
            "item": base.item_id, "title": base.title, "doi": base.doi,
            "concept_id": base.concept_id, "number": self.number,
            "version": {"old": base.metadata.get("version"), "new": metadata.get("version")},
            "files": [one.to_json() for one in self.rows], "undecided": self.undecided,
            "metadata": [one.to_json() for one in compare(base.metadata, metadata)],
            "open_draft": self.open_draft, "problem": self.problem, "same": self.same,
        }  # fmt: skip


def plan_versions(
    app: Application, env: str, looked: Looked, wishes: Wishes, *, ask: bool = True
) -> list[Planned]:
    """The new versions that the choices make; with `ask` open drafts are looked for.

    Nothing is sent or written.
    """
    pipeline = pipelining.read_pipeline(app, wishes.pipeline)
    _check(pipeline, app.desk(env).target)
    chosen = _by_item(looked, wishes)
    drafts = _open_drafts(app, env) if ask and chosen else {}
    preparer = describing.preparer(app, app.desk(env)) if wishes.mapping else None
    planned = []
    for item, newcomers in chosen.items():
        base = looked.bases[item]
        mapped = preparer.compose(app.desk(env).item(item)) if preparer else None
        one = _plan(app, base, newcomers, wishes, pipeline, mapped)
        one = replace(one, problem=one.problem or _refused(app.desk(env), one))
        planned.append(_with_state(app, env, one, drafts))
    return planned


def _refused(desk: Desk, one: Planned) -> str:
    """Why the repository would not take the files, as far as they are known; "" if it would."""
    files = [
        to_local(row.new) if row.new else from_deposit(cast("DepositFile", row.old), Path(row.name))
        for row in one.rows if row.action in _KEPT
    ]  # fmt: skip
    record = Record(fields=one.order.metadata, key=one.base.key, files=files)
    # Of the metadata a pipeline may have more to say.
    return next(
        (found.message for found in desk.offline.validate(record)
         if found.severity == "error" and found.where.get("file")),
        "",
    )  # fmt: skip


def why_not_for_versions(pipeline: Pipeline, target: type[Target] | None = None) -> str:
    """Why new versions (in `target`, where one is given) cannot go through it; "" if they can."""
    if pipeline.scope == "collection":
        return f"{pipeline.name} is for a whole collection: a new version cannot go through it."
    if "doi" in pipeline.needs and target is not None and Can.RESERVE_DOI not in target.can:
        return (
            f"{pipeline.name} needs the DOI, and {target.title} gives none before a record is"
            " public: a new version cannot go through it."
        )
    return ""


def _check(pipeline: Pipeline, target: type[Target]) -> None:
    if why := why_not_for_versions(pipeline, target):
        raise UsageError(
            why,
            code="pipeline-not-for-versions",
            hint="Choose another one; no-processing takes the files as they are.",
        )


def _by_item(looked: Looked, wishes: Wishes) -> dict[int, list[Newcomer]]:
    known = {one.id: one for one in looked.newcomers}
    chosen: dict[int, list[Newcomer]] = {}
    for unit, item in wishes.choices.items():
        if item is None:
            continue
        if unit not in known or item not in looked.bases:
            raise UsageError(
                f"There are no files {unit}, or no record {item} for them.", code="no-such-choice",
                hint="Choose the files anew.",
            )  # fmt: skip
        chosen.setdefault(item, []).append(known[unit])
    return chosen


def _plan(
    app: Application, base: Base, newcomers: Sequence[Newcomer], wishes: Wishes,
    pipeline: Pipeline, mapped: Composed | None,
) -> Planned:  # fmt: skip
    deposit = base.deposit
    files = tuple(_named_as(base, file) for one in newcomers for file in one.files)
    sent, problem = (
        _pack(app, deposit.item_id, files)
        if any(ref.step == INPUTS for ref in pipeline.upload) else ([], "")
    )  # fmt: skip
    rows = _rows(base, sent, wishes, makes=bool(pipeline.steps))
    number = 2 + app.project.read(
        lambda c: deposits.count_published(c, deposit.item_id, deposit.env, deposit.id)
    )
    fields, origins = carry_metadata(
        deposit, number, today=_day(wishes.day), note=wishes.note,
        changes=_changes(deposit.metadata, wishes, mapped.fields if mapped else None),
        rules=_rules(wishes, mapped),
    )  # fmt: skip
    decisions = {one.name: cast("Decision", one.action) for one in rows if one.action in DECISIONS}
    order = Order(
        deposit.item_id, deposit.id, files, decisions, wishes.pipeline, dict(wishes.params),
        fields, origins, wishes.note, wishes.adopt.get(deposit.item_id, ""),
    )  # fmt: skip
    same = not pipeline.steps and _is_same(deposit, rows, fields)
    return Planned(base, number, rows, order, problem, same=same)


def _is_same(base: Deposit, rows: Sequence[Row], fields: Mapping[str, Any]) -> bool:
    kept = all(one.action in ("unchanged", "carry") for one in rows)
    return kept and {one.field for one in compare(base.metadata, fields)} <= _ALWAYS


def _pack(app: Application, item: int, files: Sequence[NewFile]) -> tuple[list[NewFile], str]:
    """What goes into the record, packed as the item's files are, and what is in the way of it."""
    choices = app.project.read(
        lambda c: PackChoices.merged(packing.project_choices(c), packing.item_choices(c, item))
    )
    packed = plan_packing(files, choices, item=item)
    sent = sent_files(files, packed)
    errors = [one.message for one in packed.findings if one.severity == "error"]
    return sent, _names_twice(sent) or (errors[0] if errors else "")


def _named_as(base: Base, new: NewFile) -> NewFile:
    """The file under the record's own name where only the Unicode form differs, as from a Mac."""
    form = normalize("NFC", new.name)
    held = {normalize("NFC", one.name): one.name for one in base.files}
    return replace(new, name=held.get(form, new.name))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"“{text}” is no date.", code="bad-date", hint="Write it as 2026-11-23."
        ) from None


def _changes(
    before: Mapping[str, Any], wishes: Wishes, mapped: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The mapping's values of today where they are asked for, then what the person set."""
    changes: dict[str, Any] = {}
    if mapped is not None:
        changes = {name: mapped.get(name) for name in {**before, **mapped} if name not in _OWN
                   and mapped.get(name) != before.get(name)}  # fmt: skip
    if wishes.version:
        changes["version"] = wishes.version
    return {**changes, **wishes.fields}


def _rules(wishes: Wishes, mapped: Composed | None) -> dict[str, Any]:
    own = {*_OWN, *wishes.fields}
    origins = mapped.origins if mapped else {}
    return {name: one for name, one in origins.items() if name not in own}


def _rows(base: Base, sent: Sequence[NewFile], wishes: Wishes, *, makes: bool) -> tuple[Row, ...]:
    new = {one.name: one for one in sent}
    rows = [_old_row(base, one, new.get(one.name), wishes, makes=makes) for one in base.files]
    known = {one.name for one in base.files}
    return (*rows, *(Row(one.name, "add", (), None, one) for one in sent if one.name not in known))


def _old_row(
    base: Base, old: DepositFile, new: NewFile | None, wishes: Wishes, *, makes: bool
) -> Row:
    if new is not None:
        same = (new.size, new.md5) == (old.size, old.md5)
        return Row(old.name, "unchanged" if same else "replace", (), old, new)
    anew = ("regenerate",) if makes and old.role == "derived" else ()
    choices = ("carry", "remove", *anew)
    own = wishes.decisions.get(base.deposit.item_id, {}).get(old.name, "")
    if own and own not in choices:
        raise UsageError(
            f"{own} is not possible for the file {old.name}.", code="no-such-choice",
            hint=f"Possible: {', '.join(choices)}.",
        )  # fmt: skip
    return Row(old.name, own or wishes.patterns.decide(old.name, choices), choices, old, None)


def _names_twice(files: Sequence[NewFile]) -> str:
    names = [one.name for one in files]
    twice = next((one for one in names if names.count(one) > 1), "")
    return f"Two new files are called {twice}; a record has no folders." if twice else ""


def _open_drafts(app: Application, env: str) -> dict[str, Mapping[str, str]]:
    """concept id -> an open draft of it that this project does not know."""
    desk = app.desk(env)
    if Can.LIST_DRAFTS not in desk.remote.can:
        return {}
    known = app.project.read(lambda c: deposits.known_remote_ids(c, desk.env))
    return {
        one.concept_id: {
            "id": one.id, "title": str(one.metadata.get("title") or ""),
            "url": one.url or desk.remote.page_url(one.id),
        }
        for one in desk.remote.list_drafts()
        if one.concept_id and one.id not in known
    }  # fmt: skip


def _with_state(
    app: Application, env: str, one: Planned, drafts: Mapping[str, Mapping[str, str]]
) -> Planned:
    base = one.base.deposit
    live = app.project.read(lambda c: deposits.live_deposit(c, base.item_id, base.env))
    open_draft = drafts.get(base.concept_id or "")
    problem = one.problem
    if live is not None and _is_begun(live, one.order):
        open_draft = None  # the job carries on from where it was, or finds it made
    elif live is not None and (live.previous != base.id or live.state != "prepared"):
        problem = f"A draft of it is open already: {live.remote_id or live.title}."
    elif base.doi and not base.concept_doi and Can.RESERVE_DOI in app.desk(env).target.can:
        problem = f"It has a DOI from elsewhere ({base.doi}): no new versions are possible."
    elif open_draft and one.order.adopt != open_draft["id"]:
        problem = (
            f"A draft of its next version is open already: {open_draft['id']}. HDP did not make it."
        )
    return replace(one, problem=problem, open_draft=open_draft)


# What was cut off in the middle of this is carried on with.
_ON_THE_WAY = (None, "version", "edit", "upload")


def _is_begun(live: Deposit, order: Order) -> bool:
    """Whether this very version is being made, or a draft of it may be there without an answer."""
    change = live.change or {}
    if live.previous != order.base or live.doing not in _ON_THE_WAY:
        return False
    asked = live.state == "prepared" and (live.doing or change.get("asked"))
    return bool(asked) or change.get("order") == order.digest


def check_decided(planned: Sequence[Planned]) -> None:
    """Refused where anything is undecided or in the way; names the first of them."""
    if not planned:
        raise UsageError(
            "No files were matched to a published record.", code="nothing-chosen",
            hint="Say which files are for which record.",
        )  # fmt: skip
    undecided = [one for one in planned if one.undecided]
    if undecided:
        first = next(row.name for row in undecided[0].rows if not row.action)
        total = sum(one.undecided for one in undecided)
        raise Refused(
            f"It is not decided what becomes of {counted(total, 'file')} of"
            f" {counted(len(undecided), 'record')}, such as {first} of"
            f" {undecided[0].base.deposit.title}. Nothing was sent.",
            code="undecided-files",
            hint="Carry over, remove or make anew by name: --carry-over all|none|GLOB...,"
            " --remove GLOB..., --regenerate GLOB...",
            values={"count": total},
        )
    for one in planned:
        if one.problem:
            raise Refused(
                f"{one.base.deposit.title}: {one.problem} Nothing was sent.",
                code="version-problem",
                hint=_way_out(one),
                where={"item": one.base.deposit.item_id},
            )


def _way_out(one: Planned) -> str:
    if one.open_draft is None or one.order.adopt == one.open_draft["id"]:
        return "Leave this record out, or settle it first."
    return (
        "Look at it on the site. Publish or delete it there, or say that it may be used: its"
        " metadata and files become those of this version"
        f" (--adopt-draft {one.order.item}={one.open_draft['id']})."
    )


def count_rows(planned: Sequence[Planned]) -> dict[str, int]:
    """How many files are carried over, replaced, added, removed and made anew."""
    counts: dict[str, int] = {}
    for one in planned:
        for row in one.rows:
            counts[row.action or "undecided"] = counts.get(row.action or "undecided", 0) + 1
    return counts
