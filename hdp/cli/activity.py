"""`hdp activity`: every call to a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hdp.cli.base import Group, example, pass_session
from hdp.cli.main import OK

if TYPE_CHECKING:
    from hdp.cli.session import Session


@click.group(cls=Group, epilog=example("hdp activity list --failed"))
def activity_command() -> None:
    """What was asked of the repositories."""


@activity_command.command("list", epilog=example("hdp activity list --env sandbox --first 50"))
@click.option("--search", metavar="TEXT", default="", help="Title, record id, path, what was done.")
@click.option("--failed", is_flag=True, help="Only what was not answered well.")
@click.option("--first", type=click.IntRange(min=1), default=100, metavar="N", show_default=True)
@pass_session
def list_calls(session: Session, search: str, failed: bool, first: int) -> int:
    """List the calls, the newest first: method, path, status, duration, bytes, record.

    Calls of all projects; with -p or --env only those of that project or environment.
    """
    app = session.open_if_named()
    project = app.project.about.uuid if app.has_project else ""
    found, more = app.activity.read(
        project=project, env=session.env or "", search=search, failed=failed, limit=first
    )
    session.table(
        ("at", "env", "status", "seconds", "sent", "received", "call", "record"),
        [_row(one) for one in found],
        "No calls yet.",
    )
    if more:
        session.tell(f"The newest {len(found)}; more with --first.")
    session.emit({"calls": found, "total": len(found), "more": more})
    return OK


def _row(one: dict[str, Any]) -> tuple[Any, ...]:
    record = " ".join(part for part in (one["title"], one["remote_id"]) if part)
    return (
        one["at"][:19], one["env"], one["status"] or "no answer", one["seconds"], one["sent"],
        one["received"], f"{one['method']} {one['path']}", record,
    )  # fmt: skip
