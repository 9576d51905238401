"""A record's words and those of Dataverse's citation block, there and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hdp.sdk import Finding, Record

_UNSAFE = '%:*?"<>|;#/\\'
_KEPT = ("title", "creators", "description", "keywords", "publication_date", "notes")


def to_words(record: Record) -> dict[str, Any]:
    """What of the record Dataverse will hold, in the record's own words."""
    found = {name: record.fields[name] for name in _KEPT if record.fields.get(name)}
    if "creators" in found:
        found["creators"] = [
            {name: one[name] for name in ("name", "affiliation", "orcid") if one.get(name)}
            for one in found["creators"]
        ]
    return found


def to_citation(words: Mapping[str, Any], settings: Any) -> dict[str, Any]:
    """The citation block of Dataverse's JSON."""
    contact = {"datasetContactName": settings.contact, "datasetContactEmail": settings.email}
    authors = [
        {"authorName": one["name"], "authorAffiliation": one.get("affiliation", "")}
        | ({"authorIdentifierScheme": "ORCID", "authorIdentifier": one["orcid"]}
           if one.get("orcid") else {})
        for one in words["creators"]
    ]  # fmt: skip
    description = words.get("description") or words["title"]
    fields = [
        _simple("title", words["title"]),
        _compound("author", authors),
        _compound("datasetContact", [contact]),
        _compound("dsDescription", [{"dsDescriptionValue": description}]),
        {"typeName": "subject", "typeClass": "controlledVocabulary", "multiple": True,
         "value": [settings.subject]},
        _compound("keyword", [{"keywordValue": one} for one in words.get("keywords", ())]),
        _simple("distributionDate", words.get("publication_date", "")),
        _simple("notesText", words.get("notes", "")),
    ]  # fmt: skip
    return {"citation": {"displayName": "Citation Metadata",
                         "fields": [one for one in fields if one["value"]]}}  # fmt: skip


def from_citation(blocks: Mapping[str, Any]) -> dict[str, Any]:
    """The record's words that the citation block holds."""
    values = {one["typeName"]: one["value"] for one in blocks["citation"]["fields"]}
    found: dict[str, Any] = {"title": values.get("title", "")}
    found["creators"] = [
        {ours: one[theirs]["value"] for ours, theirs in _AUTHOR.items() if theirs in one}
        for one in values.get("author", ())
    ]
    found["description"] = "\n".join(
        one["dsDescriptionValue"]["value"] for one in values.get("dsDescription", ())
    )
    if found["description"] == found["title"]:
        del found["description"]  # it was filled in: Dataverse wants one
    found["keywords"] = [one["keywordValue"]["value"] for one in values.get("keyword", ())]
    found["publication_date"] = values.get("distributionDate", "")
    found["notes"] = values.get("notesText", "")
    return {name: value for name, value in found.items() if value}


_AUTHOR = {"name": "authorName", "affiliation": "authorAffiliation", "orcid": "authorIdentifier"}


def _simple(name: str, value: str) -> dict[str, Any]:
    return {"typeName": name, "typeClass": "primitive", "multiple": False, "value": value}


def _compound(name: str, values: list[dict[str, str]]) -> dict[str, Any]:
    inner = [{key: _simple(key, value) for key, value in one.items() if value} for one in values]
    return {"typeName": name, "typeClass": "compound", "multiple": True, "value": inner}


def check(record: Record, settings: Any) -> Iterator[Finding]:
    """What Dataverse would refuse, and what it has no place for."""
    title, creators = record.fields.get("title"), record.fields.get("creators")
    if not isinstance(title, str) or not title.strip():
        yield _error("title", "The title is missing.", "Give it one.")
    people = creators if isinstance(creators, list) else []
    if not people or not all(isinstance(one, dict) and one.get("name") for one in people):
        yield _error("creators", "Each record needs creators with names.", "Add them.")
    if not isinstance(record.fields.get("keywords", []), list):
        yield _error("keywords", "Keywords must be a list.", "Correct the mapping.")
    if "@" not in settings.email:
        yield _error("", "Dataverse wants a contact.", "Set contact and email of the environment.")
    for name in sorted(set(record.fields) - set(_KEPT)):
        told = f"Dataverse's citation block has no place for {name}: it is left out."
        yield Finding("info", "value-left-out", told, where={"field": name})


def _error(field: str, told: str, hint: str) -> Finding:
    return Finding("error", field or "contact", told, hint, {"field": field} if field else {})


def to_label(name: str) -> str:
    """A file's name as Dataverse takes it: what it refuses stands as %XX."""
    return "".join(f"%{ord(one):02X}" if one in _UNSAFE else one for one in name)


def from_label(label: str) -> str:
    """The file's own name."""
    for one in reversed(_UNSAFE):
        label = label.replace(f"%{ord(one):02X}", one)
    return label
