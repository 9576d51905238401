"""Checks of creators, contributors and thesis supervisors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hdp.sdk import Finding
from hdp_plugins.zenodo import identifiers as ids
from hdp_plugins.zenodo import vocabulary
from hdp_plugins.zenodo.findings import brief, changed, dropped, found, required, unknown_term
from hdp_plugins.zenodo.texts import says_nothing

KNOWN = ("name", "affiliation", "orcid", "gnd", "organisation", "affiliations", "ror")
Person = Mapping[str, Any]


def check_people(field: str, value: Any) -> Iterator[Finding]:
    """Names, roles, identifiers, and what else is said about people."""
    seen: dict[tuple[str, str], int] = {}
    for index, person in enumerate(value if isinstance(value, list | tuple) else ()):
        if not isinstance(person, Mapping):
            continue
        path = f"{field}.{index}"
        yield from _check_name(path, person)
        yield from _check_orcid(f"{path}.orcid", person.get("orcid"))
        yield from _check_gnd(f"{path}.gnd", person.get("gnd"))
        yield from _check_others(path, person, with_type=field == "contributors")
        if field == "contributors":
            yield from _check_role(f"{path}.type", person.get("type"))
        yield from _check_twice(path, person, index, seen)


def _check_name(path: str, person: Person) -> Iterator[Finding]:
    name = person.get("name") or person.get("organisation")
    name = name if isinstance(name, str) else person.get("name")
    if not name or (isinstance(name, str) and not name.strip(" ,;")):
        yield found(
            "error",
            "name-missing",
            f"{path}.name",
            "A person needs a name.",
            "Write it as “Family, Given”; an institution without a comma.",
        )
    elif isinstance(name, str) and says_nothing(name):
        yield found(
            "warning",
            "name-placeholder",
            f"{path}.name",
            f"“{brief(name)}” stands for a name that is missing.",
            "Write the name, or Unknown where nobody knows it.",
            value=name,
        )
    elif isinstance(name, str):
        yield from _check_form(f"{path}.name", name, person)


def _check_form(path: str, name: str, person: Person) -> Iterator[Finding]:
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 2 and not parts[0]:
        yield found(
            "error",
            "name-missing",
            path,
            f"“{brief(name)}” has no family name before the comma.",
            "Write it as “Family, Given”.",
            value=name,
            better=parts[1],
        )
    elif len(parts) == 1 and not person.get("organisation") and len(name.split()) in (2, 3):
        given, _, family = name.strip().rpartition(" ")
        yield found(
            "info",
            "name-order",
            path,
            f"Zenodo takes “{brief(name)}” as one name, with no given name.",
            f"For a person write “{family}, {given}”; an institution stays as it is.",
            value=name,
            better=f"{family}, {given}",
        )


def _check_orcid(path: str, value: Any) -> Iterator[Finding]:
    if not value or not isinstance(value, str):
        return
    text = value.strip()
    if ids.is_orcid(text):
        if (plain := ids.plain_orcid(text)) != text:
            yield changed(path, text, plain)
        return
    digit = ids.orcid_digit(text)
    last = text.rstrip("/")[-1:].upper()
    wrong = digit and digit != last
    why = f": with these digits the last one would be {digit}, not {last}" if wrong else ""
    yield found(
        "error",
        "orcid-invalid",
        path,
        f"“{brief(text)}” is no valid ORCID{why}.",
        "Look it up at orcid.org, correct it, or leave it out. It has sixteen digits in groups of"
        " four; the last one is a check digit.",
        value=text,
        leave_out=path,
    )


def _check_gnd(path: str, value: Any) -> Iterator[Finding]:
    if not value or not isinstance(value, str):
        return
    text = value.strip()
    bare = ids.GND_PREFIX.sub("", text)
    digit = ids.gnd_digit(bare)
    if not ids.is_gnd(text):
        why = "is no GND number"
    elif digit and digit != bare[-1].upper():
        why = f"is no valid GND number: the last sign would be {digit}, not {bare[-1]}"
    else:
        if bare != text:
            yield changed(path, text, bare)
        return
    yield found(
        "error",
        "gnd-invalid",
        path,
        f"“{brief(text)}” {why}.",
        "Look it up at d-nb.info, correct it, or leave it out. It looks like 118540238 or"
        " 4011882-4.",
        value=text,
        leave_out=path,
    )


def _check_others(path: str, person: Person, *, with_type: bool) -> Iterator[Finding]:
    yield from _check_ror(f"{path}.ror", person.get("ror"))
    several = person.get("affiliations")
    for index, one in enumerate(several if isinstance(several, list | tuple) else ()):
        if isinstance(one, Mapping):
            yield from _check_ror(f"{path}.affiliations.{index}.ror", one.get("ror"))
    if not with_type and person.get("role"):
        yield from _check_role(f"{path}.role", person["role"])
    known = (*KNOWN, "type") if with_type else (*KNOWN, "role")
    for name, value in person.items():
        if name not in known and value not in (None, "", [], {}):
            yield dropped(f"{path}.{name}", f"Zenodo knows no “{brief(name)}” of a person.")


def _check_ror(path: str, value: Any) -> Iterator[Finding]:
    if value and isinstance(value, str) and not ids.is_ror(value):
        yield found(
            "error",
            "ror-invalid",
            path,
            f"“{brief(value)}” is no ROR.",
            "Look it up at ror.org, correct it, or leave it out. It looks like"
            " https://ror.org/00g30e956.",
            value=value,
            leave_out=path,
        )


def _check_role(path: str, role: Any) -> Iterator[Finding]:
    if not role:
        yield required(path, "A contributor needs a role (type), such as DataCurator.")
    elif isinstance(role, str):
        spelled = vocabulary.spellings("contributor_types").get(role.strip().lower())
        if spelled is None:
            yield unknown_term(path, role, vocabulary.terms("contributor_types"))
        elif spelled != role:
            yield changed(path, role, spelled)


def _check_twice(
    path: str, person: Person, index: int, seen: dict[tuple[str, str], int]
) -> Iterator[Finding]:
    key = (str(person.get("name")).casefold().strip(), str(person.get("type")))
    if person.get("name") and seen.setdefault(key, index) != index:
        yield found(
            "info",
            "entry-twice",
            path,
            f"“{brief(person['name'])}” is listed twice.",
            "Leave one out if they are the same person.",
            value=brief(person["name"]),
            leave_out=path,
        )
