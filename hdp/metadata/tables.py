"""Tables as the person sees them: every cell a text, every row with its number in the sheet."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hdp.metadata import csv_cells, sheet_cells
from hdp.sdk import Finding, InvalidInput, NotFound

_SHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".xlsb")
_MAX_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Table:
    """Columns and rows of texts; blank rows are left out, `numbers` keeps the rows' places.

    `digest` is the SHA-256 of the file.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    path: Path = Path()
    sheet: str = ""
    digest: str = ""
    findings: tuple[Finding, ...] = ()
    numbers: Sequence[int] = field(default_factory=list)

    def row_number(self, index: int) -> int:
        """The number the person sees beside row `index`, the sheet's first row being 1."""
        return self.numbers[index] if index < len(self.numbers) else index + 2

    def cells(self, index: int) -> dict[str, str]:
        """Row `index` by column name."""
        return dict(zip(self.columns, self.rows[index], strict=False))


def read_table(
    path: Path,
    *,
    sheet: str | None = None,
    header: int = 1,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    """The table in a CSV, TSV or spreadsheet file; `header` is the row of the names, from 1.

    InvalidInput says what is wrong with a file that holds no table.
    """
    data = _read(path)
    findings: list[Finding] = []
    if path.suffix.lower() in _SHEETS:
        name, records = sheet_cells.read_cells(path, data, sheet)
    else:
        if sheet is not None:
            raise _wrong(path, f"{path.name} has no sheets.", "Leave the sheet out.")
        if data.startswith(b"PK\x03\x04"):
            raise _wrong(path, f"{path.name} is a spreadsheet.", "Name it .xlsx or .ods.")
        name, records = "", csv_cells.read_cells(path, data, encoding, delimiter)
    columns, start = _header(path, records, header)
    numbered = list(_rows(records[start:], start, len(columns), findings, path))
    if not numbered:
        raise _wrong(
            path,
            f"{path.name} has column names and no rows.",
            "Fill in a row for each item, or choose another sheet.",
        )
    return Table(
        columns=columns,
        rows=[cells for _, cells in numbered],
        path=path,
        sheet=name,
        digest=hashlib.sha256(data).hexdigest(),
        findings=tuple(findings),
        numbers=[number for number, _ in numbered],
    )


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise _wrong(path, f"{path} is a folder, not a table.", "Choose the file itself.")
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _wrong(path, f"{path.name} is over 1 GB.", "Split the table.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotFound(
            f"There is no table {path}.", hint="Choose it again.", where={"table": str(path)}
        ) from None
    except OSError as error:
        why = error.strerror or str(error)
        raise _wrong(path, f"{path.name} cannot be read: {why}.", "Check it.") from error
    if not data.strip():
        raise _wrong(path, f"{path.name} is empty.", "Choose a file with a row of column names.")
    return data


def _wrong(path: Path, message: str, hint: str) -> InvalidInput:
    return InvalidInput(message, code="table", hint=hint, where={"table": str(path)})


def _header(path: Path, records: list[list[str]], header: int) -> tuple[tuple[str, ...], int]:
    if header < 1:
        raise _wrong(path, f"There is no row {header}.", "Rows are counted from 1.")
    if header > len(records):
        message = f"{path.name} has {len(records)} rows; the column names are not in row {header}."
        raise _wrong(path, message, "Name the row that holds the column names.")
    names = [" ".join(one.split()) for one in records[header - 1]]
    while names and not names[-1] and not _has_data(records[header:], len(names) - 1):
        names.pop()
    if not any(names):
        raise _wrong(
            path,
            f"Row {header} of {path.name} holds no column names.",
            "Name the row that holds them.",
        )
    return _unique(names), header


def _has_data(records: list[list[str]], column: int) -> bool:
    return any(column < len(one) and one[column].strip() for one in records)


def _unique(names: list[str]) -> tuple[str, ...]:
    """Names for all columns: a repeated one is numbered, an empty one named by its letter."""
    seen: Counter[str] = Counter()
    taken = set(names)
    unique = []
    for position, given in enumerate(names):
        name = given or f"Column {column_letter(position)}"
        seen[name] += 1
        while seen[name] > 1 and f"{name}#{seen[name]}" in taken:
            seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(unique)


def column_letter(position: int) -> str:
    """The letters of a column as spreadsheets show them, `position` from 0."""
    letters, rest = "", position + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def _rows(
    records: list[list[str]], start: int, width: int, findings: list[Finding], path: Path
) -> Iterator[tuple[int, list[str]]]:
    for position, record in enumerate(records):
        if not any(one.strip() for one in record):
            continue
        number = start + position + 1
        if any(one.strip() for one in record[width:]):
            message = f"Row {number} has more cells than there are columns."
            hint = "Look for an unquoted separator; the cells beyond the last column are not used."
            where = {"table": path.name, "row": number}
            findings.append(Finding("warning", "extra-cells", message, hint, where))
        yield number, [*record[:width], *([""] * (width - len(record)))]
