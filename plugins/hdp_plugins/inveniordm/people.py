"""People and organisations: in a record's words, and as the records API says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hdp_plugins.zenodo import identifiers as ids
from hdp_plugins.zenodo import vocabulary

Words = dict[str, Any]


def entries(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; what has another shape the checks have named."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def is_organisation(person: Mapping[str, Any]) -> bool:
    """Whether it is said to be an institution; a text there is its name."""
    return bool(person.get("organisation"))


def to_native(person: Mapping[str, Any], role: str = "") -> Words:
    """A creator or contributor; `role` is of HDP's vocabulary."""
    known = role or str(person.get("type") or person.get("role") or "")
    found: Words = {"person_or_org": _who(person), "affiliations": _affiliations(person)}
    if known:
        found["role"] = {"id": known.strip().lower()}
    return {name: one for name, one in found.items() if one}


def _who(person: Mapping[str, Any]) -> Words:
    named = person.get("organisation")
    name = str(person.get("name") or (named if isinstance(named, str) else "")).strip()
    who: Words
    if is_organisation(person):
        who = {"type": "organizational", "name": name}
    else:
        family, _, given = name.partition(",") if name.count(",") == 1 else (name, "", "")
        who = {"type": "personal", "family_name": family.strip(), "given_name": given.strip()}
    who["identifiers"] = _identifiers(person)
    return {key: one for key, one in who.items() if one}


def _identifiers(person: Mapping[str, Any]) -> list[Words]:
    found = []
    if orcid := str(person.get("orcid") or "").strip():
        found.append({"scheme": "orcid", "identifier": ids.plain_orcid(orcid)})
    if gnd := str(person.get("gnd") or "").strip():
        found.append({"scheme": "gnd", "identifier": f"gnd:{ids.GND_PREFIX.sub('', gnd)}"})
    if is_organisation(person) and (ror := str(person.get("ror") or "")):
        found.append({"scheme": "ror", "identifier": ids.bare_ror(ror)})
    return found


def _affiliations(person: Mapping[str, Any]) -> list[Words]:
    found: list[Words] = []
    first = str(person.get("affiliation") or "").strip()
    ror = "" if is_organisation(person) else str(person.get("ror") or "")
    if first or ror:
        found.append({"id": ids.bare_ror(ror)} if ror else {"name": first})
    several = person.get("affiliations")
    for one in several if isinstance(several, list) else []:
        name = str(one.get("name") or "") if isinstance(one, Mapping) else str(one)
        number = str(one.get("ror") or one.get("id") or "") if isinstance(one, Mapping) else ""
        entry = {"id": ids.bare_ror(number)} if number else {"name": name.strip()}
        if any(entry.values()) and entry not in found and name.strip() != first:
            found.append(entry)
    return found


def from_native(entry: Mapping[str, Any], *, contributor: bool) -> Words:
    """A creator or contributor in a record's words."""
    who = entry.get("person_or_org")
    who = who if isinstance(who, Mapping) else {}
    found: Words = {"name": _name(who)}
    if who.get("type") == "organizational":
        found["organisation"] = True
    for one in entries(who.get("identifiers")):
        scheme, value = str(one.get("scheme")), str(one.get("identifier") or "")
        found[scheme] = ids.GND_PREFIX.sub("", value) if scheme == "gnd" else value
    several = [_affiliation(one) for one in entries(entry.get("affiliations"))]
    if len(several) == 1 and isinstance(several[0], str):
        found["affiliation"] = several[0]
    elif several:
        found["affiliations"] = several
    role = entry.get("role")
    if isinstance(role, Mapping) and role.get("id"):
        number = str(role["id"])
        word = vocabulary.spellings("contributor_types").get(number.lower(), number)
        found["type" if contributor else "role"] = word
    return found


def _name(who: Mapping[str, Any]) -> str:
    family, given = who.get("family_name"), who.get("given_name")
    if family and who.get("type") != "organizational":
        return f"{family}, {given}" if given else str(family)
    return str(who.get("name") or given or "")


def _affiliation(entry: Mapping[str, Any]) -> Any:
    if entry.get("id"):
        return {"name": str(entry.get("name") or ""), "ror": str(entry["id"])}
    return str(entry.get("name") or "")
