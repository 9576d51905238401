"""A record's fields as Zenodo's deposit metadata, and how to compare them with an answer."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from hdp.sdk import Record
from hdp_plugins.zenodo import identifiers as ids
from hdp_plugins.zenodo import vocabulary
from hdp_plugins.zenodo.texts import rewritten

NOT_SENT = ("prereserve_doi", "additional_titles", "identifiers", "rights", "copyright")
PERSON = ("name", "affiliation", "orcid", "gnd", "type")
_TAG = re.compile(r"<[^>]*>")


def to_deposit(record: Record) -> dict[str, Any]:
    """The metadata to send: no empty values, no DOI of Zenodo's own, no words it cannot say."""
    known = vocabulary.properties()
    sent = {
        name: value
        for name, value in cleaned_fields(record).items()
        if name in known and name not in NOT_SENT
    }
    if ids.OWN_DOI.search(str(sent.get("doi", ""))):
        del sent["doi"]
    for name, form in SENT.items():
        if name in sent:
            sent[name] = form(sent[name])
    return {name: value for name, value in sent.items() if not is_empty(value)}


def cleaned_fields(record: Record, target: str = "zenodo") -> dict[str, Any]:
    """The record's fields with the target's own over them, texts trimmed, nothing empty."""
    fields = {**record.fields, **record.extra.get(target, {})}
    cleaned = {name: _clean(value) for name, value in fields.items()}
    return {name: value for name, value in cleaned.items() if not is_empty(value)}


def is_empty(value: Any) -> bool:
    """Whether a value says nothing and is not sent."""
    return value is None or value == "" or value == [] or value == {}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list | tuple):
        return [one for one in map(_clean, value) if not is_empty(one)]
    if isinstance(value, Mapping):
        cleaned = {str(name): _clean(one) for name, one in value.items()}
        return {name: one for name, one in cleaned.items() if not is_empty(one)}
    return value


def _each(form: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: [form(one) for one in value] if isinstance(value, list) else value


def _worded(find: Callable[[str], str | None]) -> Callable[[Any], Any]:
    """The repository's own word where it knows one; else what was given."""
    return lambda value: (find(value) or value) if isinstance(value, str) else value


def _spelled(**names: str) -> Callable[[Any], Any]:
    """Words of entries as their vocabularies spell them."""

    def form(entry: Any) -> Any:
        if not isinstance(entry, dict):
            return entry
        found = {
            name: vocabulary.spellings(terms).get(entry[name].lower(), entry[name])
            for name, terms in names.items()
            if isinstance(entry.get(name), str)
        }
        return {**entry, **found}

    return form


def _sent_licence(value: Any) -> Any:
    text = value.get("id") if isinstance(value, Mapping) else value
    return (vocabulary.licence_id(text) or text) if isinstance(text, str) else value


def _sent_grant(entry: Any) -> Any:
    number = entry.get("id") if isinstance(entry, dict) else None
    if isinstance(number, str) and number.isascii() and number.isdigit():
        return {**entry, "id": f"10.13039/501100000780::{number}"}
    return entry


def _sent_related(entry: Any) -> Any:
    found = _spelled(relation="relations", resource_type="resource_types")(entry)
    if isinstance(found, dict):
        # It is ignored there, and would only contradict what the repository finds.
        found = {name: one for name, one in found.items() if name != "scheme"}
        if isinstance(found.get("identifier"), str):
            found["identifier"] = ids.DOI_PREFIX.sub("", found["identifier"])
    return found


def _sent_contributor(person: Any) -> Any:
    return _spelled(type="contributor_types")(_person(person))


def _person(person: Any) -> Any:
    if not isinstance(person, dict):
        return person
    kept = {name: person[name] for name in PERSON if name in person}
    if isinstance(kept.get("orcid"), str) and ids.is_orcid(kept["orcid"]):
        kept["orcid"] = ids.plain_orcid(kept["orcid"])
    if isinstance(kept.get("gnd"), str):
        kept["gnd"] = ids.GND_PREFIX.sub("", kept["gnd"])
    several = person.get("affiliations")
    if "affiliation" not in kept and isinstance(several, list) and several:
        first = several[0]
        name = first.get("name") if isinstance(first, dict) else first
        kept["affiliation"] = str(name or "")
    if isinstance(person.get("organisation"), str):
        kept.setdefault("name", person["organisation"])
    return kept


def same(sent: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    """Whether `got` is what Zenodo makes of `sent`, its known alterations taken into account."""
    ours, theirs = _canonical(sent), _canonical(got)
    for name, value in _filled_in(sent).items():
        if name not in ours and (value is None or theirs.get(name) == value):
            theirs.pop(name, None)
    return ours == theirs


def _filled_in(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What Zenodo adds by itself; None stands for any value."""
    licence = "cc0-1.0" if sent.get("upload_type") == "dataset" else "cc-by-4.0"
    return {
        "access_right": "open",
        "license": licence,
        "publication_date": None,
        "imprint_publisher": "Zenodo",
        "doi": None,
    }


def _canonical(metadata: Mapping[str, Any]) -> dict[str, Any]:
    data = {name: value for name, value in metadata.items() if not is_empty(_clean(value))}
    # `custom` is not compared: unknown entries vanish and known ones are reshaped.
    for name in ("prereserve_doi", "access_conditions", "custom", "relations"):
        data.pop(name, None)
    if data.get("access_right") == "closed":
        data["access_right"] = "restricted"
    if data.get("access_right") != "embargoed":
        data.pop("embargo_date", None)
    for name, kind in (("publication_type", "publication"), ("image_type", "image")):
        if data.get("upload_type") not in (kind, f"{kind}-{data.get(name)}"):
            data.pop(name, None)
    supervisors = data.pop("thesis_supervisors", None)
    if isinstance(supervisors, list):
        people = [{**one, "type": "Supervisor"} for one in supervisors if isinstance(one, dict)]
        data["contributors"] = people + list(data.get("contributors") or [])
    return {name: FORMS.get(name, text_form)(value) for name, value in data.items()}


def text_form(value: Any) -> Any:
    """A value as it is compared: without tags and with signs mended."""
    if isinstance(value, str):
        text = " ".join(html.unescape(_TAG.sub(" ", value)).split())
        # The repository mends signs; what it made of ours is still ours.
        return rewritten(text)
    return _clean(value)


def _lower(value: Any) -> Any:
    return str(value).strip().lower()


def _licence(value: Any) -> Any:
    text = str(value.get("id", "") if isinstance(value, dict) else value)
    return vocabulary.licence_id(text) or text.lower()


def _language(value: Any) -> Any:
    return vocabulary.language_id(str(value)) or str(value)


def _doi(value: Any) -> Any:
    return ids.DOI_PREFIX.sub("", str(value).strip()).lower()


def _sorted(one: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def form(value: Any) -> Any:
        entries = value if isinstance(value, list | tuple) else [value]
        return sorted(
            (one(entry) for entry in entries), key=lambda x: json.dumps(x, sort_keys=True)
        )

    return form


def _people(value: Any) -> Any:
    return [_one_person(one) for one in (value if isinstance(value, list | tuple) else [value])]


def _one_person(person: Any) -> Any:
    if not isinstance(person, dict):
        return person
    kept = _clean({name: person.get(name) for name in PERSON})
    if "orcid" in kept:
        kept["orcid"] = ids.ORCID_PREFIX.sub("", str(kept["orcid"]).strip())
    kept["name"] = ", ".join(part.strip() for part in str(kept.get("name", "")).split(","))
    return {name: rewritten(str(one)) for name, one in kept.items()}


def _related(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    kept = _clean({name: entry.get(name) for name in ("identifier", "relation", "resource_type")})
    kept["identifier"] = _doi(kept.get("identifier", ""))
    kept["relation"] = _lower(kept.get("relation", ""))
    return kept


def _date(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    kept = _clean(dict(entry))
    kept["type"] = _lower(kept.get("type", ""))
    if kept.get("start", kept.get("end")) == kept.get("end", kept.get("start")):
        # A single date is stored, but the answer does not show it.
        kept.pop("start", None)
        kept.pop("end", None)
    return kept


def _location(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    kept = _clean(dict(entry))
    try:
        point = (float(kept.pop("lat", 0)), float(kept.pop("lon", 0)))
    except (TypeError, ValueError):
        return kept
    # Zenodo takes a zero for nothing and drops both.
    return {**kept, "lat": point[0], "lon": point[1]} if all(point) else kept


def _grant(entry: Any) -> Any:
    found = str(entry.get("id", "") if isinstance(entry, dict) else entry).strip()
    return found if "::" in found else f"10.13039/501100000780::{found}"


def _community(entry: Any) -> Any:
    return str(entry.get("identifier", entry.get("id")) if isinstance(entry, dict) else entry)


def _publication_type(value: Any) -> Any:
    return "dissertation" if value == "thesis" else str(value)


def _subject(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return _clean({name: entry.get(name) for name in ("term", "identifier")})


FORMS: dict[str, Callable[[Any], Any]] = {
    "access_right": _lower,
    "communities": _sorted(_community),
    "contributors": lambda value: _sorted(lambda one: one)(_people(value)),
    "creators": _people,
    "dates": _sorted(_date),
    "doi": _doi,
    "grants": _sorted(_grant),
    "keywords": _sorted(text_form),
    "language": _language,
    "license": _licence,
    "locations": _sorted(_location),
    "publication_type": _publication_type,
    "references": _sorted(text_form),
    "related_identifiers": _sorted(_related),
    "subjects": _sorted(_subject),
}

SENT: dict[str, Callable[[Any], Any]] = {
    "creators": _each(_person),
    "contributors": _each(_sent_contributor),
    "thesis_supervisors": _each(_person),
    "license": _sent_licence,
    "language": _worded(vocabulary.language_id),
    "publication_type": _worded({"thesis": "dissertation"}.get),
    "related_identifiers": _each(_sent_related),
    "dates": _each(_spelled(type="date_types")),
    "grants": _each(_sent_grant),
    "doi": lambda value: ids.DOI_PREFIX.sub("", value) if isinstance(value, str) else value,
}
