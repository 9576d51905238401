"""`hdp project report`: a row for each item, for a spreadsheet or a colleague."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import OK

if TYPE_CHECKING:
    from hdp.cli.session import Session

_PATH = click.Path(path_type=Path)


@click.command("report", cls=Command, epilog=example("hdp project report -o report.xlsx"))
@click.argument("file", type=_PATH, required=False)
@click.option("--format", "form", type=click.Choice(["csv", "xlsx", "json", "html"]),
              help="By the file's ending if left out, else csv.")  # fmt: skip
@click.option("-o", "--output", "goal", type=_PATH, metavar="FILE",
              help="A new file; on stdout if left out.")  # fmt: skip
@pass_session
def report_command(session: Session, file: Path | None, form: str | None, goal: Path | None) -> int:
    """Write a row for each item: states, ids, DOIs, what went wrong, and what to do."""
    from hdp.application import reporting

    chosen = reporting.choose_format(form, goal)
    app = session.open(file)
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
