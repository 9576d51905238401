"""Brings a project file to this version, one numbered SQL script at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import cache
from importlib import resources

from hdp.sdk import ProjectError

APPLICATION_ID = 0x48445043  # "HDPC"


@cache
def _scripts() -> tuple[str, ...]:
    folder = resources.files("hdp.project") / "migrations"
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".sql"))
    return tuple((folder / name).read_text(encoding="utf-8") for name in names)


def latest_version() -> int:
    """The schema version that this HDP writes."""
    return len(_scripts())


def split_statements(script: str) -> Iterator[str]:
    """The single statements of a script; triggers stay whole."""
    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if statement.strip(" \n;") and sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip(" \n;"):
        yield statement


def migrate(connection: sqlite3.Connection) -> None:
    """Run the scripts that are missing; one that fails leaves version and tables as they were."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    for number, script in enumerate(_scripts()[version:], start=version + 1):
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN EXCLUSIVE")
        try:
            _run_script(connection, script, number)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        connection.execute("PRAGMA foreign_keys = ON")


def _run_script(connection: sqlite3.Connection, script: str, number: int) -> None:
    # executescript() would commit behind our back, so statements go one by one.
    for statement in split_statements(script):
        connection.execute(statement)
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        raise ProjectError(
            f"The project file holds broken links; it was not brought to format {number}.",
            code="project-damaged",
            hint="Restore the backup (.bak) beside it.",
        )
    connection.execute(f"PRAGMA user_version = {number}")
