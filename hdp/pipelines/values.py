"""Settings of components: compared with their schema, and made from what was asked."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from hdp.pipelines.definition import FromParam, FromRecord, FromValue, Parameter, Pipeline
from hdp.pipelines.problems import did_you_mean
from hdp.sdk import InvalidInput, Params

_KINDS: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list, tuple),
    "null": (type(None),),
}
_WORDS = {"boolean": "true or false", "integer": "a whole number", "number": "a number",
          "string": "text", "array": "a list", "null": "nothing"}  # fmt: skip


def find_fault(value: Any, schema: Mapping[str, Any]) -> str:
    """What is wrong with `value`, as the end of a sentence, or nothing."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is_kind(value, kind) for kind in kinds):
        return f"must be {' or '.join(_WORDS[kind] for kind in kinds)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"must be one of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value < schema.get("minimum", value):
            return f"must be at least {_short(schema['minimum'])}"
        if value > schema.get("maximum", value):
            return f"must be at most {_short(schema['maximum'])}"
    if isinstance(value, (list, tuple)):
        faults = (find_fault(one, schema.get("items", {})) for one in value)
        return next((f"has an entry that {one}" for one in faults if one), "")
    return ""


def _short(number: float) -> int | float:
    return int(number) if float(number).is_integer() else number


def _is_kind(value: Any, kind: str) -> bool:
    # True is an int in Python, but not in a form.
    return isinstance(value, _KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def parameter_schema(parameter: Parameter) -> dict[str, Any]:
    """The parameter as a JSON Schema; its type is that of its default."""
    schema: dict[str, Any] = {"default": parameter.default, "description": parameter.help}
    default = parameter.default
    kind = next((one for one in _KINDS if default is not None and _is_kind(default, one)), "")
    if kind:
        schema["type"] = kind
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    bounds = (("minimum", parameter.min), ("maximum", parameter.max))
    return schema | {key: value for key, value in bounds if value is not None}


def fill_parameters(pipeline: Pipeline, given: Mapping[str, Any]) -> dict[str, Any]:
    """The pipeline's parameters: defaults, with what was asked for; text is converted."""
    for name in given:
        if name not in pipeline.params:
            raise InvalidInput(
                f'The pipeline "{pipeline.name}" has no parameter {name}.',
                code="pipeline-parameter",
                hint=did_you_mean(name, pipeline.params),
            )
    return {
        name: _converted(one, given[name]) if name in given else one.default
        for name, one in pipeline.params.items()
    }


def _converted(parameter: Parameter, value: Any) -> Any:
    schema = parameter_schema(parameter)
    if isinstance(value, str):
        value = _from_text(value, schema.get("type", "string"))
    fault = find_fault(value, schema)
    if fault:
        raise InvalidInput(f"{parameter.name} {fault}.", code="pipeline-parameter")
    return value


def _from_text(text: str, kind: str) -> Any:
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    if kind == "array":
        return [one.strip() for one in text.split(",")]
    for convert in {"integer": (int,), "number": (int, float)}.get(kind, ()):
        try:
            return convert(text)
        except ValueError:
            continue
    return text


def make_params(
    kind: type[Params],
    settings: Mapping[str, Any],
    *,
    params: Mapping[str, Any],
    fields: Mapping[str, Any],
    values: Mapping[str, Mapping[str, Any]],
) -> Params:
    """The component's settings for this run; InvalidInput where one does not fit."""
    schema = kind.schema()["properties"]
    made = {}
    for name, setting in settings.items():
        value = _resolve(setting, params, fields, values)
        if value is None and isinstance(setting, (FromRecord, FromValue)):
            continue  # not there: the component's own default
        fault = find_fault(value, schema.get(name, {}))
        if fault:
            raise InvalidInput(f"The setting {name} {fault}.", code="pipeline-setting")
        made[name] = value
    return build_params(kind, made)


def build_params(kind: type[Params], settings: Mapping[str, Any]) -> Params:
    """The component's settings from plain JSON values that were checked before."""
    return kind(**{name: _as_declared(kind, name, value) for name, value in settings.items()})


def _resolve(
    setting: Any,
    params: Mapping[str, Any],
    fields: Mapping[str, Any],
    values: Mapping[str, Mapping[str, Any]],
) -> Any:
    if isinstance(setting, FromParam):
        return params[setting.name]
    if isinstance(setting, FromRecord):
        return fields.get(setting.field)
    if isinstance(setting, FromValue):
        return values.get(setting.step, {}).get(setting.name)
    return setting


def _as_declared(kind: type[Params], name: str, value: Any) -> Any:
    hint = typing.get_type_hints(kind).get(name)
    if typing.get_origin(hint) is tuple and isinstance(value, list):
        return tuple(value)
    return value


def plain_params(params: Params) -> dict[str, Any]:
    """The settings as JSON takes them."""
    return dict(_pairs(params))


def _pairs(params: Params) -> Iterator[tuple[str, Any]]:
    for one in dataclasses.fields(params):
        value = getattr(params, one.name)
        yield one.name, list(value) if isinstance(value, tuple) else value
