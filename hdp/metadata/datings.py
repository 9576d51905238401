"""When something was, from the words that people write into tables; nothing is guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from hdp.metadata import date_words as words
from hdp.metadata.dates import is_day, needs_order, to_iso

_LONGEST = 120
_TIME = re.compile(
    r"(\d{4})[-:](\d{2})[-:](\d{2})[t ]([\d:]{4,8})(?:\.\d+)?\s*(?:z|[+-]\d\d:?\d\d)?", re.ASCII
)
_ERA = re.compile(rf"(.*?)\s*(?<![a-z])(?:({words.BEFORE_ERA})|({words.OUR_ERA}))")
_TO = re.compile(words.TO)
_DAY = re.compile(
    rf"(?:(?:le )?(\d{{1,2}})(?:\.|st|nd|rd|th|er)?[\s-]*(?:of\s+)?)?({words.MONTH})"
    rf"(?:\s+(\d{{1,2}})(?:st|nd|rd|th)?,)?[\s,.-]*(\d{{3,4}})",
    re.ASCII,
)
_CENTURY = re.compile(
    rf"(?:(?:(\d)\.|(\d)(?:st|nd|rd|th|er|re|e)|([a-z]+))\s+({'|'.join(words.PARTS)})\s+"
    rf"(?:des\s+|of\s+the\s+|of\s+|du\s+)?)?(?:({words.VAGUE}))?"
    rf"(\d{{1,2}}|[ivx]+)(?:\.|st|nd|rd|th|e|eme|er)?\s*(?:{words.CENTURY})",
    re.ASCII,
)
_CENTURIES = re.compile(
    rf"(\d{{1,2}}|[ivx]+)(?:\.|st|nd|rd|th|e|eme)?(?:\s*[-/–]\s*|\s+(?:bis|to|und|and|et|au)\s+)"
    rf"(\d{{1,2}}|[ivx]+)(?:\.|st|nd|rd|th|e|eme)?\s*(?:{words.CENTURY})",
    re.ASCII,
)
_DECADE = re.compile(
    rf"(?:({words.VAGUE}))?(?:the |die |les )?(?:annees )?(\d{{3}}0)\s*('?s|er(?:\s*jahren?)?)",
    re.ASCII,
)
_SEASON = re.compile(rf"{words.SEASON}\s+(?:of\s+)?(\d{{4}})", re.ASCII)
_SHORT_RANGE = re.compile(r"(\d{2})(\d{2})\s*[-/–]\s*(\d{2})", re.ASCII)
_EDTF = re.compile(r"(?=.*\d)[-\dXY~?%.\[\]{},]+", re.ASCII)


@dataclass(frozen=True)
class Dating:
    """The first and the last date, each YYYY, YYYY-MM or YYYY-MM-DD, "" where that is open.

    Years before our era are counted with a year 0 (1200 BC is -1199). `exact` is False where
    the words say more than the two dates; `mark` is EDTF's ~, ? or %.
    """

    start: str
    end: str
    exact: bool = True
    mark: str = ""

    @property
    def edtf(self) -> str:
        """The dating in the Extended Date/Time Format, level 1."""
        start, end = (f"{one}{self.mark}" if one else ".." for one in (self.start, self.end))
        return start if start == end else f"{start}/{end}"

    @property
    def before_our_era(self) -> bool:
        """Whether part of it lies before the year 1."""
        years = (self.start[:5], self.end[:5])
        return any(one.startswith("-") or one == "0000" for one in years)


@lru_cache(maxsize=20_000)
def read_dating(text: str, order: str = "") -> Dating | None:
    """What the words say; None where they have no meaning or two.

    `order` is dmy, mdy or ymd where the column's was said.
    """
    if len(text) > _LONGEST:
        return None
    if found := _read_edtf(text.strip()):
        return found
    plain = words.plain(text).strip(" ,;")
    return _ordered(_read(plain, order))


def _ordered(found: Dating | None) -> Dating | None:
    """None where it ends before it begins."""
    if found and found.start and found.end and _key(found.start) > _key(found.end, last=True):
        return None
    return found


def _key(date: str, *, last: bool = False) -> tuple[int, ...]:
    sign = -1 if date.startswith("-") else 1
    year, *rest = (int(one) for one in date.lstrip("-").split("-"))
    return (sign * year, *rest, *([99, 99] if last else [0, 0])[len(rest) :])


def _read_edtf(text: str) -> Dating | None:
    """Signs of EDTF that nobody writes otherwise: 1890~, 189X, 1890/.., [1667,1668]."""
    halves = text.split("/")
    if len(halves) > 2 or not re.search(r"[~?%XY\[{/]|\.\.", text) or re.match(r"\D*$", text):
        return None
    spans = [_half(one) for one in halves]
    if None in spans or not any(spans):
        return None
    first, last = spans[0] or ("", ""), spans[-1] or ("", "")
    exact = not re.search(r"[~?%\[{]", text)
    mark = next((one for one in "%~?" if one in text), "")
    return _ordered(Dating(first[0], last[1], exact, mark))


def _half(text: str) -> tuple[str, str] | None:
    if text in ("", ".."):
        return "", ""
    if to_iso(text) == text:
        return text, text
    if not _EDTF.fullmatch(text) or re.fullmatch(r"[-\d.?]*\.[-\d.?]*", text):
        return None
    from edtf import EDTFParseException, parse_edtf

    try:
        found = parse_edtf(text)
        return _shortest(found.lower_strict(), found.upper_strict())
    except (EDTFParseException, ValueError, TypeError, AttributeError, OverflowError):
        return None  # an unknown bound is no date either


def _shortest(first: tuple[int, ...], last: tuple[int, ...]) -> tuple[str, str]:
    """Two days as years or months where they are the first and the last one of these."""
    year, month, day = last[:3]
    if (*first[1:3], month, day) == (1, 1, 12, 31):
        return _year(first[0]), _year(year)
    dates = [f"{_year(one[0])}-{one[1]:02}" for one in (first, last)]
    if first[2] == 1 and day >= 28 and not is_day(abs(year), month, day + 1):
        return dates[0], dates[1]
    return f"{dates[0]}-{first[2]:02}", f"{dates[1]}-{day:02}"


def _year(number: int) -> str:
    return f"{'-' if number < 0 else ''}{abs(number):04}"


def _read(text: str, order: str) -> Dating | None:
    text, mark = _marked(text)
    found = _bounded(text, order) or _span(text, order)
    if found is None or not mark:
        return found
    return replace(found, exact=False, mark="%" if found.mark not in ("", mark) else mark)


def _marked(text: str) -> tuple[str, str]:
    """The text without its "about" and "perhaps", and what they were."""
    mark = ""
    if (bare := re.sub(r"\s*\(?\?\)?$", "", text)) != text:
        text, mark = bare, "?"
    for pattern, sign in ((words.PERHAPS, "?"), (words.ABOUT, "~"), (words.PERHAPS, "?")):
        match = re.match(rf"{pattern}\s*(?=[\d\s])\s*(?=\S)", text) or re.match(
            rf"{pattern}\s+(?=\S)", text
        )
        if match:
            text, mark = text[match.end() :], sign if mark in ("", sign) else "%"
    return text, mark


def _bounded(text: str, order: str) -> Dating | None:
    for pattern, before in ((words.BEFORE, True), (words.AFTER, False)):
        match = re.match(rf"{pattern}\s+(?=\S)", text)
        if match and (inner := _read(text[match.end() :], order)):
            if before:
                return replace(inner, start="", exact=False)
            return replace(inner, end="", exact=False)
    return None


def _span(text: str, order: str) -> Dating | None:
    """Two dates with a word or sign between, or one."""
    if (found := _one(text, order)) is not None:
        return found
    match = re.match(rf"{words.BETWEEN}\s+", text)
    rest = text[match.end() :] if match else text
    for sign in _TO.finditer(rest):
        found = _between(rest[: sign.start()], rest[sign.end() :], order)
        if found is not None:
            return replace(found, exact=False) if match else found
    return None


def _between(first: str, last: str, order: str) -> Dating | None:
    if (era := _ERA.fullmatch(last)) and not _ERA.fullmatch(first) and era[2]:
        first = f"{first} {era[2]}"
    start, end = _whole(first, order), _whole(last, order)
    if start is None or end is None:
        return None
    return Dating(start.start, end.end, start.exact and end.exact, start.mark or end.mark)


def _whole(text: str, order: str) -> Dating | None:
    bare, mark = _marked(text)
    found = _one(bare, order)
    return replace(found, exact=False, mark=mark) if found and mark else found


def _one(text: str, order: str) -> Dating | None:
    if iso := to_iso(text, order):
        return Dating(iso, iso)
    if needs_order(text):
        return None
    for read in (_with_time, _with_month, _short_range, _season):
        if found := read(text):
            return found
    match = _ERA.fullmatch(text)
    bc, ad = bool(match and match[2]), bool(match and match[3])
    bare = match[1] if match else text
    if not match and (prefix := re.match(r"(?:ad|a\.\s*d\.)\s+", text)):
        bare, ad = text[prefix.end() :], True
    return _years(bare, bc) or _centuries(bare, bc) or _decade(bare, bc) or _number(bare, bc, ad)


def _with_time(text: str) -> Dating | None:
    match = _TIME.fullmatch(text)
    if match is None or not is_day(*(int(one) for one in match.groups()[:3])):
        return None
    day = "-".join(match.groups()[:3])
    return Dating(day, day, exact=not match[4].strip("0:"))


def _with_month(text: str) -> Dating | None:
    match = _DAY.fullmatch(text)
    if match is None or (match[1] and match[3]):
        return None
    month, day = words.MONTHS[match[2].rstrip(".")], int(match[1] or match[3] or 0)
    if not is_day(int(match[4]), month, day or 1) or (match[1] or match[3]) == "0":
        return None
    date = f"{int(match[4]):04}-{month:02}" + (f"-{day:02}" if day else "")
    return Dating(date, date)


def _short_range(text: str) -> Dating | None:
    """1890/91; a second number up to 12 could be a month."""
    match = _SHORT_RANGE.fullmatch(text)
    if match is None or int(match[3]) <= max(12, int(match[2])):
        return None
    return Dating(f"{match[1]}{match[2]}", f"{match[1]}{match[3]}")


def _season(text: str) -> Dating | None:
    match = _SEASON.fullmatch(text)
    return Dating(match[1], match[1], exact=False) if match else None


def _years(text: str, bc: bool) -> Dating | None:
    """200-100 before our era."""
    match = re.fullmatch(r"(\d{1,4})\s*[-–/]\s*(\d{1,4})", text, re.ASCII)
    if match is None or not bc:
        return None
    return Dating(_year(1 - int(match[1])), _year(1 - int(match[2])))


def _centuries(text: str, bc: bool) -> Dating | None:
    match = _CENTURIES.fullmatch(text)
    if match:
        first, last = _century(match[1], bc), _century(match[2], bc)
        return Dating(_year(first[0]), _year(last[1]), False) if first and last else None
    match = _CENTURY.fullmatch(text)
    years = _century(match[6], bc) if match else None
    if match is None or years is None:
        return None
    if not match[4]:
        return Dating(_year(years[0]), _year(years[1]), False)
    number = int(match[1] or match[2] or words.NUMBERS.get(match[3] or "", 0))
    return _part_of(years, number, words.PARTS[match[4]])


def _century(text: str, bc: bool) -> tuple[int, int] | None:
    number = int(text) if text.isdigit() else words.roman(text)
    if not 1 <= number <= (99 if bc else 21):
        return None
    # There is no year 0 in centuries: the 1st one before our era ends with 1 BC, which is 0.
    return (1 - 100 * number, 100 - 100 * number) if bc else (100 * number - 99, 100 * number)


def _part_of(years: tuple[int, int], number: int, parts: int) -> Dating | None:
    number = parts if number == -1 else number
    if not 1 <= number <= parts:
        return None
    first = years[0] + 100 * (number - 1) // parts
    last = years[0] + 100 * number // parts - 1
    return Dating(_year(first), _year(last), False)


def _decade(text: str, bc: bool) -> Dating | None:
    match = _DECADE.fullmatch(text)
    if match is None or bc:
        return None
    year = int(match[2])
    # "The 1900s" and "1900er" may be ten years or a hundred.
    if year % 100 == 0:
        return None
    return Dating(_year(year), _year(year + 9), exact=False)


def _number(text: str, bc: bool, ad: bool) -> Dating | None:
    """A year; one of one or two digits only where its era is said."""
    if not re.fullmatch(r"\d{1,4}" if bc or ad else r"\d{3,4}", text, re.ASCII):
        return None
    number = int(text)
    if (bc or ad) and number == 0:
        return None
    year = _year(1 - number if bc else number)
    return Dating(year, year)
