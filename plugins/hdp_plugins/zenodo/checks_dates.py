"""Checks of dates: Zenodo takes EDTF level 0, no years before our era."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from typing import Any

from hdp.sdk import Finding
from hdp_plugins.zenodo import vocabulary
from hdp_plugins.zenodo.findings import found, unknown_term, wrong_shape

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_BEFORE = re.compile(r"-\d|.*\b(?:v\.\s*chr|bce?|a\.\s*c)\b", re.IGNORECASE)
HINT = "Write YYYY, YYYY-MM or YYYY-MM-DD."

Span = tuple[tuple[int, int, int], tuple[int, int, int]]


def read_date(text: object) -> Span | None:
    """First and last day (year, month, day) of a date of EDTF level 0; None if it is none."""
    match = _DATE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if match[2] and not 1 <= month <= 12:
        return None
    # calendar has no year 0; year 4 is a leap year too.
    last = calendar.monthrange(year or 4, month or 12)[1]
    if match[3] and not 1 <= day <= last:
        return None
    return (year, month or 1, day or 1), (year, month or 12, day or last)


def check_publication_date(value: Any) -> Iterator[Finding]:
    """A date or an interval `A/B` in order."""
    parts = value.strip().split("/") if isinstance(value, str) else [value]
    spans = [read_date(part) for part in parts]
    if len(parts) > 2 or None in spans:
        yield _bad("publication_date", value)
    elif len(spans) == 2 and spans[0] and spans[1] and spans[0][0] > spans[1][1]:
        yield found(
            "error", "date-reversed", "publication_date", f"“{value}” ends before it begins."
        )


def check_dates(value: Any) -> Iterator[Finding]:
    """Entries with a type of the vocabulary and a start, an end or both."""
    if not isinstance(value, list | tuple):
        yield wrong_shape("dates", "a list of dates with a type")
        return
    for index, entry in enumerate(value):
        if isinstance(entry, dict):
            yield from _check_type(entry, index)
            yield from _check_span(entry, index)
        else:
            yield wrong_shape("dates", "a list of dates with a type", index)


def _check_type(entry: dict[str, Any], index: int) -> Iterator[Finding]:
    known = vocabulary.terms("date_types")
    kind = entry.get("type")
    if not kind:
        yield found(
            "error", "required", "dates", "A date needs a type, such as created.", index=index
        )
    elif str(kind).lower() not in known:
        yield unknown_term("dates", kind, known, index)


def _check_span(entry: dict[str, Any], index: int) -> Iterator[Finding]:
    start, end = entry.get("start"), entry.get("end")
    given = [one for one in (start, end) if one not in (None, "")]
    if not given:
        yield found("error", "required", "dates", "A date needs a start or an end.", index=index)
        return
    spans = [read_date(one) for one in given]
    if None in spans:
        for one, span in zip(given, spans, strict=True):
            if span is None:
                yield _bad("dates", one, index)
        return
    first, last = spans[0], spans[-1]
    if first and last and first[0] > last[1]:
        yield found(
            "error",
            "date-reversed",
            "dates",
            f"{start} to {end} ends before it begins.",
            index=index,
        )
    elif len(given) == 1 or start == end:
        yield found(
            "info",
            "date-hidden",
            "dates",
            f"Zenodo keeps the single date {given[0]} but its answer does not show it.",
            index=index,
        )


def _bad(field: str, value: Any, index: int | None = None) -> Finding:
    if isinstance(value, str) and _BEFORE.match(value.strip()):
        return found(
            "error",
            "date-before-era",
            field,
            f"Zenodo cannot take a date before our era: “{value}”.",
            "Leave it out here and say it in the description.",
            index=index,
        )
    return found(
        "error",
        "date-invalid",
        field,
        f"“{value}” is no date that Zenodo understands.",
        HINT,
        index=index,
        value=str(value),
    )
