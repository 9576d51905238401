"""The record's fields that a model may be asked for, and the JSON Schema of its answer.

Lengths and counts have limits: small models repeat themselves until something stops them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hdp.sdk import InvalidInput

_PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 120}},
    "required": ["name"],
    "additionalProperties": False,
}
_PLACE = {
    "type": "object",
    "properties": {"place": {"type": "string", "minLength": 1, "maxLength": 120}},
    "required": ["place"],
    "additionalProperties": False,
}


def _text(longest: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest}


def _list(items: Mapping[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "items": dict(items), "minItems": 1, "maxItems": most}


# What is asked for, in the words of the question, and the form of the answer.
FIELDS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "title": ("a short title of the object", _text(200)),
    "description": ("a description in two to five sentences", _text(2000)),
    "keywords": ("keywords, each one to three words", _list(_text(60), 12)),
    "creators": ("who made it, as Family, Given", _list(_PERSON, 8)),
    "contributors": ("who else had part in it, as Family, Given", _list(_PERSON, 8)),
    "dates": ("when it was made, in ISO 8601 or EDTF, as one date", _text(40)),
    "locations": ("places where it was made or found", _list(_PLACE, 6)),
    "language": ("the language of the text, as three letters (ISO 639-3)",
                 {"type": "string", "pattern": "^[a-z]{3}$"}),
    "notes": ("what else is to be known", _text(1000)),
    "references": ("literature that the text cites", _list(_text(300), 12)),
    "copyright": ("the rights statement, word for word", _text(300)),
}  # fmt: skip


def check_fields(names: Sequence[str]) -> list[str]:
    """The names, each once; InvalidInput for one that cannot be asked for."""
    wrong = [one for one in names if one not in FIELDS]
    if wrong or not names:
        raise InvalidInput(
            f"A language model cannot be asked for {', '.join(wrong) or 'nothing'}.",
            code="llm-fields",
            hint=f"Choose from: {', '.join(FIELDS)}.",
        )
    return list(dict.fromkeys(names))


def answer_schema(names: Sequence[str], vocabulary: Sequence[str]) -> dict[str, Any]:
    """The schema of the whole answer: per field value, confidence and evidence, or null."""
    properties = {name: _one(_value(name, vocabulary)) for name in names}
    return {
        "type": "object",
        "properties": properties,
        "required": list(names),
        "additionalProperties": False,
    }


def _value(name: str, vocabulary: Sequence[str]) -> dict[str, Any]:
    if name == "keywords" and vocabulary:
        return _list({"enum": list(vocabulary)}, 12)
    return FIELDS[name][1]


def _one(value: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "type": "object",
        "properties": {
            "value": dict(value),
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "evidence": {"type": "string", "maxLength": 300},
        },
        "required": ["value", "confidence", "evidence"],
        "additionalProperties": False,
    }
    return {"anyOf": [found, {"type": "null"}]}


def as_metadata(name: str, value: Any) -> Any:
    """A value of the answer as the record holds it."""
    if name == "dates":
        return [{"type": "Created", "start": value, "end": value}]
    if name == "contributors":
        return [{**one, "type": "Other"} for one in value]
    if isinstance(value, list):
        return [one for at, one in enumerate(value) if one not in value[:at]]
    return value
