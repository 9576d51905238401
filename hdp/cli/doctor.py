"""`hdp doctor`: what works on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import OK

if TYPE_CHECKING:
    from hdp.cli.session import Session


@click.command("doctor", cls=Command, epilog=example("hdp doctor --json"))
@click.option("--updates", is_flag=True, help="Ask whether there is a newer HDP.")
@pass_session
def doctor_command(session: Session, updates: bool) -> int:
    """Tell what works here: window, keyring, tokens, plugins, disk, repositories."""
    from hdp.application.doctor import examine

    found = examine(session.app)
    if updates:
        found["release"] = _look(session)
    _print(session, found)
    session.emit(found)
    return OK


def _look(session: Session) -> dict[str, Any]:
    """What is known of newer versions; being offline is a fact like others here."""
    from hdp.application.releases import look
    from hdp.sdk import HdpError

    try:
        release = look(session.app.home)
    except HdpError as error:
        return {"newer": False, "message": f"not known: {error.message}"}
    told = f"none than yours; the newest release is {release.version}"
    if release.newer:
        told = f"HDP {release.version} is there: {release.url or 'see the page of the project'}"
    return release.to_json() | {"message": told}


def _print(session: Session, found: dict[str, Any]) -> None:
    session.write(f"HDP {found['version']}, Python {found['python']}, {found['platform']}")
    for name in ("window", "pictures", "keyring", "practice"):
        session.write(f"{name + ':':<10}{found[name]['message']}")
    if found["graphics"]:
        session.write(f"{'graphics:':<10}{found['graphics']}")
    if "release" in found:
        session.write(f"{'newer:':<10}{found['release']['message']}")
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
