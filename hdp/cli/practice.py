"""`hdp practice`: the repository that is built in for practice."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from hdp.cli.base import Group, example, pass_session
from hdp.cli.main import OK
from hdp.cli.window import stay
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.cli.session import Session


@click.group(cls=Group, epilog=example("hdp practice open"))
def practice_command() -> None:
    """The repository that is built in for practice."""


@practice_command.command("open", epilog=example("hdp practice open 1001"))
@click.argument("record", required=False, metavar="[ID]")
@pass_session
def open_practice(session: Session, record: str | None) -> int:
    """Open the practice repository in the browser and serve it until Ctrl-C.

    ID is the number of a record there, as `hdp record list` shows it.
    """
    app = session.app
    url = app.remotes.practice().url
    if record:
        url = f"{url}/records/{quote(record, safe='')}"
    return stay(session, url, open_browser=not session.quiet)


@practice_command.command(epilog=example("hdp practice reset --yes"))
@click.option("--yes", is_flag=True, help="Do it without asking.")
@pass_session
def reset(session: Session, yes: bool) -> int:
    """Throw away everything in the practice repository."""
    from hdp.application.practising import count_practice, reset_practice
    from hdp.sdk import Refused

    app = session.app
    drafts, published = count_practice(app)
    lost = f"{counted(drafts, 'draft')} and {counted(published, 'practice record')}"
    if not yes and sys.stdin.isatty() and not session.json:
        yes = click.confirm(f"Throw away {lost}? Projects will still list them.", err=True)
    if not yes:
        raise Refused(
            f"This would throw away {lost}. Nothing was done.",
            code="reset-not-confirmed",
            hint="Confirm with: hdp practice reset --yes",
        )
    reset_practice(app)
    session.emit(
        {"drafts": drafts, "published": published},
        f"Thrown away: {lost}. Projects still list them; prepare their items again.",
    )
    return OK
