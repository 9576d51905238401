"""`hdp mapping`: how a table fills the metadata."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hdp.cli.base import Group, example, pass_session
from hdp.cli.main import FAILED, OK
from hdp.cli.session import finding_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hdp.cli.session import Session

_PATH = click.Path(path_type=Path)


@click.group(cls=Group, epilog=example("hdp mapping set mapping.yaml"))
def mapping_command() -> None:
    """Mappings: how a table fills the metadata."""


@mapping_command.command(
    epilog=example("hdp mapping new mapping.yaml --table list.xlsx --key file")
)
@click.argument("file", type=_PATH, metavar="MAPPING.yaml")
@click.option("--table", required=True, type=_PATH, metavar="FILE", help="Spreadsheet or CSV.")
@click.option("--sheet", metavar="NAME", help="The sheet; the first if left out.")
@click.option("--key", metavar="COLUMN", default="", help="The column that names the file.")
@pass_session
def new(session: Session, file: Path, table: Path, sheet: str | None, key: str) -> int:
    """Propose a mapping from the names of a table's columns."""
    from hdp.metadata.propose import propose
    from hdp.metadata.tables import read_table

    app = session.open_if_named()
    target = app.target(app.environment(session.env))
    found = read_table(table, sheet=sheet)
    text = propose(found, target.schema(), key)
    where = Path(os.path.relpath(table.resolve(), file.resolve().parent)).as_posix()
    text = _with_table(text, where)
    _write_new(file, text)
    session.write(f"Written: {file}. Look through it, then: hdp mapping set {file}")
    session.emit({"file": str(file), "yaml": text, "columns": list(found.columns)})
    return OK


def _with_table(text: str, where: str) -> str:
    from hdp.metadata.propose import quoted

    return re.sub(r"^table: .*$", lambda _: f"table: {quoted(where)}", text, count=1, flags=re.M)


def _write_new(file: Path, text: str) -> None:
    from hdp.sdk import InvalidInput, Refused

    try:
        with file.open("x", encoding="utf-8") as goal:
            goal.write(text)
    except FileExistsError as error:
        raise Refused(
            f"{file} exists already; it was not touched.",
            code="file-exists",
            hint="Choose another file name.",
        ) from error
    except OSError as error:
        raise InvalidInput(
            f"{file} cannot be written: {error.strerror}.", code="file-unreadable",
            hint="Choose another folder.",
        ) from error  # fmt: skip


@mapping_command.command("set", epilog=example("hdp mapping set mapping.yaml"))
@click.argument("file", type=_PATH, metavar="MAPPING.yaml")
@click.option("--name", metavar="N", help="Its name in the project; else the file's.")
@pass_session
def set_mapping(session: Session, file: Path, name: str | None) -> int:
    """Make a mapping file the active mapping; refused where it is wrong."""
    from hdp.application import describing

    found = describing.set_mapping(session.open(), file, name)
    return _print(session, found)


@mapping_command.command(epilog=example("hdp mapping show"))
@click.argument("name", required=False)
@pass_session
def show(session: Session, name: str | None) -> int:
    """Show a mapping: which rule fills which field."""
    from hdp.application import describing

    return _print(session, describing.show_mapping(session.open(), name))


def _print(session: Session, found: dict[str, Any]) -> int:
    session.write(
        f"{found['name']}: table {found['table'] or 'none'}, key {found['key'] or 'none'}"
    )
    used = [one for one in found["fields"] if one["rule"] or one["required"]]
    session.table(
        ("field", "rule", "from", "state"),
        [(one["field"], one["rule"], one["summary"], one["state"]) for one in used],
    )
    _tell(session, found["findings"])
    session.emit(found)
    return OK


def _tell(session: Session, findings: Sequence[dict[str, Any]]) -> None:
    for line in finding_lines(findings):
        session.tell(line)


@mapping_command.command("list", epilog=example("hdp mapping list --json"))
@pass_session
def list_mappings(session: Session) -> int:
    """List the project's mappings."""
    from hdp.project import mappings

    app = session.open()
    found = [
        {"name": one.name, "active": one.active, "table": one.table_path or None,
         "hash": one.hash, "file": one.file or None}
        for one in app.project.read(mappings.list_mappings)
    ]  # fmt: skip
    session.table(
        ("name", "active", "table"),
        [(one["name"], "active" if one["active"] else "", one["table"]) for one in found],
        "There is no mapping yet. Set one with: hdp mapping set MAPPING.yaml",
    )
    session.emit({"mappings": found, "total": len(found)})
    return OK


@mapping_command.command(epilog=example("hdp mapping check --json"))
@pass_session
def check(session: Session) -> int:
    """Tell every problem of every item and row before anything is prepared."""
    from hdp.application import describing

    app = session.open()
    findings = [one.to_json() for one in describing.check_all(app, session.env_name)]
    errors = sum(1 for one in findings if one["severity"] == "error")
    for line in _lines_by_kind(findings):
        session.write(line)
    session.write(f"{errors} errors, {len(findings) - errors} notes.")
    session.emit({"findings": findings, "total": len(findings)})
    return FAILED if errors else OK


def _lines_by_kind(findings: list[dict[str, Any]]) -> list[str]:
    """Every error with its place; of what is only to be known, one line for each kind."""
    lines = finding_lines([one for one in findings if one["severity"] == "error"])
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in findings:
        if one["severity"] != "error":
            said = "" if one["severity"] == "info" else one["message"]
            kinds.setdefault((one["code"], said), []).append(one)
    for group in kinds.values():
        (line,) = finding_lines(group[:1])
        lines.append(
            line if len(group) == 1 else f"{line} (and {len(group) - 1} more of this kind)"
        )
    return lines


@mapping_command.command(epilog=example("hdp mapping export mapping-copy.yaml"))
@click.argument("file", type=_PATH, required=False)
@click.option("--name", metavar="N", help="This mapping instead of the active one.")
@pass_session
def export(session: Session, file: Path | None, name: str | None) -> int:
    """Write a mapping as it was set to a new file, or to stdout."""
    from hdp.project import mappings
    from hdp.sdk import NotFound

    app = session.open()
    row = app.project.read(lambda c: mappings.get_mapping(c, name))
    if row is None:
        raise NotFound(f"There is no mapping {name or 'yet'}.", code="no-such-mapping")
    if file is None:
        session.emit({"name": row.name, "yaml": row.source}, row.source.rstrip("\n"))
        return OK
    text = row.source
    if row.table_path:
        table = (app.project.folder / row.table_path).resolve()
        text = _with_table(text, Path(os.path.relpath(table, file.resolve().parent)).as_posix())
    _write_new(file, text)
    session.emit({"name": row.name, "file": str(file), "yaml": text}, f"Written: {file}")
    return OK


@mapping_command.command(epilog=example("hdp mapping remove old"))
@click.argument("name")
@pass_session
def remove(session: Session, name: str) -> int:
    """Forget a mapping; what was prepared with it stays."""
    from hdp.project import mappings
    from hdp.sdk import NotFound

    app = session.open()
    if not app.project.write(lambda c: mappings.remove_mapping(c, name)):
        raise NotFound(
            f"There is no mapping {name}.", code="no-such-mapping", hint="See: hdp mapping list"
        )
    session.emit({"removed": name}, f"{name} is removed.")
    return OK
