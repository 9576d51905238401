"""Dates as tables write them in digits, to ISO 8601."""

from __future__ import annotations

import calendar
import re

_PARTS = re.compile(r"(\d{1,4})\s*[./-]\s*(\d{1,4})(?:\s*[./-]\s*(\d{1,4}))?", re.ASCII)
_ISO = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_BOTH_WAYS = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*\d{4}", re.ASCII)
_TWO_ORDERS = ("dmy", "mdy")
ORDERS = (*_TWO_ORDERS, "ymd")


def needs_order(text: str) -> bool:
    """Whether the date has two meanings: 03/12/1987 is in March or in December."""
    match = _BOTH_WAYS.fullmatch(text.strip())
    if match is None:
        return False
    first, second = int(match[1]), int(match[2])
    return first != second and 1 <= first <= 12 and 1 <= second <= 12


def order_of(text: str) -> str:
    """The only order in which the date can be read, `dmy` or `mdy`; "" where it tells none."""
    match = _BOTH_WAYS.fullmatch(text.strip())
    if match is None or needs_order(text) or match[1] == match[2]:
        return ""
    return next((one for one in _TWO_ORDERS if to_iso(text, one)), "")


def to_iso(text: str, order: str = "") -> str:
    """The date as YYYY, YYYY-MM or YYYY-MM-DD; "" where it cannot be told for sure.

    Without an order, a date is read that has only one meaning.
    """
    text = text.strip()
    if _ISO.fullmatch(text):
        return text if is_day(*(int(one) for one in text.split("-"))) else ""
    match = _PARTS.fullmatch(text)
    if not match:
        return ""
    parts = [one for one in match.groups() if one]
    if len(parts) == 2:
        return _month(text, *parts)
    if len(parts[0]) == 4:
        return _join(*parts) if order in ("", "ymd") else ""
    if not order:
        order = "dmy" if match[1] == match[2] else order_of(text)
    places = dict(zip(order, parts, strict=False))
    return _join(places["y"], places["m"], places["d"]) if places else ""


def _month(text: str, first: str, second: str) -> str:
    """A month of a year; 1890/11 may as well be the years 1890 to 1911."""
    if len(second) == 4:
        return _join(second, first, "")
    return _join(first, second, "") if "/" not in text and len(second) == 2 else ""


def _join(year: str, month: str, day: str) -> str:
    numbers = [int(one) for one in (year, month, day) if one]
    # A year of two digits may be of any century.
    if len(year) != 4 or not is_day(*numbers):
        return ""
    return "-".join(f"{one:04}" if n == 0 else f"{one:02}" for n, one in enumerate(numbers))


def is_day(year: int, month: int = 1, day: int = 1) -> bool:
    """Whether the calendar has this day."""
    # calendar has no year 0; year 4 is a leap year too.
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year or 4, month)[1]
