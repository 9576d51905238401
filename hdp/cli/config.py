"""`hdp config`: your own settings of HDP on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hdp.cli.base import Group, example, pass_session
from hdp.cli.main import OK

if TYPE_CHECKING:
    from hdp.cli.session import Session


@click.group(cls=Group, epilog=example("hdp config get"))
def config_command() -> None:
    """Your own settings on this computer."""


@config_command.command(epilog=example("hdp config get workers"))
@click.argument("key", required=False)
@pass_session
def get(session: Session, key: str | None) -> int:
    """Show one setting, or all of them."""
    from hdp.application.config import SETTINGS, Config

    config = Config(session.app.home)
    if key:
        value = config.get(key)
        session.emit({"key": key, "value": value}, "by HDP" if value is None else str(value))
        return OK
    values = config.all()
    session.table(
        ("setting", "value", "what it is"),
        [(n, "by HDP" if v is None else v, SETTINGS[n].help) for n, v in values.items()],
    )
    session.emit({"settings": values})
    return OK


@config_command.command("set", epilog=example("hdp config set workers 2"))
@click.argument("key")
@click.argument("value")
@pass_session
def set_value(session: Session, key: str, value: str) -> int:
    """Change a setting; the value "default" gives it back to HDP."""
    from hdp.application.config import Config

    now = Config(session.app.home).set(key, None if value == "default" else value)
    session.emit({"key": key, "value": now}, f"{key}: {'by HDP' if now is None else now}")
    return OK
