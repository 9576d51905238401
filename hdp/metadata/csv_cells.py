"""The cells of a text table: separator found out, quotes and line breaks kept."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import chain, islice
from pathlib import Path

from hdp.metadata import csv_text
from hdp.metadata.cells import Cells
from hdp.metadata.table_file import wrong
from hdp.metadata.table_notes import Notes

_SEPARATORS = ",;\t|"
_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_SAMPLE_ROWS = 200
_SAMPLE = 1_000_000
# Long descriptions are normal; the library's own limit is 128 kB.
_FIELD_LIMIT = 64 * 1024 * 1024
_END = "\x01end\x01"
# Exports put an apostrophe before what a spreadsheet program would take for a formula.
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_SPOILT = (
    r"(?P<date>\d{1,2}[.\-]? ?(Jan|Feb|Mär|Mrz|Mar|Apr|Mai|May|Jun|Jul|Aug|Sep|Okt|Oct|Nov|Dez|Dec)"
    r"|(Jan|Feb|Mär|Mrz|Mar|Apr|Mai|May|Jun|Jul|Aug|Sep|Okt|Oct|Nov|Dez|Dec)[.\-]? ?\d\d)"
    r"|(?P<long>\d([.,]\d+)?E\+\d\d)|(?P<error>#(N/A|NV|REF!|BEZUG!|VALUE!|WERT!|NAME\?|DIV/0!))"
)
_GARBLED = re.compile(_SPOILT)
# Whole rows are looked through at once: nearly none has such a cell.
_BETWEEN = "\x1f"
_SUSPECT = re.compile(rf"{_BETWEEN}(?:'+[=+\-@\t\r]|(?:{_SPOILT}){_BETWEEN})")


def read_cells(
    path: Path,
    data: bytes,
    encoding: str | None = None,
    separator: str | None = None,
    most_rows: int | None = None,
) -> Cells:
    """All records of the text, blank lines as empty records; or the first `most_rows`."""
    notes = Notes()
    text, encoding = csv_text.decode(path, data, encoding, notes)
    csv.field_size_limit(_FIELD_LIMIT)
    told, text = _told_separator(text)
    chosen = _NAMED.get(separator.lower(), separator) if separator else told or sniff(text)
    if len(chosen) != 1 or chosen in '"\r\n' or (not chosen.isprintable() and chosen != "\t"):
        raise wrong(path, f"{separator!r} is no separator.", "Name one of , ; | or tab.")
    if "\0" in text:
        text = text.replace("\0", "")
        notes.note("control-characters")
    rows = _records(path, text, chosen, notes, most_rows)
    _look_at(rows, notes)
    return Cells(rows, notes, encoding=encoding, separator=chosen)


def _told_separator(text: str) -> tuple[str, str]:
    """Excel's first line `sep=;`, which it does not show either, and the text without it."""
    line, _, rest = text.partition("\n")
    line = line.rstrip("\r").strip('"')
    return (line[4], rest) if len(line) == 5 and line.lower().startswith("sep=") else ("", text)


def _records(
    path: Path, text: str, separator: str, notes: Notes, most_rows: int | None
) -> list[Sequence[str]]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        return list(islice(reader, most_rows))
    except csv.Error as error:
        if "field larger" in str(error):
            raise wrong(path, f"{path.name} has a cell over 64 MB.", "Look for a quotation mark "
                        "that is not closed.") from error  # fmt: skip
    return _loosely(path, text, separator, notes, most_rows)


def _loosely(
    path: Path, text: str, separator: str, notes: Notes, most_rows: int | None
) -> list[Sequence[str]]:
    """The records of a text whose quotation marks are not as they should be."""
    lines = chain(io.StringIO(text, newline=""), ["\n", f"{_END}\n"])
    rows: list[Sequence[str]] = []
    reader = csv.reader(lines, delimiter=separator)
    odd = _odd_row(text, separator)
    try:
        for row in reader:
            rows.append(row)
            if most_rows is not None and len(rows) >= most_rows:
                break
    except csv.Error as error:
        hint = "Save it again as CSV (UTF-8)."
        raise wrong(path, f"{path.name} is no proper CSV: {error}.", hint) from error
    else:
        if most_rows is None or len(rows) < most_rows:
            if rows[-1] != [_END]:
                message = f"In {path.name} a quotation mark in row {len(rows)} is never closed."
                raise wrong(path, message, "Close it, or write it twice if it belongs to a text.")
            rows = rows[:-1] if rows[-2:-1] != [[]] else rows[:-2]
    notes.note("odd-quotes", odd)
    return rows


def _odd_row(text: str, separator: str) -> int:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    count = 0
    try:
        for count, _ in enumerate(reader, 1):  # noqa: B007 - the number is what is wanted
            pass
    except csv.Error:
        pass
    return count + 1


def sniff(text: str) -> str:
    """The separator that gives most rows the same number of cells, the most cells deciding."""
    sample = text[:_SAMPLE]

    def score(separator: str) -> tuple[bool, float, int]:
        rows = []
        try:
            for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator):
                if row:
                    rows.append(len(row))
                if len(rows) >= _SAMPLE_ROWS:
                    break
        except csv.Error:
            return (False, 0.0, 0)
        width = max(set(rows), key=rows.count) if rows else 0
        return (width > 1, rows.count(width) / max(1, len(rows)), width)

    return max(_SEPARATORS, key=score)


def _look_at(rows: list[Sequence[str]], notes: Notes) -> None:
    """Note what a spreadsheet program spoilt before it wrote the file; take guards away."""
    for number, row in enumerate(rows, 1):
        if not _SUSPECT.search(f"{_BETWEEN}{_BETWEEN.join(row)}{_BETWEEN}"):
            continue
        for column, text in enumerate(row):
            if text[:1] == "'" and _GUARDED.match(text) and isinstance(row, list):
                row[column] = text[1:]
            elif 3 <= len(text) <= 24 and (match := _GARBLED.fullmatch(text)):
                _note_garbled(match, number, column, notes)


def _note_garbled(match: re.Match[str], number: int, column: int, notes: Notes) -> None:
    codes = {"date": "number-looks-like-date", "long": "long-number", "error": "error-cell"}
    kind = next(name for name in codes if match[name])
    notes.note(codes[kind], number, column, match[0])
