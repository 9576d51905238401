"""Runs a pipeline on one item's files: private folders, hashes, provenance, one swap."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hdp.pipelines import finishing, output
from hdp.pipelines.binding import bind_inputs, fan_out, select_for_port
from hdp.pipelines.call_making import CallMaker, Secret, Settings
from hdp.pipelines.calls import Call, Tell, failure, storage_failure, told_of_disk
from hdp.pipelines.conditions import is_wanted
from hdp.pipelines.definition import Pipeline, StepDefinition
from hdp.pipelines.executors import Executor, Pool
from hdp.pipelines.finishing import files_of
from hdp.pipelines.keeping import Kept, make_key, stamp_of
from hdp.pipelines.leftovers import output_folder, work_folder
from hdp.pipelines.paradata import now
from hdp.pipelines.patches import allow_patches
from hdp.pipelines.readiness import check_components
from hdp.pipelines.results import Artifact, RunResult, StepRun
from hdp.pipelines.sources import Sources
from hdp.pipelines.values import fill_parameters, make_params, plain_params
from hdp.plugins import Catalogue
from hdp.sdk import (
    Cancelled,
    Component,
    ComponentError,
    Conflict,
    Finding,
    HdpError,
    Http,
    LocalFile,
    Record,
    Result,
)

_STEPS = 100  # parts of the progress bar for each step


def run(
    pipeline: Pipeline,
    *,
    files: Sequence[LocalFile],
    record: Record,
    catalogue: Catalogue,
    to: Path,
    http: Http,
    workroot: Path,
    params: Mapping[str, Any] | None = None,
    progress: Tell = lambda done, total, message: None,
    cancelled: Callable[[], bool] = lambda: False,
    log: logging.Logger | None = None,
    secret: Secret | None = None,
    settings: Settings = lambda plugin: {},
    pool: Pool | None = None,
    result: RunResult | None = None,
    kept: Kept | None = None,
    again: bool = False,
) -> RunResult:
    """Run all steps; the outputs stand in `to` only when everything is done.

    Raises an HdpError and leaves `to` as it was where a step fails that may not.
    `cancelled` says so or raises Cancelled; `secret(plugin, name)` gives a secret;
    `settings(plugin)` what the person chose for it; `pool` is kept between runs;
    `result` is filled, also where the run fails; steps that `kept` knows are not done again
    unless `again` says so.
    """
    if "doi" in pipeline.needs and not record.fields.get("doi"):
        raise Conflict(
            "This pipeline needs the DOI of a draft, and this record has none yet.",
            code="pipeline-needs-doi",
            hint="Run it with its draft (hdp pipeline draft), which reserves the DOI first; or"
            " enter the record's own DOI in its metadata.",
        )
    values = fill_parameters(pipeline, params or {})
    executor = Executor(
        http=http, cancelled=cancelled, log=log or logging.getLogger(__name__), pool=pool
    )
    try:
        with output_folder(to, cancelled) as new, work_folder(workroot) as work:
            calls = CallMaker(record, catalogue, work, secret, settings)
            one = _Run(pipeline, record, catalogue, values, executor, progress, cancelled, calls,
                       new, to, result or RunResult(), kept, again)  # fmt: skip
            return one.perform(files)
    except OSError as error:
        raise _no_place(error, to) from error
    finally:
        executor.close()


def _no_place(error: OSError, to: Path) -> ComponentError:
    told = told_of_disk(error)
    return ComponentError(
        f"The pipeline could not keep its results: {told.message}", code=told.name, hint=told.hint,
        where={"file": str(error.filename or to)},
    )  # fmt: skip


def _refuse_errors(call: Call, result: Result) -> None:
    errors = [one for one in result.findings if one.severity == "error"]
    if errors:
        raise failure(call, errors[0].message, errors[0].code, errors[0].hint)


@dataclass(frozen=True)
class _Done:
    made: list[Artifact]
    started: str
    finished: str
    reused: bool = False


@dataclass
class _Run:
    pipeline: Pipeline
    record: Record
    catalogue: Catalogue
    params: Mapping[str, Any]
    executor: Executor
    progress: Tell
    cancelled: Callable[[], bool]
    calls: CallMaker
    new: Path
    to: Path
    result: RunResult
    kept: Kept | None = None
    again: bool = False
    inputs: dict[str, list[LocalFile]] = field(default_factory=dict)
    taken: dict[str, Artifact] = field(default_factory=dict)
    sources: Sources = field(default_factory=Sources)
    number: int = 0
    versions: dict[str, str] = field(default_factory=dict)

    def perform(self, files: Sequence[LocalFile]) -> RunResult:
        started = now()
        self.inputs = bind_inputs(self.pipeline, files)
        self.result.findings += check_components(self.pipeline, self.catalogue, self.executor)
        bound = [one for group in self.inputs.values() for one in group]
        self.sources.remember(bound)
        for number, step in enumerate(self.pipeline.steps):
            self.number = number
            self._check_cancelled()
            self._run_step(step)
        self.sources.prove_unchanged()
        finishing.tell_how(
            self.pipeline, self.params, self.result, bound, self.sources, self.new, started
        )
        finishing.choose_upload(self.pipeline, self.result, self.inputs, self.sources)
        finishing.move_in(self.result, self.new, self.to)
        return self.result

    def _check_cancelled(self) -> None:
        if self.cancelled():
            raise Cancelled("The run was cancelled.")

    def _run_step(self, step: StepDefinition) -> None:
        component = self.catalogue.component(step.uses)
        holders = {**self.result.values, "record": self.record.fields, "params": self.params}
        if not is_wanted(step.when, self.inputs, holders):
            self._note(step, "info", "step-skipped", f"Step {step.id} was not needed: `when:`.")
            return
        given = self._gather(step, component)
        if given is None:
            text = f"Step {step.id} had nothing to do: no file fits its inputs."
            self._note(step, "info", "step-nothing", text)
            return
        settings = make_params(
            component.params, step.params,
            params=self.params, fields=self.record.fields, values=self.result.values,
        )  # fmt: skip
        calls = fan_out(step, component.inputs, given)
        for number, inputs in enumerate(calls, 1):
            self._check_cancelled()
            call = self.calls.make(step, component, inputs, plain_params(settings), number)
            self._attempt(step, component, call, number, len(calls))

    def _note(self, step: StepDefinition, severity: Any, code: str, text: str) -> None:
        where = {"step": step.id, "line": step.place[0]}
        self.result.findings.append(Finding(severity, code, text, where=where))

    def _gather(
        self, step: StepDefinition, component: type[Component[Any]]
    ) -> dict[str, list[LocalFile]] | None:
        given: dict[str, list[LocalFile]] = {}
        for port in component.inputs:
            refs = step.inputs.get(port.name, ())
            files = [one for ref in refs for one in files_of(ref, self.inputs, self.result)]
            given[port.name] = select_for_port(step, port, files)
            if not given[port.name] and not port.optional:
                return None
        return given

    def _attempt(
        self, step: StepDefinition, kind: type[Component[Any]], call: Call, number: int, total: int
    ) -> None:
        attempts = 1 + (step.retries or (2 if step.on_error == "retry" else 0))
        for attempt in range(1, attempts + 1):
            started = now()
            folder = call.workdir.with_name(f"{call.workdir.name}.{attempt}")
            trial = replace(call, workdir=folder)
            try:
                done = self._try(step, kind, trial, number, total)
            except Cancelled as error:
                self._record(step, kind, trial, _Done([], started, now()), error)
                raise
            except HdpError as error:
                self._record(step, kind, trial, _Done([], started, now()), error)
                fatal = error.name in ("source-changed", "pipeline-same-name")
                if fatal or (attempt == attempts and step.on_error != "skip"):
                    raise
                if attempt == attempts:
                    self._note(step, "warning", error.name, f"Left out: {error.message}")
            else:
                self._record(step, kind, trial, done, None)
                return

    def _try(
        self, step: StepDefinition, kind: type[Component[Any]], call: Call, number: int, total: int
    ) -> _Done:
        try:
            call.workdir.mkdir(parents=True)
            return self._perform(step, kind, call, number, total)
        except OSError as error:
            raise storage_failure(call, error) from error

    def _perform(
        self, step: StepDefinition, kind: type[Component[Any]], call: Call, number: int, total: int
    ) -> _Done:
        def tell(done: int, of: int | None, message: str) -> None:
            share = min(done / of, 1.0) if of else 0.0
            part = int(_STEPS * (self.number + (number - 1 + share) / total))
            self.progress(part, _STEPS * len(self.pipeline.steps), message)

        tell(0, None, f"{step.id}: {call.subject}")
        started = now()
        key = self._key(kind, call)
        found = self.kept.find(key, call.workdir) if self.kept and not self.again else None
        result = found[0] if found else self.executor.run(kind, call, tell)
        self.sources.prove_untouched(call)
        _refuse_errors(call, result)
        times = (found[1], found[2]) if found else (started, now())
        files = output.collect(step, kind, call, result, number)
        made = [output.place(one, self.new, self.taken, call) for one in files]
        if self.kept and not found:
            self.kept.keep(key, call, result, made, *times)
        self.sources.remember([one.as_file() for one in made])
        self._take(step, result, made)
        tell(1, 1, f"{step.id}: {call.subject}")
        return _Done(made, *times, reused=found is not None)

    def _key(self, kind: type[Component[Any]], call: Call) -> str:
        if self.kept is None:
            return ""
        plugin = call.origin.plugin
        if plugin not in self.versions:
            stamp = stamp_of(Path(call.origin.folder)) if call.origin.folder else ""
            self.versions[plugin] = f"{self.catalogue.plugin(plugin).version} {stamp}"
        return make_key(kind, call, self.versions[plugin], self.sources.sha256)

    def _take(self, step: StepDefinition, result: Result, made: list[Artifact]) -> None:
        self.result.outputs += made
        self.result.findings += result.findings
        self.result.metadata += allow_patches(
            self.pipeline.metadata, step.id, result.metadata, result.evidence
        )
        self.result.values.setdefault(step.id, {}).update(result.values)

    def _record(
        self, step: StepDefinition, kind: type[Component[Any]], call: Call, done: _Done,
        error: HdpError | None,
    ) -> None:  # fmt: skip
        files = [one for group in call.inputs.values() for one in group]
        self.result.steps.append(
            StepRun(
                step.id, kind.id, kind.version, call.settings,
                {one.relpath or one.name: self.sources.sha256(one) for one in files},
                {one.relpath: one.sha256 for one in done.made},
                done.started, done.finished, "failed" if error else "done",
                error.to_json() if error else None, done.reused,
            )
        )  # fmt: skip
