"""In what a key cell and a name may differ and still mean the same file; never taken unasked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# In the order in which they are told: from the smallest difference to the largest.
WAYS = ("form", "case", "extension", "signs", "part")
MEANINGS = {
    "form": "in the way its characters or blanks are stored",
    "case": "in capital and small letters",
    "extension": "in the extension",
    "signs": "in signs such as / - _ and blanks",
    "part": "in what the file name has after it",
}
# "1972.034" has no extension: one begins with a letter, and is no whole word.
_EXTENSION = re.compile(r"(?<=.)\.[A-Za-z][A-Za-z0-9]{0,4}$")
_SIGNS = re.compile(r"[\W_]+")


def tidy(text: str) -> str:
    """The text without differences of Unicode form and of blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def without_extension(text: str) -> str:
    """The text without the extension of a file name, where it has one."""
    return _EXTENSION.sub("", text)


def signless(text: str) -> str:
    """The text with one `_` for all signs and blanks between its letters and digits."""
    return _SIGNS.sub("_", tidy(text).casefold()).strip("_")


def forms(text: str) -> list[str]:
    """Under what a text is looked up loosely: whole, and without an extension."""
    return list(dict.fromkeys(one for one in (signless(text), signless(without_extension(text)))
                              if one))  # fmt: skip


def beginnings(text: str) -> Iterator[str]:
    """The beginnings of a name that end where one of its parts does, the longest first.

    `1972_034_01` begins with `1972_034`; one without a digit would say too little.
    """
    parts = signless(without_extension(text)).split("_")
    for end in range(len(parts) - 1, 0, -1):
        beginning = "_".join(parts[:end])
        if any(one.isdigit() for one in beginning):
            yield beginning


def differences(cell: str, name: str) -> tuple[str, ...]:
    """In which ways a cell and a name differ; () where they do not, all where not only in these."""
    ways: list[str] = []
    if cell == name:
        return ()
    if tidy(cell) != cell or tidy(name) != name:
        ways.append("form")
    one, other = tidy(cell), tidy(name)
    if one == other:
        return ("form",)
    bare, whole = without_extension(one), without_extension(other)
    if bare.casefold() == whole.casefold() or signless(bare) == signless(whole):
        if one.casefold() != other.casefold() and (bare, whole) != (one, other):
            ends = one[len(bare) :].casefold(), other[len(whole) :].casefold()
            ways += ["extension"] if ends[0] != ends[1] else []
    else:
        ways += ["extension"] if whole != other else []
        ways.append("part")
        whole = _as_long_as(bare, whole)
    if bare.casefold() != whole.casefold():
        ways.append("signs")
    if _letters(bare) != _letters(whole) or one.casefold() == other.casefold():
        ways.append("case")
    return tuple(way for way in WAYS if way in ways) or ("form",)


def _letters(text: str) -> str:
    return _SIGNS.sub("_", text).strip("_")


def _as_long_as(short: str, text: str) -> str:
    """The beginning of a text that says the same as the short one."""
    wanted = signless(short)
    for end in range(1, len(text) + 1):
        if signless(text[:end]) == wanted:
            return text[:end]
    return text
