"""What Zenodo does to deposit metadata: refuses some, drops or changes much of it silently.

`clean` gives the metadata as it is kept, and the problems that only publishing reports. Badly
shaped values that crash Zenodo's own server give the same 500 here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import idutils

from hdp.practice import people
from hdp.practice.dates import clean_dates, is_date, is_day
from hdp.practice.refusals import Invalid, Problem, crash, refuse
from hdp.practice.texts import clean_html, repaired, text_of
from hdp.practice.vocabularies import vocabularies

REQUIRED = "Missing data for required field."

_TEXTS = (
    "journal_title", "journal_volume", "journal_issue", "journal_pages", "conference_title",
    "conference_acronym", "conference_dates", "conference_place", "conference_url",
    "conference_session", "conference_session_part", "imprint_publisher", "imprint_isbn",
    "imprint_place", "partof_pages", "partof_title", "thesis_university",
)  # fmt: skip
_CUSTOM = re.compile(r"^(dwc|gbif-dwc|ac|dc|eol|obo|openbiodiv|rfg|mining|gold|mods):[\w-]+$")
SCHEMES = {
    "ads", "ark", "arxiv", "crossreffunderid", "doi", "ean13", "ean8", "eissn", "grid", "handle",
    "isbn", "isni", "issn", "istc", "lsid", "pmid", "purl", "upc", "url", "urn", "w3id",
}  # fmt: skip


@dataclass
class Cleaned:
    """Metadata as kept, in the words of the deposit API, and what publishing will say of it."""

    metadata: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def clean(sent: dict[str, Any]) -> Cleaned:
    """What is kept of the metadata that was sent; raises the answer that refuses it."""
    _refuse_shapes(sent)
    done = Cleaned()
    for step in (
        _title, _doi, _publication_date, _description, _access, _people, _keywords, _subjects,
        _related, _locations, _dates, _version, _references, _language, _grants, _license,
        _texts, _custom, _communities, _notes, _type,
    ):  # fmt: skip
        step(sent, done)
    return done


def missing(metadata: dict[str, Any]) -> list[Problem]:
    """The required fields that are not there, as publishing lists them."""
    required = (
        ("upload_type", "resource_type"), ("creators", "creators"), ("title", "title"),
        ("publication_date", "publication_date"),
    )  # fmt: skip
    return [(f"metadata.{theirs}", REQUIRED) for ours, theirs in required if not metadata.get(ours)]


def embargo_problems(metadata: dict[str, Any]) -> list[Problem]:
    """The embargo must end later than today."""
    if metadata.get("access_right") != "embargoed":
        return []
    if metadata.get("embargo_date", "") > today():
        return []
    return [("access.embargo.until", "Embargo end date must be set to a future date.")]


def today() -> str:
    """The server's date, which is UTC."""
    return datetime.now(UTC).date().isoformat()


def _refuse_shapes(sent: dict[str, Any]) -> None:
    problems = [
        (f"metadata.{name}", "Field may not be null.")
        for name in ("title", "publication_date", "license", "language")
        if name in sent and sent[name] is None
    ]
    problems += [
        (f"metadata.{name}", "Not a valid string.")
        for name in ("title", "version")
        if name in sent and not isinstance(sent[name], str | None)
    ]
    problems += [
        (f"metadata.{name}", "Not a valid list.")
        for name in ("creators", "contributors", "thesis_supervisors")
        if name in sent and not isinstance(sent[name], list)
    ]
    if problems:
        raise Invalid(*problems)


def _title(sent: dict[str, Any], done: Cleaned) -> None:
    title = text_of(sent.get("title"))
    if len(title) >= 3:
        done.metadata["title"] = title


def _doi(sent: dict[str, Any], done: Cleaned) -> None:
    doi = text_of(sent.get("doi"))
    if not doi:
        return
    if idutils.is_doi(doi):
        doi = str(idutils.normalize_doi(doi))
    else:
        done.problems.append(("pids.doi", "Invalid DOI"))
    done.metadata["doi"] = doi


def _publication_date(sent: dict[str, Any], done: Cleaned) -> None:
    value = sent.get("publication_date", today())
    if text_of(value).startswith("-"):
        raise crash()
    if isinstance(value, str) and is_date(value):
        done.metadata["publication_date"] = value


def _description(sent: dict[str, Any], done: Cleaned) -> None:
    text = clean_html(text_of(sent.get("description")))
    if text:
        done.metadata["description"] = text


def _access(sent: dict[str, Any], done: Cleaned) -> None:
    right = sent.get("access_right", "open")
    known = ("open", "embargoed", "restricted", "closed")
    if right not in known or (right == "embargoed" and not sent.get("embargo_date")):
        raise Invalid(("_schema", "Unknown access type."))
    done.metadata["access_right"] = "restricted" if right == "closed" else right
    if right == "embargoed" and is_day(sent["embargo_date"]):
        done.metadata["embargo_date"] = sent["embargo_date"]


def _people(sent: dict[str, Any], done: Cleaned) -> None:
    creators = people.clean_people(sent.get("creators", []), "creators", done.problems)
    if creators:
        done.metadata["creators"] = creators
    contributors = people.supervisors(sent.get("thesis_supervisors", []), done.problems)
    contributors += people.clean_people(
        sent.get("contributors", []), "contributors", done.problems, offset=len(contributors)
    )
    if contributors:
        done.metadata["contributors"] = contributors


def _keywords(sent: dict[str, Any], done: Cleaned) -> None:
    kept = []
    for index, word in enumerate(_listed(sent.get("keywords"))):
        if isinstance(word, str) and word.strip():
            kept.append(repaired(word))
        elif isinstance(word, str):
            where = f"metadata.subjects.{index}.subjects"
            done.problems.append((where, "An existing id or a free text subject must be present."))
    if kept:
        done.metadata["keywords"] = kept


def _listed(value: Any) -> list[Any]:
    """Lists as they are; a string falls apart into its characters, as on Zenodo."""
    return list(value) if isinstance(value, list | str) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(one, dict) for one in items):
        raise crash()
    return items


def _subjects(sent: dict[str, Any], done: Cleaned) -> None:
    if sent.get("subjects"):
        done.metadata["subjects"] = _dicts(sent["subjects"])


def _related(sent: dict[str, Any], done: Cleaned) -> None:
    related = sent.get("related_identifiers")
    if related is None:
        return
    if not isinstance(related, list):
        message = "related_identifiers must be a list"
        raise Invalid(("metadata.related_identifiers", message))
    kept = [_one_related(one) for one in _dicts(related)]
    if kept:
        done.metadata["related_identifiers"] = kept


def _one_related(one: dict[str, Any]) -> dict[str, Any]:
    identifier, relation = one.get("identifier"), one.get("relation")
    if not isinstance(identifier, str) or not isinstance(relation, str):
        raise crash()
    scheme = next((s for s in idutils.detect_identifier_schemes(identifier) if s in SCHEMES), None)
    if not scheme:
        message = "No valid scheme recognized for identifier."
        raise Invalid(("metadata.related_identifiers.scheme", message))
    kept = {
        "identifier": _spelling(identifier, scheme),
        "relation": _relation(relation),
    }
    if kind := one.get("resource_type"):
        kept["resource_type"] = known_type(kind)
    return {**kept, "scheme": scheme}


def _spelling(identifier: str, scheme: str) -> str:
    return str(idutils.normalize_doi(identifier)) if scheme == "doi" else identifier


def _relation(relation: str) -> str:
    words = {**vocabularies().relations, "isalternateidentifier": "isAlternateIdentifier"}
    if relation.lower() not in words:
        raise refuse(400, f"Invalid value {relation.lower()}.")
    return words[relation.lower()]


def known_type(kind: Any) -> str:
    """A resource type that related identifiers may have."""
    if not isinstance(kind, str):
        raise crash()
    if kind not in vocabularies().linkable_types:
        raise refuse(400, f"Invalid value {kind}.")
    return kind


def _locations(sent: dict[str, Any], done: Cleaned) -> None:
    if not sent.get("locations"):
        return
    done.metadata["locations"] = [_one_location(one) for one in _dicts(sent["locations"])]


def _one_location(one: dict[str, Any]) -> dict[str, Any]:
    if "place" not in one:
        raise crash()
    kept = {name: one[name] for name in ("place", "description") if one.get(name)}
    if one.get("lon") and one.get("lat"):
        kept.update(lon=_number(one["lon"]), lat=_number(one["lat"]))
    return kept


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, int) else value


def _dates(sent: dict[str, Any], done: Cleaned) -> None:
    if sent.get("dates"):
        done.metadata["dates"] = clean_dates(_dicts(sent["dates"]), done.problems)


def _version(sent: dict[str, Any], done: Cleaned) -> None:
    if version := text_of(sent.get("version")):
        done.metadata["version"] = version


def _references(sent: dict[str, Any], done: Cleaned) -> None:
    kept = [repaired(one) for one in _listed(sent.get("references")) if isinstance(one, str)]
    if kept:
        done.metadata["references"] = kept


def _language(sent: dict[str, Any], done: Cleaned) -> None:
    if "language" not in sent:
        return
    language, words = sent["language"], vocabularies()
    if not isinstance(language, str) or len(language) not in (2, 3):
        message = "Language must be either ISO-639-1 or 639-2 compatible."
        raise Invalid(("metadata.language", message))
    if len(language) == 3 and language not in words.languages_3:
        raise refuse(400, f"Invalid value {language}.")
    found = words.languages_2.get(language) if len(language) == 2 else language
    if found:
        done.metadata["language"] = found


def _grants(sent: dict[str, Any], done: Cleaned) -> None:
    if sent.get("grants"):
        done.metadata["grants"] = [{"id": _grant(one)} for one in _dicts(sent["grants"])]


def _grant(one: dict[str, Any]) -> str:
    """A number alone is read as one of the European Commission. Any other is believed."""
    grant = one.get("id")
    if not isinstance(grant, str):
        raise crash()
    return grant if "::" in grant else f"10.13039/501100000780::{grant}"


def _license(sent: dict[str, Any], done: Cleaned) -> None:
    licence = sent.get("license")
    if isinstance(licence, dict):
        licence = licence.get("id")
    if "license" not in sent:
        if sent and done.metadata["access_right"] in ("open", "embargoed"):
            dataset = sent.get("upload_type") == "dataset"
            done.metadata["license"] = "cc-zero" if dataset else "cc-by-4.0"
        return
    if not isinstance(licence, str):
        raise Invalid(("metadata.license", f"{_BAD_LICENCE}: {licence}"))
    words = vocabularies()
    if (known := words.licences.get(licence.lower())) is None:
        raise Invalid(("metadata.license", f"Invalid license provided: {licence}"))
    done.metadata["license"] = words.licence_spelling.get(known, known)


_BAD_LICENCE = "Invalid license value provided (expected string, or object with 'id' key)"


def _texts(sent: dict[str, Any], done: Cleaned) -> None:
    sent = {"imprint_publisher": "Zenodo", **sent}
    for name in _TEXTS:
        text = text_of(sent.get(name))
        if text and _is_good(name, text):
            done.metadata[name] = text


def _is_good(name: str, text: str) -> bool:
    if name == "imprint_isbn":
        return bool(idutils.is_isbn(text))
    if name == "conference_url":
        return bool(idutils.is_url(text))
    return True


def _custom(sent: dict[str, Any], done: Cleaned) -> None:
    custom = sent.get("custom")
    if isinstance(custom, dict):
        kept = {name: value for name, value in custom.items() if _CUSTOM.match(name)}
        if kept:
            done.metadata["custom"] = kept


def _communities(sent: dict[str, Any], done: Cleaned) -> None:
    communities = sent.get("communities")
    if communities is None:
        return
    if not isinstance(communities, list) or not all(
        isinstance(one, dict) and "identifier" in one for one in communities
    ):
        message = "Communities must be an array of objects with an 'identifier' key."
        raise Invalid(("communities", message))
    if communities:
        done.metadata["communities"] = [{"identifier": one["identifier"]} for one in communities]


def _notes(sent: dict[str, Any], done: Cleaned) -> None:
    for index, name in enumerate(one for one in ("notes", "method") if sent.get(one)):
        text = clean_html(text_of(sent[name]))
        if text:
            done.metadata[name] = text
        else:
            where = f"metadata.additional_descriptions.{index}.description"
            done.problems.append((where, REQUIRED))


def _type(sent: dict[str, Any], done: Cleaned) -> None:
    kind = sent.get("upload_type")
    if not isinstance(kind, str) or not kind:
        return
    subtype = sent.get(f"{kind}_type") if kind in ("publication", "image", "software") else None
    if subtype == "thesis":
        subtype = "dissertation"
    whole = f"{kind}-{subtype}" if subtype else kind
    if whole not in vocabularies().types:
        raise refuse(400, f"Invalid value {whole}.")
    done.metadata["upload_type"] = kind
    if subtype:
        done.metadata[f"{kind}_type"] = subtype
