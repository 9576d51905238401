"""The JSON Schema of pipeline files, made from the installed components."""

from __future__ import annotations

from typing import Any

from hdp.pipelines.reading import ROLES
from hdp.plugins import Catalogue
from hdp.sdk import Component

_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_NAMES = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]*$"}


def make_schema(catalogue: Catalogue) -> dict[str, Any]:
    """What editors need to complete and check pipeline files while they are written."""
    steps = [_step(component) for _, component in sorted(catalogue.components.items())]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "HDP pipeline",
        "type": "object",
        "required": ["hdp", "name", "steps"],
        "additionalProperties": False,
        "properties": {
            "hdp": {"const": 1},
            "name": {"type": "string", "description": "The name that people choose it by."},
            "help": {"type": "string", "description": "What it does, in a sentence."},
            "params": {"type": "object", "additionalProperties": _parameter()},
            "inputs": {"type": "object", "additionalProperties": _input()},
            "steps": {"type": "array", "items": {"anyOf": steps} if steps else False},
            "upload": _TEXTS,
            "metadata": {"anyOf": [_policy(), {"type": "array", "items": _policy()}]},
            "needs": {"anyOf": [{"const": "doi"}, {"type": "array", "items": {"const": "doi"}}]},
            "for": {"enum": ["item", "collection"], "default": "item"},
        },
    }


def _object(properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def _parameter() -> dict[str, Any]:
    long = {
        "default": {},
        "help": {"type": "string"},
        "choices": {"type": "array"},
        "min": {"type": "number"},
        "max": {"type": "number"},
    }
    short = {"type": ["string", "number", "boolean", "array"]}
    return {"anyOf": [_object(long, ("default",)), short]}


def _input() -> dict[str, Any]:
    roles = {"enum": list(ROLES)}
    long = {
        "media": _TEXTS,
        "role": {"anyOf": [roles, {"type": "array", "items": roles}]},
        "name": {"type": "string", "description": "A pattern such as *_front*."},
    }
    return {"anyOf": [_object(long), *_TEXTS["anyOf"]]}


def _policy() -> dict[str, Any]:
    return _object(dict.fromkeys(("from", "fill", "overwrite", "append"), _TEXTS))


def _step(component: type[Component[Any]]) -> dict[str, Any]:
    ports = {port.name: _TEXTS for port in component.inputs}
    needed = tuple(port.name for port in component.inputs if not port.optional)
    properties = {
        "id": _NAMES,
        "uses": {"enum": [f"{component.id}@{component.version}", component.id]},
        "in": _object(ports, needed),
        "with": _settings(component),
        "names": {"type": "string", "description": "For example {stem}_web{ext}."},
        "when": {"type": "string"},
        "on_error": {"enum": ["stop", "skip", "retry"], "default": "stop"},
        "timeout": {"type": "number", "exclusiveMinimum": 0, "description": "Seconds."},
        "memory": {"type": "number", "minimum": 1, "description": "MB, for each call."},
        "retries": {"type": "integer", "minimum": 0},
        "select": _TEXTS,
    }
    required = ("id", "uses", "in") if needed else ("id", "uses")
    return {"title": component.title, **_object(properties, required)}


def _settings(component: type[Component[Any]]) -> dict[str, Any]:
    schema = component.params.schema()
    taken = [_object({one: {"type": "string"}}, (one,)) for one in ("param", "record", "value")]
    schema["properties"] = {
        name: {"anyOf": [one, *taken]} for name, one in schema["properties"].items()
    }
    return schema
