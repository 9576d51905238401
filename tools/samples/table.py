"""The collection's spreadsheet, as a museum keeps it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tools.samples.collection import MUSEUM, Thing

HEADER = (
    "Inventarnummer", "Datei", "Art", "Titel", "Title", "Beschreibung", "Description", "Material",
    "Maße", "Datierung", "Aufnahmedatum", "Urheber 1", "Einrichtung 1", "Urheber 2",
    "Einrichtung 2", "Mitarbeit", "Schlagwörter", "Fundort", "Breite", "Länge", "Lizenz", "Sprache",
)  # fmt: skip
WIDTHS = (15, 28, 11, 36, 36, 60, 60, 22, 22, 20, 15, 18, 18, 18, 18, 28, 34, 28, 10, 10, 12, 10)
MADE = datetime(2022, 9, 1, 9, 0, 0)


def objects_xlsx(things: tuple[Thing, ...]) -> bytes:
    """The table of the things as an Excel file; the same bytes each time."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Objekte"
    sheet.append(HEADER)
    for thing in things:
        sheet.append(_row(thing))
    _dress(sheet)
    book.properties.creator = MUSEUM
    book.properties.created = MADE
    out = io.BytesIO()
    book.save(out)
    return _settle(out.getvalue())


def _row(thing: Thing) -> list[object]:
    second = thing.second_author or None
    return [
        thing.number, thing.file, thing.kind, thing.title, thing.title_en, thing.text,
        thing.text_en, thing.material, thing.size, thing.dating, thing.made, thing.author, MUSEUM,
        second, MUSEUM if second else None, thing.helpers or None, thing.keywords, thing.place,
        thing.lat, thing.lon, thing.licence, "Deutsch",
    ]  # fmt: skip


def _dress(sheet: Worksheet) -> None:
    for column, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        head = sheet.cell(1, column)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="E8E2D6")
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
        row[HEADER.index("Aufnahmedatum")].number_format = "DD.MM.YYYY"
    sheet.freeze_panes = "C2"


def _settle(data: bytes) -> bytes:
    """The same workbook without the time of saving in it."""
    out = io.BytesIO()
    stamp = MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist()):
            body = old.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, body)
            new.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
