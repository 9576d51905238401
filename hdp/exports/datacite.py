"""DataCite JSON: the record as the DOI registry describes it (kernel 4, words of 4.6)."""

from __future__ import annotations

import re
from typing import Any

from hdp.exports import identifiers, words
from hdp.exports.datacite_people import creators, others
from hdp.exports.facts import Exported, at, filled, unique, web_address
from hdp.exports.rights import access_of, licence_of
from hdp.exports.texts import plain

SCHEMA = "http://datacite.org/schema/kernel-4"
_DOI = re.compile(r"10[.][0-9]{4,9}/\S+")
_YEAR = re.compile(r"\d{4}")


def to_datacite(record: Exported) -> dict[str, Any]:
    """The record as DataCite JSON; a mandatory property is absent where nothing is known of it."""
    doi = record.doi if _DOI.fullmatch(record.doi) else ""
    year = _YEAR.match(record.text("publication_date")) or _YEAR.match(record.published)
    return filled(
        doi=doi,
        url=web_address(record.url),
        types=_types(record),
        creators=creators(record),
        titles=_titles(record),
        publisher=filled(name=record.issued_by),
        publicationYear=year[0] if year else "",
        subjects=_subjects(record),
        contributors=others(record),
        dates=_dates(record),
        language=record.language,
        alternateIdentifiers=_alternates(record),
        relatedIdentifiers=_related(record),
        relatedItems=_items(record),
        sizes=_sizes(record),
        formats=unique(one.media_type for one in record.files if one.media_type),
        version=record.own_version,
        rightsList=_rights(record),
        descriptions=_descriptions(record),
        geoLocations=_places(record),
        fundingReferences=_funding(record),
        schemaVersion=SCHEMA,
    )


def _types(record: Exported) -> dict[str, Any]:
    general = words.kind_of(record.kind).datacite
    return filled(resourceTypeGeneral=general, resourceType=record.kind_title)


def _titles(record: Exported) -> list[dict[str, Any]]:
    found = [{"title": record.text("title")}] if record.text("title") else []
    for one in record.entries("additional_titles"):
        if title := at(one, "title"):
            kind = words.TITLES.get(at(one, "type").lower(), "Other")
            found.append(filled(title=title, titleType=kind, lang=at(one, "lang")))
    return unique(found)


def _subjects(record: Exported) -> list[dict[str, Any]]:
    found = [{"subject": one} for one in record.texts("keywords")]
    for one in record.entries("subjects"):
        if term := at(one, "term"):
            address = identifiers.address_of(at(one, "identifier"))
            scheme = at(one, "scheme")
            found.append(filled(subject=term, valueUri=address, subjectScheme=_scheme(scheme)))
    return unique(found)


def _scheme(word: str) -> str:
    return "" if word.lower() in ("url", "uri") else word


def _dates(record: Exported) -> list[dict[str, Any]]:
    found = [
        filled(date=record.text("publication_date") or record.published[:10], dateType="Issued"),
        filled(date=record.text("embargo_date"), dateType="Available"),
    ]
    for one in record.entries("dates"):
        kind = words.DATES.get(at(one, "type").lower(), "Other")
        found.append(
            filled(date=span(one), dateType=kind, dateInformation=plain(at(one, "description")))
        )
    return unique(one for one in found if "date" in one)


def span(entry: dict[str, Any]) -> str:
    """A date or interval of an entry, as START/END."""
    start, end = at(entry, "start"), at(entry, "end")
    return f"{start}/{end}" if start and end and start != end else start or end


def _alternates(record: Exported) -> list[dict[str, Any]]:
    found = []
    for one in record.entries("identifiers"):
        if identifier := at(one, "identifier"):
            scheme = at(one, "scheme") or identifiers.kind_of(identifier)[0] or "other"
            found.append((identifier, scheme))
    for one in record.entries("related_identifiers"):
        identifier = at(one, "identifier")
        if identifier and at(one, "relation").lower() == "isalternateidentifier":
            found.append((identifier, identifiers.kind_of(identifier)[0] or "other"))
    if record.text("imprint_isbn") and not record.text("partof_title"):
        found.append((record.text("imprint_isbn"), "ISBN"))
    return unique(
        {"alternateIdentifier": one, "alternateIdentifierType": kind} for one, kind in found
    )


def _related(record: Exported) -> list[dict[str, Any]]:
    found = []
    if record.concept_doi:
        found.append(_relation("IsVersionOf", "DOI", record.concept_doi))
    for one in record.entries("related_identifiers"):
        relation = words.relation(at(one, "relation"))
        kind, identifier = identifiers.kind_of(at(one, "identifier"))
        if relation and kind:
            type_ = at(one, "resource_type")
            general = words.kind_of(type_).datacite if type_ else ""
            found.append(_relation(relation, kind, identifier, general))
    for one in record.entries("communities"):
        if address := web_address(at(one, "identifier")):
            found.append(_relation("IsPartOf", "URL", address))
    return unique(found)


def _relation(relation: str, kind: str, identifier: str, general: str = "") -> dict[str, Any]:
    return filled(relationType=relation, relatedIdentifierType=kind, relatedIdentifier=identifier,
                  resourceTypeGeneral=general)  # fmt: skip


def _items(record: Exported) -> list[dict[str, Any]]:
    """What is related and has no identifier that DataCite knows: by its title."""
    found = [_journal(record), _book(record)]
    for one in record.entries("related_identifiers"):
        relation = words.relation(at(one, "relation"))
        kind, identifier = identifiers.kind_of(at(one, "identifier"))
        if relation and identifier and not kind:
            type_ = words.kind_of(at(one, "resource_type")).datacite
            found.append(_item(identifier, type_, relation))
    found += [_item(one, "Other", "References") for one in record.texts("references")]
    return unique(one for one in found if one)


def _item(title: str, kind: str, relation: str, **more: Any) -> dict[str, Any]:
    if not title:
        return {}
    return filled(relatedItemType=kind, relationType=relation, titles=[{"title": title}], **more)


def _journal(record: Exported) -> dict[str, Any]:
    first, last = _pages(record.text("journal_pages"))
    return _item(
        record.text("journal_title"), "Journal", "IsPublishedIn",
        volume=record.text("journal_volume"), issue=record.text("journal_issue"),
        firstPage=first, lastPage=last,
    )  # fmt: skip


def _book(record: Exported) -> dict[str, Any]:
    first, last = _pages(record.text("partof_pages"))
    isbn = record.text("imprint_isbn")
    identifier = filled(relatedItemIdentifier=isbn, relatedItemIdentifierType="ISBN")
    return _item(
        record.text("partof_title"), "Book", "IsPublishedIn",
        relatedItemIdentifier=identifier if isbn else {}, firstPage=first, lastPage=last,
    )  # fmt: skip


def _pages(text: str) -> tuple[str, str]:
    found = re.fullmatch(r"(\w+)\s*[-–]\s*(\w+)", text)
    return (found[1], found[2]) if found else (text, "")


def _sizes(record: Exported) -> list[str]:
    count = len(record.files)
    total = sum(max(0, one.size) for one in record.files)
    files = f"{count} file" if count == 1 else f"{count} files"
    return [files, f"{total} bytes"] if count else []


def _rights(record: Exported) -> list[dict[str, Any]]:
    found = []
    if licence := licence_of(record):
        scheme = {"rightsIdentifierScheme": "SPDX", "schemeUri": "https://spdx.org/licenses/"}
        found.append(
            filled(rights=licence.title, rightsUri=licence.address, rightsIdentifier=licence.spdx,
                   **(scheme if licence.spdx else {}))
        )  # fmt: skip
    if access := access_of(record):
        found.append({"rights": access[0], "rightsUri": access[1]})
    for one in record.entries("rights"):
        text = at(one, "title") or at(one, "description")
        found.append(filled(rights=text, rightsUri=web_address(at(one, "link"))))
    found.append(filled(rights=record.text("copyright")))
    found.append(filled(rights=plain(record.text("access_conditions"))))
    return unique(one for one in found if one)


def _descriptions(record: Exported) -> list[dict[str, Any]]:
    found = [
        ("Abstract", plain(record.text("description"))),
        ("Methods", plain(record.text("method"))),
        ("Other", plain(record.text("notes"))),
        ("SeriesInformation", _joined(record, "title", "acronym", "place", "dates", "session")),
    ]
    for one in record.entries("related_identifiers"):
        if at(one, "relation").lower() == "other":
            found.append(("Other", f"Related: {at(one, 'identifier')}"))
    return unique({"description": text, "descriptionType": kind} for kind, text in found if text)


def _joined(record: Exported, *names: str) -> str:
    return ", ".join(one for name in names if (one := record.text(f"conference_{name}")))


def _places(record: Exported) -> list[dict[str, Any]]:
    found = [
        filled(geoLocationPlace=at(one, "place"), geoLocationPoint=_point(one))
        for one in record.entries("locations")
    ]
    return unique(one for one in found if one)


def _point(entry: dict[str, Any]) -> dict[str, float]:
    if (point := coordinates(entry)) is None:
        return {}
    return {"pointLatitude": point[0], "pointLongitude": point[1]}


def coordinates(entry: dict[str, Any]) -> tuple[float, float] | None:
    """Latitude and longitude in degrees; None where they are not both there and on the globe."""
    lat, lon = entry.get("lat"), entry.get("lon")
    if isinstance(lat, bool) or isinstance(lon, bool):
        return None
    if not (isinstance(lat, int | float) and isinstance(lon, int | float)):
        return None
    on_globe = -90 <= lat <= 90 and -180 <= lon <= 180
    return (float(lat), float(lon)) if on_globe else None


def _funding(record: Exported) -> list[dict[str, Any]]:
    found = []
    for one in record.entries("grants"):
        funder, mark, number = at(one, "id").rpartition("::")
        if not number:
            continue
        if not mark and number.isascii() and number.isdigit():
            funder = "10.13039/501100000780"  # a bare number is one of the European Commission
        by_doi = funder.startswith("10.13039/")
        found.append(
            filled(
                funderName=words.FUNDERS.get(funder, funder or number),
                funderIdentifier=f"https://doi.org/{funder}" if by_doi else "",
                funderIdentifierType="Crossref Funder ID" if by_doi else "",
                awardNumber=number,
            )
        )
    return unique(found)
