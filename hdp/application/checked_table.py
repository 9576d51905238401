"""Whether a mapping's table is still as it was when the mapping was set."""

from __future__ import annotations

from dataclasses import dataclass

from hdp.metadata.tables import Table
from hdp.project.mappings import MappingRow
from hdp.sdk import Finding


@dataclass(frozen=True)
class TableState:
    """`changed` tells that the table's content differs; the finding says so to a person."""

    changed: bool
    findings: tuple[Finding, ...] = ()


def check_table(row: MappingRow, table: Table | None) -> TableState:
    """Compare the table's content with what it was; the new content is what counts."""
    if table is None or not row.table_digest or table.digest == row.table_digest:
        return TableState(changed=False)
    finding = Finding(
        "warning",
        "table-changed",
        f"{table.path.name} was changed since the mapping was set; its present content is used.",
        "Look at the mapping again if columns were renamed or moved.",
        {"table": table.path.name},
    )
    return TableState(changed=True, findings=(finding,))
