"""New versions: pipeline, snapshot, draft, files exactly as the manifest says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from hdp.jobs import Task
from hdp.pipelines.patches import apply_patches, evidence_of
from hdp.pipelines.results import Patch
from hdp.project import deposits, runs
from hdp.project.deposits import Deposit, DepositFile
from hdp.project.items import Item
from hdp.project.overrides import read_by_hand
from hdp.project.roots import version_root
from hdp.sdk import Can, Conflict, InvalidInput, Missing, Record
from hdp.uploads import files, settling
from hdp.uploads.desk import Desk
from hdp.uploads.piping import PipelineWork
from hdp.uploads.preparing import SOURCES
from hdp.uploads.version_drafts import open_version
from hdp.uploads.version_files import Manifest, make_manifest
from hdp.uploads.version_order import NewFile, Order

MakeWork = Callable[[Order], PipelineWork]


def make_version(desk: Desk, task: Task, order: Order, make_work: MakeWork) -> None:
    """Bring a record's next version as far as a draft with all its files, each verified.

    A draft that an earlier try of the same order made is carried on with.
    """
    live = settling.settled(desk, desk.live(order.item), task)
    if live is not None and live.state != "prepared":
        _check_same(live, order)
        if _is_whole(desk, live):
            task.skip(f"Made already. {say_made(desk, live)}")
    else:
        live = _prepare(desk, task, order, make_work, live)
        open_version(desk, task, live, order.adopt)
    files.upload_files(desk, task)
    made = desk.live(order.item)
    if made is not None:
        task.say(say_made(desk, made))


def _check_same(live: Deposit, order: Order) -> None:
    if (live.change or {}).get("order") == order.digest:
        return
    raise Conflict(
        f"A draft of it is open already: {live.remote_id}.",
        code="version-in-work",
        hint="Publish or discard that draft first; it is in Manage Drafts.",
        where={"item": live.item_id},
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
    desk: Desk, task: Task, order: Order, make_work: MakeWork, live: Deposit | None
) -> Deposit:
    if live is not None and live.previous != order.base:
        raise Conflict(
            "Its metadata is prepared for a first record here.",
            hint="Take it back with Back to Prepare, then try again.",
            where={"item": order.item},
        )
    base = find_base(desk, order)
    task.title = str(order.metadata.get("title") or base.title)
    work = _with_purpose(desk, order, make_work(order), base)
    work.run(task)
    item = desk.item(order.item)
    done = desk.project.read(lambda c: runs.list_runs(c, item.id, work.purpose))
    run = next(one for one in reversed(done) if one.pipeline == work.pipeline.name)
    manifest = make_manifest(
        desk.project.read(lambda c: deposits.list_files(c, base.id)),
        order, _sources(desk, order) if SOURCES in run.uploads else [], _derived(run),
    )  # fmt: skip
    asked = (live.change or {}).get("asked", []) if live else []
    return _store(desk, order, base, manifest, run, asked)


def number_after(desk: Desk, base: Deposit) -> int:
    """Which version of its record follows `base`, counted in this project."""
    return desk.project.read(
        lambda c: deposits.count_published(c, base.item_id, base.env, base.id) + 2
    )


def _with_purpose(desk: Desk, order: Order, work: PipelineWork, base: Deposit) -> PipelineWork:
    if work.pipeline.needs:
        raise InvalidInput(
            f"{work.pipeline.name} needs the DOI before it runs, which a new version has only once"
            " its draft is made.",
            code="pipeline-needs-doi",
            hint="Choose another pipeline for the new version.",
        )

    def record_of(item: Item) -> Record:
        return Record(fields=order.metadata, files=order.local_files(), key=item.key)

    # With the environment: a draft elsewhere may hold what was made for the same number there.
    purpose = f"{base.env}-v{number_after(desk, base)}"
    return replace(work, record_of=record_of, purpose=purpose)


def _sources(desk: Desk, order: Order) -> list[DepositFile]:
    return desk.project.write(lambda c: [_source(c, one) for one in order.files])


def _source(connection: Any, one: NewFile) -> DepositFile:
    path, below = Path(one.path), PurePosixPath(one.relpath or Path(one.path).name)
    folder = path.parents[len(below.parts) - 1] if path.as_posix().endswith(f"/{below}") else None
    folder, below = (folder, below) if folder else (path.parent, PurePosixPath(path.name))
    root = version_root(connection, str(folder))
    return DepositFile(
        0, root, below.as_posix(), one.name, one.role, one.media_type, one.size, one.sha256, one.md5
    )


def _derived(run: runs.Run) -> list[DepositFile]:
    return [
        DepositFile(0, "output", one.path, one.name, "derived", one.media_type, one.size,
                    one.sha256, one.md5)
        for one in run.artifacts if one.path in run.uploads
    ]  # fmt: skip


def _store(
    desk: Desk, order: Order, base: Deposit, manifest: Manifest, run: runs.Run,
    asked: Sequence[Sequence[str]],
) -> Deposit:  # fmt: skip
    fields, origins = _with_run(desk, order, run)
    record = Record(
        fields=fields, key=base.key,
        files=[files.to_local(one, Path(one.path or one.name)) for one in manifest.files],
    )  # fmt: skip
    findings = list(desk.offline.validate(record))
    if errors := [one for one in findings if one.severity == "error"]:
        raise InvalidInput(
            errors[0].message, code="not-ready", hint=errors[0].hint,
            where={"item": order.item, **errors[0].where}, findings=findings,
        )  # fmt: skip
    change = {
        "order": order.digest, "note": order.note, "pipeline": order.pipeline,
        "removed": manifest.removed, "unchanged": manifest.unchanged, "asked": asked,
    }  # fmt: skip
    deposit_id = desk.project.write(
        lambda c: deposits.insert_version(
            c, base, change, title=str(fields.get("title") or base.title), metadata=fields,
            origins=origins, findings=[one.to_json() for one in findings],
            pipeline=order.pipeline, files=manifest.files,
        )
    )  # fmt: skip
    desk.changed(order.item)
    if deposit_id is None:
        raise Conflict("Another HDP made a draft of it just now.", where={"item": order.item})
    return desk.project.read(lambda c: deposits.get_deposit(c, deposit_id))


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


def say_made(desk: Desk, made: Deposit) -> str:
    """A sentence on a new version's draft: what was carried over, replaced, added, removed."""
    base = desk.project.read(lambda c: deposits.get_deposit(c, int(made.previous or 0)))
    sent: Sequence[DepositFile] = desk.project.read(lambda c: deposits.list_files(c, made.id))
    counts = {
        "carried over": sum(one.plan == "carry" for one in sent),
        "replaced": sum(one.plan == "replace" for one in sent),
        "added": sum(one.plan == "add" for one in sent),
        "removed": len((made.change or {}).get("removed", ())),
    }
    told = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
    return f"Version {number_after(desk, base)} of {base.known_as}: draft {made.remote_id}; {told}"
