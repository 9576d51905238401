"""`hdp env`: environments and their tokens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from hdp.cli.base import Group, example, pass_session, read_hidden
from hdp.cli.main import OK

if TYPE_CHECKING:
    from hdp.cli.session import Session
    from hdp.environments import EnvironmentEntry


@click.group(cls=Group, epilog=example("hdp env list"))
def env_command() -> None:
    """Environments and their tokens."""


def _json(session: Session, one: EnvironmentEntry) -> dict[str, Any]:
    has_token = not session.app.remotes.needs_token(one) or session.app.credentials.has(one.name)
    return {
        "name": one.name, "title": one.title or one.name, "target": one.target, "url": one.url,
        "kind": one.kind, "settings": dict(one.settings), "builtin": one.builtin,
        "token": has_token,
    }  # fmt: skip


@env_command.command("list", epilog=example("hdp env list --json"))
@pass_session
def list_environments(session: Session) -> int:
    """List the environments and whether a token is there for each."""
    found = [_json(session, one) for one in session.app.environments.list()]
    session.table(
        ("name", "kind", "target", "url", "token"),
        [(one["name"], one["kind"], one["target"], one["url"] or "on this computer",
          "yes" if one["token"] else "no") for one in found],
    )  # fmt: skip
    session.emit({"environments": found, "total": len(found)})
    return OK


@env_command.command(
    epilog=example("hdp env add institute --target zenodo --url https://repository.example.org")
)
@click.argument("name")
@click.option("--target", required=True, help="The kind of repository, such as zenodo.")
@click.option(
    "--url", required=True, metavar="URL|DIR", help="Its address, or an archive's folder."
)
@click.option("--kind", type=click.Choice(["practice", "sandbox", "production"]),
              help="How much care; production unless it is on this computer.")  # fmt: skip
@click.option("--title", default="", help="What people call it.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A target's setting.")
@pass_session
def add(session: Session, name: str, target: str, url: str, kind: str | None, title: str,
        settings: tuple[str, ...]) -> int:  # fmt: skip
    """Add an environment."""
    from hdp.application import places

    entry = places.add_environment(
        session.app, name, target=target, url=url, kind=kind, title=title,
        settings=_settings(settings),
    )  # fmt: skip
    token = f" Its token: hdp env token {entry.name}"
    needed = token if session.app.remotes.needs_token(entry) else ""
    session.write(f"{entry.name} is added ({entry.kind}).{needed}")
    session.emit(_json(session, entry))
    return OK


def _settings(given: tuple[str, ...]) -> dict[str, Any]:
    from hdp.sdk import UsageError

    values: dict[str, Any] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals:
            raise UsageError(f"{one} is no KEY=VALUE.", hint="Write --set key=value.")
        try:
            values[name] = json.loads(text)
        except ValueError:
            values[name] = text
    return values


@env_command.command(epilog=example("hdp env change institute --title 'Our institute'"))
@click.argument("name")
@click.option("--url", metavar="URL|DIR", help="Its address; only while nothing is there.")
@click.option("--kind", type=click.Choice(["sandbox", "production"]), help="How much care.")
@click.option("--title", help="What people call it.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE",
              help="A target's setting; without a value back to its default.")  # fmt: skip
@pass_session
def change(session: Session, name: str, url: str | None, kind: str | None, title: str | None,
           settings: tuple[str, ...]) -> int:  # fmt: skip
    """Change an environment that was added."""
    from hdp.application import places

    before = session.app.environments.get(name)
    entry = places.change_environment(
        session.app, name, url=url, kind=kind, title=title,
        settings={**before.settings, **_settings(settings)} if settings else None,
    )  # fmt: skip
    session.write(f"{entry.name} is changed ({entry.kind}).")
    session.emit(_json(session, entry))
    return OK


@env_command.command(epilog=example("hdp env remove institute"))
@click.argument("name")
@pass_session
def remove(session: Session, name: str) -> int:
    """Forget an environment and its token; refused while a known project has records there."""
    from hdp.application import places

    places.remove_environment(session.app, name)
    session.emit({"removed": name}, f"{name} is removed.")
    return OK


@env_command.command(epilog=example("hdp env token sandbox < token.txt"))
@click.argument("name")
@click.option("--remove", "remove_", is_flag=True, help="Forget the token instead.")
@pass_session
def token(session: Session, name: str, remove_: bool) -> int:
    """Keep a token, read from stdin or a hidden prompt; never from the command line."""
    from hdp.sdk import UsageError

    app = session.app
    entry = app.environments.get(name)
    if remove_:
        told = app.credentials.remove(entry.name)
    elif not app.remotes.needs_token(entry):
        raise UsageError(f"{entry.name} needs no token.", code="no-token-needed")
    else:
        told = app.credentials.store(entry.name, read_hidden(f"Token for {entry.name}"))
    session.emit(_json(session, entry) | {"message": told}, told)
    return OK


@env_command.command(epilog=example("hdp env check sandbox"))
@click.argument("name")
@pass_session
def check(session: Session, name: str) -> int:
    """Ask the repository whose token it is, and what it may do as far as that is told."""
    from hdp.application import places

    app = session.app
    found = places.check_environment(app, name)
    session.emit(
        _json(session, app.environments.get(name)) | found,
        f"{name}: {found['url']} answers; you are {found['account']}.\n{found['message']}",
    )
    return OK
