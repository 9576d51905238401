"""The parts of an XLSX workbook: which sheets there are, how its cells are formatted."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from hdp.metadata.cells import SheetInfo
from hdp.metadata.number_formats import BUILT_IN, NumberFormat, parse_format

_MAX_PART = 50_000_000
_MAX_UNPACKED = 2_000_000_000
_HEAD = 4096
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension\s+ref="A?[A-Z]*\d*:?([A-Z]+)(\d+)"')
_LAST_ROW = re.compile(rb'<(?:\w+:)?row[^>]*?\sr="(\d+)"')


@dataclass(frozen=True)
class BookSheet:
    """A sheet with the part of the archive that holds its cells."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class Book:
    """`formats` has the number format of each cell style, by the style's number."""

    archive: zipfile.ZipFile
    sheets: tuple[BookSheet, ...]
    formats: tuple[NumberFormat, ...]
    date1904: bool
    workbook: str
    shared: str


def open_book(archive: zipfile.ZipFile) -> Book:
    """The workbook's parts; KeyError, ValueError or a parse error where it is none."""
    if sum(one.file_size for one in archive.infolist()) > _MAX_UNPACKED:
        raise OverflowError("it unpacks to over 2 GB")
    roots = _relations(archive, "")
    main = next((part for kind, part in roots.values() if kind == "officeDocument"), None)
    main = main or "xl/workbook.xml"
    relations = _relations(archive, main)
    root = _parse(archive, main)
    return Book(
        archive,
        tuple(_sheets(root, relations)),
        tuple(_formats(archive, _part(relations, "styles"))),
        any(_truth(_get(one, "date1904")) for one in _all(root, "workbookPr")),
        main,
        _part(relations, "sharedStrings"),
    )


def sheet_infos(book: Book) -> tuple[SheetInfo, ...]:
    """All sheets with their sizes, as the file says or, failing that, by the last row's number."""
    return tuple(
        SheetInfo(one.name, *_size(book.archive, one.part), one.hidden) for one in book.sheets
    )


def _size(archive: zipfile.ZipFile, part: str) -> tuple[int | None, int | None]:
    with archive.open(part) as file:
        head = file.read(_HEAD)
        if match := _DIMENSION.search(head):
            rows = int(match[2])
            if rows > 1:
                return rows, column_index(match[1].decode())
        tail = [b"", head]
        for _ in range(512):  # 128 MB: a larger sheet is counted when it is read
            if not (block := file.read(1 << 18)):
                last = _LAST_ROW.findall(b"".join(tail))[-1:]
                return (int(last[0]) if last else 0), None
            tail = [tail[1], block]
    return None, None


def column_index(letters: str) -> int:
    """A column's number by its letters, A being 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _parse(archive: zipfile.ZipFile, part: str) -> Element:
    if archive.getinfo(part).file_size > _MAX_PART:
        raise OverflowError(f"{part} is too large")
    root: Element = ElementTree.fromstring(archive.read(part), forbid_dtd=True)
    return root


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Id -> (kind, part) of what a part refers to within the archive."""
    folder, name = posixpath.split(part)
    try:
        root = _parse(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    except KeyError:
        return {}
    found = {}
    for one in root:
        target = one.get("Target", "")
        if one.get("TargetMode") != "External":
            place = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            kind = one.get("Type", "").rpartition("/")[2]
            found[one.get("Id", "")] = (kind, posixpath.normpath(place))
    return found


def _part(relations: dict[str, tuple[str, str]], kind: str) -> str:
    return next((part for found, part in relations.values() if found == kind), "")


def _sheets(root: Element, relations: dict[str, tuple[str, str]]) -> list[BookSheet]:
    found = []
    for one in _all(root, "sheet"):
        kind, part = relations.get(_get(one, "id"), ("", ""))
        if kind == "worksheet":
            hidden = _get(one, "state") in ("hidden", "veryHidden")
            found.append(BookSheet(_get(one, "name"), part, hidden))
    return found


def _formats(archive: zipfile.ZipFile, part: str) -> list[NumberFormat]:
    if not part or part not in archive.namelist():
        return []
    root = _parse(archive, part)
    codes = dict(BUILT_IN)
    for one in _all(root, "numFmt"):
        if (number := _get(one, "numFmtId")).isdigit():
            codes[int(number)] = _get(one, "formatCode")
    styles = next(_all(root, "cellXfs"), None)
    numbers = [_get(one, "numFmtId") for one in styles] if styles is not None else []
    return [parse_format(codes.get(int(n) if n.isdigit() else 0, "General")) for n in numbers]


def _all(root: Element, name: str) -> Iterator[Element]:
    return (one for one in root.iter() if one.tag.rpartition("}")[2] == name)


def _get(one: Element, name: str) -> str:
    return next((text for key, text in one.attrib.items() if key.rpartition("}")[2] == name), "")


def _truth(text: str) -> bool:
    return text in ("1", "true")
