"""`hdp metadata`: the metadata of single items."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from hdp.cli.base import Group, example, pass_session
from hdp.cli.machine import machine_command, reject_command
from hdp.cli.main import OK
from hdp.cli.metadata_export import SHOWN, export_command, show_as
from hdp.cli.session import finding_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hdp.application import Application
    from hdp.application.editing import Change, Editor
    from hdp.cli.session import Session


@click.group(cls=Group, epilog=example("hdp metadata show 3"))
def metadata_command() -> None:
    """The metadata of single items."""


metadata_command.add_command(export_command)
metadata_command.add_command(machine_command)
metadata_command.add_command(reject_command)
_MOST_TERMS = 50
_ID = click.argument("item", type=int, metavar="ID")
_FIELDS = click.argument("fields", nargs=-1, required=True, metavar="FIELD...")


@metadata_command.command(epilog=example("hdp metadata show 3 --as zenodo --json"))
@_ID
@click.option("--as", "form", type=click.Choice(SHOWN), default="zenodo",
              show_default=True, help="In the words of this.")  # fmt: skip
@pass_session
def show(session: Session, item: int, form: str) -> int:
    """Show an item's metadata, where each value came from, and what is wrong.

    Before the item is prepared this is a preview from the current mapping.
    """
    if form != "zenodo":
        return show_as(session, item, form)
    return _print(session, session.open(), item)


def _print(session: Session, app: Application, item: int) -> int:
    found = _find(session, app, item)
    for name, value in found["metadata"].items():
        origin = found["origins"].get(name) or {}
        told = (key for key in ("table", "row", "column", "rule", "env") if origin.get(key))
        place = ", ".join(f"{key} {origin[key]}" for key in told)
        session.write(f"{name}: {_text(value)}" + (f"  ({place})" if place else ""))
    for line in finding_lines(found["findings"]):
        session.tell(line)
    session.emit(found)
    return OK


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _find(session: Session, app: Application, item: int) -> dict[str, Any]:
    from hdp.application import editing
    from hdp.project import deposits

    env = session.env_name
    desk = app.desk(env)
    desk.item(item)
    current = app.project.read(lambda c: deposits.current_deposit(c, item, env))
    if current is None:
        return editing.open_editor(app, env).preview(item) | {"state": "new"}
    return {
        "metadata": current.metadata,
        "origins": current.origins,
        "findings": current.findings,
        "state": current.state.replace("_", "-"),
    }


@metadata_command.command(epilog=example('hdp metadata terms license "cc by"'))
@click.argument("field")
@click.argument("words", nargs=-1)
@pass_session
def terms(session: Session, field: str, words: tuple[str, ...]) -> int:
    """List the words that a field may have, or those that fit some words, best first.

    Parts of entries are named as in contributors.type.
    """
    from hdp.application.terms import find_terms

    app = session.open_if_named()
    target = app.target(app.environment(session.env))
    found, total = find_terms(target, field, " ".join(words), _MOST_TERMS)
    session.table(
        ("word", "meaning"), [(one["id"], one["title"]) for one in found], "No word fits."
    )
    if total > len(found):
        session.tell(f"{total - len(found)} more: add words to search for.")
    session.emit({"field": field, "terms": found, "total": total})
    return OK


@metadata_command.command("set", epilog=example("hdp metadata set 3 title='Red bowl' version=2"))
@_ID
@click.argument("values", nargs=-1, required=True, metavar="FIELD=VALUE...")
@pass_session
def set_fields(session: Session, item: int, values: tuple[str, ...]) -> int:
    """Set fields by hand, for all environments or for that of --env alone.

    A value that begins with [ or { is read as JSON. creators.0.orcid=... is one part of an
    entry, counted from 0; one beyond the last entry adds one. Values that the repository would
    refuse are refused here, and then nothing is stored.
    """
    pairs = [_pair(one) for one in values]

    def change(editor: Editor) -> Change:
        from hdp.application.editing import Change

        known = editor.schema
        _check_fields(known, [path.partition(".")[0] for path, _ in pairs])
        shown = {one["field"]: one for one in editor.describe(item)["fields"]}
        now = {name: one["value"] for name, one in shown.items()}
        made: dict[str, Any] = {}
        for path, value in pairs:
            name, whole = put(now | made, path, value, known)
            made[name] = whole
        # parts of entries are put into what was there: nobody may have changed it meanwhile
        stamps = {path.partition(".")[0]: shown[path.partition(".")[0]]["stamp"]
                  for path, _ in pairs if "." in path}  # fmt: skip
        return Change(set=made, env_only=bool(session.env), stamps=stamps)

    from hdp.metadata.entered import put

    return _change(session, item, change)


def _pair(text: str) -> tuple[str, Any]:
    from hdp.sdk import UsageError

    field, equals, value = text.partition("=")
    if not equals or not field:
        raise UsageError(f"{text} is no FIELD=VALUE.", hint="Write title='Red bowl'.")
    if value[:1] not in ("[", "{"):
        return field, value
    try:
        return field, json.loads(value)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"The value of {field} is no JSON: {error}.",
            hint='JSON has double quotes, as in creators=\'[{"name": "Doe, Jane"}]\'.',
        ) from error


@metadata_command.command(epilog=example("hdp metadata unset 3 title"))
@_ID
@_FIELDS
@pass_session
def unset(session: Session, item: int, fields: tuple[str, ...]) -> int:
    """Give fields back to the mapping, unlocked; with --env only what is for that one alone."""
    return _change_fields(session, item, "unset", fields)


@metadata_command.command(epilog=example("hdp metadata lock 3 description"))
@_ID
@_FIELDS
@pass_session
def lock(session: Session, item: int, fields: tuple[str, ...]) -> int:
    """Keep fields as they are, whatever pipelines say."""
    return _change_fields(session, item, "lock", fields)


@metadata_command.command(epilog=example("hdp metadata unlock 3 description"))
@_ID
@_FIELDS
@pass_session
def unlock(session: Session, item: int, fields: tuple[str, ...]) -> int:
    """Let pipelines change fields again; what was set by hand stays."""
    return _change_fields(session, item, "unlock", fields)


def _change_fields(session: Session, item: int, how: str, fields: tuple[str, ...]) -> int:
    def change(editor: Editor) -> Change:
        from hdp.application.editing import Change

        return Change(**{how: fields}, env_only=bool(session.env))  # type: ignore[arg-type]

    return _change(session, item, change)


def _change(session: Session, item: int, change: Callable[[Editor], Change]) -> int:
    from hdp.application.editing import open_editor

    app = session.open()
    editor = open_editor(app, session.env_name)
    editor.desk.item(item)
    told = editor.apply(item, change(editor))
    current = editor.desk.current(item)
    if current is not None and current.state == "prepared":
        session.tell(f"It is prepared without this change; prepare it again: hdp prepare {item}")
    elif current is not None:
        session.tell(f"What was sent to {editor.desk.env} stays as it is; this is for later.")
    for line in finding_lines([one.to_json() for one in told]):
        session.tell(line)
    return _print(session, app, item)


def _check_fields(schema: dict[str, Any], fields: Iterable[str]) -> None:
    from hdp.application.editing import check_names

    check_names(schema["properties"], fields)
