"""Mappings of another project, looked at without opening it for work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hdp.project.borrowing import read_mappings


def list_elsewhere(path: Path) -> list[dict[str, Any]]:
    """The mappings in a project file: name, text, and the folder their tables are relative to."""
    return [
        {"name": one.name, "text": one.source, "base": str((path.parent / one.base).resolve()),
         "table": one.table_path or None}
        for one in read_mappings(path)
    ]  # fmt: skip
