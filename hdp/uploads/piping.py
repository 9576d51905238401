"""Runs pipelines on items of a project, outputs into the Output Data Directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hdp import __version__
from hdp.events import Changed
from hdp.jobs import Task
from hdp.pipelines.call_making import Secret, Settings
from hdp.pipelines.cluster import Cluster
from hdp.pipelines.definition import INPUTS, Pipeline
from hdp.pipelines.elsewhere import Order
from hdp.pipelines.executors import Pool
from hdp.pipelines.fingerprint import fingerprint
from hdp.pipelines.keeping import FOLDER, Kept
from hdp.pipelines.leftovers import sweep_output
from hdp.pipelines.results import Artifact, RunResult
from hdp.pipelines.runner import run
from hdp.pipelines.values import fill_parameters
from hdp.plugins import Catalogue
from hdp.project import items, runs
from hdp.project.items import Item, ItemFileRow
from hdp.project.project import Project
from hdp.sdk import ComponentError, HdpError, Http, InvalidInput, LocalFile, NotFound, Record
from hdp.uploads.desk import Desk
from hdp.uploads.finished import finished_run
from hdp.uploads.folders import item_folder, safe_name
from hdp.uploads.preparing import SOURCES, Preparer
from hdp.wording import counted


@dataclass(frozen=True)
class PipelineWork:
    """A pipeline to run on many items; `params` are the person's answers.

    With `record_of` it works on another record than the item's own, for a `purpose` that has a
    folder of its own: the files of a new version.
    """

    preparer: Preparer
    pipeline: Pipeline
    catalogue: Catalogue
    http: Http
    workroot: Path
    params: Mapping[str, Any]
    secret: Secret | None = None
    settings: Settings = lambda plugin: {}
    cluster: Cluster | None = None
    pool: Pool | None = None
    again: bool = False
    record_of: Callable[[Item], Record] | None = None
    purpose: str = ""

    @property
    def desk(self) -> Desk:
        """The project at work."""
        return self.preparer.desk

    def run(self, task: Task) -> RunResult:
        """Run it on one item; what it made and says of the metadata belongs to the item."""
        item = self.desk.item(task.subject)
        task.title = item.key
        record = self._record(item)
        key = fingerprint(self.pipeline, record, self.catalogue, self.answers, self.settings)
        done = (
            None
            if self.again
            else finished_run(self.desk.project, item, self.pipeline, key, self.purpose)
        )
        if done is not None:
            task.say(f"{counted(len(done.outputs), 'file')} made before, nothing has changed since")
            return done
        return self._run_anew(task, item, record, key)

    @property
    def answers(self) -> dict[str, Any]:
        """The person's answers, and the defaults of what they left open."""
        return dict(fill_parameters(self.pipeline, self.params))

    def _record(self, item: Item) -> Record:
        if self.record_of is not None:
            return self.record_of(item)
        fields = self.preparer.before_pipeline(item, self.pipeline.name)
        return Record(fields=fields, files=local_files(self.desk, item), key=item.key)

    def _run_anew(self, task: Task, item: Item, record: Record, key: str) -> RunResult:
        project = self.desk.project
        run_id = project.write(
            lambda c: runs.start_run(
                c, item_id=item.id, pipeline=self.pipeline.name,
                source=self.pipeline.source, params=self.params, key=key, purpose=self.purpose,
            )
        )  # fmt: skip
        made = RunResult()
        try:
            result = self._run(item, task, record, made)
            self._store(run_id, item, result)
        except Exception as error:
            self._close(run_id, error, made)
            raise
        if self.pipeline.steps:
            task.say(f"{counted(len(result.outputs), 'file')} made")
        return result

    def _close(self, run_id: int, error: Exception, made: RunResult) -> None:
        """Write down that a run failed; where that fails too, the next opening does it."""
        if not isinstance(error, HdpError):
            error = ComponentError(f"{type(error).__name__}: {error}", code="run-stopped")
        report, steps = error.to_json(), _steps(made)
        with suppress(HdpError):
            self.desk.project.write(lambda c: runs.fail_run(c, run_id, report, steps))

    def _run(self, item: Item, task: Task, record: Record, made: RunResult) -> RunResult:
        if self.cluster is not None:
            return self.cluster.run(
                self._order(item, record), tell=lambda done, total, message:
                task.progress(done, total, message), cancelled=task.is_cancelled,
            )  # fmt: skip
        return run(
            self.pipeline,
            files=record.files,
            record=record,
            catalogue=self.catalogue,
            to=self.folder(item),
            http=self.http,
            workroot=self.workroot,
            params=self.params,
            progress=lambda done, total, message: task.progress(done, total, message),
            cancelled=task.is_cancelled,
            secret=self.secret,
            settings=self.settings,
            pool=self.pool,
            result=made,
            kept=self.kept,
            again=self.again,
        )

    def _order(self, item: Item, record: Record) -> Order:
        """The same for a computer that has HDP and the plugins, but nothing of this person."""
        components = [self.catalogue.component(one.uses) for one in self.pipeline.steps]
        origins = {one.plugin: one for one in (self.catalogue.origin(c.id) for c in components)}
        return Order(
            __version__, self.pipeline, tuple(record.files), record, self.folder(item),
            self.params, {one.id: one.version for one in components},
            tuple(one.folder for one in origins.values() if one.folder),
            dict(self._secrets(origins)), {one: dict(self.settings(one)) for one in origins},
            kept=self.kept.folder, again=self.again,
        )  # fmt: skip

    def _secrets(self, plugins: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
        for plugin in plugins if self.secret else ():
            for name in self.catalogue.plugin(plugin).secrets:
                try:
                    yield (plugin, name), self.secret(plugin, name) if self.secret else ""
                except NotFound:
                    continue  # the component says what it needs it for, when it asks

    def close(self) -> None:
        """Let go of the workers, here and elsewhere."""
        if self.cluster is not None:
            self.cluster.close()
        if self.pool is not None:
            self.pool.close()
        self.kept.trim()

    @property
    def kept(self) -> Kept:
        """The finished steps of this project."""
        return Kept(self.desk.project.root_dir("output") / FOLDER)

    def folder(self, item: Item) -> Path:
        """`<output>/<short code>/<item id>-<safe key>/<pipeline>`."""
        name = "-".join(one for one in (self.pipeline.name, self.purpose) if one)
        return item_folder(self.desk.project, item) / safe_name(name)

    def _store(self, run_id: int, item: Item, result: RunResult) -> None:
        output = self.desk.project.root_dir("output")
        upload = {one.path for one in result.upload}
        artifacts = [_row(one, output) for one in result.outputs]
        uploads = [row.path for row, one in zip(artifacts, result.outputs, strict=True)
                   if one.path in upload]  # fmt: skip
        if any(ref.step == INPUTS for ref in self.pipeline.upload):
            uploads.append(SOURCES)
        steps = _steps(result)
        self.desk.project.write(
            lambda c: runs.finish_run(
                c, run_id, folder=self.folder(item).relative_to(output).as_posix(), steps=steps,
                metadata=[vars(one) for one in result.metadata], uploads=uploads,
                artifacts=artifacts,
            )
        )  # fmt: skip
        self.desk.bus.emit(Changed(("files", "deposits"), [item.id], self.desk.by))


def _steps(result: RunResult) -> list[dict[str, Any]]:
    return [vars(one) | {"inputs": dict(one.inputs), "outputs": dict(one.outputs)}
            for one in result.steps]  # fmt: skip


def close_orphans(project: Project) -> None:
    """Close runs of processes that died, and put in order what they left in the output folder."""
    for item_id in project.write(runs.close_orphans):
        try:
            sweep_output(item_folder(project, _item(project, item_id)))
        except (HdpError, OSError):
            continue  # the item or the drive is not there now; the next run puts it in order


def _item(project: Project, item_id: int) -> Item:
    return project.read(lambda c: items.get_item(c, item_id))


def _row(one: Artifact, output: Path) -> runs.ArtifactRow:
    return runs.ArtifactRow(
        step=one.step, port=one.port, path=one.path.relative_to(output).as_posix(), name=one.name,
        role=one.role, media_type=one.media_type, size=one.size, sha256=one.sha256, md5=one.md5,
        derived_from=list(one.derived_from),
    )  # fmt: skip


def local_files(desk: Desk, item: Item) -> Sequence[LocalFile]:
    """The item's files for a pipeline; a model comes with the files it refers to."""
    children: dict[int | None, list[ItemFileRow]] = {}
    for one in item.files:
        children.setdefault(one.parent, []).append(one)
    missing = [one.path for one in item.files if one.status == "missing"]
    if missing:
        raise InvalidInput(
            f"{missing[0]} is not there any more.",
            code="file-missing",
            hint="Put it back and scan the project again.",
            where={"item": item.id, "file": missing[0]},
        )
    return [_local(desk, one, children) for one in item.files]


def _local(
    desk: Desk, one: ItemFileRow, children: Mapping[int | None, Sequence[ItemFileRow]]
) -> LocalFile:
    below = [_local(desk, child, children) for child in children.get(one.id, ())]
    deeper = [file for child in below for file in (child, *child.references)]
    return LocalFile(
        path=desk.project.file_path(one.root, one.path),
        name=Path(one.path).name,
        media_type=one.media_type,
        role=one.role,
        size=one.size,
        sha256=one.sha256,
        md5=one.md5,
        relpath=one.path,
        references=deeper,
    )
