"""What a pipeline asks for, compared with the installed components."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hdp.pipelines import media
from hdp.pipelines.definition import (
    INPUTS,
    TOLD,
    FromParam,
    FromValue,
    Pipeline,
    Policy,
    Ref,
    StepDefinition,
)
from hdp.pipelines.problems import Problems, did_you_mean
from hdp.pipelines.values import find_fault, parameter_schema
from hdp.plugins import Catalogue
from hdp.sdk import Component, NotFound, Port
from hdp.yaml_source import Node

Components = dict[str, type[Component[Any]]]


def check_wiring(pipeline: Pipeline, root: Node, catalogue: Catalogue, problems: Problems) -> None:
    """Note every step, wire, setting and name that cannot work."""
    nodes = [one for one in problems.sequence(root.get("steps")) if isinstance(one.value, dict)]
    by_place = {(one.line, one.column): one for one in nodes}
    known: Components = {}
    done: set[str] = set()
    _check_defaults(pipeline, root, problems)
    for step in pipeline.steps:
        node = by_place.get(step.place, root)
        if step.id in done:
            problems.add(node, "pipeline-name", f"Two steps have the id {step.id}.")
        component = _component(step, node, catalogue, problems)
        _check_when(pipeline, step, node, done, problems)
        if component is not None:
            _check_step(pipeline, step, node, component, known, done, problems)
            known[step.id] = component
        else:
            _check_sources(pipeline, step, known, done, problems)
        done.add(step.id)
    for ref in pipeline.upload:
        if pipeline.tells(ref):
            _check_told(ref, problems)
            continue
        _source(pipeline, ref, known, done, problems)
    _check_policies(pipeline.metadata, root, done, problems)
    _check_fields(root, catalogue, problems)
    _check_names(pipeline, known, problems)


def _check_defaults(pipeline: Pipeline, root: Node, problems: Problems) -> None:
    nodes = root.get("params") or root
    for name, parameter in pipeline.params.items():
        if parameter.default in (None, "") or isinstance(parameter.default, list):
            continue  # nothing is chosen yet, or several are
        fault = find_fault(parameter.default, parameter_schema(parameter))
        if fault:
            node = nodes.get(name) or root
            text = f"The default of the parameter {name} {fault}."
            problems.add(node.get("default") or node, "pipeline-parameter", text)


def _check_sources(
    pipeline: Pipeline, step: StepDefinition, known: Components, done: set[str], problems: Problems
) -> None:
    """Note wrong references of a step whose component is not known."""
    for ref in (each for refs in step.inputs.values() for each in refs):
        _source(pipeline, ref, known, done, problems)


def _check_told(ref: Ref, problems: Problems) -> None:
    if ref.port not in TOLD:
        text = f'A run tells no "{ref.port}".'
        hint = did_you_mean(ref.port, TOLD) or f"It tells {' and '.join(TOLD)}."
        problems.add(ref.place, "pipeline-reference", text, hint)


def _component(
    step: StepDefinition, node: Node, catalogue: Catalogue, problems: Problems
) -> type[Component[Any]] | None:
    if not step.component:
        return None
    try:
        return catalogue.component(step.uses)
    except NotFound as error:
        problems.add(node.get("uses") or node, error.name, error.message, error.hint)
        return None


def _check_step(
    pipeline: Pipeline,
    step: StepDefinition,
    node: Node,
    component: type[Component[Any]],
    known: Components,
    done: set[str],
    problems: Problems,
) -> None:
    ports = {one.name: one for one in component.inputs}
    wires = node.get("in") or node
    for name, refs in step.inputs.items():
        if name not in ports:
            place = wires.keys.get(name, step.place)
            text = f'{component.id} has no input "{name}".'
            problems.add(place, "pipeline-port", text, did_you_mean(name, ports))
            continue
        for ref in refs:
            _check_wire(pipeline, ref, ports[name], component, known, done, problems)
    for port in component.inputs:
        if not port.optional and not step.inputs.get(port.name):
            text = f'Step {step.id} gives nothing to the input "{port.name}" of {component.id}.'
            hint = f"Write `in: {{{port.name}: inputs.NAME}}`."
            problems.add(wires, "pipeline-port", text, hint)
    _check_settings(pipeline, step, node, component, done, problems)


def _check_wire(
    pipeline: Pipeline,
    ref: Ref,
    port: Port,
    component: type[Component[Any]],
    known: Components,
    done: set[str],
    problems: Problems,
) -> None:
    given = _source(pipeline, ref, known, done, problems)
    if given and not media.can_meet(given, port.media):
        problems.add(
            ref.place,
            "pipeline-media",
            f"{ref} gives {', '.join(given)}, but {component.id} takes"
            f" {', '.join(port.media)} at {port.name}.",
        )


def _source(
    pipeline: Pipeline, ref: Ref, known: Components, done: set[str], problems: Problems
) -> tuple[str, ...]:
    """The media types that `ref` gives; nothing where it is unknown (noted) or unclear."""
    if ref.step == INPUTS:
        if ref.port in pipeline.inputs:
            return pipeline.inputs[ref.port].media
        text = f'There is no input "{ref.port}".'
        problems.add(ref.place, "pipeline-reference", text, did_you_mean(ref.port, pipeline.inputs))
        return ()
    if ref.step not in done:
        later = ref.step in {one.id for one in pipeline.steps}
        text = f'There is no {"earlier " if later else ""}step "{ref.step}".'
        hint = "Steps run from top to bottom." if later else did_you_mean(ref.step, done)
        problems.add(ref.place, "pipeline-reference", text, hint)
        return ()
    if ref.step not in known:
        return ()  # its component is not known, which is told already
    ports = {one.name: one for one in known[ref.step].outputs}
    if ref.port not in ports:
        text = f'Step {ref.step} has no output "{ref.port}".'
        problems.add(ref.place, "pipeline-reference", text, did_you_mean(ref.port, ports))
        return ()
    return tuple(ports[ref.port].media)


def _check_settings(
    pipeline: Pipeline,
    step: StepDefinition,
    node: Node,
    component: type[Component[Any]],
    done: set[str],
    problems: Problems,
) -> None:
    settings = node.get("with") or node
    schema = component.params.schema()["properties"]
    for name, value in step.params.items():
        place = settings.get(name) or node
        if name not in schema:
            key = settings.keys.get(name, step.place)
            text = f'{component.id} has no setting "{name}".'
            problems.add(key, "pipeline-setting", text, did_you_mean(name, schema))
            continue
        if isinstance(value, FromParam) and value.name not in pipeline.params:
            text = f'There is no parameter "{value.name}".'
            hint = did_you_mean(value.name, pipeline.params)
            problems.add(place, "pipeline-setting", text, hint)
            continue
        if isinstance(value, FromValue) and value.step not in done:
            text = f'There is no earlier step "{value.step}".'
            problems.add(place, "pipeline-setting", text, did_you_mean(value.step, done))
        _check_value(pipeline, name, value, schema[name], place, problems)


def _check_value(
    pipeline: Pipeline,
    name: str,
    value: Any,
    schema: Mapping[str, Any],
    place: Node,
    problems: Problems,
) -> None:
    known = pipeline.params[value.name].default if isinstance(value, FromParam) else value
    if type(known).__module__ == FromParam.__module__:
        return  # known only when it runs
    fault = find_fault(known, schema)
    if fault:
        problems.add(place, "pipeline-setting", f"The setting {name} {fault}.")


def _check_when(
    pipeline: Pipeline, step: StepDefinition, node: Node, done: set[str], problems: Problems
) -> None:
    if step.when is None:
        return
    root, name = step.when.left[0], ".".join(step.when.left[1:])
    options: dict[str, Any] = {"params": pipeline.params, INPUTS: pipeline.inputs}
    known = root == "record" or root in done or (root in options and name in options[root])
    if not known:
        problems.add(
            node.get("when") or node,
            "pipeline-when",
            f'"{".".join(step.when.left)}" is not known here.',
            "Compare record.FIELD, params.NAME, inputs.NAME (the number of files)"
            " or STEP.VALUE of an earlier step.",
        )


def _check_policies(
    policies: tuple[Policy, ...], root: Node, done: set[str], problems: Problems
) -> None:
    nodes = problems.sequence(root.get("metadata"))
    for policy, node in zip(policies, nodes, strict=True):
        for source in policy.sources:
            if source not in done:
                text = f'There is no step "{source}".'
                problems.add(
                    node.get("from") or node, "pipeline-metadata", text, did_you_mean(source, done)
                )
        named = [*policy.fill, *policy.overwrite, *policy.append]
        for name in sorted({one for one in named if named.count(one) > 1}):
            text = f"{name} stands in more than one of fill, overwrite and append."
            problems.add(node, "pipeline-metadata", text)


def record_fields(catalogue: Catalogue) -> set[str]:
    """The fields of the records of all installed repositories."""
    return {name for one in catalogue.targets.values() for name in one.schema()["properties"]}


def _check_fields(root: Node, catalogue: Catalogue, problems: Problems) -> None:
    """Note fields that no repository's record has: what is written there would be lost."""
    known = record_fields(catalogue)
    for policy in problems.sequence(root.get("metadata")) if known else []:
        named = [policy.get(how) for how in ("fill", "overwrite", "append")]
        for node in (each for one in named for each in problems.sequence(one)):
            if isinstance(node.value, str) and node.value not in known:
                text = f'A record has no field "{node.value}".'
                problems.add(node, "pipeline-metadata", text, did_you_mean(node.value, known))


def _check_names(pipeline: Pipeline, known: Components, problems: Problems) -> None:
    """Note uploads that would carry the same names: sources beside unnamed copies of them."""
    seen: dict[tuple[str, str], Ref] = {}
    for ref in pipeline.upload:
        for origin, template in _names_of(pipeline, ref, known):
            other = seen.setdefault((origin, template.lower()), ref)
            if other is not ref:
                problems.add(
                    ref.place,
                    "pipeline-same-name",
                    f"{ref} and {other} would have the same file names in the record.",
                    'Give the step names of its own, for example names: "{stem}_web{ext}".',
                )


def _names_of(pipeline: Pipeline, ref: Ref, known: Components) -> list[tuple[str, str]]:
    if ref.step == INPUTS:
        return [(ref.port, "{stem}{ext}")]
    step = next((one for one in pipeline.steps if one.id == ref.step), None)
    if step is None or ref.step not in known:
        return []
    component = known[ref.step]
    out = next((one for one in component.outputs if one.name == ref.port), None)
    found = []
    for port in component.inputs:
        # Only a port that gives back what it takes keeps its files' names.
        if out is None or tuple(port.media) != tuple(out.media):
            continue
        for source in step.inputs.get(port.name, ()):
            for origin, template in _names_of(pipeline, source, known):
                found.append((origin, _named(step.names, template)))
    return found


def _named(names: str, before: str) -> str:
    if not names:
        return before
    stem = before.removesuffix("{ext}")
    return names.replace("{name}", before).replace("{stem}", stem)
