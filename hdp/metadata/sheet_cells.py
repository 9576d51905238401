"""The cells of a spreadsheet as they are shown: whole numbers, dates, leading zeros."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

import python_calamine
from defusedxml.common import DefusedXmlException

from hdp.metadata import ods_sheet, xls_sheet, xlsx_cut
from hdp.metadata.cells import MAX_CELLS, Cells, Overlay, SheetInfo
from hdp.metadata.number_formats import plain_number, show_datetime
from hdp.metadata.table_file import wrong
from hdp.metadata.xlsx_book import open_book, sheet_infos
from hdp.metadata.xlsx_sheet import SheetReader
from hdp.metadata.xml_stream import UnsafeXml
from hdp.sdk import InvalidInput

_BROKEN = (
    python_calamine.CalamineError, zipfile.BadZipFile, zlib.error, ParseError, ExpatError,
    OSError, ValueError, KeyError, OverflowError, EOFError, NotImplementedError, RuntimeError,
    IndexError,
)  # fmt: skip
_INVENTORY = re.compile(r"[A-Za-z]*\d+[-/. ]\d+\w*")
_Reader = Callable[[Path, bytes, str | None, int | None], Cells]
_UNSAFE = (UnsafeXml, DefusedXmlException)


def read_cells(path: Path, data: bytes, sheet: str | None, most_rows: int | None = None) -> Cells:
    """All cells of a sheet (the first that is shown where none is named), or its first rows."""
    try:
        read = _reader(path, data)
        cells = read(path, data, sheet, most_rows)
    except python_calamine.PasswordError as error:
        hint = "Save it without a password."
        raise wrong(path, f"{path.name} is protected by a password.", hint) from error
    except _UNSAFE as error:
        hint = "Open it in a spreadsheet program and save it anew."
        raise wrong(path, f"{path.name} declares XML entities, which are unsafe.", hint) from error
    except _BROKEN as error:
        hint = "Open it in a spreadsheet program and save it again, or save it as CSV."
        raise wrong(path, f"{path.name} is no readable spreadsheet: {error}.", hint) from error
    title, endings = _KINDS[read]
    if not path.name.lower().endswith(endings):
        cells.notes.note("extension-differs", text=title)
    return cells


def list_sheets(path: Path, data: bytes) -> tuple[SheetInfo, ...]:
    """All sheets with their sizes."""
    return read_cells(path, data, None, 1).sheets


def _reader(path: Path, data: bytes) -> _Reader:
    if not data.startswith(b"PK"):
        return _read_xls
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
    if "content.xml" in names:
        return _read_ods
    if any(name.endswith("workbook.bin") for name in names):
        return _read_xlsb
    return _read_xlsx


def _read_xlsx(path: Path, data: bytes, sheet: str | None, most_rows: int | None) -> Cells:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = open_book(archive)
        infos = sheet_infos(book)
        chosen = choose(path, infos, sheet)
        part = next(one.part for one in book.sheets if one.name == chosen)
        reader = SheetReader(book, most_rows)
        with archive.open(part) as file:
            overlay = reader.read(file)
        _check_size(path, overlay)
        if reader.cut is not None:
            data = xlsx_cut.cut_book(book, part, reader.cut)
        elif book.shared:
            _check_whole(archive, book.shared)
    rows = _values(data, chosen, most_rows, overlay)
    return _made(rows, overlay, chosen, infos, sheet)


def _read_ods(path: Path, data: bytes, sheet: str | None, most_rows: int | None) -> Cells:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if ods_sheet.is_encrypted(archive):
            hint = "Save it without a password."
            raise wrong(path, f"{path.name} is protected by a password.", hint)
        overlay, infos = ods_sheet.read_overlay(archive, sheet)
    chosen = choose(path, infos, sheet)
    _check_size(path, overlay)
    rows = _values(data, chosen, most_rows, overlay)
    return _made(rows, overlay, chosen, infos, sheet)


def _read_xlsb(path: Path, data: bytes, sheet: str | None, most_rows: int | None) -> Cells:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    infos = _plain_infos(book)
    chosen = choose(path, infos, sheet)
    overlay = Overlay()
    overlay.notes.note("display-unknown")
    made = _made(_values(data, chosen, most_rows, overlay), overlay, chosen, infos, sheet)
    made.as_shown = False
    return made


def _plain_infos(book: python_calamine.CalamineWorkbook) -> tuple[SheetInfo, ...]:
    visible = python_calamine.SheetVisibleEnum.Visible
    return tuple(SheetInfo(one.name, hidden=one.visible != visible) for one in book.sheets_metadata)


def _read_xls(path: Path, data: bytes, sheet: str | None, most_rows: int | None) -> Cells:
    book = xls_sheet.open_book(path, data)
    infos = xls_sheet.sheet_infos(book)
    chosen = choose(path, infos, sheet)
    rows, overlay = xls_sheet.read_sheet(book, chosen, most_rows)
    return _made(rows, overlay, chosen, infos, sheet)


def _check_size(path: Path, overlay: Overlay) -> None:
    if overlay.rows * overlay.columns > MAX_CELLS:
        message = (
            f"The sheet in {path.name} reaches to row {overlay.rows} and column {overlay.columns}."
        )
        raise wrong(path, message, "Delete stray cells far outside of the table, or split it.")


def _check_whole(archive: zipfile.ZipFile, part: str) -> None:
    """Unpack a part without keeping it: one that is larger than it says, or broken, raises."""
    with archive.open(part) as file:
        while file.read(1 << 20):
            pass


def _values(
    data: bytes, sheet: str, most_rows: int | None, overlay: Overlay
) -> list[Sequence[str]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    cells = book.get_sheet_by_name(sheet)
    made: list[Sequence[str]] = []
    known: dict[str, str] = {}
    for row in cells.to_python(skip_empty_area=False, nrows=most_rows):
        made.append([_shared(known, one) for one in row])
    overlay.lay_over(made)
    return made


def _shared(known: dict[str, str], value: Any) -> str:
    text = value if type(value) is str else shown(value)
    if len(text) > 40:
        return text
    return known.setdefault(text, text) if len(known) < 200_000 else known.get(text, text)


def _made(
    rows: list[Sequence[str]],
    overlay: Overlay,
    chosen: str,
    infos: tuple[SheetInfo, ...],
    asked: str | None,
) -> Cells:
    if asked is None and sum(one.rows != 0 for one in infos) > 1:
        overlay.notes.note("other-sheets", text=f"“{chosen}”")
    _note_stray_dates(rows, overlay)
    return Cells(rows, overlay.notes, chosen, infos, tuple(overlay.merged))


def _note_stray_dates(rows: list[Sequence[str]], overlay: Overlay) -> None:
    """Few dates among numbers such as 1972/034: 3-4 became the third of April."""
    for column, dates in overlay.dates.items():
        if ("number-looks-like-date", column) in overlay.notes.found:
            continue
        held = {row for row, _ in dates}
        others = [row[column] for n, row in enumerate(rows)
                  if n not in held and column < len(row) and row[column]]  # fmt: skip
        alike = sum(bool(_INVENTORY.fullmatch(one)) for one in others)
        if alike > len(dates) and alike * 2 >= len(others):
            for row, text in dates:
                overlay.notes.note("number-looks-like-date", row + 1, column, text)


def choose(path: Path, sheets: Sequence[SheetInfo], name: str | None) -> str:
    """The sheet of that name, or the first one that is shown; InvalidInput lists what there is."""
    if not sheets:
        raise wrong(path, f"{path.name} has no sheets.", "Choose another file.")
    if name is None:
        return next((one.name for one in sheets if not one.hidden), sheets[0].name)
    if all(one.name != name for one in sheets):
        raise _no_sheet(path, sheets, name)
    return name


def _no_sheet(path: Path, sheets: Sequence[SheetInfo], name: str) -> InvalidInput:
    hint = f"It has: {', '.join(one.name for one in sheets)}."
    return wrong(path, f"{path.name} has no sheet {name}.", hint)


_KINDS: dict[_Reader, tuple[str, tuple[str, ...]]] = {
    _read_xlsx: ("an XLSX workbook", (".xlsx", ".xlsm", ".xltx")),
    _read_xlsb: ("an XLSB workbook", (".xlsb",)),
    _read_xls: ("an old XLS workbook", (".xls",)),
    _read_ods: ("an OpenDocument sheet", (".ods", ".ots")),
}


def shown(value: Any) -> str:
    """A cell's value as a person reads it; dates as YYYY-MM-DD."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return plain_number(repr(value))
    if isinstance(value, datetime):
        return show_datetime(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
