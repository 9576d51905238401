"""A mapping while a person makes it: its text, its values, and the rows it gives; nothing is kept.

The text is the one truth. The page changes values; they are written into the text here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.exporting import write_new
from hdp.application.mapping_preview import preview_rows
from hdp.application.terms import page_schema
from hdp.metadata import checks
from hdp.metadata.mapping_text import Edited, edit_text, read_values, write_text
from hdp.metadata.propose import guess_key, propose
from hdp.metadata.tables import Peek, Table, peek
from hdp.sdk import Finding, HdpError, Target

if TYPE_CHECKING:
    from hdp.application.app import Application

_FIRST = 50
_FOR_PROPOSALS = 200
_SEPARATORS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "pipe"}


@dataclass(frozen=True)
class Design:
    """What is being made: a text, the folder its table's path is relative to, name and rule."""

    text: str
    base: Path
    name: str = ""
    applies: dict[str, Any] | None = None


@dataclass(frozen=True)
class Reading:
    """How a table is to be read; what is None is found out."""

    sheet: str | None = None
    header: int | None = None
    encoding: str | None = None
    separator: str | None = None


def list_fields(target: type[Target]) -> dict[str, Any]:
    """All fields of a target for the page, in their order, with the groups they stand in."""
    schema = target.schema()
    required = {*checks.REQUIRED, "license", *schema.get("required", ())}
    groups: Mapping[str, str] = schema.get("x-groups", {})
    fields = [
        {
            "field": name,
            "title": one.get("title", name),
            "group": one.get("x-group", ""),
            "required": name in required,
            "recommended": bool(one.get("x-recommended")),
            "filled_in": str(one.get("x-filled-in", "")),
            "when": dict(one.get("x-when", {})),
            "schema": page_schema(target, one, name),
        }
        for name, one in sorted(
            schema["properties"].items(), key=lambda pair: pair[1].get("x-order", 0)
        )
        if not one.get("x-unsupported")
    ]
    return {"fields": fields, "groups": [{"id": k, "title": v} for k, v in groups.items()]}


def look(path: Path, base: Path, reading: Reading) -> dict[str, Any]:
    """The first rows of a table, how it was read, and how a mapping in `base` names it."""
    found = _peek(path, reading, _FIRST)
    return {
        "path": str(path),
        "table": table_name(path, base),
        "columns": list(found.columns),
        "rows": [list(one) for one in found.rows],
        "numbers": list(found.numbers),
        "sheets": [
            {"name": one.name, "rows": one.rows, "columns": one.columns, "hidden": one.hidden}
            for one in found.sheets
        ],
        "sheet": found.sheet,
        "header": found.header,
        "encoding": found.encoding,
        "separator": _SEPARATORS.get(found.separator, found.separator),
        "findings": [one.to_json() for one in found.findings],
        "key": guess_key(_table(path, found)),
    }


def propose_fields(
    target: type[Target],
    path: Path,
    reading: Reading,
    key: str = "",
    *,
    creator: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Rules that the names of a table's columns propose: field -> rule."""
    table = _table(path, _peek(path, reading, _FOR_PROPOSALS))
    text = propose(table, target.schema(), key, creator=creator)
    return dict(read_values(text).get("fields") or {})


def _peek(path: Path, reading: Reading, rows: int) -> Peek:
    return peek(
        path, sheet=reading.sheet, header=reading.header, encoding=reading.encoding,
        separator=reading.separator, rows=rows,
    )  # fmt: skip


def _table(path: Path, found: Peek) -> Table:
    return Table(found.columns, found.rows, path, found.sheet, numbers=found.numbers)


def table_name(path: Path, base: Path) -> str:
    """A table's path as a mapping in that folder names it: relative where that is possible."""
    try:
        return Path(os.path.relpath(path, base)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def make(
    app: Application, design: Design, values: Mapping[str, Any] | None, *, env: str | None,
    offset: int = 0, limit: int = 20, quick: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """The text that says these values (or the text as it is), and the rows it gives.

    A rule that is wrong is told and left out of the rows, so that all others can be seen.
    """
    edited = Edited(design.text) if values is None else edit_text(design.text, values)
    made: dict[str, Any] = {
        "text": edited.text, "lost": list(edited.lost), "base": str(design.base),
        "values": None, "table_path": None, "findings": [], "rows": None, "without": [],
    }  # fmt: skip
    try:
        made["values"] = read = read_values(edited.text)
    except HdpError as error:
        return made | {"findings": _findings(error)}
    table = read.get("table")
    if isinstance(table, str) and table and "\0" not in table:
        made["table_path"] = str(Path(os.path.abspath(design.base / table)))  # noqa: PTH100 - links stay
    show = partial(
        preview_rows, app, base=design.base, env=env, name=design.name, offset=offset, limit=limit,
        quick=quick, applies=design.applies,
    )  # fmt: skip
    return made | _rows(show, edited.text, read)


def export(design: Design, path: Path) -> None:
    """Write the text to a new file, naming the table as seen from there."""
    values = read_values(design.text)
    table = values.get("table")
    text = design.text
    if isinstance(table, str) and table:
        values["table"] = table_name(design.base / table, path.parent)
        text = edit_text(text, values).text
    write_new(path, text)


def _rows(show: Any, text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    if not values.get("fields"):
        return {}  # nothing is wrong with a mapping that was just begun
    try:
        rows = show(text)
    except HdpError as error:
        found = _findings(error)
        fields = values["fields"] if isinstance(values["fields"], Mapping) else {}
        bad = {str(one["where"].get("field", "")).split(".")[0] for one in found} & set(fields)
        left = {name: one for name, one in fields.items() if name not in bad}
        if not bad or not left:
            return {"findings": found, "without": sorted(bad)}
        try:
            rows = show(write_text({**values, "fields": left}))
        except HdpError:
            rows = None
        return {"findings": found, "without": sorted(bad), "rows": rows}
    return {"rows": rows}


def _findings(error: HdpError) -> list[dict[str, Any]]:
    found: Sequence[Finding] = error.findings
    if not found:
        found = [Finding("error", error.name, error.message, error.hint, error.where)]
    return [one.to_json() for one in found]
