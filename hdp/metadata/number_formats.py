"""Numbers and dates of spreadsheet cells as their formats show them, without any country's habits.

Nothing that a cell holds is cut off: 50.927 formatted as `0.0` stays 50.927, 1.5 formatted as
`0.00` becomes 1.50. Separators between thousands are left out, the decimal sign is a point.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

# The numbers that files use for formats without spelling them out (ECMA-376, 18.8.30).
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "0.00E+00", 49: "@",
}  # fmt: skip
BUILT_IN |= dict.fromkeys([*range(27, 37), *range(50, 59)], "yyyy-mm-dd")

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<ampm>AM/PM|A/P)|(?P<exponent>[eE][+-])|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)"
    r"|(?P<percent>%)|(?P<time>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+)|(?P<other>.)",
    re.DOTALL,
)
_ELAPSED = re.compile(r"(h+|m+|s+)", re.IGNORECASE)
_CODES = {"early": "date-before-1900", "never": "date-impossible", "odd": "number-looks-like-date"}
_DAY = timedelta(days=1)
_MAX_SERIAL = 2_958_465  # 9999-12-31


@dataclass(frozen=True)
class Shown:
    """A cell's text; `doubt` is the code of what is odd about it, or ""."""

    text: str
    doubt: str = ""


@dataclass(frozen=True)
class NumberFormat:
    """A number format, taken apart; `parts` are the letters y, m, d, h, i (minute), s, e (elapsed).

    `whole` holds the digits and texts before the decimal point, "" standing for an optional digit.
    """

    kind: str = "general"  # general, number, date or other
    parts: frozenset[str] = frozenset()
    whole: tuple[tuple[str, str], ...] = ()
    decimals: int = 0
    percent: bool = False
    suffix: str = ""

    def show(self, raw: str, *, date1904: bool = False) -> Shown:
        """The text of the number `raw`, as the file has it."""
        try:
            number = Decimal(raw.strip())
        except InvalidOperation:
            return Shown(raw)
        if not number.is_finite():
            return Shown(raw)
        if self.kind == "date":
            return _show_date(self, number, date1904)
        if self.kind == "number":
            return Shown(_show_number(self, number))
        return Shown(plain_number(raw))


_OTHER = NumberFormat("other")


@lru_cache(maxsize=4096)
def parse_format(code: str) -> NumberFormat:
    """The format that a code such as `000000`, `0.00 "cm"` or `yyyy-mm-dd` describes."""
    if code.strip().lower() in ("", "general", "standard"):
        return _OTHER if code.strip().lower() == "standard" else NumberFormat()
    tokens = _first_section(code)
    words = "".join(text for kind, text in tokens if kind == "other")
    kinds = {kind for kind, _ in tokens}
    if "general" in words.lower() or "exponent" in kinds or ("/" in words and "time" not in kinds):
        return _OTHER
    if kinds & {"time", "elapsed"}:
        return NumberFormat("date", frozenset(_date_parts(tokens)))
    return _number_format(tokens) if "digit" in kinds else _OTHER


def _first_section(code: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match.group(match.lastgroup or 0)
        if kind == "other" and text == ";":
            break
        if kind in ("quoted", "escaped"):
            tokens.append(("text", text))
        elif kind == "bracket":
            if _ELAPSED.fullmatch(text):
                tokens.append(("elapsed", text))
            elif text.startswith("$"):
                tokens.append(("text", text[1:].partition("-")[0]))
        elif kind:
            tokens.append((kind, text))
    return tokens


def _date_parts(tokens: list[tuple[str, str]]) -> set[str]:
    """The parts a date format shows; m after hours or before seconds is a minute."""
    letters = [(kind, text[0].lower(), len(text)) for kind, text in tokens
               if kind in ("time", "elapsed")]  # fmt: skip
    found = set()
    for place, (kind, letter, length) in enumerate(letters):
        before = letters[place - 1][1] if place else ""
        after = letters[place + 1][1] if place + 1 < len(letters) else ""
        if letter == "m" and length < 3 and (before == "h" or after == "s"):
            letter = "i"
        if letter == "d" and length > 2:
            letter = "w"
        found.add(letter)
        if kind == "elapsed":
            found.add("e")
    return found


def _number_format(tokens: list[tuple[str, str]]) -> NumberFormat:
    last = max(place for place, (kind, _) in enumerate(tokens) if kind == "digit")
    if last + 1 < len(tokens) and tokens[last + 1][0] == "comma":
        return _OTHER  # shown in thousands: the number itself says more
    point = next((n for n, (kind, _) in enumerate(tokens) if kind == "point"), len(tokens))
    edge = min(point, last + 1)
    whole = tuple((kind, text) for kind, text in tokens[:edge] if kind not in ("comma", "percent"))
    decimals = sum(kind == "digit" and text == "0" for kind, text in tokens[point:])
    texts = [text for kind, text in tokens[edge:] if kind in ("text", "other")]
    percent = any(kind == "percent" for kind, _ in tokens)
    return NumberFormat("number", frozenset(), whole, decimals, percent, "".join(texts))


def _show_number(one: NumberFormat, number: Decimal) -> str:
    if one.percent:
        number *= 100
    text = plain_number(str(abs(number)))
    digits, _, decimals = text.partition(".")
    decimals = decimals.ljust(one.decimals, "0")
    sign = "-" if number < 0 else ""
    body = _fill(one.whole, digits) + (f".{decimals}" if decimals else "")
    return f"{sign}{body}{'%' if one.percent else ''}{one.suffix}".strip()


def _fill(whole: tuple[tuple[str, str], ...], digits: str) -> str:
    """The digits put into their places from the right; those left over stand at the left."""
    places = sum(kind == "digit" for kind, _ in whole)
    needed = next((places - n for n, text in enumerate(_places(whole)) if text == "0"), 0)
    rest = list(digits.zfill(max(needed, 1)))
    shown: list[str] = []
    for kind, text in reversed(whole):
        if kind != "digit":
            shown.append(text)
            continue
        places -= 1
        if places == 0:
            shown.append("".join(rest))
        elif rest:
            shown.append(rest.pop())
    return "".join(reversed(shown)) if any(kind == "digit" for kind, _ in whole) else "".join(rest)


def _places(whole: tuple[tuple[str, str], ...]) -> list[str]:
    return [text for kind, text in whole if kind == "digit"]


def plain_number(raw: str) -> str:
    """A number's digits: 1 for 1.0, never an exponent; what only rounding made is taken off."""
    value = float(raw)
    if math.isinf(value):
        return raw
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if abs(value) >= 1e15:
        text = format(Decimal(raw), "f")
    else:
        text = format(Decimal(f"{value:.15g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _show_date(one: NumberFormat, number: Decimal, date1904: bool) -> Shown:
    if "e" in one.parts:
        return Shown(_elapsed(one, number))
    if abs(number) > _MAX_SERIAL:
        return Shown(plain_number(str(number)), _CODES["never"])
    seconds = round((number - int(number // 1)) * 86400)
    days = int(number // 1) + seconds // 86400
    clock = _clock(one, seconds % 86400)
    if not one.parts & {"y", "m", "d", "w"}:
        return Shown(clock)
    day, doubt = _day(days, date1904)
    text = _day_text(one, day)
    if not doubt and not {"y", "d"} <= one.parts and one.parts & {"d", "m"}:
        doubt = _CODES["odd"]
    return Shown(f"{text} {clock}".strip(), doubt)


def _day(days: int, date1904: bool) -> tuple[str, str]:
    """ISO day of a serial number; 60 is a day that never was (29 February 1900)."""
    if date1904:
        return (date(1904, 1, 1) + days * _DAY).isoformat(), ""
    if days == 60:
        return "1900-02-29", _CODES["never"]
    start = date(1899, 12, 31) if 0 < days < 60 else date(1899, 12, 30)
    try:
        return (start + days * _DAY).isoformat(), _CODES["early"] if days < 1 else ""
    except OverflowError:
        return str(days), _CODES["never"]


def _day_text(one: NumberFormat, day: str) -> str:
    if "y" in one.parts and not one.parts & {"d", "w"}:
        return day[:7] if "m" in one.parts else day[:4]
    return day


def _clock(one: NumberFormat, seconds: int) -> str:
    if not one.parts & {"h", "i", "s"}:
        return ""
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if "s" in one.parts else text


def _elapsed(one: NumberFormat, number: Decimal) -> str:
    seconds = round(number * 86400)
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    text = f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if "s" in one.parts else text


def show_datetime(value: datetime) -> str:
    """A moment without a format: the day alone where the time is midnight."""
    if value.hour == value.minute == value.second == 0:
        return value.date().isoformat()
    return value.isoformat(" ", "seconds")
