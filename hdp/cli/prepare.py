"""`hdp prepare`: mapping to checked metadata, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.running import act
from hdp.cli.selecting import selection

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session


@click.command("prepare", cls=Command, epilog=example("hdp prepare --all"))
@selection
@click.option("--mapping", metavar="NAME", help="This mapping instead of the active one.")
@click.option("--back", is_flag=True, help="Take prepared items back instead.")
@pass_session
def prepare_command(session: Session, selection: Selection, mapping: str | None, back: bool) -> int:
    """Make checked metadata of the mapping; nothing is sent."""
    args = {"mapping": mapping} if mapping and not back else {}
    return act(session, "back" if back else "prepare", selection, args=args)
