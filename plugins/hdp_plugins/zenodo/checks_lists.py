"""Checks of fields that are lists: people, links, places and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import idutils

from hdp.sdk import Finding
from hdp_plugins.zenodo import translate, vocabulary
from hdp_plugins.zenodo.findings import dropped, found, unknown_term, wrong_shape

# Tried against the server: it knows fewer kinds of identifiers than the library does.
SCHEMES = frozenset(
    [
        "ads",
        "ark",
        "arxiv",
        "bibcode",
        "doi",
        "ean13",
        "eissn",
        "handle",
        "isbn",
        "isni",
        "issn",
        "istc",
        "lissn",
        "lsid",
        "orcid",
        "pmid",
        "purl",
        "upc",
        "url",
        "urn",
        "w3id",
    ]
)
EXTENSIONS = ("organisation", "affiliations", "ror")
_FUNDER = re.compile(r"10\.13039/[^:\s]+::\S+", re.ASCII)


def entries(field: str, value: Any, shape: str) -> Iterator[tuple[int, Any, Finding | None]]:
    """(index, entry, None) for objects; a finding in place of what has another shape."""
    if not isinstance(value, list | tuple):
        yield -1, None, wrong_shape(field, f"a list of {shape}")
        return
    for index, entry in enumerate(value):
        good = isinstance(entry, dict)
        yield index, entry, None if good else wrong_shape(field, f"a list of {shape}", index)


def check_people(field: str, value: Any) -> Iterator[Finding]:
    """Names, identifiers, and what the deposit API cannot say about people."""
    for index, person, problem in entries(field, value, "people with a name"):
        if problem is not None:
            yield problem
            continue
        yield from _check_name(field, person, index)
        yield from _check_identifiers(field, person, index)
        yield from _check_attributes(field, person, index)
        if field == "contributors":
            yield from _check_role(person, index)


def _check_name(field: str, person: dict[str, Any], index: int) -> Iterator[Finding]:
    name = person.get("name") or person.get("organisation")
    if not isinstance(name, str) or not name.strip(" ,"):
        yield found(
            "error",
            "name-missing",
            field,
            "A person needs a name.",
            "Write it as “Family, Given”.",
            index=index,
        )
    affiliation = person.get("affiliation")
    if affiliation is not None and not isinstance(affiliation, str):
        yield wrong_shape(field, "people whose affiliation is one text", index)


def _check_identifiers(field: str, person: dict[str, Any], index: int) -> Iterator[Finding]:
    orcid, gnd = person.get("orcid"), person.get("gnd")
    if orcid and not idutils.is_orcid(str(orcid)):
        yield found(
            "error",
            "orcid-invalid",
            field,
            f"“{orcid}” is no valid ORCID.",
            "Sixteen digits in groups of four; the last one is a check digit.",
            index=index,
            value=str(orcid),
        )
    elif orcid and translate.ORCID_PREFIX.search(str(orcid)):
        yield found(
            "info",
            "value-changed",
            field,
            "Zenodo keeps the ORCID without its address.",
            index=index,
        )
    if gnd and not idutils.is_gnd(str(gnd)):
        yield found(
            "error", "gnd-invalid", field, f"“{gnd}” is no GND number.", index=index, value=str(gnd)
        )


def _check_attributes(field: str, person: dict[str, Any], index: int) -> Iterator[Finding]:
    if person.get("organisation"):
        yield found(
            "warning",
            "organisation-as-person",
            field,
            "Zenodo's deposit API lists this institution as a person.",
            index=index,
        )
    several = person.get("affiliations")
    if isinstance(several, list | tuple) and len(several) > 1:
        yield dropped(field, "Zenodo's deposit API keeps only the first affiliation.", index=index)
    if person.get("ror"):
        yield dropped(field, "Zenodo's deposit API drops the ROR.", index=index)
    for name in person:
        if name not in (*translate.PERSON, *EXTENSIONS):
            yield dropped(field, f"Zenodo knows no “{name}” of a person.", index=index)


def _check_role(person: dict[str, Any], index: int) -> Iterator[Finding]:
    known = vocabulary.terms("contributor_types")
    role = person.get("type")
    if not role:
        yield found(
            "error", "required", "contributors", "A contributor needs a role (type).", index=index
        )
    elif str(role).lower() not in {one.lower() for one in known}:
        yield unknown_term("contributors", role, known, index)


def check_texts(field: str, value: Any) -> Iterator[Finding]:
    """A list of texts; Zenodo would take one text apart into letters."""
    if not isinstance(value, list | tuple):
        yield wrong_shape(field, "a list of texts")
        return
    for index, entry in enumerate(value):
        if not isinstance(entry, str):
            yield wrong_shape(field, "a list of texts", index)
        elif not entry.strip():
            yield found("info", "value-changed", field, "An empty entry is left out.", index=index)


def check_related(value: Any) -> Iterator[Finding]:
    """Identifiers of a kind that Zenodo knows, with a relation of its vocabulary."""
    for index, entry, problem in entries("related_identifiers", value, "related identifiers"):
        if problem is not None:
            yield problem
            continue
        yield from _check_term(entry, "relation", "relations", index)
        if entry.get("resource_type"):
            yield from _check_term(entry, "resource_type", "resource_types", index)
        yield from _check_identifier(entry.get("identifier"), index)


def _check_term(entry: dict[str, Any], name: str, terms: str, index: int) -> Iterator[Finding]:
    known = vocabulary.terms(terms)
    value = entry.get(name)
    if not value:
        yield found(
            "error",
            "required",
            "related_identifiers",
            f"A related identifier needs a {name}.",
            index=index,
        )
    elif str(value).lower() not in {one.lower() for one in known}:
        yield unknown_term("related_identifiers", value, known, index)


def _check_identifier(value: Any, index: int) -> Iterator[Finding]:
    field = "related_identifiers"
    if not isinstance(value, str) or not value.strip():
        yield found(
            "error", "required", field, "A related identifier needs an identifier.", index=index
        )
        return
    schemes = set(idutils.detect_identifier_schemes(value.strip()))
    if not schemes & SCHEMES:
        yield found(
            "error",
            "identifier-unknown",
            field,
            f"Zenodo recognises no kind of identifier in “{value}”.",
            "Use a DOI, a URL, an ISBN or a handle; other numbers belong in the notes.",
            index=index,
            value=value,
        )
    elif schemes == {"handle"} and "hdl" not in value and "handle" not in value:
        yield found(
            "warning",
            "identifier-handle",
            field,
            f"Zenodo would take “{value}” for a handle and link to nowhere.",
            "An inventory number belongs in the notes or keywords.",
            index=index,
            value=value,
        )


def check_subjects(value: Any) -> Iterator[Finding]:
    """Entries with a term."""
    for index, entry, problem in entries("subjects", value, "subjects with term and identifier"):
        if problem is not None:
            yield problem
        elif not isinstance(entry.get("term"), str) or not entry["term"].strip():
            yield found("error", "required", "subjects", "A subject needs a term.", index=index)


def check_locations(value: Any) -> Iterator[Finding]:
    """Entries with a place; coordinates both or none, in range and not zero."""
    for index, entry, problem in entries("locations", value, "places"):
        if problem is not None:
            yield problem
            continue
        if not isinstance(entry.get("place"), str) or not entry["place"].strip():
            yield found(
                "error",
                "required",
                "locations",
                "A location needs the name of a place.",
                index=index,
            )
        yield from _check_point(entry, index)


def _check_point(entry: dict[str, Any], index: int) -> Iterator[Finding]:
    given = [entry.get(name) for name in ("lat", "lon")]
    if given == [None, None]:
        return
    try:
        lat, lon = (float(one) for one in given)  # type: ignore[arg-type]
        valid = -90 <= lat <= 90 and -180 <= lon <= 180
    except (TypeError, ValueError):
        valid, lat, lon = False, 1.0, 1.0
    if not valid:
        yield found(
            "error",
            "coordinates",
            "locations",
            "Latitude (-90 to 90) and longitude (-180 to 180) are both needed, as numbers.",
            index=index,
        )
    elif lat == 0 or lon == 0:
        yield dropped(
            "locations",
            "Zenodo drops coordinates of which one is exactly 0.",
            "Write a very small number such as 0.000001.",
            index,
        )


def check_communities(value: Any) -> Iterator[Finding]:
    """Entries with an identifier; whether it exists is known only after publishing."""
    for index, entry, problem in entries("communities", value, "objects with an identifier"):
        if problem is not None:
            yield problem
        elif not isinstance(entry.get("identifier"), str) or not entry["identifier"].strip():
            yield found(
                "error", "required", "communities", "A community needs its identifier.", index=index
            )
        else:
            yield found(
                "info",
                "community-request",
                "communities",
                f"Zenodo asks the community “{entry['identifier']}” when the record is "
                "published, and forgets it without a word if there is none.",
                index=index,
            )


def check_grants(value: Any) -> Iterator[Finding]:
    """Entries with an id; a number without its funder is taken for the European Commission's."""
    for index, entry, problem in entries("grants", value, "objects with an id"):
        if problem is not None:
            yield problem
            continue
        grant = entry.get("id")
        if not isinstance(grant, str) or not grant.strip():
            yield found("error", "required", "grants", "A grant needs its id.", index=index)
        elif "::" not in grant:
            yield found(
                "info",
                "value-changed",
                "grants",
                f"Zenodo takes “{grant}” for a grant of the European Commission.",
                index=index,
            )
        elif not _FUNDER.fullmatch(grant.strip()):
            yield found(
                "error",
                "grant-invalid",
                "grants",
                f"“{grant}” is no grant id.",
                "It looks like 10.13039/501100000780::283595.",
                index=index,
            )
