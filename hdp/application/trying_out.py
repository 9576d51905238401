"""Try on a file: a pipeline run in a scratch folder that is thrown away afterwards."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import describing
from hdp.application.tried import describe_trial
from hdp.jobs import Task, local_lane
from hdp.net import Client
from hdp.pipelines import model
from hdp.pipelines.definition import INPUTS, Pipeline
from hdp.pipelines.results import RunResult
from hdp.pipelines.runner import run
from hdp.pipelines.values import fill_parameters
from hdp.project import items
from hdp.sdk import InvalidInput, LocalFile, NotFound, Record
from hdp.uploads.piping import local_files
from hdp.uploads.preparing import Composed

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.uploads.preparing import Preparer

_PREFIX = "try-"
_OLD_S = 24 * 3600.0
_EXAMPLE_DOI = "10.5072/example"  # of the prefix for tests: it leads nowhere


@dataclass(frozen=True)
class Order:
    """What to try: a text, up to a step ("" = all), on an item's file (None = all its files)."""

    text: str
    item: int
    file: int | None = None
    until: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    env: str | None = None


@dataclass
class Trial:
    """One try; `told` is what the page shows once it is done."""

    folder: Path
    result: RunResult | None = None
    told: dict[str, Any] = field(default_factory=dict)


def _with_example_doi(pipeline: Pipeline, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, with a DOI that is none where only a draft would give the real one."""
    return {"doi": _EXAMPLE_DOI, **fields} if "doi" in pipeline.needs else dict(fields)


class Trials:
    """The try that is looked at; the next one, and the end, remove its files."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._trial: tuple[int, Trial] | None = None

    def start(self, order: Order, by: str) -> int:
        """Begin a try as a job of this computer; returns its id."""
        self.end()
        app = self._app
        pipeline = up_to(model.read(order.text, source="pipeline", catalogue=app.catalogue),
                          order.until)  # fmt: skip
        fill_parameters(pipeline, order.params)
        item = app.project.read(lambda c: items.get_item(c, order.item))
        desk = app.desk(app.environment(order.env).name, by)
        files = _chosen(local_files(desk, item), [one.id for one in item.files], order.file)
        trial = Trial(_scratch(app.home / "work"))
        preparer = describing.preparer(app, desk)
        job = app.jobs.submit(
            "pipeline-try", "Try on a File", [(item.id, item.key)],
            lambda task: self._work(task, trial, pipeline, order.params, preparer, files),
            lane=local_lane(), env=desk.env,
        )  # fmt: skip
        self._trial = (job, trial)
        return job

    def _work(
        self, task: Task, trial: Trial, pipeline: Pipeline, params: Mapping[str, Any],
        preparer: Preparer, files: Sequence[LocalFile],
    ) -> None:  # fmt: skip
        item = preparer.desk.item(task.subject)
        composed: Composed = preparer.compose(item)
        app = self._app
        trial.result = run(
            pipeline, files=files,
            record=Record(_with_example_doi(pipeline, composed.fields), files, key=item.key),
            catalogue=app.catalogue, to=trial.folder / "out", http=Client(),
            workroot=trial.folder / "work", params=params,
            progress=lambda done, total, message: task.progress(done, total, message),
            cancelled=task.is_cancelled, secret=app.plugin_settings.secret,
            settings=app.plugin_settings.values,
        )  # fmt: skip
        hand = preparer.by_hand(item)
        locks = hand.locks | set(hand.values)
        trial.told = describe_trial(trial.result, composed.fields, locks, pipeline, files)
        task.say(f"{len(trial.result.outputs)} files made")

    def told(self, job: int) -> dict[str, Any]:
        """What came out of a try; NotFound where it was thrown away."""
        return {**self._found(job).told, "job": job}

    def file(self, job: int, number: int) -> tuple[Path, str]:
        """An output's path and media type."""
        result = self._found(job).result
        if result is None or not 0 <= number < len(result.outputs):
            raise NotFound("There is no such file in this try.", code="no-such-file")
        one = result.outputs[number]
        return one.path, one.media_type

    def _found(self, job: int) -> Trial:
        if self._trial is None or self._trial[0] != job:
            raise NotFound(
                "What was tried is thrown away.", code="no-such-try", hint="Try it again."
            )
        return self._trial[1]

    def end(self) -> None:
        """Stop the try where it still runs, and remove its files."""
        if self._trial is None:
            return
        job, trial = self._trial
        self._trial = None
        if self._app.has_project and job in self._app.jobs.running():
            self._app.jobs.cancel(job)
            self._app.jobs.wait(job, timeout=60)
        shutil.rmtree(trial.folder, ignore_errors=True)


def up_to(pipeline: Pipeline, step: str) -> Pipeline:
    """The pipeline up to a step ("" = all of it), with what is left of its upload."""
    if not step:
        return pipeline
    names = [one.id for one in pipeline.steps]
    if step not in names:
        raise InvalidInput(f'There is no step "{step}".', code="no-such-step")
    kept = {*names[: names.index(step) + 1], INPUTS}
    upload = tuple(one for one in pipeline.upload if one.step in kept)
    steps = tuple(one for one in pipeline.steps if one.id in kept)
    return replace(pipeline, steps=steps, upload=upload)


def _chosen(files: Sequence[LocalFile], ids: Sequence[int], wanted: int | None) -> list[LocalFile]:
    if wanted is None:
        return list(files)
    if wanted not in ids:
        raise NotFound("There is no such file in this item.", code="no-such-file")
    one = files[ids.index(wanted)]
    # A model comes with its materials and textures, also where an input asks for them.
    needed = {other.path for other in one.references}
    return [one, *(other for other in files if other.path in needed)]


def _scratch(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for old in root.glob(f"{_PREFIX}*"):
        # Of a run that was killed; one that goes on in another window is younger.
        if time.time() - old.stat().st_mtime > _OLD_S:
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
