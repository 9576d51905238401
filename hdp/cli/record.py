"""`hdp record`: what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hdp.cli.base import Group, example, pass_session
from hdp.cli.machine import accept_command
from hdp.cli.main import FAILED, OK
from hdp.cli.running import act
from hdp.cli.selecting import selection
from hdp.cli.version import diff_command, version_command
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session


@click.group(cls=Group, epilog=example("hdp record list --env sandbox"))
def record_command() -> None:
    """Published records."""


record_command.add_command(accept_command)
record_command.add_command(version_command)
record_command.add_command(diff_command)


@record_command.command("list", epilog=example("hdp record list --search amphora --json"))
@click.option("--search", metavar="TEXT", default="", help="In title and DOI.")
@pass_session
def list_records(session: Session, search: str) -> int:
    """List published records by concept, with all versions."""
    from hdp.application import published

    app = session.open()
    app.remotes.url(app.environment(session.env_name))  # practice links need its address
    found = published.published_groups(app, session.env_name, search)
    versions = [one for group in found["groups"] for one in group["versions"]]
    session.table(
        ("item", "doi", "version", "published", "title", "link"),
        [(one["item"], one["doi"], one["version"], (one["published"] or "")[:10], one["title"],
          one["url"]) for one in versions],
        "No records are published here.",
    )  # fmt: skip
    session.emit(found)
    return OK


@record_command.command(epilog=example("hdp record update --all --dry-run"))
@selection
@click.option("--dry-run", is_flag=True, help="Show what would change; send nothing.")
@click.option("--overwrite", is_flag=True, help="Also where it was changed on the site.")
@click.option("--yes-production", is_flag=True, help="Needed to change records in production.")
@pass_session
def update(session: Session, selection: Selection, dry_run: bool, overwrite: bool,
           yes_production: bool) -> int:  # fmt: skip
    """Bring the metadata of published records to what the table says now, and publish it."""
    from hdp.cli.updating import show_differences

    if dry_run:
        return show_differences(session, "update", selection)
    args = {"overwrite": overwrite}
    return act(session, "update", selection, args=args, yes_production=yes_production)


@record_command.command(epilog=example("hdp record verify --all"))
@selection
@pass_session
def verify(session: Session, selection: Selection) -> int:
    """Ask the repository again and compare every file's checksum with the local one."""
    return act(session, "verify", selection)


@record_command.command(epilog=example("hdp record cite 3 --style apa"))
@click.argument("item", type=click.IntRange(min=1), metavar="ID")
@click.option("--style", "styles", multiple=True, metavar="NAME", help="All styles if left out.")
@pass_session
def cite(session: Session, item: int, styles: tuple[str, ...]) -> int:
    """Print the citation of a published record."""
    from hdp.application import citing
    from hdp.exports.citation import STYLES
    from hdp.sdk import UsageError

    if unknown := [one for one in styles if one not in STYLES]:
        raise UsageError(
            f"There is no style {unknown[0]}.", code="usage", hint=f"Styles: {', '.join(STYLES)}."
        )
    app = session.open()
    app.remotes.url(app.environment(session.env_name))
    found = citing.citations(app, session.env_name, item, styles=styles)
    for one in found["citations"]:
        session.write(one["text"] if len(styles) == 1 else f"{one['title']}: {one['text']}")
    session.emit(found)
    return OK


@record_command.command(epilog=example("hdp record pull 10.5281/zenodo.123456 --env production"))
@click.argument("records", nargs=-1, required=True, metavar="ID|DOI...")
@click.option("--item", type=int, metavar="ID", help="The item that the record is of.")
@pass_session
def pull(session: Session, records: tuple[str, ...], item: int | None) -> int:
    """Adopt records that were published without HDP, so that they can get new versions."""
    from hdp.application import pulling

    app = session.open()
    tasks = pulling.pull(app, session.env_name, records, item)
    for one in tasks:
        (session.tell if one["error"] else session.write)(f"{one['record']}  {one['message']}")
        if one["error"] and one["error"]["hint"]:
            session.tell(f"      {one['error']['hint']}")
    if rest := len(set(records)) - len(tasks):
        session.tell(f"{counted(rest, 'more was', 'more were')} not tried.")
    states = [one["state"] for one in tasks]
    failed = states.count("failed") + rest
    session.emit(
        {"id": None, "kind": "pull", "state": "failed" if failed else "done",
         "done": states.count("done"), "failed": failed, "skipped": states.count("skipped"),
         "total": len(tasks) + rest, "started": None, "finished": None, "tasks": tasks}
    )  # fmt: skip
    return FAILED if failed else OK
