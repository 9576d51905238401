"""What is odd about a table, counted where it was met and told once for each column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from hdp.sdk import Finding

_MOST_ROWS = 20
_Severity = Literal["error", "warning", "info"]

# code -> severity, sentence, hint. {n} is how often, {text} the first cell's text.
_SENTENCES: dict[str, tuple[_Severity, str, str]] = {
    "hidden-rows": (
        "warning", "{n} hidden: the sheet does not show row {rows}.",
        "They are read like all others. Show them, or delete them if they are not meant.",
    ),
    "filtered-rows": (
        "warning", "{n} filtered out: the sheet does not show row {rows}.",
        "They are read like all others. Take the filter away to see them.",
    ),
    "hidden-columns": (
        "warning", "The column {column} is hidden in the sheet.",
        "It can be used like all others. Show it, or leave it out of the mapping.",
    ),
    "merged-cells": (
        "info", "Merged cells: the value of the first row counts for all of them (row {rows}).",
        "Split the cells and fill in each row if that is not meant.",
    ),
    "formula-without-value": (
        "warning", "{n} with a formula whose result is not in the file; read as empty.",
        "Open the table in a spreadsheet program and save it: then the results are in it.",
    ),
    "error-cell": (
        "warning", "{n} with an error such as {text}.",
        "Correct the formula or type in the value; errors of a sheet are read as empty cells.",
    ),
    "number-looks-like-date": (
        "warning", "{n} that the spreadsheet holds as a date, perhaps by mistake (“{text}”).",
        "If it is no date, format the column as text and type it in again.",
    ),
    "date-before-1900": (
        "warning", "{n} with a date before 1900 (“{text}”), which not every program shows alike.",
        "Compare it with the sheet; as text (1890-05-01) it is the same everywhere.",
    ),
    "date-impossible": (
        "warning", "{n} formatted as a date that does not exist (“{text}”).",
        "Correct the cell.",
    ),
    "long-number": (
        "warning", "{n} with a number of more than 15 digits (“{text}”).",
        "Spreadsheets round such numbers. Format the column as text and type it in again.",
    ),
    "display-unknown": (
        "info", "Numbers of this kind of file are read without their format.",
        "Leading zeros may be missing. Save it as XLSX to have them read as shown.",
    ),
    "extra-cells": (
        "warning", "{n} with more cells than there are columns (row {rows}).",
        "Look for an unquoted separator; the cells beyond the last column are not used.",
    ),
    "missing-cells": (
        "info", "{n} with fewer cells than there are columns (row {rows}); the rest is empty.",
        "Look for a line break or a quotation mark that is not closed.",
    ),
    "odd-quotes": (
        "warning", "Row {rows} has text after a closing quotation mark.",
        "Write a quotation mark within a quoted cell twice. Compare the row with the table.",
    ),
    "control-characters": (
        "warning", "{n} with characters that cannot be seen (NUL); they were taken out.",
        "Export the table again from its program.",
    ),
    "encoding-guessed": (
        "warning", "The file does not say its encoding; it was read as {text}.",
        "Look at the letters there. If they are wrong, choose another encoding and read it again.",
    ),
    "encoding-mixed": (
        "warning", "Most of the file is UTF-8; {n} not and were read as Windows-1252 (“{text}”).",
        "Look at the letters there, and save the table as CSV (UTF-8).",
    ),
    "encoding-doubtful": (
        "warning", "The text looks as if it had been read in a wrong encoding before (“{text}”).",
        "Go back to the table it was made from and save that as CSV (UTF-8).",
    ),
    "header-found": (
        "info", "The names of the columns were found in row {rows}.",
        "Choose another row if they stand elsewhere.",
    ),
    "header-doubtful": (
        "warning", "Row {rows} was read as the names of the columns; {text} looks more like them.",
        "Say which row holds the names.",
    ),
    "duplicate-column": (
        "warning", "Several columns have the name {text}; a later one is called {column}.",
        "Give each column a name of its own.",
    ),
    "empty-column": (
        "info", "A column with cells has no name; it is called {column}.",
        "Give it a name in the table.",
    ),
    "other-sheets": (
        "info", "The sheet {text} was read, the first that is shown.",
        "Choose another sheet if the rows stand there.",
    ),
    "extension-differs": (
        "info", "The file is {text}, though its name says otherwise; it was read as what it is.",
        "Give it the right ending.",
    ),
}  # fmt: skip
_ROW = ("row", "rows")
_WORDS = {"encoding-mixed": ("line is", "lines are"), "hidden-rows": _ROW, "filtered-rows": _ROW,
          "extra-cells": _ROW, "missing-cells": _ROW}  # fmt: skip


@dataclass
class Note:
    """One kind of oddity in one column: how often, the first rows, an example."""

    count: int = 0
    rows: list[int] = field(default_factory=list)
    text: str = ""


@dataclass
class Notes:
    """Collects oddities by code and column (its place from 0, None for the whole row)."""

    found: dict[tuple[str, int | None], Note] = field(default_factory=dict)

    def note(
        self, code: str, row: int | None = None, column: int | None = None, text: str = ""
    ) -> None:
        """Remember one; `row` as the person counts, from 1."""
        one = self.found.setdefault((code, column), Note())
        one.count += 1
        if row is not None and len(one.rows) < _MOST_ROWS:
            one.rows.append(row)
        one.text = one.text or text

    def findings(self, path: Path, columns: Mapping[int, str], first_row: int) -> Iterator[Finding]:
        """A finding for each kind and column; those of cells above the first row are left out.

        `columns` are the names by the columns' places; oddities of others are left out, too.
        """
        for (code, column), one in self.found.items():
            if column is not None and column not in columns:
                continue
            name = columns[column] if column is not None else ""
            if name and one.rows and one.rows[-1] < first_row and one.count == len(one.rows):
                continue
            yield _finding(path, code, one, name)


def _finding(path: Path, code: str, one: Note, column: str) -> Finding:
    severity, sentence, hint = _SENTENCES[code]
    single, many = _WORDS.get(code, ("cell", "cells"))
    message = sentence.format(
        n=f"{one.count} {single if one.count == 1 else many}",
        rows=_listed(one), text=one.text, column=column,
    )  # fmt: skip
    where: dict[str, object] = {"table": path.name}
    if one.rows:
        where["line" if code.startswith("encoding") else "row"] = one.rows[0]
    if column:
        where["column"] = column
        if "{column}" not in sentence:
            message = f"{column}: {message}"
    return Finding(severity, code, message, hint, where,
                   {"count": one.count, "rows": tuple(one.rows), "text": one.text})  # fmt: skip


def _listed(one: Note) -> str:
    shown = ", ".join(str(row) for row in one.rows[:5])
    return f"{shown} ..." if one.count > 5 else shown
