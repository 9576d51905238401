"""Prepare Metadata: mapping, pipeline results and hand-made changes become a checked snapshot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from hdp.ingest.packing_model import PackChoices, Packing
from hdp.jobs import Task
from hdp.metadata.named import is_said_already
from hdp.pipelines.patches import apply_patches, evidence_of
from hdp.pipelines.results import Patch
from hdp.project import deposits, runs
from hdp.project.deposits import Deposit, DepositFile
from hdp.project.items import Item
from hdp.project.known import Known, read_known
from hdp.project.overrides import ByHand, read_by_hand
from hdp.project.runs import Run
from hdp.sdk import Finding, InvalidInput, Record
from hdp.sdk.model import Severity
from hdp.uploads.ahead import Ahead
from hdp.uploads.desk import Desk
from hdp.uploads.files import to_local
from hdp.uploads.keeping import with_kept
from hdp.uploads.packing import Packer
from hdp.uploads.rehashing import check_unchanged
from hdp.uploads.reusing import Taken, There, take

# What a target says in its own words, and packing has said with a way out.
_SAME_AS = {"same-name": "file-name-twice"}
SOURCES = "inputs"  # stands for the item's own files in a run's list of uploads
_BLOCKING = {
    "missing": "is not there any more",
    "invalid": "is damaged or not what its name says",
    "changed": "was changed after it went into a record",
    "conflict": "has two different files under the same name",
    "material-missing": "needs a material file that is not there",
    "textures-missing": "needs textures that are not there",
}


@dataclass(frozen=True)
class Described:
    """What the mapping says of an item; `origins` tell where each field came from.

    `mapping` is its name; the fields `later` are those that it leaves to a pipeline.
    """

    fields: Mapping[str, Any]
    origins: Mapping[str, Any] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    mapping_hash: str = ""
    mapping: str = ""
    later: Sequence[str] = ()


@dataclass(frozen=True)
class Composed:
    """An item as it would be sent: fields, where they came from, files, and what is wrong."""

    fields: dict[str, Any]
    origins: dict[str, Any]
    findings: list[Finding]
    files: list[DepositFile]
    mapping_hash: str
    pipeline: str
    packing: Packing = field(default_factory=lambda: Packing(()))
    derived: list[DepositFile] = field(default_factory=list)
    mapping: str = ""
    taken: Taken | None = None

    @property
    def title(self) -> str:
        """The title, or nothing."""
        return str(self.fields.get("title") or "")

    @property
    def errors(self) -> list[Finding]:
        """What must be mended before it can be prepared."""
        return [one for one in self.findings if one.severity == "error"]


Describe = Callable[[Item], Described]
FindThere = Callable[[int], There | None]
CheckRecord = Callable[[Record, str], Sequence[Finding]]


@dataclass(frozen=True)
class Preparer:
    """Composes and prepares items of a desk; made once for a batch.

    `ahead` reads what is stored of the items of a batch many at a time. Where a `pipeline_follows`,
    fields that it fills may still be empty. With `find_there` what another environment holds of
    an item is used.
    """

    desk: Desk
    describe: Describe
    check_record: CheckRecord
    ahead: Ahead | None = None
    pipeline_follows: bool = False
    find_there: FindThere | None = None
    # Threads that all compose at once only take turns, and more slowly.
    one_by_one: threading.Lock = field(default_factory=threading.Lock, compare=False)

    def compose(
        self, item: Item, pipeline: str = "", by_hand: ByHand | None = None,
        given_back: Sequence[str] = (),
    ) -> Composed:  # fmt: skip
        """The item as it would be sent; nothing is written.

        With `pipeline`, its upload list alone decides on the files; `by_hand` takes the place
        of what is stored as set by hand, and what is `given_back` is the mapping's again.
        """
        return self._compose(self._known(item.id), pipeline, by_hand, given_back)

    def before_pipeline(self, item: Item, pipeline: str) -> dict[str, Any]:
        """The fields as they are without what that pipeline itself wrote earlier."""
        known = self._known(item.id)
        others = [one for one in known.runs if one.pipeline != pipeline]
        return dict(self._take(replace(known, runs=others), self.describe(item), known.hand).fields)

    def _known(self, item_id: int) -> Known:
        """What is stored of an item, read ahead for a batch or now."""
        if self.ahead is not None and (found := self.ahead.take(item_id)) is not None:
            return found
        env = self.desk.env
        return self.desk.project.read(lambda c: read_known(c, item_id, env))

    def _compose(
        self, known: Known, pipeline: str, by_hand: ByHand | None = None,
        given_back: Sequence[str] = (),
    ) -> Composed:  # fmt: skip
        item, done = known.item, known.runs
        described = self.describe(item)
        taken = self._take(known, described, by_hand or known.hand, given_back)
        fields, origins = dict(taken.fields), dict(taken.origins)
        derived, packing = self._files(known, pipeline)
        files = [*self._packer.planned_files(item, packing), *derived]
        findings = [
            *(one for one in described.findings if _root(one) not in taken.names),
            *_file_findings(item),
            *packing.findings,
            *self._check(fields, origins, files, item, packing.findings),
        ]
        findings = [
            left_to_pipeline(one, described.later, ran=bool(done), follows=self.pipeline_follows)
            for one in _once(findings)
        ]
        return Composed(
            fields, origins, findings, files, described.mapping_hash, pipeline, packing, derived,
            described.mapping, taken,
        )  # fmt: skip

    def _take(
        self, known: Known, described: Described, hand: ByHand,
        given_back: Sequence[str] = (),
    ) -> Taken:  # fmt: skip
        """Fields and origins, with what came or is to come from another environment."""
        fields, origins = with_hand(described, known.runs, hand)
        before = known.live or known.published
        kept = with_kept(fields, origins, before, hand, known.runs, given_back)
        there = self.find_there(known.item.id) if self.find_there else None
        if there is None:
            return kept
        return take(there, kept, hand)

    def by_hand(self, item: Item) -> ByHand:
        """What is stored as set or locked by hand."""
        return self.desk.project.read(lambda c: read_by_hand(c, item.id, self.desk.env))

    def without_hand(self, item: Item) -> tuple[dict[str, Any], dict[str, Any]]:
        """Fields and origins by mapping and pipelines alone, as if nothing were set by hand."""
        env = self.desk.env
        known = self.desk.project.read(lambda c: read_known(c, item.id, env))
        return with_hand(self.describe(item), known.runs, ByHand(locks=known.hand.locks))

    @property
    def _packer(self) -> Packer:
        return Packer(self.desk)

    def _files(self, known: Known, pipeline: str) -> tuple[list[DepositFile], Packing]:
        """What pipelines made for the record, and the plan of the item's own files."""
        chosen = [run for run in known.runs if pipeline in ("", run.pipeline)]
        derived = [_derived(one) for run in chosen for one in run.artifacts
                   if one.path in run.uploads]  # fmt: skip
        with_sources = not pipeline or any(SOURCES in run.uploads for run in chosen)
        taken = [one.name for one in derived]
        if not with_sources:
            return derived, Packing(())
        choices = PackChoices.merged(*known.packing)
        return derived, self._packer.plan(known.item, taken=taken, choices=choices)

    def _check(
        self,
        fields: Mapping[str, Any],
        origins: Mapping[str, Mapping[str, Any]],
        files: Sequence[DepositFile],
        item: Item,
        known: Sequence[Finding],
    ) -> list[Finding]:
        project = self.desk.project
        local = [to_local(one, project.file_path(one.root, one.path)) for one in files]
        record = Record(fields=fields, files=local, key=item.key)
        ours = list(self.check_record(record, self.desk.target.id))
        told = {one.where.get("field") for one in ours if one.severity == "error"}
        # The target says the same of a field with less of where it came from: once is enough.
        told_of_files = {_SAME_AS.get(one.code, one.code) for one in known}
        theirs = [
            one
            for one in self.desk.offline.validate(record)
            if one.where.get("field") not in told and one.code not in told_of_files
            if not is_said_already(one)
        ]
        return [_placed(one, item, fields, origins) for one in (*ours, *theirs)]

    def prepare(self, task: Task, pipeline: str = "") -> None:
        """Write the item's snapshot; InvalidInput with all findings where it cannot be sent so."""
        item, composed = self._ready(task, pipeline)
        deposit_id = self.desk.project.write(lambda c: self._insert(c, item, composed))
        _say_prepared(task, composed, deposit_id)
        self.desk.changed(item.id)

    def compose_ready(self, task: Task, pipeline: str) -> Composed:
        """The item as it is to be sent, its archives on disk; InvalidInput where it cannot be."""
        with self.one_by_one:
            known = self._known(task.subject)
            composed = self._compose(known, pipeline)
        if composed.errors:
            raise _not_ready(known.item, composed)
        return self._make(task, known.item, composed)

    def prepare_later(self, task: Task) -> None:
        """The same for one of many: the snapshot is written together with others'."""
        item, composed = self._ready(task, "")
        task.write_later(
            lambda c: self._insert(c, item, composed),
            then=lambda deposit_id: _say_prepared(task, composed, deposit_id),
            tell=self.desk.changed,
        )

    def _ready(self, task: Task, pipeline: str) -> tuple[Item, Composed]:
        """The item composed, its archives on disk; ends the task where there is nothing to do."""
        with self.one_by_one:
            known = self._known(task.subject)
            _check_open(task, known)
            item, live = known.item, known.live
            self._check_there(task)
            composed = self._compose(known, pipeline)
        task.title = composed.title or item.key
        if composed.errors:
            raise _not_ready(item, composed)
        if self.find_there is not None:
            check_unchanged(task, self.desk.project, item)
        composed = self._make(task, item, composed)
        if live is not None and _is_same(live, composed, known.files):
            task.skip("It is prepared already, and nothing changed.")
        return item, composed

    def _check_there(self, task: Task) -> None:
        if self.find_there is not None and self.find_there(task.subject) is None:
            task.skip("Nothing of it is prepared there.")

    def _make(self, task: Task, item: Item, composed: Composed) -> Composed:
        """The same with its archives and derived files on disk."""
        made = self._packer.make(task, item, composed.packing)
        return replace(composed, files=[*made, *composed.derived])

    def _insert(self, connection: Any, item: Item, composed: Composed) -> int | None:
        return deposits.insert_prepared(
            connection,
            item_id=item.id,
            env=self.desk.env,
            title=composed.title,
            metadata=composed.fields,
            origins=composed.origins,
            findings=[one.to_json() for one in composed.findings],
            mapping_hash=composed.mapping_hash,
            mapping=composed.mapping,
            pipeline=composed.pipeline,
            files=composed.files,
        )


def _root(one: Finding) -> str:
    return str(one.where.get("field", "")).partition(".")[0]


def _check_open(task: Task, known: Known) -> None:
    """Skip what has gone further already."""
    live = known.live
    if live is not None and (live.state != "prepared" or live.doing):
        task.skip("There is a draft of it already.")
    if live is not None and live.change is not None:
        task.skip("A new version of its record is prepared: create its draft, or take it back.")
    if live is None and known.published is not None:
        # Preparing it anew would make a second record.
        task.skip(f"It is published already: {known.published.known_as}.")


def _say_prepared(task: Task, composed: Composed, deposit_id: int | None) -> None:
    if deposit_id is None:
        task.skip("Another HDP made a draft of it just now.")
    warnings = len([one for one in composed.findings if one.severity == "warning"])
    task.say(f"Prepared, {warnings} warnings" if warnings else "Prepared")


def _placed(
    one: Finding,
    item: Item,
    fields: Mapping[str, Any],
    origins: Mapping[str, Mapping[str, Any]],
) -> Finding:
    name, _, part = str(one.where.get("field", "")).partition(".")
    origin = origins.get(name, {})
    value = fields.get(name)
    # Where entries were left out since, the numbers of the parts are others.
    if isinstance(value, list) and len(value) == origin.get("entries"):
        row, column = origin["parts"].get(part, (origin.get("row"), origin.get("column")))
        origin = {**origin, "row": row, "column": column}
    place = {key: origin[key] for key in ("table", "row", "column") if origin.get(key)}
    where = {"item": item.id, "file": item.primary.path, **place, **one.where}
    return Finding(one.severity, one.code, one.message, one.hint, where, one.args)


def left_to_pipeline(one: Finding, later: Sequence[str], *, ran: bool, follows: bool) -> Finding:
    """The finding in other words where it misses a field that a pipeline is to fill."""
    name = str(one.where.get("field", "")).split(".")[0]
    if one.code != "required" or name not in later:
        return one
    if ran:
        message = f"{name} is left to a pipeline, and none of those that ran has filled it."
        hint = "Look at the pipeline's results, or fill it in by hand."
    else:
        message = f"{name} is filled by a pipeline, which has not run on this item yet."
        hint = "Run it first (hdp pipeline run), or draft with it: hdp pipeline draft."
    severity: Severity = "info" if follows and not ran else "error"
    return Finding(severity, "pipeline-pending", message, hint, one.where, {"field": name})


def with_hand(
    described: Described, done: Sequence[Run], hand: ByHand
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields and origins: the mapping's, then the pipelines', then what was set by hand.

    A value that was emptied by hand is a field that is not sent.
    """
    fields, origins = _with_runs(described, done, hand.locks | set(hand.values))
    for name, value in hand.values.items():
        origins[name] = {"rule": "by-hand"}
        if value in (None, "", [], {}):
            fields.pop(name, None)
        else:
            fields[name] = value
    return fields, origins


def _with_runs(
    described: Described, done: Sequence[Run], locks: Set[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    fields, origins = dict(described.fields), dict(described.origins)
    for run in done:
        patches = [Patch(**one) for one in run.metadata]
        after = apply_patches(fields, patches, locks)
        for name in after:
            if after[name] != fields.get(name):
                told = evidence_of(patches, name)
                origins[name] = {"rule": "pipeline", "pipeline": run.pipeline, **told}
        fields = after
    return fields, origins


def _derived(one: runs.ArtifactRow) -> DepositFile:
    return DepositFile(
        id=0, root="output", path=one.path, name=one.name, role="derived",
        media_type=one.media_type, size=one.size, sha256=one.sha256, md5=one.md5,
    )  # fmt: skip


def _file_findings(item: Item) -> list[Finding]:
    return [
        Finding(
            "warning" if item.accepts(one) else "error",
            f"file-{one.status}",
            f"{one.path} {_BLOCKING[one.status]}.",
            "Mend it and scan again, or accept it as it is:"
            f" hdp item accept {item.id} --reason ...",
            {"item": item.id, "file": one.path},
        )
        for one in item.files
        if one.status in _BLOCKING
    ]


def _is_same(live: Deposit, composed: Composed, old: Sequence[DepositFile]) -> bool:
    if (live.metadata, live.pipeline) != (composed.fields, composed.pipeline):
        return False
    return [(f.root, f.path, f.sha256) for f in old] == [
        (f.root, f.path, f.sha256) for f in composed.files
    ] and live.mapping_hash == composed.mapping_hash


def _once(findings: Sequence[Finding]) -> list[Finding]:
    """Without "is missing" of fields of which an error tells why."""
    told = {one.where.get("field") for one in findings
            if one.severity == "error" and one.code != "required"}  # fmt: skip
    return [one for one in findings if one.code != "required" or one.where.get("field") not in told]


def _not_ready(item: Item, composed: Composed) -> InvalidInput:
    first = composed.errors[0]
    more = len(composed.errors) - 1
    return InvalidInput(
        first.message + (f" ({more} more problems)" if more else ""),
        code="not-ready",
        hint=first.hint or "Mend the table or the mapping, then prepare again.",
        where={"item": item.id, "file": item.primary.path, **first.where},
        findings=composed.findings,
    )
