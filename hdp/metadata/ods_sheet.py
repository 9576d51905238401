"""A sheet of an ODS file read piece by piece: what its cells show, what of it is hidden."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from hdp.metadata.cells import MAX_CELLS, Overlay, SheetInfo
from hdp.metadata.number_formats import plain_number
from hdp.metadata.xml_stream import feed, make_parser

_MAX_BYTES = 2_000_000_000
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_MAX_REPEATED = 1_048_576
_GROUPS = re.compile(r"\d+")
_TIME = re.compile(r"PT(\d+)H(\d+)M(\d+)")


@dataclass
class _Cell:
    kind: str = ""
    value: str = ""
    formula: bool = False
    repeated: int = 1
    spanned: int = 1


def is_encrypted(archive: zipfile.ZipFile) -> bool:
    """Whether the cells are protected by a password."""
    try:
        with archive.open("META-INF/manifest.xml") as file:
            return b"encryption-data" in file.read(10_000_000)
    except KeyError:
        return False


def read_overlay(
    archive: zipfile.ZipFile, sheet: str | None
) -> tuple[Overlay, tuple[SheetInfo, ...]]:
    """What the cells of a sheet show (the first shown one for None), and all sheets' sizes."""
    reader = _read(archive, sheet)
    found = reader.sheets()
    if sheet is None and reader.wanted is None and found:
        reader = _read(archive, found[0].name)  # all are hidden
    return reader.overlay, tuple(found)


def _read(archive: zipfile.ZipFile, sheet: str | None) -> _Reader:
    reader = _Reader(sheet)
    with archive.open("content.xml") as file:
        feed(reader.parser, file, _MAX_BYTES)
    return reader


class _Reader:
    """Takes the elements one by one; of the sheet named, all cells that are no plain text."""

    def __init__(self, sheet: str | None) -> None:
        self.overlay = Overlay()
        self.parser = make_parser(self._start, self._end, self._characters)
        self.wanted = sheet
        self._found: list[tuple[SheetInfo, str]] = []
        self._hidden_styles: set[str] = set()
        self._style = self._table = ""
        self._row = self._column = self._columns = self._depth = 0
        self._rows_repeated = self._width = self._height = 0
        self._visibility = ""
        self._cell: _Cell | None = None
        self._text: list[str] = []
        self._paragraph = False

    def sheets(self) -> list[SheetInfo]:
        """The sheets met, hidden ones marked."""
        return [replace(one, hidden=style in self._hidden_styles) for one, style in self._found]

    def _start(self, name: str, found: dict[str, str]) -> None:
        if name in _CELLS:
            self._start_cell(found)
        elif name == f"{_TABLE}table-row":
            self._start_row(found)
        elif name == f"{_TEXT}p":
            self._paragraph = not self._text
        elif name == f"{_TABLE}table-column":
            self._start_column(found)
        elif name == f"{_TABLE}table":
            self._start_table(found)
        elif name == f"{_STYLE}style":
            self._style = found.get(f"{_STYLE}name", "")
        elif name == f"{_STYLE}table-properties" and found.get(f"{_TABLE}display") == "false":
            self._hidden_styles.add(self._style)

    def _start_table(self, found: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._table = found.get(f"{_TABLE}name", "")
            style = found.get(f"{_TABLE}style-name", "")
            self._found.append((SheetInfo(self._table), style))
            if self.wanted is None and style not in self._hidden_styles:
                self.wanted = self._table
            self._row = self._columns = self._width = self._height = 0

    def _start_column(self, found: dict[str, str]) -> None:
        count = _repeated(found, "number-columns-repeated")
        if found.get(f"{_TABLE}visibility") in ("collapse", "filter") and self._mine():
            for column in range(self._columns, min(self._columns + count, 16_384)):
                self.overlay.notes.note("hidden-columns", None, column)
        self._columns += count

    def _start_row(self, found: dict[str, str]) -> None:
        self._column = 0
        self._rows_repeated = _repeated(found, "number-rows-repeated")
        self._visibility = found.get(f"{_TABLE}visibility", "")

    def _start_cell(self, found: dict[str, str]) -> None:
        kind = found.get(f"{_CALC}value-type") or found.get(f"{_OFFICE}value-type", "")
        value = next((found[f"{_OFFICE}{name}"] for name in ("value", "date-value", "time-value")
                      if f"{_OFFICE}{name}" in found), "")  # fmt: skip
        self._cell = _Cell(
            kind, value, f"{_TABLE}formula" in found, _repeated(found, "number-columns-repeated"),
            _repeated(found, "number-rows-spanned"),
        )  # fmt: skip
        self._text = []

    def _characters(self, text: str) -> None:
        if self._paragraph and self._cell is not None:
            self._text.append(text)

    def _end(self, name: str) -> None:
        if name == f"{_TEXT}p":
            self._paragraph = False
        elif name in _CELLS:
            self._end_cell()
        elif name == f"{_TABLE}table-row":
            self._end_row()
        elif name == f"{_TABLE}table":
            self._depth -= 1
            if self._depth == 0:
                info, style = self._found[-1]
                info = replace(info, rows=self._height, columns=self._width)
                self._found[-1] = (info, style)

    def _end_row(self) -> None:
        hidden = self._visibility in ("collapse", "filter")
        if hidden and self._mine() and self._row < self.overlay.rows:
            code = "filtered-rows" if self._visibility == "filter" else "hidden-rows"
            last = min(self._row + self._rows_repeated, self.overlay.rows)
            for row in range(self._row, last):
                self.overlay.notes.note(code, row + 1)
        self._row = min(self._row + self._rows_repeated, _MAX_REPEATED)

    def _mine(self) -> bool:
        return self._depth == 1 and self._table == self.wanted

    def _end_cell(self) -> None:
        cell = self._cell or _Cell()
        self._cell = None
        text = "".join(self._text)
        if (text or cell.kind) and self._depth == 1:
            self._height = max(self._height, self._row + self._rows_repeated)
            self._width = max(self._width, self._column + cell.repeated)
        if self._mine():
            self._keep(cell, text)
        self._column += cell.repeated

    def _keep(self, cell: _Cell, text: str) -> None:
        if cell.spanned > 1:
            self.overlay.merged.append((self._row, self._column, self._row + cell.spanned - 1))
        if not (text or cell.kind or cell.formula):
            return
        last = (self._row + self._rows_repeated - 1, self._column + cell.repeated - 1)
        self.overlay.meet(*last)
        if len(self.overlay.places) + self._rows_repeated * cell.repeated > MAX_CELLS:
            raise OverflowError("it has too many cells")
        shown, doubt = _shown(cell, text)
        for row in range(self._row, last[0] + 1):
            for column in range(self._column, last[1] + 1):
                if shown is not None:
                    self.overlay.put(row, column, shown)
                if cell.kind == "date":
                    self.overlay.date(row, column, shown or text)
                if doubt:
                    self.overlay.notes.note(doubt, row + 1, column, shown or text)


def _repeated(found: dict[str, str], name: str) -> int:
    text = found.get(f"{_TABLE}{name}", "1")
    return max(1, min(int(text), _MAX_REPEATED)) if text.isdigit() else 1


def _shown(cell: _Cell, text: str) -> tuple[str | None, str]:
    """The cell's text where values alone do not tell it (None: they do), and what is odd."""
    if cell.kind == "error" or (cell.formula and text.startswith(("#", "Err:"))):
        return "", "error-cell"
    if cell.formula and not cell.kind:
        return "", "formula-without-value"
    if cell.kind in ("float", "currency", "percentage"):
        return show_number(cell.value, text, percent=cell.kind == "percentage")
    if cell.kind == "date":
        return show_date(cell.value, text)
    if cell.kind == "time":
        match = _TIME.match(cell.value)
        return (f"{int(match[1]):02}:{match[2]}:{match[3]}" if match else text), ""
    return None, ""


def show_number(value: str, text: str, *, percent: bool) -> tuple[str, str]:
    """A number as the sheet shows it, without the separators of a country."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return text, ""
    if percent:
        return plain_number(str(number * 100)) + "%", ""
    plain = plain_number(value)
    if len(plain.partition(".")[0].lstrip("-")) > 15:
        return plain, "long-number"
    groups = _GROUPS.findall(text)
    if len(groups) == 1 and "." not in plain and int(groups[0]) == abs(int(plain)):
        return text.strip(), ""
    if len(groups) > 1 and number.is_finite():
        decimals = len(groups[-1])
        exact = f"{number:.{decimals}f}"
        if exact.replace(".", "").lstrip("-") == "".join(groups) and Decimal(exact) == number:
            return exact, ""
    return plain, ""


def show_date(value: str, text: str) -> tuple[str, str]:
    """An ISO date as precise as the sheet shows it; a time only where it shows one."""
    day, _, clock = value.partition("T")
    if ":" in text and clock:
        seconds = text.count(":") > 1
        return f"{day} {clock[: 8 if seconds else 5]}", ""
    groups = _GROUPS.findall(text)
    if groups == [day[:4]]:
        return (day[:4] if text.strip() == day[:4] else day[:7]), ""
    year = day[:4] in groups or day[2:4] in groups
    return day, "" if year and len(groups) > 1 else "number-looks-like-date"
