"""A record's fields as the JSON of InvenioRDM's records API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hdp.sdk import Record
from hdp_plugins.inveniordm import people
from hdp_plugins.inveniordm.people import Words, entries
from hdp_plugins.zenodo import identifiers as ids
from hdp_plugins.zenodo import translate, vocabulary

# Funders by their number in the Funder Registry -> their ROR, which the records API wants.
FUNDERS = {
    "10.13039/100000001": "021nxhr62",  # National Science Foundation
    "10.13039/100000002": "01cwqze88",  # National Institutes of Health
    "10.13039/100001345": "006cvnv84",  # Social Sciences and Humanities Research Council
    "10.13039/100004440": "029chgv08",  # Wellcome Trust
    "10.13039/100018231": "03zj4c476",  # Aligning Science Across Parkinson's
    "10.13039/501100000024": "01gavpb45",  # Canadian Institutes of Health Research
    "10.13039/501100000038": "01h531d29",  # Natural Sciences and Engineering Research Council
    "10.13039/501100000690": "001aqnf71",  # Research Councils UK, now the one below
    "10.13039/100014013": "001aqnf71",  # UK Research and Innovation
    "10.13039/501100000780": "00k4n6c32",  # European Commission
    "10.13039/501100000806": "02k4b9v70",  # European Environment Agency
    "10.13039/501100000923": "05mmh0f86",  # Australian Research Council
    "10.13039/501100000925": "011kf5r70",  # National Health and Medical Research Council
    "10.13039/501100001602": "0271asj38",  # Science Foundation Ireland
    "10.13039/501100001665": "00rbzpz17",  # Agence Nationale de la Recherche
    "10.13039/501100001711": "00yjd3n13",  # Swiss National Science Foundation
    "10.13039/501100001871": "00snfqn58",  # Fundação para a Ciência e a Tecnologia
    "10.13039/501100002341": "05k73zm37",  # Research Council of Finland
    "10.13039/501100002428": "013tf3c58",  # Austrian Science Fund
    "10.13039/501100003246": "04jsz6e67",  # Dutch Research Council
    "10.13039/501100004410": "04w9kkr77",  # TÜBİTAK
    "10.13039/501100004488": "03n51vw80",  # Croatian Science Foundation
    "10.13039/501100004564": "01znas443",  # Ministry of Education, Serbia
    "10.13039/501100006364": "03m8vkq32",  # Institut National du Cancer
}
CUSTOM = {
    "journal:journal": {
        "journal_title": "title", "journal_volume": "volume", "journal_issue": "issue",
        "journal_pages": "pages",
    },
    "meeting:meeting": {
        "conference_title": "title", "conference_acronym": "acronym", "conference_dates": "dates",
        "conference_place": "place", "conference_url": "url", "conference_session": "session",
        "conference_session_part": "session_part",
    },
    "imprint:imprint": {
        "partof_title": "title", "imprint_isbn": "isbn", "partof_pages": "pages",
        "imprint_place": "place",
    },
    "thesis:thesis": {"thesis_university": "university"},
}  # fmt: skip


@dataclass(frozen=True)
class Flavour:
    """What differs between repositories: `notes` is a type of description,
    `subjects` a custom field that keeps terms with their addresses.
    """

    target: str
    publisher: str = ""
    notes: str = "other"
    subjects: str = ""


ZENODO = Flavour("zenodo", "Zenodo", "notes", "legacy:subjects")


def to_native(record: Record, flavour: Flavour) -> dict[str, Any]:
    """The body of a draft: access, files, metadata, custom fields and a DOI from elsewhere."""
    fields = translate.cleaned_fields(record, flavour.target)
    body: dict[str, Any] = {
        "access": access(fields),
        "files": {"enabled": True},
        "metadata": metadata(fields, flavour),
        "custom_fields": custom_fields(fields, flavour),
    }
    doi = ids.DOI_PREFIX.sub("", str(fields.get("doi") or ""))
    if doi and not ids.OWN_DOI.search(doi):
        body["pids"] = {"doi": {"identifier": doi, "provider": "external"}}
    return body


def access(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Who may see the description (`record_access`) and the files (`access_right`)."""
    right = str(fields.get("access_right") or "open").lower()
    record = "restricted" if fields.get("record_access") == "restricted" else "public"
    files = "public" if right == "open" and record == "public" else "restricted"
    found: dict[str, Any] = {"record": record, "files": files}
    if right == "embargoed":
        found["embargo"] = {"active": True, "until": fields.get("embargo_date")}
    return found


def metadata(fields: Mapping[str, Any], flavour: Flavour) -> dict[str, Any]:
    """The metadata; nothing empty is sent."""
    found = {name: fields.get(name) for name in ("title", "publication_date", "description")}
    found |= {name: fields.get(name) for name in ("version", "copyright")}
    found["publisher"] = fields.get("imprint_publisher") or flavour.publisher
    for name, make in PARTS.items():
        found[name] = make(fields)
    found["additional_descriptions"] = _descriptions(fields, flavour)
    found["subjects"] = _subjects(fields, flavour)
    return {name: one for name, one in found.items() if not translate.is_empty(one)}


def _resource_type(fields: Mapping[str, Any]) -> Words | None:
    kind = str(fields.get("upload_type") or "").lower()
    part = str(fields.get(f"{kind}_type") or "").lower().removeprefix(f"{kind}-")
    part = "dissertation" if (kind, part) == ("publication", "thesis") else part
    return {"id": f"{kind}-{part}" if part else kind} if kind else None


def _titles(fields: Mapping[str, Any]) -> list[Words]:
    found = []
    for one in entries(fields.get("additional_titles")):
        default = "translated-title" if one.get("lang") else "alternative-title"
        entry = {"title": one.get("title"), "type": {"id": one.get("type") or default}}
        if one.get("lang"):
            code = str(one["lang"])
            entry["lang"] = {"id": vocabulary.language_id(code) or code}
        found.append(entry)
    return found


def _creators(fields: Mapping[str, Any]) -> list[Words]:
    return [people.to_native(one) for one in entries(fields.get("creators"))]


def _contributors(fields: Mapping[str, Any]) -> list[Words]:
    supervisors = entries(fields.get("thesis_supervisors"))
    return [people.to_native(one, "supervisor") for one in supervisors] + [
        people.to_native(one) for one in entries(fields.get("contributors"))
    ]


def _descriptions(fields: Mapping[str, Any], flavour: Flavour) -> list[Words]:
    kinds = (("notes", flavour.notes), ("method", "methods"))
    return [
        {"description": fields[name], "type": {"id": kind}}
        for name, kind in kinds
        if name in fields
    ]


def _subjects(fields: Mapping[str, Any], flavour: Flavour) -> list[Words]:
    words = fields.get("keywords")
    found = [{"subject": one} for one in words] if isinstance(words, list) else []
    if not flavour.subjects:
        found += [{"subject": one.get("term")} for one in entries(fields.get("subjects"))]
    return found


def _dates(fields: Mapping[str, Any]) -> list[Words]:
    found = []
    for one in entries(fields.get("dates")):
        ends = dict.fromkeys(str(one[name]) for name in ("start", "end") if one.get(name))
        entry = {"date": "/".join(ends), "type": {"id": str(one.get("type") or "").lower()}}
        found.append(entry | ({"description": one["description"]} if "description" in one else {}))
    return found


def _languages(fields: Mapping[str, Any]) -> list[Words]:
    code = str(fields.get("language") or "")
    return [{"id": vocabulary.language_id(code) or code}] if code else []


def _identifiers(fields: Mapping[str, Any]) -> list[Words]:
    found: list[Words] = [
        {"identifier": one.get("identifier"), "scheme": str(one.get("scheme") or "other").lower()}
        for one in entries(fields.get("identifiers"))
    ]
    # The deposit API says other identifiers of the same thing among the related ones.
    others = [one for one in entries(fields.get("related_identifiers")) if _is_alternate(one)]
    texts = [ids.DOI_PREFIX.sub("", str(one.get("identifier") or "")) for one in others]
    return found + [{"identifier": text, "scheme": _scheme(text)} for text in texts]


def _is_alternate(entry: Mapping[str, Any]) -> bool:
    return str(entry.get("relation")).lower() == "isalternateidentifier"


def _scheme(text: str, given: Any = None) -> str:
    kinds = ids.schemes(text)
    return kinds[0] if kinds else str(given or "other").lower()


def _related(fields: Mapping[str, Any]) -> list[Words]:
    found = []
    for one in entries(fields.get("related_identifiers")):
        if _is_alternate(one):
            continue
        text = ids.DOI_PREFIX.sub("", str(one.get("identifier") or ""))
        entry: Words = {
            "identifier": text,
            "scheme": _scheme(text, one.get("scheme")),
            "relation_type": {"id": str(one.get("relation") or "").lower()},
        }
        if one.get("resource_type"):
            entry["resource_type"] = {"id": str(one["resource_type"]).lower()}
        found.append(entry)
    return found


def _rights(fields: Mapping[str, Any]) -> list[Words]:
    given = fields.get("license")
    text = str((given.get("id") if isinstance(given, Mapping) else given) or "")
    found: list[Words] = [{"id": vocabulary.licence_id(text) or text.lower()}] if text else []
    for one in entries(fields.get("rights")):
        words = {name: {"en": one[name]} for name in ("title", "description") if name in one}
        found.append(words | ({"link": one["link"]} if "link" in one else {}))
    return found


def _locations(fields: Mapping[str, Any]) -> Words | None:
    found = []
    for one in entries(fields.get("locations")):
        entry = {name: one[name] for name in ("place", "description") if name in one}
        try:
            point = [float(one["lon"]), float(one["lat"])]
        except (KeyError, TypeError, ValueError):
            point = []
        # The deposit API takes a zero for nothing; so both must say the same place.
        if point and all(point):
            entry["geometry"] = {"type": "Point", "coordinates": point}
        found.append(entry)
    return {"features": found} if found else None


def _funding(fields: Mapping[str, Any]) -> list[Words]:
    found = []
    for one in entries(fields.get("grants")):
        number = str(one.get("id") or "")
        number = number if "::" in number else f"10.13039/501100000780::{number}"
        funder, _, award = number.partition("::")
        funder = FUNDERS.get(funder, ids.bare_ror(funder))
        found.append({"funder": {"id": funder}, "award": {"id": f"{funder}::{award}"}})
    return found


def _references(fields: Mapping[str, Any]) -> list[Words]:
    given = fields.get("references")
    return [{"reference": one} for one in given] if isinstance(given, list) else []


def custom_fields(fields: Mapping[str, Any], flavour: Flavour) -> dict[str, Any]:
    """Journal, conference, book and thesis, subjects where they have a place, own fields."""
    given = fields.get("custom")
    found: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {}
    for name, parts in CUSTOM.items():
        entry = {theirs: fields[ours] for ours, theirs in parts.items() if ours in fields}
        if entry:
            found[name] = entry
    if flavour.subjects and (subjects := entries(fields.get("subjects"))):
        found[flavour.subjects] = [_subject(one) for one in subjects]
    return found


def _subject(entry: Mapping[str, Any]) -> Words:
    found = {name: entry[name] for name in ("term", "identifier") if name in entry}
    kinds = ids.schemes(str(entry.get("identifier") or ""))
    return found | ({"scheme": kinds[0]} if kinds else {})


PARTS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "resource_type": _resource_type,
    "additional_titles": _titles,
    "creators": _creators,
    "contributors": _contributors,
    "dates": _dates,
    "languages": _languages,
    "identifiers": _identifiers,
    "related_identifiers": _related,
    "rights": _rights,
    "locations": _locations,
    "funding": _funding,
    "references": _references,
}
