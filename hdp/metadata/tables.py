"""Tables as the person sees them: every cell a text, every row with its number in the sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hdp.metadata import csv_cells, sheet_cells
from hdp.metadata.cells import Cells, SheetInfo
from hdp.metadata.sources import read_with_source
from hdp.metadata.table_file import is_spreadsheet, read_bytes, wrong
from hdp.metadata.table_header import column_letter, find_header, unique_names
from hdp.sdk import Finding

__all__ = ["Peek", "SheetInfo", "Table", "column_letter", "peek", "read_table", "sheets"]
_WITH_PLUGIN = (".json", ".geojson", ".jsonl")
_BEYOND = 100  # rows read beyond those asked for, in case the names stand further down


@dataclass(frozen=True)
class Table:
    """Columns and rows of texts; blank rows are left out, `numbers` keeps the rows' places.

    `digest` is a SHA-256 of what the cells say: saving the file anew does not change it.
    `not_as_shown` are the columns whose number formats could not be read.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    path: Path = Path()
    sheet: str = ""
    digest: str = ""
    findings: tuple[Finding, ...] = ()
    numbers: Sequence[int] = field(default_factory=list)
    header: int = 1
    encoding: str = ""
    separator: str = ""
    not_as_shown: frozenset[str] = frozenset()

    def row_number(self, index: int) -> int:
        """The number the person sees beside row `index`, the sheet's first row being 1."""
        return self.numbers[index] if index < len(self.numbers) else index + 2

    def cells(self, index: int) -> dict[str, str]:
        """Row `index` by column name."""
        return dict(zip(self.columns, self.rows[index], strict=False))


@dataclass(frozen=True)
class Peek:
    """The first rows of a table, and how it was read; `numbers` are the rows' places.

    `findings` are those of the rows read, not of the whole table.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int]
    sheets: tuple[SheetInfo, ...]
    sheet: str
    encoding: str
    separator: str
    header: int
    findings: tuple[Finding, ...]


def read_table(
    path: Path,
    *,
    sheet: str | None = None,
    header: int | None = 1,
    encoding: str | None = None,
    separator: str | None = None,
) -> Table:
    """The table in a CSV, TSV or spreadsheet file.

    `header` is the row of the names, from 1, or None to have it found. InvalidInput says what is
    wrong with a file that holds no table.
    """
    table = _table(path, _cells(path, sheet, encoding, separator, None), header)
    if not table.rows:
        raise wrong(
            path,
            f"{path.name} has column names and no rows.",
            "Fill in a row for each item, or choose another sheet.",
        )
    return table


def peek(
    path: Path,
    *,
    sheet: str | None = None,
    header: int | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    rows: int = 50,
) -> Peek:
    """The first rows of a table however large it is, read as `read_table` reads them."""
    cells = _cells(path, sheet, encoding, separator, rows + _BEYOND + (header or 0))
    table = _table(path, cells, header)
    return Peek(
        table.columns, table.rows[:rows], table.numbers[:rows], cells.sheets, cells.sheet,
        cells.encoding, cells.separator, table.header, table.findings,
    )  # fmt: skip


def sheets(path: Path) -> tuple[SheetInfo, ...]:
    """The sheets of a workbook with their sizes; none for a text table."""
    data = read_bytes(path)
    return sheet_cells.list_sheets(path, data) if is_spreadsheet(path, data) else ()


def _cells(
    path: Path,
    sheet: str | None,
    encoding: str | None,
    separator: str | None,
    most_rows: int | None,
) -> Cells:
    given = None if sheet is not None else read_with_source(path, most_rows)
    if given is not None:
        return given
    data = read_bytes(path)
    if is_spreadsheet(path, data):
        return sheet_cells.read_cells(path, data, sheet, most_rows)
    if sheet is not None:
        raise wrong(path, f"{path.name} has no sheets.", "Leave the sheet out.")
    if path.suffix.lower() in _WITH_PLUGIN and data.lstrip()[:1] in (b"[", b"{"):
        message = f"{path.name} is JSON, which no plugin that is switched on reads as a table."
        raise wrong(path, message, "Switch one on under Plugins, or save it as CSV (UTF-8).")
    return csv_cells.read_cells(path, data, encoding, separator, most_rows)


def _table(path: Path, cells: Cells, header: int | None) -> Table:
    start = _header_row(path, cells, header)
    kept = _columns(path, cells, start)
    _fill_merged(cells, start)
    numbered = list(_rows(cells, start, list(kept)))
    names = tuple(kept.values())
    rows = [row for _, row in numbered]
    return Table(
        columns=names,
        rows=rows,
        path=path,
        sheet=cells.sheet,
        digest=_digest(names, rows),
        findings=tuple(cells.notes.findings(path, kept, start + 1)),
        numbers=[number for number, _ in numbered],
        header=start,
        encoding=cells.encoding,
        separator=cells.separator,
        not_as_shown=frozenset() if cells.as_shown else frozenset(names),
    )


def _header_row(path: Path, cells: Cells, header: int | None) -> int:
    found = 1 if cells.named else find_header(cells.rows)
    if header is None:
        if found > 1:
            cells.notes.note("header-found", found)
        return found
    if header < 1:
        raise wrong(path, f"There is no row {header}.", "Rows are counted from 1.")
    if header > len(cells.rows):
        message = (
            f"{path.name} has {len(cells.rows)} rows; the column names are not in row {header}."
        )
        raise wrong(path, message, "Name the row that holds the column names.")
    if found > header and sum(bool(one.strip()) for one in cells.rows[header - 1]) == 1:
        cells.notes.note("header-doubtful", header, text=f"row {found}")
    return header


def _columns(path: Path, cells: Cells, start: int) -> dict[int, str]:
    """Column names by their places; a column without name and cells is left out."""
    row = cells.rows[start - 1] if cells.rows else ()
    given = [" ".join(one.split()) for one in row]
    if not any(given):
        message = f"Row {start} of {path.name} holds no column names."
        raise wrong(path, message, "Name the row that holds them.")
    filled = _filled(cells.rows[start:], [n for n, name in enumerate(given) if not name])
    kept = {
        place: name
        for place, name in enumerate(unique_names(given))
        if given[place] or place in filled
    }
    for place, name in kept.items():
        if not given[place]:
            cells.notes.note("empty-column", None, place)
        elif name != given[place]:
            cells.notes.note("duplicate-column", None, place, given[place])
    return kept


def _filled(rows: Sequence[Sequence[str]], columns: list[int]) -> set[int]:
    """Those of the columns that hold something in some row."""
    left, found = set(columns), set()
    for row in rows:
        if not left:
            break
        found |= {one for one in left if one < len(row) and row[one].strip()}
        left -= found
    return found


def _fill_merged(cells: Cells, start: int) -> None:
    """The value of cells merged downwards in each of their rows, as the person sees it."""
    filled: dict[int, int] = {}  # column -> last row: merged cells never overlap in sound files
    for first, column, last in sorted(cells.merged):
        if last <= first or not max(start, filled.get(column, 0)) <= first < len(cells.rows):
            continue
        filled[column] = last + 1
        value = cells.rows[first][column] if column < len(cells.rows[first]) else ""
        if not value:
            continue
        cells.notes.note("merged-cells", first + 1, column)
        for row in cells.rows[first + 1 : last + 1]:
            if isinstance(row, list) and column < len(row):
                row[column] = value


def _rows(cells: Cells, start: int, kept: list[int]) -> Iterator[tuple[int, Sequence[str]]]:
    width, text = len(cells.rows[start - 1]), bool(cells.separator)
    whole = kept == list(range(width))
    for number, row in enumerate(cells.rows[start:], start + 1):
        if not "".join(row).strip():
            continue
        if len(row) > width and any(one.strip() for one in row[width:]):
            cells.notes.note("extra-cells", number)
        if len(row) < width:
            if text and len(row) <= kept[-1]:
                cells.notes.note("missing-cells", number)
            row = [*row, *([""] * (width - len(row)))]
        yield number, row if whole and len(row) == width else [row[place] for place in kept]


def _digest(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    found = hashlib.sha256()
    for row in (columns, *rows):
        found.update("\x1f".join(row).encode("utf-8", "surrogatepass"))
        found.update(b"\x1e")
    return found.hexdigest()
