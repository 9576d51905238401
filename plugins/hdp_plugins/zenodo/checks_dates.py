"""Checks of dates: Zenodo takes EDTF level 0, no years before our era."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from hdp.sdk import Finding
from hdp_plugins.zenodo import vocabulary
from hdp_plugins.zenodo.findings import brief, changed, dropped, found, required, unknown_term

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_BEFORE = re.compile(r"-\d|.*\b(?:v\.\s*chr|bce?|a\.\s*c)\b", re.IGNORECASE)
HINT = "Write YYYY, YYYY-MM or YYYY-MM-DD."
# A repository publishes today; what is older than this is the object, not the publication.
OLDEST_PUBLICATION = 1900

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


def check_publication_date(value: Any, today: date) -> Iterator[Finding]:
    """A date or an interval `A/B` in order, and not the age of the object."""
    field = "publication_date"
    if not isinstance(value, str):
        return
    parts = value.strip().split("/")
    spans = [read_date(part) for part in parts]
    if len(parts) > 2 or None in spans:
        yield _bad(field, value)
        return
    first, last = spans[0], spans[-1]
    if first and last and first[0] > last[1]:
        yield _reversed(field, value)
    elif first and first[0][0] < OLDEST_PUBLICATION:
        yield found(
            "warning",
            "publication-date-old",
            field,
            f"“{brief(value)}” looks like the age of the object. The publication date is the day"
            " on which this record is published.",
            "Map it to dates with the type created, and the day of publishing to publication_date.",
            value=value,
            better=today.isoformat(),
        )
    elif first and first[0] > (today.year, today.month, today.day):
        yield found(
            "info",
            "publication-date-future",
            field,
            f"“{brief(value)}” lies in the future.",
            "An embargo is said with access right embargoed and embargo_date.",
            value=value,
        )


def check_embargo(value: Any, access: Any, today: date) -> Iterator[Finding]:
    """A day later than the day of publishing, and only for embargoed records."""
    if access != "embargoed":
        yield dropped(
            "embargo_date",
            "Zenodo keeps an embargo date only with access right “embargoed”.",
            "Choose embargoed, or leave the date out.",
        )
        return
    span = read_date(value.strip()) if isinstance(value, str) else None
    day = span[0] if span and span[0] == span[1] and len(value.strip()) == 10 else None
    if isinstance(value, str) and (day is None or day <= (today.year, today.month, today.day)):
        yield found(
            "error",
            "embargo-date",
            "embargo_date",
            f"The embargo must end on a day after the day of publishing, not “{brief(value)}”.",
            "Write a later day as YYYY-MM-DD, or choose access right open.",
            value=value,
        )


def check_dates(value: Any) -> Iterator[Finding]:
    """Entries with a type of the vocabulary and a start, an end or both."""
    for index, entry in enumerate(value if isinstance(value, list | tuple) else ()):
        if isinstance(entry, Mapping):
            path = f"dates.{index}"
            yield from _check_type(f"{path}.type", entry.get("type"))
            yield from _check_span(path, entry)
            for name, one in entry.items():
                if name not in ("type", "start", "end", "description") and one:
                    yield dropped(f"{path}.{name}", f"Zenodo knows no “{brief(name)}” of a date.")


def _check_type(path: str, kind: Any) -> Iterator[Finding]:
    if not kind:
        yield required(path, "A date needs a type, such as created.")
    elif isinstance(kind, str):
        spelled = vocabulary.spellings("date_types").get(kind.strip().lower())
        if spelled is None:
            yield unknown_term(path, kind, vocabulary.terms("date_types"))
        elif spelled != kind:
            yield changed(path, kind, spelled)


def _check_span(path: str, entry: Mapping[str, Any]) -> Iterator[Finding]:
    given = {
        name: entry[name].strip() if isinstance(entry[name], str) else entry[name]
        for name in ("start", "end")
        if entry.get(name) not in (None, "")
    }
    if not given:
        yield required(path, "A date needs a start or an end.", "Fill it in or leave it out.")
        return
    spans = {name: read_date(one) for name, one in given.items()}
    if None in spans.values():
        for name, span in spans.items():
            if span is None and isinstance(given[name], str):
                yield _bad(f"{path}.{name}", given[name], leave_out=path)
        return
    found_spans = [span for span in spans.values() if span]
    if found_spans[0][0] > found_spans[-1][1]:
        yield _reversed(path, f"{given['start']} to {given['end']}", leave_out=path)
    elif len(given) == 1 or given["start"] == given["end"]:
        yield found(
            "info",
            "date-hidden",
            path,
            f"Zenodo keeps the single date {next(iter(given.values()))} and shows it on the"
            " record's page; programs that read the record by the deposit API do not see it.",
            "Nothing is to be done. Say it in the description too if old programs must find it.",
            value=str(next(iter(given.values()))),
        )


def _reversed(path: str, value: str, *, leave_out: str = "") -> Finding:
    return found(
        "error",
        "date-reversed",
        path,
        f"“{brief(value)}” ends before it begins.",
        "Change start and end.",
        value=value,
        leave_out=leave_out,
    )


def _bad(path: str, value: str, *, leave_out: str = "") -> Finding:
    if _BEFORE.match(value.strip()[:200]):
        return found(
            "error",
            "date-before-era",
            path,
            f"Zenodo cannot take a date before our era: “{brief(value)}”.",
            "Leave it out here and say it in the description.",
            value=value,
            leave_out=leave_out,
        )
    return found(
        "error",
        "date-invalid",
        path,
        f"“{brief(value)}” is no date that Zenodo understands.",
        f"Did you mean {better}? {HINT}" if (better := _nearest(value)) else HINT,
        value=value,
        better=better,
        leave_out=leave_out,
    )


def _nearest(value: str) -> str:
    """A date that is surely meant: a day with its time, or a year first with other signs."""
    match = re.match(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?=$|[T ])", value.strip(), re.ASCII)
    if match is None:
        return ""
    text = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    return text if read_date(text) else ""
