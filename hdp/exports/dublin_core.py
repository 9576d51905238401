"""Simple Dublin Core: the fifteen elements, as XML of OAI-PMH and as JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hdp.exports import identifiers, people, words
from hdp.exports.datacite import span
from hdp.exports.facts import Exported, at, filled, unique
from hdp.exports.rights import access_of, licence_of
from hdp.exports.texts import plain

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # writing that runs the other way


def to_dublin_core(record: Exported) -> dict[str, list[str]]:
    """The elements by their plural names, as the `dcxml` library calls them; none empty."""
    return {
        name: unique(one for one in values if one)
        for name, values in filled(
            titles=[record.text("title"), *_titles(record)],
            creators=[one.name for one in people.creators(record)],
            contributors=[one.name for one in people.contributors(record)],
            subjects=[*record.texts("keywords"), *_terms(record)],
            descriptions=[plain(record.text(one)) for one in ("description", "method", "notes")],
            publishers=[record.issued_by],
            dates=_dates(record),
            types=[words.kind_of(record.kind).dcmi, record.kind_title],
            formats=[one.media_type for one in record.files],
            identifiers=_identifiers(record),
            sources=[record.text("journal_title"), record.text("partof_title")],
            languages=[record.language],
            relations=_relations(record),
            coverage=_coverage(record),
            rights=_rights(record),
        ).items()
        if any(values)
    }


def to_xml(records: Sequence[Exported]) -> str:
    """One record as oai_dc; several below one element `records`."""
    from dcxml import simpledc  # type: ignore[import-untyped]

    made = [str(simpledc.tostring(to_dublin_core(one), xml_declaration=False)) for one in records]
    body = made[0] if len(made) == 1 else "\n".join(["<records>", *made, "</records>"])
    safe = _TURNING.sub(lambda one: f"&#x{ord(one[0]):x};", body)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{safe.strip()}\n'


def _titles(record: Exported) -> list[str]:
    return [at(one, "title") for one in record.entries("additional_titles")]


def _terms(record: Exported) -> list[str]:
    return [at(one, "term") for one in record.entries("subjects")]


def _dates(record: Exported) -> list[str]:
    embargo = record.text("embargo_date")
    return [
        record.text("publication_date") or record.published[:10],
        f"info:eu-repo/date/embargoEnd/{embargo}" if embargo else "",
    ]


def _identifiers(record: Exported) -> list[str]:
    doi = [f"https://doi.org/{record.doi}"] if record.doi else []
    isbn = record.text("imprint_isbn")
    others = [at(one, "identifier") for one in record.entries("identifiers")]
    return [*doi, record.address, f"urn:isbn:{isbn}" if isbn else "", *others]


def _relations(record: Exported) -> list[str]:
    concept = f"https://doi.org/{record.concept_doi}" if record.concept_doi else ""
    related = [
        identifiers.address_of(one) or one
        for one in (at(entry, "identifier") for entry in record.entries("related_identifiers"))
    ]
    return [concept, *related, *record.texts("references")]


def _coverage(record: Exported) -> list[str]:
    places = [at(one, "place") for one in record.entries("locations")]
    return [*places, *(span(one) for one in record.entries("dates")
                       if at(one, "type").lower() == "coverage")]  # fmt: skip


def _rights(record: Exported) -> list[str]:
    licence, access = licence_of(record), access_of(record)
    found: list[Any] = [licence.title, licence.address] if licence else []
    found += [access[1]] if access else []
    found += [at(one, "title") for one in record.entries("rights")]
    return [*found, record.text("copyright")]
