"""`hdp plugin`: components and repositories from others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hdp.cli.base import Group, example, pass_session, read_hidden
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


@plugin_command.command(epilog=example("hdp plugin settings llm"))
@click.argument("plugin", metavar="ID")
@click.option("--check", "tried", is_flag=True, help="Try them: ask the server they name.")
@pass_session
def settings(session: Session, plugin: str, tried: bool) -> int:
    """Show what you chose for a plugin; secrets are only said to be there."""
    if tried:
        return _try_settings(session, plugin)
    kept, status = session.app.plugin_settings, session.app.catalogue.plugin(plugin)
    values, helps = kept.values(plugin), {one.name: one.help for one in status.settings}
    secrets = {one: kept.has_secret(plugin, one) for one in status.secrets}
    rows = [(name, value, helps.get(name, "")) for name, value in values.items()]
    rows += [(name, "kept" if there else "", "secret") for name, there in secrets.items()]
    session.table(("setting", "value", "what it is"), rows)
    session.emit({"plugin": plugin, "settings": values, "secrets": secrets})
    return OK


def _try_settings(session: Session, plugin: str) -> int:
    from hdp.application.plugin_trying import can_try, try_settings

    if not can_try(session.app, plugin):
        session.emit({"plugin": plugin, "findings": []}, f"{plugin} has nothing to try.")
        return OK
    found = try_settings(session.app, plugin)
    told = "\n".join(f"{one.severity}: {one.message} {one.hint}".strip() for one in found)
    session.emit({"plugin": plugin, "findings": [one.to_json() for one in found]}, told)
    return FAILED if any(one.severity == "error" for one in found) else OK


@plugin_command.command("set", epilog=example("hdp plugin set llm model gemma3:12b"))
@click.argument("plugin", metavar="ID")
@click.argument("name")
@click.argument("value", required=False)
@click.option("--default", is_flag=True, help="Give the setting back to its default.")
@pass_session
def set_value(session: Session, plugin: str, name: str, value: str | None, default: bool) -> int:
    """Change a setting of a plugin on this computer."""
    if default == (value is not None):
        raise click.UsageError("Give a VALUE, or --default.")
    now = session.app.plugin_settings.set(plugin, name, value)
    session.emit({"plugin": plugin, "name": name, "value": now}, f"{name}: {now}")
    return OK


@plugin_command.command(epilog=example("hdp plugin secret llm key"))
@click.argument("plugin", metavar="ID")
@click.argument("name")
@click.option("--remove", is_flag=True, help="Forget the secret.")
@pass_session
def secret(session: Session, plugin: str, name: str, remove: bool) -> int:
    """Keep a secret of a plugin, read from a hidden question or from standard input."""
    value = None if remove else read_hidden(f"{name} of {plugin}")
    told = session.app.plugin_settings.store_secret(plugin, name, value)
    session.emit({"plugin": plugin, "name": name, "kept": not remove}, told)
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
