"""`hdp doctor`: what works on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import OK

if TYPE_CHECKING:
    from hdp.cli.session import Session


@click.command("doctor", cls=Command, epilog=example("hdp doctor --json"))
@pass_session
def doctor_command(session: Session) -> int:
    """Tell what works here: window, keyring, tokens, plugins, disk, repositories."""
    from hdp.application.doctor import examine

    found = examine(session.app)
    _print(session, found)
    session.emit(found)
    return OK


def _print(session: Session, found: dict[str, Any]) -> None:
    session.write(f"HDP {found['version']}, Python {found['python']}, {found['platform']}")
    for name in ("window", "pictures", "keyring", "practice"):
        session.write(f"{name + ':':<10}{found[name]['message']}")
    for disk in found["disk"]:
        session.write(f"{'disk:':<10}{disk['free'] / 1e9:.1f} GB free at {disk['path']}")
    session.write(f"plugins' own environments {found['plugin_environments']['message']}")
    session.write(f"{'log:':<10}{found['log']}\n")
    session.table(
        ("environment", "token", "repository"),
        [(one["name"], "yes" if one["token"] else "no", one["message"])
         for one in found["environments"]],
    )  # fmt: skip
    session.write("")
    session.table(
        ("plugin", "version", "status", "reason"),
        [(one["id"], one["version"], one["status"], one["reason"]) for one in found["plugins"]],
    )
