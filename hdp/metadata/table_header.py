"""The row of a table that holds the names of its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_LOOK_AT = 50
_NUMBER = re.compile(r"[-+]?[\d.,/:\- ]+%?")


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The row (from 1) that looks most like names: nearly as wide as the table, texts, few repeats.

    The first row that is not blank where none does.
    """
    numbered = [(n, _filled(row)) for n, row in enumerate(rows[:_LOOK_AT], 1) if any(row)]
    numbered = [(n, cells) for n, cells in numbered if cells]
    if not numbered:
        return 1
    width = max(len(cells) for _, cells in numbered)
    for number, cells in numbered:
        if len(cells) >= max(1, 0.6 * width) and _like_names(cells):
            return number
    return numbered[0][0]


def _filled(row: Sequence[str]) -> list[str]:
    return [one.strip() for one in row if one.strip()]


def _like_names(cells: list[str]) -> bool:
    texts = [one for one in cells if not _NUMBER.fullmatch(one) and len(one) <= 80]
    # Names are repeated now and then; a row with most of its cells twice is none of names.
    return len(texts) >= 0.8 * len(cells) and len(set(cells)) >= 0.6 * len(cells)


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names for all columns: a repeated one is numbered, an empty one named by its letter."""
    given = {one for one in names if one}
    numbers: Counter[str] = Counter()
    unique: dict[str, None] = {}
    for position, text in enumerate(names):
        name = text or f"Column {column_letter(position)}"
        numbers[name] += 1
        numbered = name
        if name in unique or (not text and name in given):
            while (numbered := f"{name}#{max(2, numbers[name])}") in unique or numbered in given:
                numbers[name] = max(2, numbers[name]) + 1
        unique[numbered] = None
    return tuple(unique)


def column_letter(position: int) -> str:
    """The letters of a column as spreadsheets show them, `position` from 0."""
    letters, rest = "", position + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
