"""Which of Zenodo's two APIs a record's metadata is written through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hdp.sdk import Record
from hdp_plugins.inveniordm.native import FUNDERS
from hdp_plugins.zenodo import translate

FIELDS = ("additional_titles", "identifiers", "rights", "copyright")
PEOPLE = ("creators", "contributors", "thesis_supervisors")


def needs_deposit_api(record: Record) -> bool:
    """Whether only the deposit API knows the funder, and nothing is lost through it.

    Everything else goes through the records API, which tells all that it holds.
    """
    fields = translate.cleaned_fields(record)
    grants = _entries(fields.get("grants"))
    return not all(map(_is_known, grants)) and not needs_records_api(record)


def needs_records_api(record: Record) -> bool:
    """Whether the deposit API would lose, alter or hide something, or pass by the curators."""
    fields = translate.cleaned_fields(record)
    # Through the deposit API a record is public before its community has seen it.
    if any(name in fields for name in (*FIELDS, "communities")):
        return True
    people = [one for name in PEOPLE for one in _entries(fields.get(name))]
    return any(map(_is_more, people)) or any(map(_is_hidden, _entries(fields.get("dates"))))


def _entries(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _is_known(grant: Mapping[str, Any]) -> bool:
    funder, _, award = str(grant.get("id") or "").partition("::")
    return not award or funder in FUNDERS or not funder.startswith("10.")


def _is_more(person: Mapping[str, Any]) -> bool:
    several = person.get("affiliations")
    told = person.get("organisation") or person.get("ror") or person.get("role")
    return bool(told) or (isinstance(several, list) and bool(several))


def _is_hidden(entry: Mapping[str, Any]) -> bool:
    """A single date: the deposit API keeps it, and does not show it."""
    start, end = entry.get("start"), entry.get("end")
    return start is None or end is None or start == end
