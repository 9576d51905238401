"""The table that says which new file is for which published record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from hdp.ingest.matching import Published, Unit
from hdp.ingest.names import fold
from hdp.metadata.tables import Table, read_table
from hdp.sdk import Finding, InvalidInput, UsageError

_FILE_WORDS = ("file", "filename", "file name", "datei", "dateiname", "name", "path")
_RECORD_WORDS = ("record", "doi", "concept doi", "concept id", "concept", "id", "item", "key",
                 "datensatz")  # fmt: skip
# A first row that names a record names no column.
_IS_RECORD = re.compile(r"10\.\d{4,}/|\d+$")
_PAGE = re.compile(r"https?://.*/records?/(\d+)/?$", re.IGNORECASE)
_SHOWN = 5


def read_names(path: Path, sheet: str | None = None) -> dict[str, str]:
    """File name -> what names its record, from a table; UsageError where no columns say so.

    Columns are known by their names (file, DOI, record ...), else there must be two, with or
    without a row of names. InvalidInput where a file is named for two records.
    """
    table = read_table(path, sheet=sheet, header=None)
    file, record, rows = _columns(table, path)
    found: dict[str, str] = {}
    for row in rows:
        name = row[file].strip().replace("\\", "/").rpartition("/")[2]
        named = _plain(row[record].strip())
        if name and named and fold(found.setdefault(name, named)) != fold(named):
            raise InvalidInput(
                f"{path.name} names two records for {name}: {found[name]} and {named}.",
                code="table-two-records", hint="Leave one row for each file.",
                where={"file": str(path)},
            )  # fmt: skip
    return {name: named for name, named in found.items() if named}


def _columns(table: Table, path: Path) -> tuple[int, int, Sequence[Sequence[str]]]:
    """The columns of files and records, and the rows."""
    names = [one.casefold() for one in table.columns]
    file = next((names.index(one) for one in _FILE_WORDS if one in names), None)
    record = next((names.index(one) for one in _RECORD_WORDS if one in names), None)
    rows = table.rows
    if (file is None or record is None) and len(names) == 2:
        file, record = 0, 1
        if _IS_RECORD.search(table.columns[1].strip()):
            rows = [table.columns, *rows]
    if file is None or record is None or file == record:
        raise UsageError(
            f"{path.name} has no columns for files and records.", code="table-columns",
            hint="Call one column “file” and the other “doi” (or “record”).",
            where={"file": str(path)},
        )  # fmt: skip
    return file, record, rows


def _plain(named: str) -> str:
    lower = named.lower()
    if "doi" in lower and "10." in lower:
        return named[lower.index("10.") :]
    page = _PAGE.match(named)
    return page[1] if page else named


def check_names(
    table: Mapping[str, str], units: Sequence[Unit], records: Sequence[Published]
) -> Iterator[Finding]:
    """What the table says in vain: of files that are not there, or of records that are not."""
    names = {fold(file.name) for one in units for file in one.files}
    names |= {fold(PurePosixPath(one).stem) for one in names}
    gone = [name for name in table if fold(name) not in names]
    if gone:
        more = f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
        listed = ", ".join(gone[:_SHOWN]) + more
        yield _found("table-file-missing", f"The table names files that are not here: {listed}.")
    known = {fold(name) for one in records for name in (*one.names, one.key)}
    for name, named in table.items():
        if fold(name) in names and fold(named) not in known:
            yield _found(
                "table-record-unknown",
                f"The table names {named} for {name}, which is no published record here.",
            )


def _found(code: str, message: str) -> Finding:
    return Finding("warning", code, message, "Mend the table, or choose the record by hand.")
