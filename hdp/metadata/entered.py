"""Values that a person typed or passed, brought into the shape that the schema wants."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from hdp.metadata.fields import coerce, text_to_html
from hdp.metadata.markup import clean_html, is_markup, lost_markup
from hdp.metadata.schemas import Schema, canonical, entry_schema, fields_of, is_html, is_list
from hdp.sdk import Finding, InvalidInput

_DEEPEST = 20


def fit(value: Any, schema: Schema, path: str) -> tuple[Any, list[Finding]]:
    """The value as the schema has it, without empty entries, and what does not fit.

    Errors say what cannot be kept so, warnings what was left out of it.
    One word for a list of words is a list of one, as is one entry for a list of entries.
    """
    if not _can_be_kept(value):
        return "", [_wrong(path, "holds characters or a depth that no record can hold")]
    return _fit(value, schema, path)


def _fit(value: Any, schema: Schema, path: str) -> tuple[Any, list[Finding]]:
    if is_list(schema):
        return _list(value, schema, path)
    if schema.get("type") == "object":
        return _object(value, schema, path)
    if isinstance(value, (list, dict)):
        return value, [_wrong(path, "must be one value, not a list or an object")]
    if value is None or (isinstance(value, str) and not value.strip()):
        return "", []
    if schema.get("type") == "string" or "type" not in schema:
        return _text(value, schema, path)
    made, problem = coerce(value, schema)
    return made, [_wrong(path, problem, whole=True)] if problem else []


def _text(value: Any, schema: Schema, path: str) -> tuple[str, list[Finding]]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not is_html(schema):
        return str(canonical(text.strip(), schema)), []
    if not is_markup(text):
        return text_to_html(text), []
    return clean_html(text), lost_markup(text, {"field": path})


def _list(value: Any, schema: Schema, path: str) -> tuple[Any, list[Finding]]:
    if value in (None, "", []):
        return [], []
    found: list[Finding] = []
    kept: list[Any] = []
    for one in value if isinstance(value, list) else [value]:
        place = f"{path}.{len(kept)}"
        made, problems = _fit(one, schema.get("items", {}), place)
        found += problems
        if _are_wrong(problems) or made not in ("", [], {}, None):
            kept.append(made)
    return kept, found


def _object(value: Any, schema: Schema, path: str) -> tuple[Any, list[Finding]]:
    if value in (None, "", {}):
        return {}, []
    if not isinstance(value, Mapping):
        return value, [_wrong(path, 'must be an object such as {"name": "..."}')]
    attributes = fields_of(schema)
    made: dict[str, Any] = {}
    found: list[Finding] = []
    for name, one in value.items():
        fitted, problems = _fit(one, attributes.get(name, {}), f"{path}.{name}") if (
            name in attributes or not isinstance(one, (list, dict))
        ) else (one, [])  # fmt: skip
        found += problems
        if _are_wrong(problems) or fitted not in ("", [], {}, None):
            made[str(name)] = fitted
    return made, found


def _are_wrong(found: list[Finding]) -> bool:
    return any(one.severity == "error" for one in found)


def _can_be_kept(value: Any, depth: int = 0) -> bool:
    if depth > _DEEPEST:
        return False
    if isinstance(value, str):
        # half of a character (from a command line in another encoding) can be stored nowhere
        return "\0" not in value and not any("\ud800" <= one <= "\udfff" for one in value)
    if isinstance(value, Mapping):
        return all(
            _can_be_kept(str(key)) and _can_be_kept(one, depth + 1) for key, one in value.items()
        )
    if isinstance(value, list):
        return all(_can_be_kept(one, depth + 1) for one in value)
    return not isinstance(value, float) or value - value == 0


def _wrong(path: str, what: str, *, whole: bool = False) -> Finding:
    message = f"{path}: {what}" if whole else f"{path} {what}."
    return Finding("error", "wrong-type", message, "Correct the value.", {"field": path})


def put(fields: Mapping[str, Any], path: str, value: Any, schema: Schema) -> tuple[str, Any]:
    """The field that a dotted path begins with, and its whole value with the part replaced.

    `creators.0.orcid` is the ORCID of the first creator; one beyond the last entry adds one.
    InvalidInput where the path leads nowhere.
    """
    name, dot, rest = path.partition(".")
    known = fields_of(schema)
    if name not in known or not dot:
        return name, value
    whole = copy.deepcopy(fields.get(name))
    return name, _put(whole, rest.split("."), value, known[name], path)


def _put(whole: Any, parts: list[str], value: Any, schema: Schema, path: str) -> Any:
    if not parts:
        return value
    part, rest = parts[0], parts[1:]
    if is_list(schema):
        entries = list(whole) if isinstance(whole, list) else []
        at = int(part) if re.fullmatch(r"[0-9]{1,4}", part) else -1
        if not 0 <= at <= len(entries):
            raise _nowhere(path, f"Entries are counted from 0; there are {len(entries)}.")
        before = entries[at] if at < len(entries) else None
        made = _put(before, rest, value, schema.get("items", {}), path)
        return [*entries[:at], made, *entries[at + 1 :]]
    attributes = fields_of(entry_schema(schema) or {})
    if attributes and part not in attributes:
        raise _nowhere(path, f"It has: {', '.join(attributes)}.")
    if schema.get("type") != "object":
        raise _nowhere(path, "This field has no parts.")
    inner = dict(whole) if isinstance(whole, Mapping) else {}
    return inner | {part: _put(inner.get(part), rest, value, attributes.get(part, {}), path)}


def _nowhere(path: str, hint: str) -> InvalidInput:
    return InvalidInput(
        f"{path} leads nowhere.", code="no-such-part", hint=hint, where={"field": path}
    )
