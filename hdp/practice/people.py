"""Creators and contributors as Zenodo keeps them: always persons, one affiliation each."""

from __future__ import annotations

from typing import Any

import idutils

from hdp.practice.refusals import Problem, crash, refuse
from hdp.practice.texts import text_of
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
    name = text_of(name)
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


def to_native_person(one: dict[str, Any]) -> dict[str, Any]:
    """A cleaned person as InvenioRDM keeps it; exactly one comma divides the names."""
    name, identifiers = one.get("name", ""), []
    who: dict[str, Any] = {"type": "personal"}
    if name:
        family, _, given = name.partition(",")
        divided = name.count(",") == 1 and given.strip()
        who["name"] = f"{family.strip()}, {given.strip()}" if divided else name
        if divided:
            who["given_name"] = given.strip()
        who["family_name"] = family.strip() if divided else name
    if one.get("orcid"):
        identifiers.append({"identifier": one["orcid"], "scheme": "orcid"})
    if one.get("gnd"):
        identifiers.append({"identifier": f"gnd:{one['gnd']}", "scheme": "gnd"})
    if identifiers:
        who["identifiers"] = identifiers
    result: dict[str, Any] = {"person_or_org": who}
    if one.get("type"):
        result["role"] = {"id": one["type"].lower()}
    if one.get("affiliation"):
        result["affiliations"] = [{"name": one["affiliation"]}]
    return result


def from_native_person(one: dict[str, Any], where: str) -> dict[str, Any]:
    """A person in the deposit API: one name, the first affiliation, ORCID and GND."""
    who = one.get("person_or_org", {})
    result: dict[str, Any] = {"name": who["name"]} if who.get("name") else {}
    affiliations = one.get("affiliations") or [{}]
    result["affiliation"] = affiliations[0].get("name")
    if where == "contributors":
        role = one.get("role", {}).get("id")
        result["type"] = vocabularies().contributor_types.get(role, role)
    for pid in who.get("identifiers", ()):
        if pid.get("scheme") in ("orcid", "gnd"):
            result[pid["scheme"]] = str(pid["identifier"]).removeprefix("gnd:")
    return result
