"""`hdp selftest`: whether this installation of HDP is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import FAILED, OK

if TYPE_CHECKING:
    from hdp.cli.session import Session


@click.command("selftest", cls=Command, epilog=example("hdp selftest --json"))
@click.option("--window/--no-window", default=None,
              help="Open the window too; without either: where there can be one.")  # fmt: skip
@pass_session
def selftest_command(session: Session, window: bool | None) -> int:
    """Use every part once: plugins, page, files to published records, window.

    All of it happens in a temporary folder on this computer. Exit 0 only if all of it worked.
    """
    from hdp.application.selftest import examine

    found = []
    for one in examine(window=window):
        session.write(f"{one.part}: {one.state} - {one.message}")
        found.append(one)
    session.emit({"parts": [one.to_json() for one in found]})
    return FAILED if any(one.state == "failed" for one in found) else OK
