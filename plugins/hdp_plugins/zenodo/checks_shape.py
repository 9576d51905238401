"""Whether values have the JSON types that the schema wants, at every depth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from hdp.sdk import Finding
from hdp_plugins.zenodo import translate
from hdp_plugins.zenodo.findings import wrong_shape

Schema = Mapping[str, Any]
DEEPEST = 12
_WORDS = {"string": "a text", "number": "a number", "boolean": "yes or no", "array": "a list",
          "object": "an object"}  # fmt: skip


def check_shape(path: str, value: Any, schema: Schema, depth: int = 0) -> Iterator[Finding]:
    """Each place where the type is wrong; what is empty is not sent and so never wrong."""
    kind = schema.get("type")
    if translate.is_empty(value) or kind is None:
        return
    if depth > DEEPEST or not _is(value, kind):
        yield wrong_shape(path, _shape(schema), value)
    elif kind == "array":
        for index, one in enumerate(value):
            yield from check_shape(f"{path}.{index}", one, schema.get("items", {}), depth + 1)
    elif kind == "object":
        attributes = schema.get("properties", {})
        for name, one in value.items():
            wanted = attributes.get(name, {})
            if wanted.get("type") != "string" or not isinstance(one, str):
                yield from check_shape(f"{path}.{name}", one, wanted, depth + 1)


def _is(value: Any, kind: str) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "number":
        good = isinstance(value, int | float) and not isinstance(value, bool)
        return good and (isinstance(value, int) or math.isfinite(value))
    if kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, list | tuple if kind == "array" else Mapping)


def _shape(schema: Schema) -> str:
    kind = str(schema.get("type"))
    if kind == "array":
        inside = schema.get("items", {})
        words = "texts" if inside.get("type") == "string" else f"entries with {_names(inside)}"
        return f"a list of {words}"
    if kind == "object" and schema.get("properties"):
        return f"an entry with {_names(schema)}"
    return _WORDS.get(kind, kind)


def _names(schema: Schema) -> str:
    return " and ".join(schema.get("required") or list(schema.get("properties", {}))[:2])


def check_json(path: str, value: Any, depth: int = 0) -> Iterator[Finding]:
    """Each place of a value of any origin that cannot be written as JSON others can read."""
    if isinstance(value, str):
        return
    if depth > DEEPEST:
        yield wrong_shape(path, "a value without so many lists in lists", value)
    elif isinstance(value, list | tuple):
        for index, one in enumerate(value):
            yield from check_json(f"{path}.{index}", one, depth + 1)
    elif isinstance(value, Mapping):
        yield from _check_entry(path, value, depth)
    elif isinstance(value, float) and not math.isfinite(value):
        yield wrong_shape(path, "a number that can be written", value)
    elif value is not None and not isinstance(value, bool | int | float):
        yield wrong_shape(path, "a text, a number, a list or an entry", value)


def _check_entry(path: str, value: Mapping[Any, Any], depth: int) -> Iterator[Finding]:
    for name, one in value.items():
        if not isinstance(name, str):
            yield wrong_shape(path, "an entry whose names are texts", value)
        elif not isinstance(one, str):
            yield from check_json(f"{path}.{name}", one, depth + 1)
