"""`hdp plugin`: components and repositories from others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hdp.cli.base import Group, example, pass_session
from hdp.cli.main import FAILED, OK

if TYPE_CHECKING:
    from hdp.cli.session import Session


@click.group(cls=Group, epilog=example("hdp plugin list"))
def plugin_command() -> None:
    """Plugins: components and repositories."""


@plugin_command.command("list", epilog=example("hdp plugin list --json"))
@pass_session
def list_plugins(session: Session) -> int:
    """List all plugins with their status and its reason."""
    found = [one.to_json() for one in session.app.catalogue.plugins]
    session.table(
        ("id", "version", "status", "name", "reason"),
        [(one["id"], one["version"], one["status"], one["name"], one["reason"]) for one in found],
    )
    session.emit({"plugins": found, "total": len(found)})
    return OK


@plugin_command.command(epilog=example("hdp plugin enable my-plugin"))
@click.argument("plugin", metavar="ID")
@pass_session
def enable(session: Session, plugin: str) -> int:
    """Switch a plugin on; it runs with your rights from the next command on."""
    return _switch(session, plugin, True)


@plugin_command.command(epilog=example("hdp plugin disable my-plugin"))
@click.argument("plugin", metavar="ID")
@pass_session
def disable(session: Session, plugin: str) -> int:
    """Switch a plugin off."""
    return _switch(session, plugin, False)


def _switch(session: Session, plugin: str, on: bool) -> int:
    from hdp import plugins

    session.app.catalogue.plugin(plugin)  # refuses an id that is not there
    home = session.app.home
    plugins.set_enabled(home, plugin, on)
    found = plugins.load(home, safe=session.safe, extra=session.plugins).plugin(plugin)
    session.emit(found.to_json(), f"{plugin}: {found.status}. {found.reason}".strip())
    return OK


@plugin_command.command(epilog=example("hdp plugin check ./my-plugin"))
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@pass_session
def check(session: Session, folder: Path) -> int:
    """Load a plugin's folder and tell the status it would get."""
    from hdp.plugins import check_plugin

    found = check_plugin(folder.resolve())
    session.emit(found.to_json(), f"{found.id}: {found.status}. {found.reason}".strip())
    return OK if found.status == "ready" else FAILED
