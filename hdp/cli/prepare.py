"""`hdp prepare`: mapping to checked metadata, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.running import act, plan
from hdp.cli.selecting import selection

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session


@click.command("prepare", cls=Command, epilog=example("hdp prepare --all"))
@selection
@click.option("--mapping", metavar="NAME", help="This mapping instead of the active one.")
@click.option(
    "--from", "source", metavar="ENV", default="",
    help="Use what was prepared there; the difference: --dry-run.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be done; prepare nothing.")
@click.option("--back", is_flag=True, help="Take prepared items back instead.")
@pass_session
def prepare_command(
    session: Session, selection: Selection, mapping: str | None, source: str, dry_run: bool,
    back: bool,
) -> int:  # fmt: skip
    """Make checked metadata of the mapping, or of what was prepared elsewhere; nothing is sent."""
    _check(source, mapping, back)
    kind = "back" if back else "prepare"
    if dry_run and source:
        from hdp.cli.reusing import show_reuse

        return show_reuse(session, selection, source)
    if dry_run:
        return plan(session, kind, selection)
    given = {"mapping": mapping, "from": source}
    args = {name: value for name, value in given.items() if value and not back}
    return act(session, kind, selection, args=args)


def _check(source: str, mapping: str | None, back: bool) -> None:
    from hdp.sdk import UsageError

    other = "--back" if back else "--mapping" if mapping else ""
    if source and other:
        raise UsageError(
            f"--from and {other} were given together.",
            code="from-and-other",
            hint="Leave one of them out; nothing was done.",
        )
