"""What is said where no row of the table surely belongs to an item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hdp.metadata.keys import MEANINGS
from hdp.metadata.rules import ItemFacts
from hdp.sdk import Finding

_MOST = 5


def no_row(table: str, column: str, item: ItemFacts) -> Finding:
    """Nothing in the table comes near."""
    name = item.filename or item.key
    message = f'No row of {table} has "{name}" in the column {column}.'
    hint = "Add a row, correct the cell, or choose another key column."
    return Finding("error", "no-row", message, hint, _where(table, column, item), {"name": name})


def differs(
    table: str, column: str, item: ItemFacts, cell: str, numbers: Sequence[int],
    ways: Sequence[str], wanted: Sequence[str],
) -> Finding:  # fmt: skip
    """One key comes near: how it may be accepted; `wanted` are the ways to be written then."""
    name = item.filename or item.key
    meant = " and ".join(MEANINGS[one] for one in ways)
    message = (
        f'No row of {table} has "{name}" in the column {column}; row {numbers[0]} has "{cell}",'
        f" which differs {meant}."
    )
    hint = f"If that is meant, write loosely: [{', '.join(wanted)}] at the mapping's key."
    where = _where(table, column, item) | {"row": numbers[0]}
    args = {
        "name": name, "cell": cell, "rows": list(numbers), "ways": list(ways),
        "accept": {"loosely": list(wanted)},
    }  # fmt: skip
    return Finding("error", "key-differs", message, hint, where, args)


def ambiguous(
    table: str, column: str, item: ItemFacts, near: Sequence[tuple[str, Sequence[int]]]
) -> Finding:
    """Several keys come equally near: none is taken, whatever is accepted."""
    name = item.filename or item.key
    shown = ", ".join(f'"{cell}" (row {numbers[0]})' for cell, numbers in near[:_MOST])
    more = f" and {len(near) - _MOST} more" if len(near) > _MOST else ""
    message = f'Several rows of {table} could be meant by "{name}": {shown}{more}.'
    hint = f"Write the name in the column {column} of the right row exactly as the file has it."
    where = _where(table, column, item) | {"row": near[0][1][0]}
    args = {"name": name, "rows": [number for _, numbers in near for number in numbers]}
    return Finding("error", "key-ambiguous", message, hint, where, args)


def _where(table: str, column: str, item: ItemFacts) -> dict[str, Any]:
    where: dict[str, Any] = {"table": table, "column": column}
    if item.id is not None:
        where["item"] = item.id
    return where
