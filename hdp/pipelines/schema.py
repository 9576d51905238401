"""The JSON Schema of pipeline files, made from the installed components."""

from __future__ import annotations

from typing import Any

from hdp.pipelines.reading import ROLES
from hdp.pipelines.wiring import record_fields
from hdp.plugins import Catalogue
from hdp.sdk import Component

_TEXTS: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
}
_FILES = {"type": "string", "pattern": r"^[^.\s]+\.\S+$"}
_NAMES = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]*$"}


def make_schema(catalogue: Catalogue) -> dict[str, Any]:
    """What editors need to complete and check pipeline files while they are written."""
    fields = sorted(record_fields(catalogue))
    policy = _policy()
    steps = [_step(component) for _, component in sorted(catalogue.components.items())]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "HDP pipeline",
        "$defs": {"field": {"type": "string", **({"enum": fields} if fields else {})}},
        "type": "object",
        "required": ["hdp", "name", "steps"],
        "additionalProperties": False,
        "properties": {
            "hdp": {"const": 1, "description": "The version of this form; always 1."},
            "name": {"type": "string", "description": "The name that people choose it by."},
            "help": {"type": "string", "description": "What it does, in a sentence."},
            "params": {
                "type": "object",
                "additionalProperties": _parameter(),
                "description": "What is asked at the start, by name; settings take it from here.",
            },
            "inputs": {
                "type": "object",
                "additionalProperties": _input(),
                "description": "Which of a record's files come in, by name.",
            },
            "steps": {
                "type": "array",
                "items": {"anyOf": steps} if steps else False,
                "description": "What is done, from top to bottom; [] for nothing.",
            },
            "upload": _one_or_more(_FILES)
            | {
                "description": "Files that go into the record: inputs.NAME, STEP.PORT,"
                " run.paradata and run.crate (how they were made)."
                " Left out: all inputs."
            },
            "metadata": {
                "anyOf": [policy, {"type": "array", "items": policy}],
                "description": "What steps may write into the record; all else is left out.",
            },
            "needs": {
                "anyOf": [{"const": "doi"}, {"type": "array", "items": {"const": "doi"}}],
                "description": "doi: a step writes the record's DOI into a file.",
            },
            "for": {
                "enum": ["item", "collection"],
                "default": "item",
                "description": "item: once for each record; collection: once for all selected.",
            },
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
        "default": {"description": "Its value where nobody says another; its type is this one's."},
        "help": {"type": "string", "description": "What it means, for the person who is asked."},
        "choices": {"type": "array", "description": "The values that it may have."},
        "min": {"type": "number", "description": "The smallest number that it may be."},
        "max": {"type": "number", "description": "The largest number that it may be."},
    }
    short = {"type": ["string", "number", "boolean", "array"]}
    return {"anyOf": [_object(long, ("default",)), short]}


def _input() -> dict[str, Any]:
    roles = {"enum": list(ROLES)}
    long = {
        "media": _TEXTS | {"description": "Kinds of files, such as image/* or model/gltf-binary."},
        "role": {
            "anyOf": [roles, {"type": "array", "items": roles}],
            "description": "Roles of files in the record. Left out: primary and member.",
        },
        "name": {"type": "string", "description": "A pattern such as *_front*."},
    }
    return {"anyOf": [_object(long), *_TEXTS["anyOf"]]}


def _one_or_more(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "array", "items": schema}]}


def _policy() -> dict[str, Any]:
    says = {
        "fill": "Fields that are filled where they are empty.",
        "overwrite": "Fields whose value is replaced.",
        "append": "Fields that are added to.",
    }
    field = {"$ref": "#/$defs/field"}
    source = _TEXTS | {"description": "The steps that it is about. Left out: all."}
    named = {key: _one_or_more(field) | {"description": text} for key, text in says.items()}
    return _object({"from": source, **named})


def _step(component: type[Component[Any]]) -> dict[str, Any]:
    ports = {port.name: _TEXTS for port in component.inputs}
    needed = tuple(port.name for port in component.inputs if not port.optional)
    properties = {
        "id": _NAMES | {"description": "A short name by which others refer to the step."},
        "uses": {
            "enum": [f"{component.id}@{component.version}", component.id],
            "description": "The component, best with its version.",
        },
        "in": _object(ports, needed) | {"description": "Files for its inputs, by their names."},
        "with": _settings(component) | {"description": "Its settings; left out: their defaults."},
        "names": {
            "type": "string",
            "description": "Names of its results, such as {stem}_web{ext}; words are {stem}, {ext},"
            " {name}, {step} and {n}.",
        },
        "when": {
            "type": "string",
            "description": "One comparison; where it does not hold, the step is left out.",
        },
        "on_error": {
            "enum": ["stop", "skip", "retry"],
            "default": "stop",
            "description": "stop: the record gets no results; skip: the step is left out;"
            " retry: it is tried again, twice or as `retries` says, then stop.",
        },
        "timeout": {
            "type": "number",
            "exclusiveMinimum": 0,
            "description": "Seconds that one call may take."
            " Left out: the component's own, else 3600.",
        },
        "memory": {
            "type": "number",
            "minimum": 1,
            "description": "Megabytes that one call of a component in a process may take (Linux)."
            " Left out: the component's own, else 80 % of this computer's.",
        },
        "retries": {
            "type": "integer",
            "minimum": 0,
            "description": "How often a failed call is tried again.",
        },
        "select": _TEXTS | {"description": "Only files of these names, such as *_front*."},
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
