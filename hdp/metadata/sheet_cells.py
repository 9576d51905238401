"""The cells of a spreadsheet as they are shown: whole numbers, dates, leading zeros."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import python_calamine

from hdp.sdk import InvalidInput

_MAX_UNPACKED = 2_000_000_000
_MAX_FORMATTED_ROWS = 20_000
_PADDED = re.compile(r"0{2,}$")
_PADDED_STYLE = re.compile(rb'formatCode="0{2,}"')


def read_cells(path: Path, data: bytes, sheet: str | None) -> tuple[str, list[list[str]]]:
    """The name of the sheet read (the first where none is named) and all its rows."""
    padded = _check_zip(path, data)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        name = _choose(path, book.sheet_names, sheet)
        values = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        hint = "Open it in a spreadsheet program and save it again, or save it as CSV."
        raise _wrong(path, f"{path.name} is no readable spreadsheet: {error}.", hint) from error
    rows = [[shown(one) for one in row] for row in values]
    if padded and len(rows) <= _MAX_FORMATTED_ROWS:
        _pad(rows, data, name)
    return name, rows


def _check_zip(path: Path, data: bytes) -> bool:
    """Whether numbers are shown with leading zeros; refuses what would unpack without end."""
    if path.suffix.lower() in (".xls",):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(one.file_size for one in archive.infolist()) > _MAX_UNPACKED:
                raise _wrong(path, f"{path.name} unpacks to over 2 GB.", "Save it as CSV.")
            if "xl/styles.xml" not in archive.namelist():
                return False
            return bool(_PADDED_STYLE.search(archive.read("xl/styles.xml")))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        hint = "It may be damaged, or a CSV with a wrong ending. Save it again."
        raise _wrong(path, f"{path.name} is no spreadsheet file.", hint) from error


def _choose(path: Path, names: list[str], sheet: str | None) -> str:
    if not names:
        raise _wrong(path, f"{path.name} has no sheets.", "Choose another file.")
    if sheet is None:
        return names[0]
    if sheet not in names:
        hint = f"It has: {', '.join(names)}."
        raise _wrong(path, f"{path.name} has no sheet {sheet}.", hint)
    return sheet


def shown(value: Any) -> str:
    """A cell's value as a person reads it; dates as YYYY-MM-DD."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _pad(rows: list[list[str]], data: bytes, sheet: str) -> None:
    import openpyxl  # type: ignore[import-untyped,unused-ignore]

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        for cells in book[sheet].iter_rows():
            for cell in cells:
                code = getattr(cell, "number_format", "") or ""
                if _PADDED.match(code) and isinstance(cell.value, int | float):
                    row, column = cell.row - 1, cell.column - 1
                    rows[row][column] = rows[row][column].zfill(len(code))
    finally:
        book.close()


def _wrong(path: Path, message: str, hint: str) -> InvalidInput:
    return InvalidInput(message, code="table", hint=hint, where={"table": str(path)})
