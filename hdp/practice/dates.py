"""Dates as Zenodo takes them: years, months, days and intervals of them (EDTF level 0)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from hdp.practice.refusals import Invalid, Problem, crash, refuse
from hdp.practice.vocabularies import vocabularies

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def is_day(value: Any) -> bool:
    """Whether it is one day of the calendar, such as 2024-05-01."""
    return isinstance(value, str) and len(value) == 10 and _is_one(value)


def is_date(value: str) -> bool:
    """Whether it is a date or an interval whose end is not before its start."""
    parts = value.split("/")
    if len(parts) > 2 or not all(_is_one(part) for part in parts):
        return False
    return len(parts) == 1 or parts[0] <= parts[1]


def _is_one(value: str) -> bool:
    match = _DATE.fullmatch(value)
    if not match:
        return False
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        date(year or 2000, month, day)  # the calendar of the library has no year 0
    except ValueError:
        return False
    return True


def clean_dates(sent: list[dict[str, Any]], problems: list[Problem]) -> list[dict[str, Any]]:
    """The dates as kept; an unreadable one keeps only its type, and publishing complains."""
    return [_one(one, index, problems) for index, one in enumerate(sent)]


def _one(one: dict[str, Any], index: int, problems: list[Problem]) -> dict[str, Any]:
    kind, start, end = one.get("type"), one.get("start"), one.get("end")
    if not start and not end:
        raise Invalid(("metadata.dates", "Invalid date provided."))
    if not isinstance(kind, str) or any(str(day or "").startswith("-") for day in (start, end)):
        raise crash()
    if kind.lower() not in vocabularies().date_types:
        raise refuse(400, f"Invalid value {kind.lower()}.")
    kept = {"type": kind.lower()}
    if one.get("description"):
        kept["description"] = str(one["description"])
    whole = "/".join(str(day) for day in (start, end) if day)
    if not is_date(whole):
        problems.append((f"metadata.dates.{index}.date", "Missing data for required field."))
    elif start and end and start != end:
        kept.update(start=start, end=end)
    else:
        kept["start"] = str(start or end)
    return kept
