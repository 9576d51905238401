"""Whether a mapping's table is still as it was when it was last looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hdp.metadata.table_marks import TableChange, compare_table
from hdp.metadata.tables import Table
from hdp.project.mappings import MappingRow
from hdp.sdk import Finding


@dataclass(frozen=True)
class TableState:
    """`changed` tells that the table's content differs; the finding says so to a person."""

    changed: bool
    findings: tuple[Finding, ...] = ()
    change: TableChange | None = None


def check_table(
    row: MappingRow, table: Table | None, marks: Callable[[], bytes] = lambda: b""
) -> TableState:
    """Compare the table's content with what it was; the new content is what counts.

    `marks` gives what is kept of the old table; asked only where something was changed.
    """
    if table is None or not row.table_digest or table.digest == row.table_digest:
        return TableState(changed=False)
    change = compare_table(marks(), table)
    what = f": {change.sentence()}" if change.known else ""
    finding = Finding(
        "warning",
        "table-changed",
        f"{table.path.name} was changed since you last looked{what}. Its present content is used.",
        "See what becomes different: hdp mapping diff. Seen and right: hdp mapping diff --accept.",
        {"table": table.path.name},
        {"mapping": row.name, "change": change.to_json()},
    )
    return TableState(changed=True, findings=(finding,), change=change)
