"""`hdp plugin`: components and repositories from others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hdp.cli.base import Group, example, pass_session, read_hidden
from hdp.cli.main import FAILED, OK
from hdp.cli.session import finding_lines

if TYPE_CHECKING:
    from hdp.application.plugin_writing import Kind
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
    from hdp.application.plugin_installing import enable_plugin

    found = enable_plugin(session.app, plugin, on=on)
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


@plugin_command.command(epilog=example("hdp plugin new watermark --kind component"))
@click.argument("name")
@click.option("--kind", default="component", show_default=True,
              type=click.Choice(["component", "target", "checker", "thumbnailer", "source"]),
              help="A pipeline step, a place where records go, a check or a picture of files, or"
              " a table from a collections system.")  # fmt: skip
@click.option("--to", "parent", type=click.Path(path_type=Path), default=Path(),
              metavar="DIR", help="The folder to make it in; else this one.")  # fmt: skip
@pass_session
def new(session: Session, name: str, kind: Kind, parent: Path) -> int:
    """Write a new plugin: manifest, code, tests that pass, and what makes a wheel of it."""
    from hdp.application.plugin_writing import write_plugin

    made = write_plugin(name, kind, parent, session.app.catalogue)
    files = sorted(one.relative_to(made).as_posix() for one in made.rglob("*") if one.is_file())
    told = f"{made}\nIts README says how to go on. Look at it with: hdp plugin check {made}"
    session.emit({"folder": str(made), "files": files}, told)
    return OK


@plugin_command.command(epilog=example("hdp plugin check ./my-plugin"))
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@pass_session
def check(session: Session, folder: Path) -> int:
    """Tell everything that is wrong with a plugin's folder, and the status it would get."""
    from hdp.application.plugin_checking import check_folder

    status, found = check_folder(folder, session.app.catalogue)
    findings = [one.to_json() for one in found]
    if status.status == "ready":
        told = f"{status.id}: ready."
    else:
        told = f"{status.id}: {status.status}."
        if not any(one.severity == "error" for one in found):
            told += f" {status.reason}"
    session.emit(
        status.to_json() | {"findings": findings}, "\n".join([*finding_lines(findings), told])
    )
    return OK if status.status == "ready" else FAILED


@plugin_command.command(epilog=example("hdp plugin install watermark.zip"))
@click.argument("source", type=click.Path(path_type=Path), metavar="FILE_OR_DIR")
@click.option("--replace", is_flag=True, help="Put it in the place of the one with its id.")
@pass_session
def install(session: Session, source: Path, replace: bool) -> int:
    """Install a plugin from a folder, .zip or .whl; it is off until you switch it on."""
    from hdp.application.plugin_installing import install_plugin

    found = install_plugin(session.app, source, replace=replace)
    lines = [f"{found.name} {found.version} ({found.id}): {found.status}. {found.reason}".strip()]
    if found.hosts:
        lines.append(f"It says that it talks to: {', '.join(found.hosts)}")
    if found.secrets:
        lines.append(f"It asks for secrets: {', '.join(found.secrets)}")
    if found.status == "disabled":
        lines.append("A plugin is a program and can do whatever you can do. If you trust it:")
        lines.append(f"  hdp plugin enable {found.id}")
    session.emit(found.to_json(), "\n".join(lines))
    return OK


@plugin_command.command(epilog=example("hdp plugin environment my-plugin"))
@click.argument("plugin", metavar="ID")
@pass_session
def environment(session: Session, plugin: str) -> int:
    """Make or renew the Python of a plugin's own, with what its requirements.txt names."""
    from hdp.application.environment_making import make_environment

    app = session.app
    make_environment(app.environment_making.environment(plugin), session.tell, lambda: False)
    app.reload_plugins()
    found = app.catalogue.plugin(plugin)
    session.emit(found.to_json(), f"{plugin}: {found.status}. {found.reason}".strip())
    return OK


@plugin_command.command(epilog=example("hdp plugin remove watermark"))
@click.argument("plugin", metavar="ID")
@pass_session
def remove(session: Session, plugin: str) -> int:
    """Delete an installed plugin with its settings, secrets and environment."""
    from hdp.application.plugin_installing import remove_plugin

    needing = remove_plugin(session.app, plugin)
    told = f"{plugin} is removed; nothing of it is left."
    if needing:
        told += f" These environments cannot be used without it: {', '.join(needing)}."
    session.emit({"plugin": plugin, "removed": True, "environments": needing}, told)
    return OK
