"""`hdp metadata`: the metadata of single items."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from hdp.cli.base import Group, example, pass_session
from hdp.cli.main import OK
from hdp.cli.session import finding_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from hdp.application import Application
    from hdp.cli.session import Session


@click.group(cls=Group, epilog=example("hdp metadata show 3"))
def metadata_command() -> None:
    """The metadata of single items."""


_ID = click.argument("item", type=int, metavar="ID")
_FIELDS = click.argument("fields", nargs=-1, required=True, metavar="FIELD...")


@metadata_command.command(epilog=example("hdp metadata show 3 --as zenodo --json"))
@_ID
@click.option("--as", "form", type=click.Choice(["zenodo"]), default="zenodo",
              show_default=True, help="In the words of this.")  # fmt: skip
@pass_session
def show(session: Session, item: int, form: str) -> int:
    """Show an item's metadata, where each value came from, and what is wrong.

    Before the item is prepared this is a preview from the current mapping.
    """
    return _print(session, session.open(), item)


def _print(session: Session, app: Application, item: int) -> int:
    found = _find(session, app, item)
    for name, value in found["metadata"].items():
        origin = found["origins"].get(name) or {}
        place = ", ".join(f"{key} {origin[key]}" for key in ("table", "row", "column", "rule")
                          if origin.get(key))  # fmt: skip
        session.write(f"{name}: {_text(value)}" + (f"  ({place})" if place else ""))
    for line in finding_lines(found["findings"]):
        session.tell(line)
    session.emit(found)
    return OK


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _find(session: Session, app: Application, item: int) -> dict[str, Any]:
    from hdp.application import describing
    from hdp.project import deposits

    env = session.env_name
    desk = app.desk(env)
    desk.item(item)
    current = app.project.read(lambda c: deposits.current_deposit(c, item, env))
    if current is None:
        return describing.preview(app, env, item) | {"state": "new"}
    return {
        "metadata": current.metadata,
        "origins": current.origins,
        "findings": current.findings,
        "state": current.state.replace("_", "-"),
    }


@metadata_command.command("set", epilog=example("hdp metadata set 3 title='Red bowl' version=2"))
@_ID
@click.argument("values", nargs=-1, required=True, metavar="FIELD=VALUE...")
@pass_session
def set_fields(session: Session, item: int, values: tuple[str, ...]) -> int:
    """Set fields by hand, for all environments or for that of --env.

    A value that begins with [ or { is read as JSON.
    """
    pairs = [_pair(one) for one in values]
    from hdp.project import items

    fields = session.open().desk(session.env_name).target.schema()["properties"]

    def change(connection: Any, env: str) -> None:
        for field, value in pairs:
            items.set_override(connection, item, env, field, _fitting(value, fields[field]))

    return _change(session, item, [field for field, _ in pairs], change)


def _fitting(value: Any, schema: dict[str, Any]) -> Any:
    """A single word for a list of words becomes a list of one."""
    words = schema.get("type") == "array" and schema.get("items", {}).get("type") == "string"
    return [value] if words and isinstance(value, str) else value


def _pair(text: str) -> tuple[str, Any]:
    from hdp.sdk import UsageError

    field, equals, value = text.partition("=")
    if not equals or not field:
        raise UsageError(f"{text} is no FIELD=VALUE.", hint="Write title='Red bowl'.")
    if value[:1] not in ("[", "{"):
        return field, value
    try:
        return field, json.loads(value)
    except ValueError as error:
        raise UsageError(f"The value of {field} is no JSON: {error}.") from error


@metadata_command.command(epilog=example("hdp metadata unset 3 title"))
@_ID
@_FIELDS
@pass_session
def unset(session: Session, item: int, fields: tuple[str, ...]) -> int:
    """Give fields back to the mapping, unlocked."""
    from hdp.project import items

    def change(connection: Any, env: str) -> None:
        for field in fields:
            items.unset_override(connection, item, env, field)

    return _change(session, item, fields, change)


@metadata_command.command(epilog=example("hdp metadata lock 3 description"))
@_ID
@_FIELDS
@pass_session
def lock(session: Session, item: int, fields: tuple[str, ...]) -> int:
    """Keep pipelines from changing fields."""
    from hdp.project import items

    def change(connection: Any, env: str) -> None:
        for field in fields:
            items.lock_field(connection, item, env, field)

    return _change(session, item, fields, change)


def _change(session: Session, item: int, fields: Any, change: Callable[[Any, str], None]) -> int:
    from hdp.events import Changed

    app = session.open()
    desk = app.desk(session.env_name)
    desk.item(item)
    _check_fields(desk.target.schema(), fields)
    env = session.env_name if session.env else ""
    app.project.write(lambda connection: change(connection, env))
    app.bus.emit(Changed(("items", "deposits"), [item]))
    live = desk.live(item)
    if live is not None and live.state == "prepared":
        session.tell(f"It is prepared without this change; prepare it again: hdp prepare {item}")
    return _print(session, app, item)


def _check_fields(schema: dict[str, Any], fields: Any) -> None:
    from hdp.plugins import suggest
    from hdp.sdk import UsageError

    known = schema["properties"]
    for field in fields:
        if field not in known:
            raise UsageError(
                f"There is no field {field}.{suggest(field, list(known))}", code="unknown-field",
                hint=f"Fields: {', '.join(known)}.",
            )  # fmt: skip
