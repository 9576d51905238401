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
from hdp.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hdp.application import Application
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
@click.option("--header", type=click.IntRange(min=1), metavar="ROW",
              help="The row of the column names; found if left out.")  # fmt: skip
@click.option("--encoding", metavar="NAME", help="Of a text table, where it is guessed wrongly.")
@click.option("--separator", metavar="SIGN",
              help="Of a text table: one sign, or tab, comma, semicolon, pipe.")  # fmt: skip
@click.option("--key", metavar="COLUMN", default="", help="The column that names the file.")
@pass_session
def new(
    session: Session, file: Path, table: Path, sheet: str | None, header: int | None,
    encoding: str | None, separator: str | None, key: str,
) -> int:  # fmt: skip
    """Propose a mapping from the names of a table's columns.

    Nothing is filled in that only you can say: such fields are left as comments.
    """
    from hdp.application.config import Config
    from hdp.metadata.propose import propose
    from hdp.metadata.tables import read_table

    app = session.open_if_named()
    target = app.target(app.environment(session.env))
    found = read_table(table, sheet=sheet, header=header, encoding=encoding, separator=separator)
    text = propose(found, target.schema(), key, creator=Config(app.home).creator())
    where = Path(os.path.relpath(table.resolve(), file.resolve().parent)).as_posix()
    text = _with_reading(_with_table(text, where), encoding=encoding, separator=separator)
    _write_new(file, text)
    _tell(session, [one.to_json() for one in found.findings])
    session.write(f"Written: {file}. Look through it, then: hdp mapping set {file}")
    session.emit({"file": str(file), "yaml": text, "columns": list(found.columns)})
    return OK


def _with_table(text: str, where: str) -> str:
    from hdp.metadata.propose import quoted

    return re.sub(r"^table: .*$", lambda _: f"table: {quoted(where)}", text, count=1, flags=re.M)


def _with_reading(text: str, **given: str | None) -> str:
    """The mapping with what the person said of how its table is read."""
    from hdp.metadata.propose import quoted

    lines = "".join(f"{name}: {quoted(one)}\n" for name, one in given.items() if one)
    return re.sub(r"^key: ", lambda found: lines + found[0], text, count=1, flags=re.M)


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


@mapping_command.command(
    "set", epilog=example('hdp mapping set photographs.yaml --for "photographs/*"')
)
@click.argument("file", type=_PATH, metavar="MAPPING.yaml")
@click.option("--name", metavar="N", help="Its name in the project; else the file's.")
@click.option("--for", "folders", multiple=True, metavar="GLOB", help="Only for these folders.")
@click.option("--modality", "kinds", multiple=True, metavar="M", help="Only for this kind.")
@click.option("--item", "ids", multiple=True, type=int, metavar="ID", help="Only for this item.")
@click.option("--for-all-others", is_flag=True, help="For all items that no other is for.")
@click.option("--dry-run", is_flag=True, help="Show what would become different; keep nothing.")
@pass_session
def set_mapping(
    session: Session, file: Path, name: str | None, folders: tuple[str, ...],
    kinds: tuple[str, ...], ids: tuple[int, ...], for_all_others: bool, dry_run: bool,
) -> int:  # fmt: skip
    """Keep a mapping file in the project and use it; refused where it is wrong.

    Without a rule (--for, --modality, --item) it is for all items that no other mapping is for.
    """
    from hdp.application import describing
    from hdp.application.mapping_choice import make_rule
    from hdp.sdk import UsageError

    rule = make_rule(folders, kinds, ids, session.app.catalogue.modalities if kinds else None)
    if rule and for_all_others:
        raise UsageError(
            "--for-all-others was given together with a rule.", code="rule-and-others",
            hint="Leave one of them out; nothing was done.",
        )  # fmt: skip
    applies = rule or ({} if for_all_others else None)
    app = session.open()
    if dry_run:
        return _try_out(session, app, file, name, applies)
    return _print(session, describing.set_mapping(app, file, name, applies=applies))


def _try_out(
    session: Session, app: Application, file: Path, name: str | None,
    applies: dict[str, Any] | None,
) -> int:  # fmt: skip
    from hdp.application.mapping_difference import compare_text
    from hdp.application.mapping_setting import read_text

    found = compare_text(
        app, read_text(file), base=file.parent, name=name or file.stem,
        env=session.env_name, applies=applies,
    )  # fmt: skip
    return _print_differences(session, [one.to_json() for one in found], "Nothing was kept.")


@mapping_command.command("diff", epilog=example("hdp mapping diff"))
@click.argument("name", required=False)
@click.option("--accept", is_flag=True, help="The changed table was seen and is right.")
@pass_session
def diff(session: Session, name: str | None, accept: bool) -> int:
    """Show what was changed in tables, and what it changes in records prepared already."""
    from hdp.application import mapping_setting
    from hdp.application.mapping_difference import compare_prepared

    app = session.open()
    changes = mapping_setting.table_changes(app, name)
    for one in changes:
        session.write(f"{one['table']}: {one['sentence']}.")
    found = [one.to_json() for one in compare_prepared(app, session.env_name, name)]
    if accept:
        for one in changes:
            mapping_setting.accept_table(app, one["mapping"])
    said = "Noted: the tables as they are now count as seen." if accept and changes else ""
    return _print_differences(session, found, said, changes)


def _print_differences(
    session: Session, found: list[dict[str, Any]], said: str, tables: Sequence[Any] = ()
) -> int:
    for one in found:
        session.write(f"{one['item']}  {one['title']}  ({one['state']}, mapping {one['mapping']})")
        for field in one["fields"]:
            session.write(f"    {field['field']}: {_short(field['before'])}")
            session.write(f"      now: {_short(field['after'])}")
        _tell(session, one["errors"])
    records = "1 record" if len(found) == 1 else f"{len(found)} records"
    again = " Prepare them again: hdp prepare ID..." if found else ""
    session.write(f"{records} would become different.{again} {said}".rstrip())
    session.emit({"differences": found, "total": len(found), "tables": list(tables)})
    return OK


def _short(value: Any) -> str:
    import json

    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = "(nothing)" if value in (None, "", [], {}) else " ".join(text.split())
    return text if len(text) <= 100 else f"{text[:99]}…"


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
    """List the project's mappings and the items that each is for."""
    from hdp.application import mapping_setting

    found = mapping_setting.list_rows(session.open())
    session.table(
        ("name", "for", "items", "table"),
        [(one["name"], one["for"], one["items"], one["table"]) for one in found],
        "There is no mapping yet. Set one with: hdp mapping set MAPPING.yaml",
    )
    session.emit({"mappings": found, "total": len(found)})
    return OK


@mapping_command.command(epilog=example("hdp mapping check --leave-out orcid-invalid"))
@click.argument("name", required=False)
@click.option("--leave-out", "code", metavar="CODE",
              help="Say in the mapping that values with this problem are not sent.")  # fmt: skip
@pass_session
def check(session: Session, name: str | None, code: str | None) -> int:
    """Tell every problem of every item and row before anything is prepared."""
    from hdp.application.mapping_checking import check_mapping

    app = session.open()
    report = check_mapping(app, session.env_name, name)
    left: dict[str, Any] = {}
    if code:
        from hdp.application.mapping_omitting import leave_out

        left = leave_out(app, code, report=report)
        count = left["total"]
        values = "1 value is" if count == 1 else f"{count} values are"
        session.tell(f"{values} left out from now on ({', '.join(left['left_out'])}).")
        report = check_mapping(app, session.env_name, name)
    shown = report.to_json()
    for line in () if session.json else _lines_by_kind(shown["findings"]):
        session.write(line)
    counts = shown["counts"]
    session.write(
        f"{counted(counts['error'], 'error')}, {counted(counts['warning'], 'warning')},"
        f" {counted(counts['info'], 'note')}"
        f" in {counted(shown['items'], 'item')} and {counted(shown['rows'], 'row')}."
    )
    session.emit(shown | left)
    return FAILED if counts["error"] else OK


def _lines_by_kind(findings: list[dict[str, Any]]) -> list[str]:
    """Every error of a row with its place; of all others, one line for each kind.

    An error without a row is the mapping's, and the same for all its items.
    """
    lines = []
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in findings:
        if one["severity"] == "error" and one["where"].get("row"):
            lines += finding_lines([one])
        else:
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
    from hdp.application.mapping_setting import remove_mapping

    remove_mapping(session.open(), name)
    session.emit({"removed": name}, f"{name} is removed.")
    return OK


@mapping_command.command(epilog=example("hdp mapping move details --before photographs"))
@click.argument("name")
@click.option("--before", metavar="NAME", help="The mapping to stand before; else it goes last.")
@pass_session
def move(session: Session, name: str, before: str | None) -> int:
    """Change the order in which mappings are asked whether an item is theirs."""
    from hdp.application.mapping_setting import move_mapping

    order = move_mapping(session.open(), name, before)
    session.emit({"order": order}, f"Asked in this order: {', '.join(order)}.")
    return OK
