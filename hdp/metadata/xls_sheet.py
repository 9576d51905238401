"""The cells of an old XLS workbook as they are shown, with what of it is hidden."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlrd  # type: ignore[import-untyped,unused-ignore]

from hdp.metadata.cells import Overlay, SheetInfo
from hdp.metadata.number_formats import NumberFormat, parse_format, plain_number
from hdp.metadata.table_file import wrong


def open_book(path: Path, data: bytes) -> Any:
    """The workbook; InvalidInput where it is damaged or protected."""
    hint = "Open it in a spreadsheet program and save it as XLSX."
    try:
        return xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except Exception as error:  # the reader fails in all ways on damaged files
        if "encrypt" in str(error).lower():
            message = f"{path.name} is protected by a password."
            raise wrong(path, message, "Save it without a password.") from error
        raise wrong(path, f"{path.name} is no readable spreadsheet: {error}.", hint) from error


def sheet_infos(book: Any) -> tuple[SheetInfo, ...]:
    """All sheets with their sizes."""
    return tuple(
        SheetInfo(one.name, one.nrows, one.ncols, one.visibility != 0) for one in book.sheets()
    )


def read_sheet(book: Any, name: str, most_rows: int | None) -> tuple[list[Sequence[str]], Overlay]:
    """All rows of a sheet, or the first of them."""
    sheet = book.sheet_by_name(name)
    reader = _Reader(book, sheet)
    count = sheet.nrows if most_rows is None else min(sheet.nrows, most_rows)
    rows: list[Sequence[str]] = [reader.row(number) for number in range(count)]
    reader.look_around()
    return rows, reader.overlay


class _Reader:
    def __init__(self, book: Any, sheet: Any) -> None:
        self.overlay = Overlay(rows=sheet.nrows, columns=sheet.ncols)
        self._book, self._sheet = book, sheet
        self._formats: dict[int, NumberFormat] = {}

    def row(self, number: int) -> list[str]:
        """The texts of a row, counted from 0."""
        kinds, values = self._sheet.row_types(number), self._sheet.row_values(number)
        return [
            value if kind == xlrd.XL_CELL_TEXT else self._text(number, column, kind, value)
            for column, (kind, value) in enumerate(zip(kinds, values, strict=True))
        ]

    def _text(self, row: int, column: int, kind: int, value: Any) -> str:
        if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
            return ""
        if kind == xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if value else "FALSE"
        if kind == xlrd.XL_CELL_ERROR:
            text = xlrd.error_text_from_code.get(value, "#ERR")
            self.overlay.notes.note("error-cell", row + 1, column, text)
            return ""
        return self._number(row, column, value)

    def _number(self, row: int, column: int, value: float) -> str:
        raw = repr(value)
        one = self._format(row, column)
        shown = one.show(raw, date1904=bool(self._book.datemode))
        if one.kind == "date":
            self.overlay.date(row, column, shown.text)
        if shown.doubt:
            self.overlay.notes.note(shown.doubt, row + 1, column, shown.text)
        elif abs(value) >= 1e15:
            self.overlay.notes.note("long-number", row + 1, column, plain_number(raw))
        return shown.text

    def _format(self, row: int, column: int) -> NumberFormat:
        style = self._sheet.cell_xf_index(row, column)
        if style not in self._formats:
            key = self._book.xf_list[style].format_key
            code = self._book.format_map[key].format_str
            self._formats[style] = parse_format(code)
        return self._formats[style]

    def look_around(self) -> None:
        """Note what is hidden and which cells are merged."""
        notes = self.overlay.notes
        for number, one in sorted(self._sheet.rowinfo_map.items()):
            if one.hidden and number < self._sheet.nrows:
                notes.note("hidden-rows", number + 1)
        for number, one in sorted(self._sheet.colinfo_map.items()):
            if one.hidden:
                notes.note("hidden-columns", None, number)
        for first, last, column, _ in self._sheet.merged_cells:
            self.overlay.merged.append((first, column, last - 1))
