"""Between the two spellings of a record: the deposit API's metadata and InvenioRDM's record.

A side of a record is kept as InvenioRDM's record (`data`): `metadata`, `custom_fields`, `access`,
`pids` and `files`. Both translations expect what `metadata` and `native_metadata` have cleaned.
"""

from __future__ import annotations

from typing import Any

from hdp.practice.people import from_native_person, to_native_person
from hdp.practice.vocabularies import vocabularies

Data = dict[str, Any]

EC = ("10.13039/501100000780", "00k4n6c32")  # the European Commission, by two registries
_TEXTS = ("title", "description", "publication_date", "version")
_CUSTOM = {
    "journal:journal": {
        "title": "journal_title", "volume": "journal_volume", "issue": "journal_issue",
        "pages": "journal_pages",
    },
    "meeting:meeting": {
        "title": "conference_title", "acronym": "conference_acronym",
        "dates": "conference_dates", "place": "conference_place", "url": "conference_url",
        "session": "conference_session", "session_part": "conference_session_part",
    },
    "imprint:imprint": {
        "title": "partof_title", "isbn": "imprint_isbn", "pages": "partof_pages",
        "place": "imprint_place",
    },
    "thesis:thesis": {"university": "thesis_university"},
}  # fmt: skip
SUBJECTS, COMMUNITIES = "legacy:subjects", "legacy:communities"


def empty() -> Data:
    """The record of an empty draft."""
    return {"metadata": {}, "custom_fields": {}, "access": access_of({}), "pids": {}, "files": {}}


def access_of(deposit: Data) -> Data:
    """The access of a deposit's access_right and embargo_date."""
    right = deposit.get("access_right", "open")
    embargo: Data = {"active": right == "embargoed", "reason": None}
    if right == "embargoed" and deposit.get("embargo_date"):
        embargo["until"] = deposit["embargo_date"]
    return {
        "record": "public",
        "files": "public" if right == "open" else "restricted",
        "embargo": embargo,
    }


def to_native(deposit: Data) -> Data:
    """The record of cleaned deposit metadata."""
    data = empty()
    data["metadata"] = _metadata(deposit)
    data["custom_fields"] = _custom_fields(deposit)
    data["access"] = access_of(deposit)
    if doi := deposit.get("doi"):
        data["pids"] = {"doi": pid_of(doi)}
    return data


def pid_of(doi: str) -> Data:
    """How a DOI is kept: one of ours names who registers it."""
    if doi.startswith("10.5072/"):
        return {"identifier": doi, "provider": "datacite", "client": "datacite"}
    return {"identifier": doi, "provider": "external"}


def _metadata(deposit: Data) -> Data:
    result: Data = {name: deposit[name] for name in _TEXTS if name in deposit}
    if kind := deposit.get("upload_type"):
        subtype = deposit.get(f"{kind}_type")
        result["resource_type"] = {"id": f"{kind}-{subtype}" if subtype else kind}
    for name in ("creators", "contributors"):
        if name in deposit:
            result[name] = [to_native_person(one) for one in deposit[name]]
    if "imprint_publisher" in deposit:
        result["publisher"] = deposit["imprint_publisher"]
    if "license" in deposit:
        result["rights"] = [{"id": vocabularies().licences.get(deposit["license"])}]
    if "language" in deposit:
        result["languages"] = [{"id": deposit["language"]}]
    lists = {
        "subjects": [{"subject": word} for word in deposit.get("keywords", ())],
        "dates": [_date(one) for one in deposit.get("dates", ())],
        "references": [{"reference": one} for one in deposit.get("references", ())],
        "additional_descriptions": _descriptions(deposit),
        "funding": [_funding(one["id"]) for one in deposit.get("grants", ())],
        **_related(deposit.get("related_identifiers", ())),
    }
    result |= {name: value for name, value in lists.items() if value}
    if places := deposit.get("locations"):
        result["locations"] = {"features": [_place(one) for one in places]}
    return result


def _date(one: Data) -> Data:
    span = "/".join(one[name] for name in ("start", "end") if name in one)
    kept: Data = {"date": span} if span else {}
    kept["type"] = {"id": one["type"]}
    return kept | {name: one[name] for name in ("description",) if name in one}


def _descriptions(deposit: Data) -> list[Data]:
    return [
        {"description": deposit[name], "type": {"id": kind}}
        for name, kind in (("notes", "notes"), ("method", "methods"))
        if name in deposit
    ]


def _related(related: Any) -> dict[str, list[Data]]:
    result: dict[str, list[Data]] = {"identifiers": [], "related_identifiers": []}
    for one in related:
        kept: Data = {"identifier": one["identifier"], "scheme": one["scheme"]}
        if one["relation"] == "isAlternateIdentifier":
            result["identifiers"].append(kept)
            continue
        kept["relation_type"] = {"id": one["relation"].lower()}
        if kind := one.get("resource_type"):
            kept["resource_type"] = {"id": kind}
        result["related_identifiers"].append(kept)
    return result


def _place(one: Data) -> Data:
    kept: Data = {name: one[name] for name in ("place", "description") if name in one}
    if "lon" in one:
        kept["geometry"] = {"type": "Point", "coordinates": [one["lon"], one["lat"]]}
    return kept


def _funding(grant: str) -> Data:
    funder, _, number = grant.partition("::")
    known = EC[1] if funder == EC[0] else funder
    return {"funder": {"id": known}, "award": {"id": f"{known}::{number}", "number": number}}


def _custom_fields(deposit: Data) -> Data:
    result: Data = {}
    for name, parts in _CUSTOM.items():
        found = {ours: deposit[theirs] for ours, theirs in parts.items() if theirs in deposit}
        if found:
            result[name] = found
    if "subjects" in deposit:
        result[SUBJECTS] = deposit["subjects"]
    if "communities" in deposit:
        result[COMMUNITIES] = [one["identifier"] for one in deposit["communities"]]
    result |= deposit.get("custom", {})
    return result


def from_native(data: Data) -> Data:
    """A record in the deposit API's words; what they cannot say is left out."""
    metadata, custom = data["metadata"], data["custom_fields"]
    result: Data = {}
    if "title" in metadata:
        result["title"] = metadata["title"]
    if doi := data["pids"].get("doi"):
        result["doi"] = doi["identifier"]
    result |= {name: metadata[name] for name in _TEXTS if name in metadata}
    result |= _rights_of_access(data["access"])
    for name in ("creators", "contributors"):
        if metadata.get(name):
            result[name] = [from_native_person(one, name) for one in metadata[name]]
    words = [one["subject"] for one in metadata.get("subjects", ()) if "subject" in one]
    lists = {
        "keywords": words,
        "subjects": custom.get(SUBJECTS, []),
        "related_identifiers": _deposit_related(metadata),
        "dates": [_deposit_date(one) for one in metadata.get("dates", ())],
        "references": [one["reference"] for one in metadata.get("references", ())],
        "grants": [{"id": grant} for one in metadata.get("funding", ()) if (grant := _grant(one))],
        "communities": [{"identifier": one} for one in custom.get(COMMUNITIES, ())],
    }
    result |= {name: value for name, value in lists.items() if value}
    return result | _deposit_rest(metadata, custom)


def _deposit_rest(metadata: Data, custom: Data) -> Data:
    result: Data = {}
    if places := metadata.get("locations", {}).get("features"):
        result["locations"] = [_deposit_place(one) for one in places]
    if languages := metadata.get("languages"):
        result["language"] = languages[0]["id"]
    for one in metadata.get("additional_descriptions", ()):
        kind = one.get("type", {}).get("id")
        name = {"notes": "notes", "methods": "method"}.get(kind)
        if name and name not in result and "description" in one:
            result[name] = one["description"]
    named = [one["id"] for one in metadata.get("rights", ()) if one.get("id")]
    if named:
        result["license"] = vocabularies().licence_spelling.get(named[0], named[0])
    if "publisher" in metadata:
        result["imprint_publisher"] = metadata["publisher"]
    for name, parts in _CUSTOM.items():
        found = custom.get(name, {})
        result |= {theirs: found[ours] for ours, theirs in parts.items() if ours in found}
    rest = {n: v for n, v in custom.items() if n not in _CUSTOM and n.split(":")[0] != "legacy"}
    if rest:
        result["custom"] = rest
    return result | _deposit_type(metadata.get("resource_type", {}).get("id", ""))


def _deposit_type(whole: str) -> Data:
    kind, _, subtype = whole.partition("-")
    if not kind:
        return {}
    return {"upload_type": kind, **({f"{kind}_type": subtype} if subtype else {})}


def _rights_of_access(access: Data) -> Data:
    embargo = access.get("embargo", {})
    closed = access.get("files") == "restricted"
    right = "open" if not closed else "embargoed" if embargo.get("active") else "restricted"
    until = {"embargo_date": embargo["until"]} if embargo.get("until") else {}
    return {"access_right": right, **until}


def _deposit_related(metadata: Data) -> list[Data]:
    relations = vocabularies().relations
    found = []
    for one in metadata.get("related_identifiers", ()):
        relation = one.get("relation_type", {}).get("id", "")
        kept = {"identifier": one["identifier"], "relation": relations.get(relation, relation)}
        if kind := one.get("resource_type"):
            kept["resource_type"] = kind["id"]
        found.append({**kept, "scheme": one.get("scheme", "")})
    for one in metadata.get("identifiers", ()):
        kept = {"identifier": one["identifier"], "relation": "isAlternateIdentifier"}
        found.append({**kept, "scheme": one.get("scheme", "")})
    return found


def _deposit_date(one: Data) -> Data:
    """A date in the deposit API; of a single one only the type is told."""
    kept: Data = {"type": one.get("type", {}).get("id")}
    if "description" in one:
        kept["description"] = one["description"]
    start, slash, end = one.get("date", "").partition("/")
    return {**kept, "start": start, "end": end} if slash else kept


def _deposit_place(one: Data) -> Data:
    kept: Data = {name: one[name] for name in ("place", "description") if name in one}
    if point := one.get("geometry", {}).get("coordinates"):
        kept.update(lon=point[0], lat=point[1])
    return kept


def _grant(one: Data) -> str:
    funder = one.get("funder", {}).get("id", "")
    award = one.get("award") or {}
    number = award.get("number") or str(award.get("id", "")).partition("::")[2]
    return f"{EC[0] if funder == EC[1] else funder}::{number}" if number else ""
