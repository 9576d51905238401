"""What one project lends to another: its mappings, read without a session of their project."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from hdp.project import db
from hdp.sdk import ProjectError


@dataclass(frozen=True)
class Lent:
    """A mapping of another project; `base` and `table_path` are relative to its folder."""

    name: str
    source: str
    base: str
    table_path: str


def read_mappings(path: Path) -> list[Lent]:
    """The mappings in a project file, which is not changed; ProjectError where it is none."""
    db.check_file(path)
    try:
        with contextlib.closing(db.connect(path, read_only=True)) as connection:
            found = connection.execute(
                "SELECT name, source, base, table_path FROM mapping ORDER BY name"
            ).fetchall()
    except sqlite3.Error as error:
        raise ProjectError(
            f"{path} cannot be read: {error}.",
            code="project-unreadable",
            hint="Choose a file that ends in .hdpc, or restore a backup (.bak) beside it.",
            where={"file": str(path)},
        ) from error
    return [Lent(**dict(row)) for row in found]
