"""The JSON of InvenioRDM's records API back in a record's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hdp_plugins.inveniordm import people
from hdp_plugins.inveniordm.native import CUSTOM, FUNDERS, Flavour
from hdp_plugins.inveniordm.people import Words, entries
from hdp_plugins.zenodo import vocabulary

_FUNDERS = {ror: number for number, ror in FUNDERS.items()}
SUBTYPES = ("publication", "image", "software")


def from_native(data: Mapping[str, Any], flavour: Flavour) -> dict[str, Any]:
    """The fields that a draft or record says; what is empty is left out."""
    metadata = part(data, "metadata")
    found: dict[str, Any] = {
        name: metadata.get(name)
        for name in ("title", "publication_date", "description", "version", "copyright")
    }
    found["imprint_publisher"] = metadata.get("publisher")
    for name, read in PARTS.items():
        found[name] = read(metadata)
    found |= _kind(metadata) | _access(data) | _descriptions(metadata, flavour)
    found |= _custom(part(data, "custom_fields"), flavour)
    found["license"], found["rights"] = _rights(metadata)
    found["doi"] = part(part(data, "pids"), "doi").get("identifier")
    found["communities"] = _communities(part(data, "parent"))
    return {name: one for name, one in found.items() if one not in (None, "", [], {})}


def part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside an answer; an empty one where there is none."""
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _communities(parent: Mapping[str, Any]) -> list[Words]:
    """The communities it is in by their short names; of one that is asked only the id is told."""
    listed = entries(part(parent, "communities").get("entries"))
    asked = part(part(parent, "review"), "receiver").get("community")
    names = [str(one.get("slug") or one.get("id")) for one in listed] or ([asked] if asked else [])
    return [{"identifier": one} for one in names]


def _number(entry: Mapping[str, Any], name: str) -> str:
    return str(part(entry, name).get("id") or "")


def _kind(metadata: Mapping[str, Any]) -> Words:
    kind, _, sub = _number(metadata, "resource_type").partition("-")
    if not sub:
        return {"upload_type": kind}
    return {"upload_type": kind, f"{kind}_type": sub} if kind in SUBTYPES else {
        "upload_type": f"{kind}-{sub}"
    }  # fmt: skip


def _access(data: Mapping[str, Any]) -> Words:
    access = part(data, "access")
    embargo = part(access, "embargo")
    if embargo.get("active"):
        right = {"access_right": "embargoed", "embargo_date": embargo.get("until")}
    else:
        right = {"access_right": "restricted" if access.get("files") == "restricted" else "open"}
    if access.get("record") == "restricted":
        right["record_access"] = "restricted"
    return right


def _descriptions(metadata: Mapping[str, Any], flavour: Flavour) -> Words:
    names = {flavour.notes: "notes", "methods": "method"}
    return {
        names[_number(one, "type")]: one.get("description")
        for one in entries(metadata.get("additional_descriptions"))
        if _number(one, "type") in names
    }


def _custom(fields: Mapping[str, Any], flavour: Flavour) -> Words:
    found: Words = {}
    for name, parts in CUSTOM.items():
        entry = part(fields, name)
        found |= {ours: entry.get(theirs) for ours, theirs in parts.items()}
    own = {
        name: one
        for name, one in fields.items()
        if name not in CUSTOM and name not in (flavour.subjects, "legacy:communities")
    }
    found["subjects"] = [
        {name: one[name] for name in ("term", "identifier") if name in one}
        for one in entries(fields.get(flavour.subjects))
    ]
    return found | {"custom": own}


def _titles(metadata: Mapping[str, Any]) -> list[Words]:
    found = []
    for one in entries(metadata.get("additional_titles")):
        entry = {"title": one.get("title"), "type": _number(one, "type")}
        found.append(entry | ({"lang": _number(one, "lang")} if one.get("lang") else {}))
    return found


def _people(name: str) -> Callable[[Mapping[str, Any]], list[Words]]:
    def read(metadata: Mapping[str, Any]) -> list[Words]:
        given = entries(metadata.get(name))
        return [people.from_native(one, contributor=name == "contributors") for one in given]

    return read


def _dates(metadata: Mapping[str, Any]) -> list[Words]:
    found = []
    for one in entries(metadata.get("dates")):
        start, _, end = str(one.get("date") or "").partition("/")
        entry = {"type": _number(one, "type"), "start": start, "end": end}
        entry["description"] = str(one.get("description") or "")
        found.append({name: value for name, value in entry.items() if value})
    return found


def _related(metadata: Mapping[str, Any]) -> list[Words]:
    found = []
    for one in entries(metadata.get("related_identifiers")):
        relation = _number(one, "relation_type")
        entry = {
            "identifier": one.get("identifier"),
            "relation": vocabulary.spellings("relations").get(relation, relation),
            "resource_type": _number(one, "resource_type"),
        }
        found.append({name: value for name, value in entry.items() if value})
    return found


def _rights(metadata: Mapping[str, Any]) -> tuple[str, list[Words]]:
    licence, statements = "", []
    for one in entries(metadata.get("rights")):
        if one.get("id"):
            licence = licence or str(one["id"])
            continue
        words = {name: part(one, name).get("en") for name in ("title", "description")}
        words["link"] = one.get("link")
        statements.append({name: value for name, value in words.items() if value})
    return licence, statements


def _locations(metadata: Mapping[str, Any]) -> list[Words]:
    found = []
    for one in entries(part(metadata, "locations").get("features")):
        entry = {name: one[name] for name in ("place", "description") if one.get(name)}
        point = part(one, "geometry").get("coordinates")
        if isinstance(point, list) and len(point) == 2:
            entry |= {"lat": point[1], "lon": point[0]}
        found.append(entry)
    return found


def _funding(metadata: Mapping[str, Any]) -> list[Words]:
    found = []
    for one in entries(metadata.get("funding")):
        funder, award = _number(one, "funder"), _number(one, "award").rpartition("::")[2]
        found.append({"id": f"{_FUNDERS.get(funder, funder)}::{award}"})
    return found


PARTS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "additional_titles": _titles,
    "creators": _people("creators"),
    "contributors": _people("contributors"),
    "keywords": lambda one: [each.get("subject") for each in entries(one.get("subjects"))],
    "dates": _dates,
    "language": lambda one: next(
        (str(each.get("id")) for each in entries(one.get("languages"))), ""
    ),
    "identifiers": lambda one: [
        {"identifier": each.get("identifier"), "scheme": each.get("scheme")}
        for each in entries(one.get("identifiers"))
    ],
    "related_identifiers": _related,
    "locations": _locations,
    "grants": _funding,
    "references": lambda one: [each.get("reference") for each in entries(one.get("references"))],
}
