"""Which field a refusal is about, in a record's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from hdp.sdk import Finding, Rejected
from hdp_plugins.inveniordm.reading import part

WORDS = {
    "resource_type": "upload_type", "rights": "license", "languages": "language",
    "subjects": "keywords", "funding": "grants", "publisher": "imprint_publisher",
    "additional_descriptions": "notes", "access": "access_right", "pids": "doi",
}  # fmt: skip
_INVALID = re.compile(r"Invalid value (.+?)\.?$")


def named(error: Rejected, body: Mapping[str, Any]) -> Rejected:
    """The refusal with its fields in a record's words; found in `body` where none is said."""
    error.findings = tuple(map(_worded, error.findings)) or tuple(_found(error, body))
    return error


def word(field: str) -> str:
    """A field of the records API as a record names it."""
    first = field.removeprefix("metadata.").split(".")[0]
    return WORDS.get(first, first)


def _worded(finding: Finding) -> Finding:
    field = str(finding.where.get("field") or "")
    return replace(finding, where={**finding.where, "field": word(field)}) if field else finding


def _found(error: Rejected, body: Mapping[str, Any]) -> Iterator[Finding]:
    """An unknown word of a vocabulary is told without its field."""
    match = _INVALID.search(error.message)
    for name, value in part(body, "metadata").items() if match else ():
        if match and match[1] in _ids(value):
            field = word(name)
            yield Finding(
                "error",
                "refused-by-repository",
                f"{field}: the repository does not know “{match[1]}”.",
                "Choose a value of its list.",
                {"field": field},
                {"field": field, "value": match[1]},
            )


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _ids(one)
    elif isinstance(value, Mapping):
        if isinstance(value.get("id"), str):
            yield value["id"]
        for one in value.values():
            yield from _ids(one)
