"""`hdp completion`: completion for a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import OK, root

if TYPE_CHECKING:
    from hdp.cli.session import Session


@click.command(
    "completion", cls=Command, epilog=example('eval "$(hdp completion bash)"  # in ~/.bashrc')
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@pass_session
def completion_command(session: Session, shell: str) -> int:
    """Print the script that completes `hdp` in your shell."""
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    kinds = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    made = kinds[shell](root, {}, "hdp", "_HDP_COMPLETE")
    script = made.source_template % made.source_vars()
    session.emit({"shell": shell, "script": script}, script)
    return OK
