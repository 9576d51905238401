"""Identifiers as the repository itself reads them, and the check digits it does not look at."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import idutils

ORCID_PREFIX = re.compile(r"(?i)^(?:(?:https?://)?(?:www\.)?orcid\.org/|orcid:\s*)")
GND_PREFIX = re.compile(r"(?i)^(?:(?:https?://)?d-nb\.info/gnd/|gnd:\s*)")
DOI_PREFIX = re.compile(r"(?i)^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)")
OWN_DOI = re.compile(r"(?i)10\.(5281|5072)/zenodo\.\d+")
_GND = re.compile(r"(\d{1,8}|\d{7})-([\dX])|(\d{8,9})([\dX])", re.ASCII)
# Tried against the server: it knows fewer kinds of identifiers than the library does.
SCHEMES = frozenset({
    "ads", "ark", "arxiv", "bibcode", "doi", "ean13", "eissn", "handle", "isbn", "isni", "issn",
    "istc", "lissn", "lsid", "orcid", "pmid", "purl", "upc", "url", "urn", "w3id",
})  # fmt: skip


def _is(test: Callable[[str], Any], text: str) -> bool:
    try:
        return bool(test(text))
    except (ValueError, IndexError, TypeError):
        # The library trips over some texts, such as addresses with half a bracket.
        return False


def is_orcid(text: str) -> bool:
    """An ORCID with the right check digit, with or without its address."""
    return _is(idutils.is_orcid, text)


def is_doi(text: str) -> bool:
    """A DOI, with or without its address; the library also takes words after one for its end."""
    bare = DOI_PREFIX.sub("", text.strip())
    return _is(idutils.is_doi, text) and re.search(r"\s", bare) is None


def is_isbn(text: str) -> bool:
    """An ISBN of 10 or 13 digits with the right check digit."""
    return _is(idutils.is_isbn, text)


def is_url(text: str) -> bool:
    """An address with a scheme and a host."""
    return _is(idutils.is_url, text)


def is_web_url(text: str) -> bool:
    """An address of the web without spaces."""
    return is_url(text) and re.fullmatch(r"(?i)https?://[^\s<>\"]+", text) is not None


def is_gnd(text: str) -> bool:
    """Whether it has one of the forms of a GND number, whole."""
    bare = GND_PREFIX.sub("", text)
    return _is(idutils.is_gnd, text) and bool(_is(idutils.is_gnd, bare) and _GND.fullmatch(bare))


def gnd_digit(text: str) -> str:
    """The check digit that a GND number should have: 0 to 9 or X; "" where there is no rule.

    Digits are weighted 2, 3, 4 ... from the right; the remainder modulo 11 counts as it is
    in numbers with a hyphen, and completed to 11 in those without.
    """
    match = _GND.fullmatch(GND_PREFIX.sub("", text.strip()))
    if match is None:
        return ""
    digits = match[1] or match[3]
    total = sum(int(digit) * weight for weight, digit in enumerate(reversed(digits), 2))
    rest = total % 11 if match[1] else -total % 11
    return "X" if rest == 10 else str(rest)


def orcid_digit(text: str) -> str:
    """The check digit that belongs to the first fifteen digits; "" where they are not there."""
    digits = re.sub(r"[-\s]", "", ORCID_PREFIX.sub("", text.strip()))
    if not re.fullmatch(r"\d{15}[\dXx]", digits, re.ASCII):
        return ""
    total = 0
    for digit in digits[:15]:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def bare_ror(text: str) -> str:
    """A ROR without its address."""
    return text.strip().rstrip("/").rpartition("/")[2].lower()


def is_ror(text: str) -> bool:
    """A ROR with the right check digits, with or without its address."""
    return _is(idutils.is_ror, f"https://ror.org/{bare_ror(text)}")


def plain_orcid(text: str) -> str:
    """An ORCID as Zenodo writes it: four groups, without its address."""
    digits = re.sub(r"[-\s]", "", ORCID_PREFIX.sub("", text.strip())).upper()
    return "-".join(digits[n : n + 4] for n in range(0, 16, 4)) if len(digits) == 16 else text


@lru_cache(maxsize=4096)
def schemes(text: str) -> tuple[str, ...]:
    """The kinds of identifier that Zenodo sees in a text, the first one is what it takes."""
    try:
        found = idutils.detect_identifier_schemes(text)
    except (ValueError, IndexError, TypeError):
        return ()
    return tuple(one for one in found if one in SCHEMES)
