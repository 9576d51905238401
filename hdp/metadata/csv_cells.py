"""The cells of a text table: encoding and separator found out, quotes and line breaks kept."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from hdp.sdk import InvalidInput

_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 200
# Long descriptions are normal; the library's own limit is 128 kB.
_FIELD_LIMIT = 64 * 1024 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_cells(
    path: Path, data: bytes, encoding: str | None, delimiter: str | None
) -> list[list[str]]:
    """All records of the text, blank lines as empty records."""
    text = _decode(path, data, encoding)
    csv.field_size_limit(_FIELD_LIMIT)
    separator = delimiter or _sniff(text)
    if len(separator) != 1:
        raise _wrong(path, f"The separator {separator!r} is not one character.", "Name one.")
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise _wrong(
            path, f"{path.name} is no proper CSV: {error}.", "Save it again as CSV (UTF-8)."
        ) from error


def _decode(path: Path, data: bytes, encoding: str | None) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            encoding = name
    for name in (encoding,) if encoding else ("utf-8", "cp1252", "latin-1"):
        try:
            return data.decode(name)
        except LookupError:
            raise _wrong(path, f"There is no encoding {name}.", "Try utf-8 or cp1252.") from None
        except UnicodeDecodeError:
            continue
    raise _wrong(path, f"{path.name} is not {encoding} text.", "Save it again as CSV (UTF-8).")


def _sniff(text: str) -> str:
    """The separator that gives most rows the same number of cells, the most cells deciding."""
    sample = text[:1_000_000]

    def score(delimiter: str) -> tuple[bool, float, int]:
        rows = []
        try:
            for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
                if row:
                    rows.append(len(row))
                if len(rows) >= _SAMPLE_ROWS:
                    break
        except csv.Error:
            return (False, 0.0, 0)
        width = max(set(rows), key=rows.count) if rows else 0
        return (width > 1, rows.count(width) / max(1, len(rows)), width)

    return max(_DELIMITERS, key=score)


def _wrong(path: Path, message: str, hint: str) -> InvalidInput:
    return InvalidInput(message, code="table", hint=hint, where={"table": str(path)})
