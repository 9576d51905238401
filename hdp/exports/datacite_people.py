"""People and institutions in the words of DataCite."""

from __future__ import annotations

from typing import Any

from hdp.exports import people, words
from hdp.exports.facts import Exported, filled
from hdp.exports.people import Agent

_ORCID = {"nameIdentifierScheme": "ORCID", "schemeUri": "https://orcid.org"}
_GND = {"nameIdentifierScheme": "GND", "schemeUri": "https://d-nb.info/gnd"}
_ROR = {"nameIdentifierScheme": "ROR", "schemeUri": "https://ror.org"}


def creators(record: Exported) -> list[dict[str, Any]]:
    """The creators; nameType is absent where the record leaves it open."""
    return [_agent(one) for one in people.creators(record)]


def others(record: Exported) -> list[dict[str, Any]]:
    """The contributors with their types, and the university of a thesis."""
    found = [
        _agent(one) | {"contributorType": words.contributor_type(one.role)}
        for one in people.contributors(record)
    ]
    if university := record.text("thesis_university"):
        found.append({"name": university, "nameType": "Organizational", "contributorType": "Other"})
    return found


def _agent(one: Agent) -> dict[str, Any]:
    kinds = {True: "Organizational", False: "Personal", None: ""}
    return filled(
        name=one.name,
        nameType=kinds[one.organisation],
        familyName=one.family,
        givenName=one.given,
        nameIdentifiers=_identifiers(one),
        affiliation=_affiliations(one),
    )


def _identifiers(one: Agent) -> list[dict[str, str]]:
    found = []
    if one.orcid:
        found.append({"nameIdentifier": f"https://orcid.org/{one.orcid}", **_ORCID})
    if one.gnd:
        found.append({"nameIdentifier": f"https://d-nb.info/gnd/{one.gnd}", **_GND})
    if one.ror and not one.is_person:
        found.append({"nameIdentifier": f"https://ror.org/{one.ror}", **_ROR})
    return found


def _affiliations(one: Agent) -> list[dict[str, str]]:
    found = [{"name": name} for name in one.affiliations]
    if one.ror and one.is_person and len(found) == 1:
        found[0] |= {
            "affiliationIdentifier": f"https://ror.org/{one.ror}",
            "affiliationIdentifierScheme": "ROR",
            "schemeUri": "https://ror.org",
        }
    return found
