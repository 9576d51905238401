"""What belongs together by a table: a column of file names and a column of groups."""

from __future__ import annotations

from dataclasses import replace
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
    groups, findings = read_groups(table, options.key, options.group)
    return replace(options, table=table, table_groups=groups, table_findings=tuple(findings))


def read_groups(path: Path, key: str, group: str) -> tuple[dict[str, str], list[Finding]]:
    """File name as the table has it -> group, and the rows that contradict earlier ones.

    A path in the column counts by its last part. UsageError where a column is not there.
    """
    table = read_table(path)
    names, values = _column(table, key, "key"), _column(table, group, "group")
    groups: dict[str, str] = {}
    findings: list[Finding] = []
    for index, row in enumerate(table.rows):
        name = row[names].strip().replace("\\", "/").rpartition("/")[2]
        value = " ".join(row[values].split())
        if not (name and value):
            continue
        if groups.setdefault(name, value) != value and len(findings) < _MOST_TOLD:
            findings.append(_disagree(table, index, name, groups[name], value))
    return groups, findings


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
