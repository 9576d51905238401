"""Creators and contributors as the records API keeps them: persons and organisations."""

from __future__ import annotations

from typing import Any

import idutils

from hdp.practice.metadata import REQUIRED
from hdp.practice.refusals import Problem, refuse
from hdp.practice.texts import text_of
from hdp.practice.vocabularies import vocabularies

_CREATOR_KEYS = ("person_or_org", "role", "affiliations")
_CHECKS = {
    "orcid": ("ORCID", idutils.is_orcid, idutils.normalize_orcid),
    "ror": ("ROR", idutils.is_ror, idutils.normalize_ror),
    "gnd": ("GND", idutils.is_gnd, idutils.normalize_gnd),
    "isni": ("ISNI", idutils.is_isni, str),
}


def clean_creators(value: Any, where: str, problems: list[Problem]) -> list[dict[str, Any]]:
    """The people as kept; `where` is the path of the list."""
    if not isinstance(value, list):
        problems.append((where, "Not a valid list."))
        return []
    kept = [_one(one, f"{where}.{index}", problems) for index, one in enumerate(value)]
    return [one for one in kept if one]


def _one(one: Any, place: str, problems: list[Problem]) -> dict[str, Any]:
    if not isinstance(one, dict):
        problems.append((f"{place}._schema", "Invalid input type."))
        return {}
    problems += [(f"{place}.{name}", "Unknown field.") for name in one if name not in _CREATOR_KEYS]
    kept: dict[str, Any] = {}
    if isinstance(one.get("person_or_org"), dict):
        kept["person_or_org"] = _who(one["person_or_org"], f"{place}.person_or_org", problems)
    else:
        problems.append((f"{place}.person_or_org", REQUIRED))
    if role := _role(one, place, problems):
        kept["role"] = role
    if affiliations := _affiliations(one.get("affiliations"), f"{place}.affiliations", problems):
        kept["affiliations"] = affiliations
    return kept


def _role(one: dict[str, Any], place: str, problems: list[Problem]) -> dict[str, str]:
    role = one.get("role")
    if not isinstance(role, dict) or not isinstance(role.get("id"), str):
        if ".contributors." in place:
            problems.append((f"{place}.role", REQUIRED))
        return {}
    if role["id"] not in vocabularies().contributor_types:
        raise refuse(400, f"Invalid value {role['id']}.")
    return {"id": role["id"]}


def _affiliations(value: Any, place: str, problems: list[Problem]) -> list[dict[str, Any]]:
    kept = []
    for index, one in enumerate(value if isinstance(value, list) else []):
        name = text_of(one.get("name")) if isinstance(one, dict) else ""
        known = one.get("id") if isinstance(one, dict) else None
        if known:
            kept.append({"id": known, **({"name": name} if name else {})})
        elif name:
            kept.append({"name": name})
        else:
            message = "An existing id or a free text name must be present."
            problems.append((f"{place}.{index}.id", message))
    return kept


def _who(who: dict[str, Any], place: str, problems: list[Problem]) -> dict[str, Any]:
    before = len(problems)
    kind = who.get("type")
    kept: dict[str, Any] = {"type": kind}
    identifiers = _identifiers(who.get("identifiers"), f"{place}.identifiers", problems)
    names = {name: text_of(who.get(name)) for name in ("name", "given_name", "family_name")}
    if kind == "personal":
        if not names["family_name"]:
            problems.append((f"{place}.family_name", "Family name cannot be blank."))
        names["name"] = ", ".join(n for n in (names["family_name"], names["given_name"]) if n)
        if len(problems) > before:
            names["name"] = ""  # it is made only of what has no error
    elif kind == "organizational":
        names["given_name"] = names["family_name"] = ""
        if not names["name"]:
            problems.append((f"{place}.name", "Name cannot be blank."))
    else:
        message = "Invalid value. Choose one of ['organizational', 'personal']."
        problems.append((f"{place}.type", message))
        kept = {}
    kept |= {name: text for name, text in names.items() if text}
    return {**kept, "identifiers": identifiers} if identifiers else kept


def _identifiers(value: Any, place: str, problems: list[Problem]) -> list[dict[str, str]]:
    kept = []
    for index, one in enumerate(value if isinstance(value, list) else []):
        identifier = text_of(one.get("identifier")) if isinstance(one, dict) else ""
        scheme = one.get("scheme") if isinstance(one, dict) else None
        if not scheme:
            found = idutils.detect_identifier_schemes(identifier)
            scheme = next((name for name in found if name in _CHECKS), None)
        if not identifier or scheme not in _CHECKS:
            problems.append((f"{place}.{index}.scheme", "Invalid scheme."))
            continue
        title, is_good, normal = _CHECKS[scheme]
        if is_good(identifier):
            identifier = str(normal(identifier))
        else:
            problems.append((f"{place}.{index}.identifier", f"Invalid {title} identifier."))
        kept.append({"identifier": identifier, "scheme": scheme})
    return kept
