"""Dates as tables write them, to ISO 8601."""

from __future__ import annotations

import re

_PARTS = re.compile(r"(\d{1,4})\s*[./-]\s*(\d{1,2})(?:\s*[./-]\s*(\d{1,4}))?$")
_ISO = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?$")
_ORDERS = ("dmy", "mdy", "ymd")


def is_order(order: object) -> bool:
    """Whether this names an order of day, month and year."""
    return order in _ORDERS


def to_iso(text: str, order: str) -> str:
    """The date as YYYY, YYYY-MM or YYYY-MM-DD; "" where it cannot be told for sure."""
    text = text.strip()
    if _ISO.match(text):
        return text if _real(*(int(one) for one in text.split("-"))) else ""
    match = _PARTS.match(text)
    if not match:
        return ""
    parts = [one for one in match.groups() if one]
    if len(parts) == 2:
        month, year = parts if len(parts[1]) == 4 else parts[::-1]
        return _join(year, month, "")
    places = dict(zip("ymd" if len(parts[0]) == 4 else order, parts, strict=True))
    return _join(places["y"], places["m"], places["d"])


def _join(year: str, month: str, day: str) -> str:
    numbers = [int(one) for one in (year, month, day) if one]
    # A year of two digits may be of any century.
    if len(year) != 4 or not _real(*numbers):
        return ""
    return "-".join(f"{one:04}" if n == 0 else f"{one:02}" for n, one in enumerate(numbers))


def _real(year: int, month: int = 1, day: int = 1) -> bool:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= month <= 12 and 1 <= day <= lengths[month - 1]
