"""The ids that the practice repository knows: types, relations, roles, licences, languages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Vocabularies:
    """Ids in lower case; where a mapping, its values are the spelling of answers."""

    types: frozenset[str]
    linkable_types: frozenset[str]
    type_titles: dict[str, str]
    contributor_types: dict[str, str]
    date_types: frozenset[str]
    relations: dict[str, str]
    licences: dict[str, str]
    licence_spelling: dict[str, str]
    languages_2: dict[str, str]
    languages_3: frozenset[str]


@cache
def vocabularies() -> Vocabularies:
    """The ids as Zenodo had them in August 2026."""
    text = resources.files("hdp.practice").joinpath("vocabularies.json").read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    licences = {**data["licences"], "cc-by": "cc-by-4.0"}
    licences.update({new: new for new in data["licences"].values()})
    return Vocabularies(
        types=frozenset(data["types"]),
        linkable_types=frozenset(data["linkable_types"]),
        type_titles=data["type_titles"],
        contributor_types=data["contributor_types"],
        date_types=frozenset(data["date_types"]),
        relations=data["relations"],
        licences=licences,
        # answers use the older spelling: the last one that leads to the licence
        licence_spelling={new: old for old, new in data["licences"].items() if old != "cc-by"},
        languages_2=data["languages_2"],
        languages_3=frozenset(data["languages_3"].split()),
    )
