"""Creators and contributors as Zenodo keeps them: always persons, one affiliation each."""

from __future__ import annotations

from typing import Any

import idutils

from hdp.practice.refusals import Problem, crash, refuse
from hdp.practice.vocabularies import vocabularies


def clean_people(
    sent: list[Any], where: str, problems: list[Problem], *, offset: int = 0
) -> list[dict[str, Any]]:
    """The people as kept; `where` is creators or contributors."""
    if not all(isinstance(one, dict) for one in sent):
        raise crash()
    kept = []
    for index, one in enumerate(sent, offset):
        place = f"metadata.{where}.{index}"
        person = _person(one, place, problems)
        if where == "contributors":
            person = _with_role(person, one, place, problems)
        kept.append(person)
    return kept


def supervisors(sent: list[Any], problems: list[Problem]) -> list[dict[str, Any]]:
    """Thesis supervisors, who come back among the contributors."""
    people = [{**one, "type": "Supervisor"} if isinstance(one, dict) else one for one in sent]
    return clean_people(people, "contributors", problems)


def _person(one: dict[str, Any], place: str, problems: list[Problem]) -> dict[str, Any]:
    name = one.get("name")
    name = name.strip() if isinstance(name, str) else ""
    affiliation, orcid, gnd = one.get("affiliation"), one.get("orcid"), one.get("gnd")
    person: dict[str, Any] = {"name": name} if name else {}
    if not name:
        message = "Family name cannot be blank."
        problems.append((f"{place}.person_or_org.family_name", message))
    person["affiliation"] = affiliation if isinstance(affiliation, str) and affiliation else None
    if orcid:
        person["orcid"] = str(idutils.normalize_orcid(str(orcid)))
        if not idutils.is_orcid(str(orcid)):
            person.pop("name", None)  # the whole person fails to load, and only this is left
            field = f"{place}.person_or_org.identifiers.0.identifier"
            problems.append((field, "Invalid ORCID identifier."))
    if gnd:
        if not isinstance(gnd, str) or not idutils.is_gnd(gnd):
            raise crash()
        person["gnd"] = gnd.removeprefix("gnd:")
    return person


def _with_role(
    person: dict[str, Any], one: dict[str, Any], place: str, problems: list[Problem]
) -> dict[str, Any]:
    role = one.get("type")
    known = vocabularies().contributor_types
    if not role:
        problems.append((f"{place}.role", "Missing data for required field."))
    elif str(role).lower() not in known:
        raise refuse(400, f"Invalid value {str(role).lower()}.")
    kept: dict[str, Any] = {
        name: value for name, value in person.items() if name in ("name", "affiliation")
    }
    kept["type"] = known[str(role).lower()] if role else None
    return {**kept, **{name: person[name] for name in ("orcid", "gnd") if name in person}}
