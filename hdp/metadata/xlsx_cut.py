"""A workbook's first rows as a small workbook of their own, so that a look takes no time."""

from __future__ import annotations

import io
import re
import zipfile

from hdp.metadata.xlsx_book import Book

_ROOT = re.compile(rb"<(?:(\w+):)?worksheet[\s>]")
_SHARED_REFERENCE = re.compile(rb't="s"[^>]*>(?:\s*<(?:\w+:)?f[^>]*/>)?\s*<(?:\w+:)?v>(\d+)<')
_SHARED_ROOT = re.compile(rb"<(?:(\w+):)?sst[\s>]")
_ENDING = re.compile(rb"<(?:\w+:)?si\s*/>|</(?:\w+:)?si\s*>")
_BLOCK = 1 << 18


def cut_book(book: Book, part: str, length: int) -> bytes:
    """An XLSX with only the first `length` bytes of a sheet and the texts these rows use."""
    with book.archive.open(part) as file:
        sheet = file.read(length)
    most = max((int(one) for one in _SHARED_REFERENCE.findall(sheet)), default=-1)
    made = io.BytesIO()
    skipped = {one.part for one in book.sheets} | {book.shared}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as small:
        for one in book.archive.infolist():
            if one.filename.endswith((".xml", ".rels")) and one.filename not in skipped:
                small.writestr(one.filename, book.archive.read(one))
        small.writestr(part, sheet + _closing(_ROOT, sheet, b"sheetData", b"worksheet"))
        if book.shared:
            small.writestr(book.shared, _cut_texts(book, most + 1))
    return made.getvalue()


def _closing(root: re.Pattern[bytes], head: bytes, *names: bytes) -> bytes:
    match = root.search(head[:4096])
    prefix = match[1] + b":" if match and match[1] else b""
    return b"".join(b"</" + prefix + name + b">" for name in names)


def _cut_texts(book: Book, count: int) -> bytes:
    """The first `count` shared texts; they mostly stand in the order of their use."""
    if count == 0:
        return b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    text, seen = bytearray(), 0
    with book.archive.open(book.shared) as file:
        while block := file.read(_BLOCK):
            text += block
            for ending in _ENDING.finditer(text, seen):
                seen, count = ending.end(), count - 1
                if count == 0:
                    return bytes(text[:seen]) + _closing(_SHARED_ROOT, bytes(text[:4096]), b"sst")
    return bytes(text)
