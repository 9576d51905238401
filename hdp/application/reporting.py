"""The report: a row for each item with its state, identifiers, error and what to do."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.exporting import write_new
from hdp.project import deposits, reports
from hdp.project.overview import Overview, list_overview
from hdp.sdk import UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

FORMATS = ("csv", "xlsx", "json", "html")
_FIRST = ("item", "key", "title", "primary", "files", "set aside")
_OF_ENV = (
    "state", "account", "id", "doi", "concept doi", "version", "url", "published", "error",
    "what to do",
)  # fmt: skip
_NEXT = {
    "new": "Prepare its metadata.",
    "prepared": "Create its draft.",
    "in-review": "Wait for the curators, then look again.",
    "published": "",
}


def report(app: Application, env: str) -> dict[str, Any]:
    """All items in all environments that are used, `env` in any case, as JSON."""
    names = list(dict.fromkeys([env, *app.project.read(reports.used_environments)]))
    items: dict[int, dict[str, Any]] = {}
    for name in names:
        for row, facts in _facts(app, name):
            shown = items.setdefault(row.id, _item(row))
            shown["title"] = shown["title"] or row.title
            shown["environments"][name] = facts
    for one in items.values():
        one["title"] = one["title"] or one["key"]
    ordered = [items[one] for one in sorted(items)]
    return {
        "project": app.project.about.name, "environments": names, "items": ordered,
        "total": len(ordered),
    }  # fmt: skip


def _item(row: Overview) -> dict[str, Any]:
    return {
        "item": row.id, "key": row.key, "title": row.title, "primary": row.primary,
        "files": row.file_count, "set_aside": row.set_aside, "environments": {},
    }  # fmt: skip


def facts_by_item(app: Application, env: str) -> dict[int, dict[str, Any]]:
    """What the report says of each item in one environment, with its key; none where it is gone."""
    if not any(one.name == env for one in app.environments.list()):
        return {}
    return {row.id: facts | {"key": row.key} for row, facts in _facts(app, env)}


def _facts(app: Application, env: str) -> list[tuple[Overview, dict[str, Any]]]:
    rows = app.project.read(lambda c: list_overview(c, env))
    errors = app.project.read(lambda c: reports.last_errors(c, env))
    found = app.project.read(lambda c: deposits.list_deposits(c, env))
    by_id = {one.id: one for one in found}
    entry = next((one for one in app.environments.list() if one.name == env), None)
    shown = []
    for row in rows:
        deposit = by_id.get(row.deposit_id) if row.deposit_id else None
        state = (row.state or "new").replace("_", "-")
        url = app.remotes.link(entry, row.url) if entry else row.url
        error, todo = _trouble(row, deposit, errors.get(row.id), state)
        shown.append((row, {
            "state": state, "account": deposit.account if deposit else "",
            "id": row.remote_id or "", "doi": row.doi or "",
            "concept doi": (deposit.concept_doi if deposit else "") or "",
            "version": (deposit.version if deposit else "") or "", "url": url or "",
            "published": row.published or "", "error": error, "what to do": todo,
        }))  # fmt: skip
    return shown


def _trouble(
    row: Overview,
    deposit: deposits.Deposit | None,
    last: Mapping[str, Any] | None,
    state: str,
) -> tuple[str, str]:
    """What is wrong with an item, and what is to be done next."""
    if row.set_aside is not None:
        return "", ""
    if row.doing and row.doing != "upload":
        told = f"It is not known whether the repository did the last step ({row.doing})."
        return told, f"Settle it: hdp draft settle {row.id}"
    if last is not None:
        return str(last["message"]), str(last["hint"])
    for one in deposit.site if deposit else ():
        if one["severity"] in ("error", "warning"):
            return str(one["message"]), str(one["hint"])
    if state == "draft":
        missing = row.uploaded < row.sent_files
        return "", "Upload its files." if missing else "Publish it, or submit it for review."
    return "", _NEXT[state]


def to_rows(found: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """The report as a table of texts: the facts of each environment stand side by side."""
    names = found["environments"]
    columns = [*_FIRST, *(f"{env} {fact}" for env in names for fact in _OF_ENV)]
    rows = []
    for one in found["items"]:
        facts = [
            cell_text(one["environments"].get(env, {}).get(fact, ""))
            for env in names
            for fact in _OF_ENV
        ]
        first = [one["item"], one["key"], one["title"], one["primary"], one["files"]]
        rows.append([*map(cell_text, first), cell_text(one["set_aside"]), *facts])
    return columns, rows


def cell_text(value: Any) -> str:
    """A cell's text in one line, without what no file can hold."""
    words = " ".join(str("" if value is None else value).split())
    return words.encode("utf-8", "replace").decode()


def to_text(found: Mapping[str, Any], form: str) -> str:
    """The report as CSV, JSON or a page of its own."""
    columns, rows = to_rows(found)
    return table_text(found, form, str(found["project"]), columns, rows)


def table_text(
    found: Mapping[str, Any], form: str, title: str, columns: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> str:  # fmt: skip
    """A report's rows as CSV or a page of its own, or the whole of it as JSON."""
    if form == "json":
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    return _csv(columns, rows) if form == "csv" else _html(title, columns, rows)


def _csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    from hdp.metadata.frames import guard

    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([guard(one) for one in row] for row in (columns, *rows))
    return text.getvalue()


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:14px system-ui,sans-serif;margin:2rem}}table{{border-collapse:collapse}}
th,td{{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top}}
th{{background:#f2f2f2;position:sticky;top:0}}</style></head>
<body><h1>{title}</h1><p>{count} items</p><table><thead><tr>{head}</tr></thead>
<tbody>{body}</tbody></table></body></html>
"""


def _html(project: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in columns)
    body = "\n".join(f"<tr>{''.join(f'<td>{_cell(one)}</td>' for one in row)}</tr>" for row in rows)
    return _PAGE.format(title=escape(project), count=len(rows), head=head, body=body)


def _cell(text: str) -> str:
    safe = escape(text)
    if text.startswith(("http://", "https://")):
        return f'<a href="{safe}" rel="noopener noreferrer">{safe}</a>'
    return safe


def write_report(found: Mapping[str, Any], form: str, goal: Path) -> None:
    """Write the report to a new file; Refused where there is one."""
    columns, rows = to_rows(found)
    write_table(found, form, goal, str(found["project"]), columns, rows)


def write_table(
    found: Mapping[str, Any], form: str, goal: Path, title: str, columns: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> None:  # fmt: skip
    """Write a report's rows to a new file; Refused where there is one."""
    from hdp.metadata import frames

    if form not in ("csv", "xlsx"):
        write_new(goal, table_text(found, form, title, columns, rows))
        return
    (frames.write_csv if form == "csv" else frames.write_xlsx)(goal, columns, rows)


def choose_format(form: str | None, goal: Path | None) -> str:
    """The format that was asked for, else that of the file's ending, else CSV."""
    if form is None and goal is not None:
        ending = goal.suffix.lower().removeprefix(".")
        form = ending if ending in FORMATS else None
    if form == "xlsx" and goal is None:
        raise UsageError("A workbook needs a file to go to.", hint="Add: -o report.xlsx")
    return form or "csv"
