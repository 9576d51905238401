"""The form of a pipeline file: nodes become values, and every slip becomes a finding."""

from __future__ import annotations

import re
from typing import Any, Literal, cast

from hdp.pipelines.conditions import read_condition
from hdp.pipelines.definition import (
    INPUTS,
    ITEM_ROLES,
    Condition,
    FromParam,
    FromRecord,
    FromValue,
    Input,
    OnError,
    Parameter,
    Pipeline,
    Policy,
    Ref,
    StepDefinition,
)
from hdp.pipelines.problems import Problems
from hdp.yaml_source import Node

TOP_KEYS = (
    "hdp",
    "name",
    "help",
    "params",
    "inputs",
    "steps",
    "upload",
    "metadata",
    "needs",
    "for",
)
STEP_KEYS = ("id", "uses", "in", "with", "names", "when", "on_error", "timeout", "memory",
             "retries", "select")  # fmt: skip
ROLES = ("primary", "member", "material", "texture", "buffer", "sidecar", "documentation",
         "archive", "derived", "metadata")  # fmt: skip
TEMPLATE_WORDS = ("stem", "ext", "name", "step", "n")
_NAME = re.compile(r"[A-Za-z][\w-]*")
_MEDIA = re.compile(r"[\w.*+-]+/[\w.*+-]+")
_USES = re.compile(r"(?P<component>[^@\s]+)(@(?P<version>\d+))?")


def read_pipeline(root: Node, problems: Problems) -> Pipeline:
    """The pipeline as far as it can be read; what is wrong stands in `problems`."""
    top = problems.mapping(root, "a pipeline", TOP_KEYS)
    _check_head(root, top, problems)
    inputs = _read_inputs(top.get("inputs"), problems)
    upload = tuple(_refs(top.get("upload"), "upload", problems))
    if "upload" not in top:
        upload = tuple(Ref(INPUTS, name, one.place) for name, one in inputs.items())
    scope = problems.choice(top.get("for"), "for", ("item", "collection"), "item")
    needed = problems.sequence(top.get("needs"))
    if scope == "collection" and needed:
        problems.add(
            needed[0],
            "pipeline-collection",
            "A pipeline for a collection belongs to no record, so there is no DOI.",
            "Take `needs` out, or write `for: item`.",
        )
    return Pipeline(
        name=problems.text(top.get("name"), "name"),
        params=_read_params(top.get("params"), problems),
        inputs=inputs,
        steps=tuple(_read_steps(top.get("steps"), problems)),
        upload=upload,
        metadata=tuple(_policy(one, problems) for one in problems.sequence(top.get("metadata"))),
        needs=tuple(problems.choice(one, "needs", ("doi",), "doi") for one in needed),
        scope=cast(Literal["item", "collection"], scope),
        help=problems.text(top.get("help"), "help"),
        source=problems.source,
    )


def _check_head(root: Node, top: dict[str, Node], problems: Problems) -> None:
    if not isinstance(root.value, dict):
        if root.value is None:
            problems.add(root, "pipeline-form", "The file is empty.")
        return
    version = top.get("hdp")
    if version is None or version.value != 1:
        problems.add(version or root, "pipeline-version", "A pipeline file begins with `hdp: 1`.")
    for key in ("name", "steps"):
        if key not in top:
            problems.add(root, "pipeline-form", f'"{key}" is missing.')


def _read_params(node: Node | None, problems: Problems) -> dict[str, Parameter]:
    if node is None:
        return {}
    found = {}
    for name, one in problems.mapping(node, "params").items():
        _check_name(name, node, problems)
        found[name] = _parameter(name, one, problems)
    return found


def _parameter(name: str, node: Node, problems: Problems) -> Parameter:
    if not isinstance(node.value, dict):
        return Parameter(name, node.plain())
    keys = ("default", "help", "choices", "min", "max")
    entries = problems.mapping(node, f"the parameter {name}", keys)
    if "default" not in entries:
        problems.add(node, "pipeline-form", f"The parameter {name} has no default.")
    return Parameter(
        name,
        entries["default"].plain() if "default" in entries else None,
        problems.text(entries.get("help"), "help"),
        tuple(one.plain() for one in problems.sequence(entries.get("choices"))),
        problems.number(entries.get("min"), "min", low=float("-inf")),
        problems.number(entries.get("max"), "max", low=float("-inf")),
    )


def _check_name(name: str, parent: Node, problems: Problems) -> None:
    if not _NAME.fullmatch(name):
        place = parent.keys.get(name, (parent.line, parent.column))
        problems.add(
            place, "pipeline-name", f'"{name}" must be letters, digits, - and _ without a dot.'
        )


def _read_inputs(node: Node | None, problems: Problems) -> dict[str, Input]:
    if node is None:
        return {}
    found = {}
    for name, one in problems.mapping(node, "inputs").items():
        _check_name(name, node, problems)
        found[name] = _input(name, one, node.keys[name], problems)
    return found


def _input(name: str, node: Node, place: tuple[int, int], problems: Problems) -> Input:
    if not isinstance(node.value, dict):
        return Input(name, _media(node, name, problems), place=place)
    entries = problems.mapping(node, f"the input {name}", ("media", "role", "name"))
    media = _media(entries["media"], name, problems) if "media" in entries else ("*/*",)
    roles = tuple(
        problems.choice(one, "role", ROLES, "primary")
        for one in problems.sequence(entries.get("role"))
    )
    pattern = problems.text(entries.get("name"), "name", "*")
    return Input(name, media, roles or ITEM_ROLES, pattern, place)


def _media(node: Node, name: str, problems: Problems) -> tuple[str, ...]:
    found = problems.texts(node, f"The media of {name}")
    for one in found:
        if not _MEDIA.fullmatch(one):
            problems.add(
                node, "pipeline-media", f'"{one}" is no media type.', "Write for example image/*."
            )
    return found or ("*/*",)


def _read_steps(node: Node | None, problems: Problems) -> list[StepDefinition]:
    if node is None or node.value is None:
        return []
    if not isinstance(node.value, list):
        problems.add(node, "pipeline-form", '"steps" must be a list; each step begins with "- ".')
        return []
    return [_step(one, number, problems) for number, one in enumerate(node.value, 1)]


def _step(node: Node, number: int, problems: Problems) -> StepDefinition:
    entries = problems.mapping(node, f"step {number}", STEP_KEYS)
    step_id = problems.text(entries.get("id"), "id")
    if not _NAME.fullmatch(step_id) or step_id == INPUTS:
        problems.add(
            entries.get("id", node), "pipeline-name", f"Step {number} needs an id: a short name."
        )
    component, version = _uses(entries.get("uses"), node, number, problems)
    retries = problems.number(entries.get("retries"), "retries", low=0)
    on_error = problems.choice(
        entries.get("on_error"), "on_error", ("stop", "skip", "retry"), "stop"
    )
    return StepDefinition(
        id=step_id,
        component=component,
        version=version,
        inputs=_wires(entries.get("in"), problems),
        params=_settings(entries.get("with"), problems),
        names=_template(entries.get("names"), problems),
        when=_when(entries.get("when"), problems),
        on_error=cast(OnError, on_error),
        timeout=problems.number(entries.get("timeout"), "timeout", low=0.001),
        memory=problems.number(entries.get("memory"), "memory", low=1),
        retries=int(retries or 0),
        select=problems.texts(entries.get("select"), "select"),
        place=(node.line, node.column),
    )


def _uses(node: Node | None, step: Node, number: int, problems: Problems) -> tuple[str, int | None]:
    match = _USES.fullmatch(str(node.value)) if node else None
    if match is None:
        problems.add(
            node or step,
            "pipeline-uses",
            f"Step {number} must say what it uses.",
            "Write for example `uses: image.resize@1`.",
        )
        return "", None
    return match["component"], int(match["version"]) if match["version"] else None


def _wires(node: Node | None, problems: Problems) -> dict[str, tuple[Ref, ...]]:
    if node is None:
        return {}
    entries = problems.mapping(node, "in")
    return {port: tuple(_refs(one, "in", problems)) for port, one in entries.items()}


def _refs(node: Node | None, what: str, problems: Problems) -> list[Ref]:
    found = []
    for one in problems.sequence(node):
        step, dot, port = str(one.value).partition(".")
        if not isinstance(one.value, str) or not dot or not step or not port:
            problems.add(
                one,
                "pipeline-reference",
                f'"{one.plain()}" in {what} is no reference.',
                "Write inputs.NAME or STEP.PORT.",
            )
        else:
            found.append(Ref(step, port, (one.line, one.column)))
    return found


def _settings(node: Node | None, problems: Problems) -> dict[str, Any]:
    if node is None:
        return {}
    return {key: _setting(one, problems) for key, one in problems.mapping(node, "with").items()}


def _setting(node: Node, problems: Problems) -> Any:
    if not isinstance(node.value, dict):
        return node.plain()
    entries = problems.mapping(node, "with", ("param", "record", "value"))
    if len(entries) != 1:
        problems.add(
            node, "pipeline-form", "Write {param: NAME}, {record: FIELD} or {value: STEP.NAME}."
        )
        return None
    kind, source = next(iter(entries.items()))
    text = problems.text(source, kind)
    if kind == "param":
        return FromParam(text)
    if kind == "record":
        return FromRecord(text)
    step, _, name = text.partition(".")
    return FromValue(step, name)


def _template(node: Node | None, problems: Problems) -> str:
    text = problems.text(node, "names")
    if node is None or not text:
        return ""
    words = re.findall(r"\{([^{}]*)\}", text)
    rest = re.sub(r"\{[^{}]*\}", "", text)
    if any(one not in TEMPLATE_WORDS for one in words) or set(rest) & set("{}/\\:"):
        problems.add(
            node,
            "pipeline-names",
            f'"{text}" is no template for file names.',
            f"Known are {{{'}, {'.join(TEMPLATE_WORDS)}}}; for example {{stem}}_web{{ext}}.",
        )
        return ""
    return text


def _when(node: Node | None, problems: Problems) -> Condition | None:
    text = problems.text(node, "when")
    if node is None or not text:
        return None
    condition = read_condition(text)
    if condition is None:
        problems.add(
            node,
            "pipeline-when",
            f'"{text}" is no comparison.',
            "Write one comparison, for example 'record.description == \"\"'.",
        )
    return condition


def _policy(node: Node, problems: Problems) -> Policy:
    entries = problems.mapping(node, "metadata", ("from", "fill", "overwrite", "append"))
    return Policy(
        sources=problems.texts(entries.get("from"), "from"),
        fill=problems.texts(entries.get("fill"), "fill"),
        overwrite=problems.texts(entries.get("overwrite"), "overwrite"),
        append=problems.texts(entries.get("append"), "append"),
    )
