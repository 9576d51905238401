"""Runs a pipeline on one item's files: private folders, hashes, provenance, one swap."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hdp.pipelines import crate, output
from hdp.pipelines.binding import bind_inputs, fan_out, select_for_port
from hdp.pipelines.calls import Call, Tell, failure, storage_failure, told_of_disk
from hdp.pipelines.conditions import is_met
from hdp.pipelines.definition import INPUTS, Pipeline, StepDefinition
from hdp.pipelines.executors import Executor, Pool
from hdp.pipelines.keeping import Kept, make_key, stamp_of
from hdp.pipelines.leftovers import output_folder, work_folder
from hdp.pipelines.limits import memory_limit, time_limit
from hdp.pipelines.paradata import describe_run, now
from hdp.pipelines.patches import allow_patches
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
    InvalidInput,
    LocalFile,
    NotFound,
    Record,
    Result,
)

Secret = Callable[[str, str], str]
Settings = Callable[[str], Mapping[str, str]]
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
            one = _Run(pipeline, record, catalogue, values, executor, progress, cancelled, secret,
                       settings, work, new, to, result or RunResult(), kept, again)  # fmt: skip
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


def read_fields(component: type[Component[Any]], record: Record) -> dict[str, Any]:
    """The fields that the component's `reads` names; "*" names all of them."""
    if "*" in component.reads:
        return dict(record.fields)
    return {one: record.fields[one] for one in component.reads if one in record.fields}


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
    secret: Secret | None
    settings: Settings
    work: Path
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
        self._check_components()
        bound = [one for group in self.inputs.values() for one in group]
        self.sources.remember(bound)
        for number, step in enumerate(self.pipeline.steps):
            self.number = number
            self._check_cancelled()
            self._run_step(step)
        self.sources.prove_unchanged()
        self._tell(started, bound)
        self._choose_upload()
        self._finish()
        return self.result

    def _check_cancelled(self) -> None:
        if self.cancelled():
            raise Cancelled("The run was cancelled.")

    def _check_components(self) -> None:
        for step in self.pipeline.steps:
            component = self.catalogue.component(step.uses)
            checked = self.executor.checked
            try:
                if component.id not in checked:
                    checked[component.id] = list(component().check())
                findings = checked[component.id]
            except (Exception, SystemExit) as error:
                raise ComponentError(f"{step.component} cannot be checked: {error}.") from error
            errors = [one for one in findings if one.severity == "error"]
            if errors:
                raise ComponentError(
                    f"{step.component} cannot run on this computer: {errors[0].message}",
                    code=errors[0].code,
                    hint=errors[0].hint,
                    findings=errors,
                )
            self.result.findings += findings

    def _run_step(self, step: StepDefinition) -> None:
        component = self.catalogue.component(step.uses)
        if not self._is_wanted(step):
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
            call = self._call(step, component, inputs, plain_params(settings), number)
            self._attempt(step, component, call, number, len(calls))

    def _note(self, step: StepDefinition, severity: Any, code: str, text: str) -> None:
        where = {"step": step.id, "line": step.place[0]}
        self.result.findings.append(Finding(severity, code, text, where=where))

    def _is_wanted(self, step: StepDefinition) -> bool:
        if step.when is None:
            return True
        root, *rest = step.when.left
        value: Any
        if root == INPUTS:
            value = len(self.inputs[rest[0]])
        else:
            holders = {"record": self.record.fields, "params": self.params}
            value = holders.get(root, self.result.values.get(root, {}))
            for name in rest:
                value = value.get(name) if isinstance(value, Mapping) else None
        return is_met(step.when, value)

    def _gather(
        self, step: StepDefinition, component: type[Component[Any]]
    ) -> dict[str, list[LocalFile]] | None:
        given: dict[str, list[LocalFile]] = {}
        for port in component.inputs:
            files = [one for ref in step.inputs.get(port.name, ()) for one in self._files(ref)]
            given[port.name] = select_for_port(step, port, files)
            if not given[port.name] and not port.optional:
                return None
        return given

    def _files(self, ref: Any) -> list[LocalFile]:
        if ref.step == INPUTS:
            return self.inputs[ref.port]
        made = self.result.outputs
        return [one.as_file() for one in made if (one.step, one.port) == (ref.step, ref.port)]

    def _call(
        self, step: StepDefinition, component: type[Component[Any]],
        inputs: Mapping[str, Sequence[LocalFile]], settings: Mapping[str, Any], number: int,
    ) -> Call:  # fmt: skip
        origin = self.catalogue.origin(component.id)
        return Call(
            component.id, origin, component.__module__, component.__qualname__, settings, inputs,
            self._record_for(component), self.work / step.id / str(number),
            dict(self._secrets(origin.plugin)), time_limit(step, component.resources),
            self.settings(origin.plugin), memory_limit(step, component.resources),
        )  # fmt: skip

    def _record_for(self, component: type[Component[Any]]) -> Record:
        """The record with the fields that the component declares to read, and no other."""
        extra = self.record.extra if "*" in component.reads else {}
        return replace(self.record, fields=read_fields(component, self.record), extra=extra)

    def _secrets(self, plugin: str) -> Iterator[tuple[str, str]]:
        for name in self.catalogue.plugin(plugin).secrets if self.secret else ():
            try:
                yield name, self.secret(plugin, name) if self.secret else ""
            except NotFound:
                continue  # the component says what it needs it for, when it asks

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

    def _choose_upload(self) -> None:
        seen: dict[str, str] = {}
        for ref in self.pipeline.upload:
            for file in self._files(ref):
                there = seen.setdefault(file.name.casefold(), str(file.path))
                if there != str(file.path):
                    raise InvalidInput(
                        f"Two files would be called {file.name} in the record.",
                        code="pipeline-same-name",
                        hint='Give the step names of its own, for example "{stem}_web{ext}".',
                        where={"file": file.name},
                    )
                if all(one.path != file.path for one in self.result.upload):
                    self.result.upload.append(self.sources.completed(file))

    def _tell(self, started: str, bound: Sequence[LocalFile]) -> None:
        """Write how the files were made; those that are to be uploaded are files of the run."""
        wanted = dict.fromkeys(one.port for one in self.pipeline.upload if self.pipeline.tells(one))
        if self.result.outputs or wanted:
            paradata = describe_run(
                self.pipeline, self.params, self.result, bound, self.sources, started, now()
            )
            output.write_paradata(self.new, paradata, crate.describe(paradata))
        told = [output.tell(self.new, one) for one in wanted]
        self.sources.remember([one.as_file() for one in told])
        self.result.outputs += told

    def _finish(self) -> None:
        result = self.result
        if result.outputs:
            output.swap_in(self.new, self.to)
        final = {one.path: self.to / one.relpath for one in result.outputs}
        result.outputs = [replace(one, path=final[one.path]) for one in result.outputs]
        result.upload = [replace(one, path=final.get(one.path, one.path)) for one in result.upload]
