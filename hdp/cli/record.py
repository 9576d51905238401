"""`hdp record`: what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hdp.cli.base import Group, example, pass_session
from hdp.cli.main import OK

if TYPE_CHECKING:
    from hdp.cli.session import Session


@click.group(cls=Group, epilog=example("hdp record list --env sandbox"))
def record_command() -> None:
    """Published records."""


@record_command.command("list", epilog=example("hdp record list --search amphora --json"))
@click.option("--search", metavar="TEXT", default="", help="In title and DOI.")
@pass_session
def list_records(session: Session, search: str) -> int:
    """List published records by concept, with all versions."""
    from hdp.application import views

    app = session.open()
    app.remotes.url(app.environment(session.env_name))  # practice links need its address
    found = views.published_groups(app, session.env_name, search)
    versions = [one for group in found["groups"] for one in group["versions"]]
    session.table(
        ("item", "doi", "version", "published", "title", "link"),
        [(one["item"], one["doi"], one["version"], (one["published"] or "")[:10], one["title"],
          one["url"]) for one in versions],
        "No records are published here.",
    )  # fmt: skip
    session.emit(found)
    return OK
