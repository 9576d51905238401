"""Zenodo's vocabularies and the schema of its fields, read from the files beside this one."""

from __future__ import annotations

import copy
import json
from functools import cache
from importlib import resources
from typing import Any


def _read(*parts: str) -> dict[str, Any]:
    place = resources.files(__package__)
    for part in parts:
        place = place / part
    data: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return data


@cache
def terms(name: str) -> dict[str, str]:
    """A short vocabulary, id -> title; keys are those of vocabularies/terms.json."""
    found: dict[str, str] = _read("vocabularies", "terms.json")[name]
    return found


@cache
def licences() -> tuple[dict[str, str], dict[str, str]]:
    """Licence ids with titles, and older spellings -> id."""
    data = _read("vocabularies", "licences.json")
    return data["titles"], data["aliases"]


@cache
def languages() -> tuple[frozenset[str], dict[str, str]]:
    """The three-letter codes, and two letters -> three letters."""
    data = _read("vocabularies", "languages.json")
    return frozenset(data["codes"].split()), data["two_letters"]


def licence_id(text: str) -> str | None:
    """Zenodo's own id of a licence in any accepted spelling; None for an unknown one."""
    titles, aliases = licences()
    key = text.strip().lower()
    found = aliases.get(key, key)
    return found if found in titles or key in aliases else None


def language_id(text: str) -> str | None:
    """The three-letter code of a language code; None for an unknown one."""
    codes, two_letters = languages()
    found = two_letters.get(text, text)
    return found if found in codes else None


@cache
def _schema() -> dict[str, Any]:
    data = _read("schema.json")
    titles, aliases = licences()
    licence = data["properties"]["license"]
    licence["enum"] = sorted({*titles, *aliases})
    licence["x-titles"] = titles
    licence["x-case-insensitive"] = True
    return data


def properties() -> dict[str, Any]:
    """The schema of each field; shared, so never change it."""
    found: dict[str, Any] = _schema()["properties"]
    return found


def schema() -> dict[str, Any]:
    """The fields as a JSON Schema; the caller may change its copy."""
    return copy.deepcopy(_schema())
