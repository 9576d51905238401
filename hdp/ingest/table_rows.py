"""Rows of the table that says what belongs together, and the files that they name."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hdp.ingest.keys import MOST_TOLD
from hdp.ingest.names import basename, fold, stem_of
from hdp.ingest.options import ScanOptions
from hdp.sdk import Finding

_HINT = "Look whether the file was renamed, moved or not copied, or correct the table."
_HINT_OUT = "Choose its extension, or the subfolders too, if it belongs to the collection."


def rows_without_file(
    options: ScanOptions, there: Iterable[str], taken: Collection[str]
) -> list[Finding]:
    """The rows that name no file, or one that is in no item; each name once, by its first row.

    `there` are the relpaths of all files of the folder, `taken` those of the items.
    """
    if not options.table_rows:
        return []
    listed, used = _names(there), _names(taken)
    missed = [one for one in options.table_rows.items() if fold(one[0]) not in used]
    gone = [(name, row) for name, row in missed if fold(name) not in listed]
    out = [(name, row) for name, row in missed if fold(name) in listed]
    return [
        *_told(options, "row-without-file", gone, "that was not found", _HINT),
        *_told(options, "row-left-out", out, "that is in no item", _HINT_OUT),
    ]


def _names(paths: Iterable[str]) -> set[str]:
    """Names and stems without case and Unicode form, as rows are looked up."""
    names = {basename(one) for one in paths}
    return {fold(one) for name in names for one in (name, stem_of(name))}


def _told(
    options: ScanOptions, code: str, rows: list[tuple[str, int]], what: str, hint: str
) -> list[Finding]:
    table = options.table.name if options.table else ""
    place = {"table": table, "column": options.key}
    shown = [
        Finding(
            "warning", code, f"Row {row} of {table} names {name}, a file {what}.", hint,
            {**place, "row": row}, {"name": name},
        )
        for name, row in rows[:MOST_TOLD]
    ]  # fmt: skip
    if rest := len(rows) - len(shown):
        many = "1 more row names" if rest == 1 else f"{rest} more rows each name"
        message = f"{many} a file {what}."
        shown.append(Finding("warning", code, message, hint, place, {"count": rest}))
    return shown
