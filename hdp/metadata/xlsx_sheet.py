"""A sheet of an XLSX file read piece by piece: what its cells show, what of it is hidden.

Only what the reader of values does not give is kept, so that large sheets stay small.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import IO

from hdp.metadata.cells import Overlay
from hdp.metadata.number_formats import Shown, plain_number
from hdp.metadata.xlsx_book import Book, column_index
from hdp.metadata.xml_stream import Enough, feed, make_parser

_MAX_BYTES = 2_000_000_000
_SPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main ",
    "http://purl.oclc.org/ooxml/spreadsheetml/main ",
)
_REFERENCE = re.compile(r"\$?([A-Z]+)\$?(\d+)")
_TRUE = ("1", "true")
_MAX_COLUMNS = 16_384
_MAX_ROWS = 1_048_576


class SheetReader:
    """Takes a sheet's elements one by one; `overlay` is what it found."""

    def __init__(self, book: Book, most_rows: int | None) -> None:
        self.overlay = Overlay()
        self.cut: int | None = None
        self._book = book
        self._most = most_rows
        self._row = self._column = -1
        self._style = 0
        self._type = ""
        self._formula = self._in_value = self._has_value = False
        self._text: list[str] = []
        self._columns: dict[str, int] = {}
        self._shown: dict[tuple[int, str], Shown] = {}
        self._hidden_rows: list[int] = []
        self._filtered = False
        self._columns_seen = 0  # columns come in order; a file that repeats them is not sound
        by_name: dict[str, Callable[[dict[str, str]], None]] = {
            "row": self._start_row, "c": self._start_cell, "v": self._start_value,
            "f": self._start_formula, "is": self._start_inline, "col": self._start_column,
            "mergeCell": self._start_merge, "filterColumn": self._start_filter,
        }  # fmt: skip
        self._starts = {f"{space}{name}": do for space in _SPACES for name, do in by_name.items()}
        self._values = {f"{space}v" for space in _SPACES}
        self._cells = {f"{space}c" for space in _SPACES}
        self._parser = make_parser(self._start, self._end, self._characters)

    def read(self, file: IO[bytes]) -> Overlay:
        """Read the part; `cut` is then the byte where the row beyond the wanted ones begins."""
        feed(self._parser, file, _MAX_BYTES)
        code = "filtered-rows" if self._filtered else "hidden-rows"
        for row in self._hidden_rows:
            if row < self.overlay.rows:
                self.overlay.notes.note(code, row + 1)
        return self.overlay

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if do := self._starts.get(name):
            do(attributes)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self._row = min(int(number) - 1, _MAX_ROWS) if number.isdigit() else self._row + 1
        self._column = -1
        if self._most is not None and self._row >= self._most:
            self.cut = self._parser.CurrentByteIndex
            raise Enough
        if attributes.get("hidden") in _TRUE:
            self._hidden_rows.append(self._row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            letters = reference.rstrip("0123456789")
            column = self._columns.get(letters)
            if column is None:
                column = self._columns[letters] = min(column_index(letters), _MAX_COLUMNS) - 1
            self._column = column
        style = attributes.get("s", "0")
        self._style = int(style) if style.isdigit() else 0
        self._type = attributes.get("t", "n")
        self._formula = self._has_value = False
        self._text.clear()

    def _start_value(self, attributes: dict[str, str]) -> None:
        self._in_value = True

    def _start_inline(self, attributes: dict[str, str]) -> None:
        self._has_value = True

    def _start_formula(self, attributes: dict[str, str]) -> None:
        self._formula = True

    def _start_column(self, attributes: dict[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if attributes.get("hidden") in _TRUE and first.isdigit() and last.isdigit():
            begin = max(int(first) - 1, self._columns_seen)
            self._columns_seen = min(int(last), _MAX_COLUMNS)
            for column in range(begin, self._columns_seen):
                self.overlay.notes.note("hidden-columns", None, column)

    def _start_merge(self, attributes: dict[str, str]) -> None:
        ends = _REFERENCE.findall(attributes.get("ref", ""))
        if len(ends) == 2:
            (letters, first), (_, last) = ends
            self.overlay.merged.append((int(first) - 1, column_index(letters) - 1, int(last) - 1))

    def _start_filter(self, attributes: dict[str, str]) -> None:
        self._filtered = True

    def _characters(self, text: str) -> None:
        if self._in_value:
            self._text.append(text)

    def _end(self, name: str) -> None:
        if name in self._values:
            self._in_value = False
        elif name in self._cells:
            self._end_cell()

    def _end_cell(self) -> None:
        raw = "".join(self._text)
        overlay, row, column = self.overlay, self._row, self._column
        if raw or self._has_value:
            overlay.meet(row, column)
        if raw:
            if self._type == "n":
                self._end_number(raw)
            elif self._type == "e":
                overlay.put(row, column, "")
                overlay.notes.note("error-cell", row + 1, column, raw)
        elif self._formula and self._type != "str":
            overlay.meet(row, column)
            overlay.notes.note("formula-without-value", row + 1, column)

    def _end_number(self, raw: str) -> None:
        formats = self._book.formats
        one = formats[self._style] if self._style < len(formats) else None
        if one is not None and one.kind != "general":
            key = (self._style, raw)
            shown = self._shown.get(key)
            if shown is None:
                shown = one.show(raw, date1904=self._book.date1904)
                if len(self._shown) < 100_000:
                    self._shown[key] = shown
            self.overlay.put(self._row, self._column, shown.text)
            if one.kind == "date":
                self.overlay.date(self._row, self._column, shown.text)
            if shown.doubt:
                self.overlay.notes.note(shown.doubt, self._row + 1, self._column, shown.text)
        if len(raw) > 15 and (one is None or one.kind != "date"):
            self._end_long(raw)

    def _end_long(self, raw: str) -> None:
        """A number whose last digits a spreadsheet program may have rounded away."""
        try:
            text = plain_number(raw)
        except (ValueError, ArithmeticError):
            return
        if len(text.partition(".")[0].lstrip("-")) > 15:
            self.overlay.put(self._row, self._column, text)
            self.overlay.notes.note("long-number", self._row + 1, self._column, text)
