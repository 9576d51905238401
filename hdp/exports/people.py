"""People and institutions of a record, read from its creators and contributors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hdp.exports.facts import Entry, Exported, as_text, at, unique

_ORCID = re.compile(r"(\d{4}-\d{4}-\d{4}-\d{3}[\dXx])/?$")
_GND = re.compile(r"([0-9][0-9X-]*[0-9Xx])/?$")
_ROR = re.compile(r"(?:^|ror\.org/)(0[a-z0-9]{6}\d{2})/?$", re.IGNORECASE)


@dataclass(frozen=True)
class Agent:
    """A person or institution; `organisation` is None where the record leaves it open.

    `role` is the word of the record's vocabulary, identifiers are bare.
    """

    name: str
    family: str = ""
    given: str = ""
    organisation: bool | None = None
    orcid: str = ""
    gnd: str = ""
    ror: str = ""
    affiliations: tuple[str, ...] = ()
    role: str = ""

    @property
    def is_person(self) -> bool:
        """Whether it is a person; a name without a comma is an institution's, as the field says."""
        if self.organisation is not None:
            return not self.organisation
        return bool(self.family or self.orcid)

    @property
    def address(self) -> str:
        """The best identifier as an address; "" without one."""
        if self.orcid:
            return f"https://orcid.org/{self.orcid}"
        if self.ror:
            return f"https://ror.org/{self.ror}"
        return f"https://d-nb.info/gnd/{self.gnd}" if self.gnd else ""


def creators(record: Exported) -> list[Agent]:
    """The creators in their order."""
    return list(_agents(record, "creators"))


def contributors(record: Exported) -> list[Agent]:
    """The contributors and the supervisors of a thesis."""
    supervisors = [
        Agent(**(vars(one) | {"role": "Supervisor"}))
        for one in _agents(record, "thesis_supervisors")
    ]
    return [*_agents(record, "contributors"), *supervisors]


def _agents(record: Exported, field: str) -> Iterator[Agent]:
    for entry in record.entries(field):
        if found := _agent(entry):
            yield found


def _agent(entry: Entry) -> Agent | None:
    called = entry.get("organisation")
    name = at(entry, "name") or as_text(called)
    if not name:
        return None
    orcid = _bare(_ORCID, at(entry, "orcid")).upper()
    ror = _bare(_ROR, at(entry, "ror")).lower()
    organisation = True if called is True or isinstance(called, str) else None
    family, comma, given = name.partition(",")
    personal = bool(comma) and organisation is None
    if organisation is None and (personal or orcid):
        organisation = False
    return Agent(
        name=name,
        family=family.strip() if personal else "",
        given=given.strip() if personal else "",
        organisation=organisation,
        orcid=orcid if not organisation else "",
        gnd=_bare(_GND, at(entry, "gnd")),
        ror=ror,
        affiliations=tuple(_affiliations(entry)),
        role=at(entry, "type") or at(entry, "role"),
    )


def _bare(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _affiliations(entry: Entry) -> list[str]:
    several = entry.get("affiliations")
    names = [
        at(one, "name") if isinstance(one, dict) else as_text(one)
        for one in (several if isinstance(several, list) else [])
    ]
    return unique(one for one in [at(entry, "affiliation"), *names] if one)
