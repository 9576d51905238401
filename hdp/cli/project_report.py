"""`hdp project report`: a row for each item, for a spreadsheet or a colleague."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import OK

if TYPE_CHECKING:
    from hdp.application import Application
    from hdp.cli.session import Session

_PATH = click.Path(path_type=Path)


@click.command("report", cls=Command, epilog=example("hdp project report -o report.xlsx"))
@click.argument("file", type=_PATH, required=False)
@click.option("--format", "form", type=click.Choice(["csv", "xlsx", "json", "html"]),
              help="By the file's ending if left out, else csv.")  # fmt: skip
@click.option("-o", "--output", "goal", type=_PATH, metavar="FILE",
              help="A new file; on stdout if left out.")  # fmt: skip
@click.option("--table", is_flag=True,
              help="Your own table, with DOI, concept DOI and URL columns added.")  # fmt: skip
@click.option("--mapping", metavar="NAME", help="With --table: that of another mapping.")
@pass_session
def report_command(
    session: Session, file: Path | None, form: str | None, goal: Path | None, table: bool,
    mapping: str | None,
) -> int:  # fmt: skip
    """Write a row for each item: states, ids, DOIs, what went wrong, and what to do."""
    from hdp.application import reporting

    chosen = reporting.choose_format(form, goal)
    app = session.open(file)
    if table:
        return _own_table(session, app, chosen, goal, mapping)
    found = reporting.report(app, session.env_name)
    if goal is None:
        session.write(reporting.to_text(found, chosen).rstrip("\n"))
        session.emit(found)
        return OK
    reporting.write_report(found, chosen, goal)
    session.emit(
        {"file": str(goal), "format": chosen, "total": found["total"]},
        f"{found['total']} items written: {goal}",
    )
    return OK


def _own_table(
    session: Session, app: Application, form: str, goal: Path | None, mapping: str | None
) -> int:
    from hdp.application import table_report
    from hdp.sdk import UsageError

    if form not in ("csv", "xlsx") or goal is None:
        raise UsageError(
            "Your own table is written to a new CSV or XLSX file.",
            code="usage",
            hint="Add: -o FILE.xlsx (or FILE.csv).",
        )
    app.remotes.url(app.environment(session.env_name))  # practice links need its address
    columns, rows, told = table_report.table_report(app, session.env_name, mapping)
    table_report.write_table_report(goal, columns, rows, form)
    session.emit(
        {"file": str(goal), "format": form, **told},
        f"{told['total']} rows written, {told['published']} with identifiers: {goal}",
    )
    return OK
