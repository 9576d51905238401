"""schema.org JSON-LD: the record as search engines read it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from hdp.exports import identifiers, people, words
from hdp.exports.datacite import coordinates, span
from hdp.exports.facts import Exported, at, clean_text, filled, unique, web_address
from hdp.exports.people import Agent
from hdp.exports.rights import licence_of
from hdp.exports.texts import plain
from hdp.sdk import LocalFile

CONTEXT = "https://schema.org"
# Only these relations have a property there; the rest is a plain mention.
_RELATIONS = {
    "cites": "citation", "references": "citation", "isPartOf": "isPartOf", "hasPart": "hasPart",
    "isDerivedFrom": "isBasedOn", "isTranslationOf": "translationOfWork",
    "hasTranslation": "workTranslation", "isIdenticalTo": "sameAs",
    "isVariantFormOf": "sameAs", "isDescribedBy": "subjectOf", "isDocumentedBy": "subjectOf",
    "isReviewedBy": "review",
}  # fmt: skip


def to_schema_org(record: Exported) -> dict[str, Any]:
    """The record as JSON-LD with the type that fits it, and each file as a download."""
    kind = words.kind_of(record.kind).schema
    return {"@context": CONTEXT} | filled(
        **{"@type": kind, "@id": record.address}, **properties(record), **_files(record, kind)
    )


def properties(record: Exported) -> dict[str, Any]:
    """What schema.org says of the record itself, without its files."""
    licence = licence_of(record)
    return filled(
        identifier=_identifiers(record),
        url=web_address(record.url) or record.address,
        name=record.text("title"),
        alternateName=[t for one in record.entries("additional_titles") if (t := at(one, "title"))],
        description=plain(record.text("description")),
        additionalType=record.kind_title,
        creator=[agent(one) for one in people.creators(record)],
        contributor=[_contributor(one) for one in people.contributors(record)],
        publisher=filled(**{"@type": "Organization"}, name=record.issued_by)
        if record.issued_by
        else {},
        datePublished=record.text("publication_date") or record.published[:10],
        temporalCoverage=[s for one in record.entries("dates")
                          if at(one, "type").lower() == "coverage" and (s := span(one))],
        dateCreated=_created(record),
        license=(licence.address or licence.title) if licence else "",
        copyrightNotice=record.text("copyright"),
        usageInfo=[a for one in record.entries("rights") if (a := web_address(at(one, "link")))],
        conditionsOfAccess=record.text("access_right"),
        isAccessibleForFree=True if record.text("access_right") == "open" else None,
        keywords=[*record.texts("keywords"), *_terms(record)],
        inLanguage=record.language,
        version=record.own_version,
        spatialCoverage=[_place(one) for one in record.entries("locations")],
        funding=[_grant(one) for one in record.entries("grants") if at(one, "id")],
        **_related(record),
    )  # fmt: skip


def agent(one: Agent) -> dict[str, Any]:
    """A person or institution."""
    return filled(
        **{"@type": "Person" if one.is_person else "Organization", "@id": one.address},
        name=one.name,
        familyName=one.family,
        givenName=one.given,
        affiliation=[{"@type": "Organization", "name": name} for name in one.affiliations],
    )


def _contributor(one: Agent) -> dict[str, Any]:
    if not one.role:
        return agent(one)
    return {"@type": "Role", "roleName": one.role, "contributor": agent(one)}


def _identifiers(record: Exported) -> list[Any]:
    doi = [f"https://doi.org/{record.doi}"] if record.doi else []
    others = [
        filled(**{"@type": "PropertyValue"}, propertyID=at(one, "scheme"), value=value)
        for one in record.entries("identifiers")
        if (value := at(one, "identifier"))
    ]
    return [*doi, *others]


def _terms(record: Exported) -> list[dict[str, Any]]:
    return [
        filled(
            **{"@type": "DefinedTerm", "@id": identifiers.address_of(at(one, "identifier"))},
            name=at(one, "term"),
        )
        for one in record.entries("subjects")
        if at(one, "term")
    ]


def _created(record: Exported) -> str:
    dates = [span(one) for one in record.entries("dates") if at(one, "type").lower() == "created"]
    return next((one for one in dates if one), "")


def _place(entry: dict[str, Any]) -> dict[str, Any]:
    point = coordinates(entry)
    geo = {"@type": "GeoCoordinates", "latitude": point[0], "longitude": point[1]} if point else {}
    return filled(
        **{"@type": "Place"}, name=at(entry, "place"), geo=geo,
        description=plain(at(entry, "description")),
    )  # fmt: skip


def _grant(entry: dict[str, Any]) -> dict[str, Any]:
    funder, _, number = at(entry, "id").rpartition("::")
    named = words.FUNDERS.get(funder, funder)
    by_doi = funder.startswith("10.13039/")
    institution = filled(
        **{"@type": "Organization", "@id": f"https://doi.org/{funder}" if by_doi else ""},
        name=named,
    )
    return filled(**{"@type": "Grant"}, identifier=number, funder=institution if named else {})


def _related(record: Exported) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for one in record.entries("related_identifiers"):
        if identifier := at(one, "identifier"):
            name = _RELATIONS.get(at(one, "relation"), "mentions")
            address = identifiers.address_of(identifier)
            # sameAs takes addresses only, the others things as well.
            thing = {"@id": address} if address else {"@type": "CreativeWork", "name": identifier}
            if name == "sameAs":
                found.setdefault("sameAs", []).extend([address] if address else [])
            else:
                found.setdefault(name, []).append(thing)
    for text in record.texts("references"):
        found.setdefault("citation", []).append({"@type": "CreativeWork", "name": text})
    if journal := record.text("journal_title"):
        found.setdefault("isPartOf", []).append({"@type": "Periodical", "name": journal})
    if book := record.text("partof_title"):
        found.setdefault("isPartOf", []).append({"@type": "Book", "name": book})
    if record.concept_doi:
        concept = {"@id": f"https://doi.org/{record.concept_doi}"}
        found.setdefault("isPartOf", []).append(concept)
    return {name: unique(values) for name, values in found.items()}


def _files(record: Exported, kind: str) -> dict[str, Any]:
    downloads = [_download(one, record, kind) for one in record.files]
    return {"distribution" if kind == "Dataset" else "associatedMedia": downloads}


def _download(file: LocalFile, record: Exported, kind: str) -> dict[str, Any]:
    name = clean_text(file.name or file.path.name)
    base = web_address(record.file_base)
    return filled(
        **{"@type": "DataDownload" if kind == "Dataset" else "MediaObject"},
        name=name,
        contentUrl=f"{base}{quote(name, safe='')}" if base else "",
        contentSize=f"{max(0, file.size)} B",
        encodingFormat=file.media_type,
        sha256=file.sha256,
    )
