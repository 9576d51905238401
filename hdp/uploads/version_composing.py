"""What a new version is to be: its metadata and its manifest, with what a pipeline made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hdp.jobs import Task
from hdp.pipelines.patches import apply_patches, evidence_of
from hdp.pipelines.results import Patch
from hdp.project import deposits, runs
from hdp.project.deposits import Deposit, DepositFile
from hdp.project.items import Item
from hdp.project.overrides import read_by_hand
from hdp.sdk import InvalidInput, Record
from hdp.uploads import files
from hdp.uploads.desk import Desk
from hdp.uploads.piping import PipelineWork
from hdp.uploads.preparing import SOURCES
from hdp.uploads.version_files import Manifest, make_manifest
from hdp.uploads.version_order import Order
from hdp.uploads.version_packing import pack_sources


@dataclass(frozen=True)
class ComposedVersion:
    """A new version as it is to be sent; `findings` as JSON, none of them an error."""

    title: str
    fields: dict[str, Any]
    origins: dict[str, Any]
    findings: list[dict[str, Any]]
    manifest: Manifest


def number_after(desk: Desk, base: Deposit) -> int:
    """Which version of its record follows `base`, counted in this project."""
    return desk.project.read(
        lambda c: deposits.count_published(c, base.item_id, base.env, base.id) + 2
    )


def work_for(work: PipelineWork, order: Order, purpose: str, doi: str = "") -> PipelineWork:
    """The pipeline on the order's files and metadata; `doi` is the one that its draft has."""
    fields = {**order.metadata, "doi": doi} if doi else order.metadata

    def record_of(item: Item) -> Record:
        return Record(fields=fields, files=order.local_files(), key=item.key)

    return replace(work, record_of=record_of, purpose=purpose)


def as_ordered(order: Order, base: Deposit) -> ComposedVersion:
    """The version before its pipeline ran: the metadata of the order, no files yet."""
    title = str(order.metadata.get("title") or base.title)
    return ComposedVersion(title, dict(order.metadata), dict(order.origins), [],
                           Manifest([], [], []))  # fmt: skip


def compose_version(
    desk: Desk, task: Task, order: Order, base: Deposit, work: PipelineWork
) -> ComposedVersion:
    """The version with what the finished pipeline made; InvalidInput where it cannot be so."""
    done = desk.project.read(lambda c: runs.list_runs(c, order.item, work.purpose))
    run = next(one for one in reversed(done) if one.pipeline == work.pipeline.name)
    derived = _derived(run)
    names = [one.name for one in derived]
    sent = order.files if SOURCES in run.uploads else ()
    sources = pack_sources(desk, task, order.item, sent, names) if sent else []
    old = desk.project.read(lambda c: deposits.list_files(c, base.id))
    manifest = make_manifest(old, order, sources, derived)
    fields, origins = _with_run(desk, order, run)
    findings = _check(desk, order, base, fields, manifest)
    return ComposedVersion(
        str(fields.get("title") or base.title), fields, origins, findings, manifest
    )


def _derived(run: runs.Run) -> list[DepositFile]:
    return [
        DepositFile(0, "output", one.path, one.name, "derived", one.media_type, one.size,
                    one.sha256, one.md5)
        for one in run.artifacts if one.path in run.uploads
    ]  # fmt: skip


def _with_run(desk: Desk, order: Order, run: runs.Run) -> tuple[dict[str, Any], dict[str, Any]]:
    """The ordered fields with what the pipeline says of them; locked ones stay."""
    hand = desk.project.read(lambda c: read_by_hand(c, order.item, desk.env))
    patches = [Patch(**one) for one in run.metadata]
    fields = dict(order.metadata)
    after = apply_patches(fields, patches, hand.locks)
    origins: dict[str, Any] = dict(order.origins)
    for name, value in after.items():
        if value != fields.get(name):
            told: Mapping[str, Any] = evidence_of(patches, name)
            origins[name] = {"rule": "pipeline", "pipeline": run.pipeline, **told, "kept": True}
    return dict(after), origins


def _check(
    desk: Desk, order: Order, base: Deposit, fields: Mapping[str, Any], manifest: Manifest
) -> list[dict[str, Any]]:
    local = [files.to_local(one, _place(desk, one)) for one in manifest.files]
    findings = list(desk.offline.validate(Record(fields=fields, key=base.key, files=local)))
    if errors := [one for one in findings if one.severity == "error"]:
        raise InvalidInput(
            errors[0].message, code="not-ready", hint=errors[0].hint,
            where={"item": order.item, **errors[0].where}, findings=findings,
        )  # fmt: skip
    return [one.to_json() for one in findings]


def _place(desk: Desk, one: DepositFile) -> Path:
    """Where the file is, so that an empty one is known; one that only the site has is nowhere."""
    return desk.project.file_path(one.root, one.path) if one.path else Path(one.name)
