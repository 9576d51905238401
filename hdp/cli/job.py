"""`hdp job`: batches that ran or run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hdp.cli import running
from hdp.cli.base import Group, example, pass_session
from hdp.cli.main import OK
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.cli.session import Session

_ID = click.argument("job", type=int, metavar="ID")


@click.group(cls=Group, epilog=example("hdp job list"))
def job_command() -> None:
    """Batches that ran or run."""


@job_command.command("list", epilog=example("hdp job list --first 20"))
@click.option("--first", type=click.IntRange(min=1), default=100, metavar="N", show_default=True)
@pass_session
def list_jobs(session: Session, first: int) -> int:
    """List the jobs of the project, the newest first."""
    found, total = session.open().jobs.page(0, first)
    session.table(
        ("id", "what", "env", "state", "progress", "done", "failed", "skipped", "started"),
        [(one["id"], one["title"], one["env"], one["state"], f"{one['share']:.0%}", one["done"],
          one["failed"], one["skipped"], one["started"]) for one in found],
        "No jobs yet.",
    )  # fmt: skip
    session.emit({"jobs": found, "total": total})
    return OK


@job_command.command(epilog=example("hdp job show 5 --json"))
@_ID
@pass_session
def show(session: Session, job: int) -> int:
    """Show a job with its tasks and why any failed."""
    app = session.open()
    running.print_job(session, app, job)
    return OK


@job_command.command(epilog=example("hdp job report 5 -o report.xlsx"))
@_ID
@click.option("--format", "form", type=click.Choice(["csv", "xlsx", "html", "json"]),
              help="By the file's ending if left out, else csv.")  # fmt: skip
@click.option("-o", "--output", "goal", type=click.Path(path_type=Path), metavar="FILE",
              help="A new file; on stdout if left out.")  # fmt: skip
@pass_session
def report(session: Session, job: int, form: str | None, goal: Path | None) -> int:
    """Write a row for each item: state, ids, DOIs, what went wrong, and what to do."""
    from hdp.application import job_report, reporting

    chosen = reporting.choose_format(form, goal)
    found = job_report.job_report(session.open(), job)
    if goal is None:
        session.write(job_report.to_text(found, chosen).rstrip("\n"))
        session.emit(found)
        return OK
    job_report.write_job_report(found, chosen, goal)
    told = f"{counted(found['total'], 'item')} written: {goal}"
    session.emit({"file": str(goal), "format": chosen, "total": found["total"]}, told)
    return OK


@job_command.command(epilog=example("hdp job cancel 5"))
@_ID
@pass_session
def cancel(session: Session, job: int) -> int:
    """Stop a job that another HDP runs; what is done stays done."""
    from hdp.application.cancelling import cancel_job

    app = session.open()
    said = cancel_job(app, job)
    session.emit(running.job_document(app, job), said)
    return OK


@job_command.command(epilog=example("hdp job retry 5"))
@_ID
@click.option("--yes-production", is_flag=True, help="Needed to publish in production.")
@pass_session
def retry(session: Session, job: int, yes_production: bool) -> int:
    """Do again what failed, was cancelled or interrupted in a job."""
    from hdp.application import Selection, actions
    from hdp.application.retrying import action_of

    app = session.open()
    action = action_of(app, job, confirmed=yes_production)
    if action.env != session.env_name and session.env is not None:
        session.tell(f"The job was in {action.env}; it is done there again.")
    assert isinstance(action.selection, Selection)
    return running.report(session, app, action, actions.start(app, action))
