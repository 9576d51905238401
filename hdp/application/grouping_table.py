"""What belongs together by a table: a column of file names and a column of groups."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from hdp.ingest.options import ScanOptions
from hdp.metadata.tables import Table, read_table
from hdp.sdk import Finding, UsageError

_MOST_TOLD = 100


def with_table(options: ScanOptions) -> ScanOptions:
    """The options with the groups of their table, read anew; others as they are."""
    if options.bundle != "table" or options.table is None or options.mode == "subdirectory":
        return options
    table = options.table.absolute()  # a project is scanned again from other folders
    found = read_groups(table, options.key, options.group)
    return replace(
        options, table=table, table_groups=found.groups, table_rows=found.rows,
        table_findings=tuple(found.findings),
    )  # fmt: skip


@dataclass(frozen=True)
class Groups:
    """File name as the table has it -> group; name -> its first row; contradicting rows."""

    groups: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def read_groups(path: Path, key: str, group: str) -> Groups:
    """What the table says of file names; names without a group have a row only.

    A path in the column counts by its last part. UsageError where a column is not there.
    """
    table = read_table(path)
    names, values = _column(table, key, "key"), _column(table, group, "group")
    found = Groups()
    for index, row in enumerate(table.rows):
        name = row[names].strip().replace("\\", "/").rpartition("/")[2]
        value = " ".join(row[values].split())
        if name:
            found.rows.setdefault(name, table.row_number(index))
        if not (name and value):
            continue
        first = found.groups.setdefault(name, value)
        if first != value and len(found.findings) < _MOST_TOLD:
            found.findings.append(_disagree(table, index, name, first, value))
    return found


def _column(table: Table, name: str, field: str) -> int:
    if name in table.columns:
        return table.columns.index(name)
    folded = [one.casefold() for one in table.columns]
    if folded.count(name.strip().casefold()) == 1:
        return folded.index(name.strip().casefold())
    raise UsageError(
        f"The table {table.path.name} has no column “{name}”.",
        code="column-unknown",
        hint=f"Its columns: {', '.join(table.columns)}.",
        where={"table": str(table.path), "field": field},
    )


def _disagree(table: Table, index: int, name: str, first: str, other: str) -> Finding:
    row = table.row_number(index)
    message = f"Row {row} puts {name} into “{other}”, an earlier row into “{first}”."
    hint = "The earlier row counts. Correct the table if that is wrong."
    where = {"table": table.path.name, "row": row}
    return Finding("warning", "groups-disagree", message, hint, where, {"name": name})
