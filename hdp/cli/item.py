"""`hdp item`: what becomes one record each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from hdp.cli import running
from hdp.cli.base import Group, example, pass_session
from hdp.cli.item_hand import HAND_COMMANDS
from hdp.cli.item_pack import pack_command
from hdp.cli.main import OK
from hdp.cli.selecting import filters
from hdp.cli.session import finding_lines
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Application, Selection
    from hdp.cli.session import Session

STATUSES = (
    "missing", "invalid", "changed", "conflict", "material-missing", "textures-missing",
    "problems", "valid",
)  # fmt: skip
_IDS = click.argument("ids", nargs=-1, required=True, type=click.IntRange(min=1), metavar="ID...")


@click.group(cls=Group, epilog=example("hdp item list --state new"))
def item_command() -> None:
    """Items: what becomes one record each."""


@item_command.command("list", epilog=example("hdp item list --title 'SH-*' --json"))
@filters
@click.option("--status", type=click.Choice(STATUSES),
              help="Only those whose worst file is so.")  # fmt: skip
@click.option("--set-aside", "with_set_aside", is_flag=True, help="Those set aside too.")
@pass_session
def list_items(
    session: Session, selection: Selection, status: str | None, with_set_aside: bool
) -> int:
    """List the items with their files and states."""
    from hdp.application import views

    app = session.open()
    every = replace(selection, first=None)
    found = views.item_list(app, session.env_name, every, with_set_aside=with_set_aside)
    found = [one for one in found if status in (None, _worst(one))][: selection.first]
    session.table(
        ("id", "state", "files", "status", "title", "primary"),
        [(one["id"], one["state"], len(one["files"]), _statuses(one), one["title"], one["primary"])
         for one in found],
        "No items.",
    )  # fmt: skip
    session.emit({"items": found, "total": len(found)})
    return OK


def _statuses(item: dict[str, Any]) -> str:
    found = {one["status"] for one in item["files"]} - {"valid"}
    return ", ".join(sorted(found)) or "valid"


def _worst(item: dict[str, Any]) -> str:
    found = {one["status"] for one in item["files"]}
    return next((one for one in STATUSES if one in found), "valid")


@item_command.command(epilog=example("hdp item show 3"))
@click.argument("item", type=int, metavar="ID")
@pass_session
def show(session: Session, item: int) -> int:
    """Show an item: files, roles, hashes, problems."""
    from hdp.application import views

    app = session.open()
    found = views.item_view(app, item, session.env_name)
    session.write(f"{found['id']}  {found['state']}  {found['title']}  ({found['key']})")
    if found["set_aside"]:
        session.write(f"Set aside: {found['set_aside']}")
    _write_acceptance(session, found["acceptance"])
    session.table(
        ("path", "role", "bytes", "status", "sha256"),
        [(f"{'  ' * depth}{f['path']}", f["role"], f["size"], f["status"], f["sha256"][:12])
         for depth, f in tree(found["files"])],
    )  # fmt: skip
    problems = [*found["problems"], *(one for f in found["files"] for one in f["problems"])]
    for line in finding_lines(problems):
        session.write(line)
    _write_names(session, app, item)
    session.emit(found)
    return OK


def tree(files: list[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The files with their depth: each below the one that refers to it."""
    paths = {one["path"] for one in files}
    below: dict[str | None, list[dict[str, Any]]] = {}
    for one in files:
        below.setdefault(one["parent"] if one["parent"] in paths else None, []).append(one)
    waiting = [(0, one) for one in reversed(below.get(None, []))]
    told: set[int] = set()
    while waiting:
        depth, one = waiting.pop()
        if id(one) in told:
            continue
        told.add(id(one))
        yield depth, one
        waiting += [(depth + 1, child) for child in reversed(below.get(one["path"], []))]
    yield from ((0, one) for one in files if id(one) not in told)


def _write_acceptance(session: Session, one: dict[str, Any] | None) -> None:
    if one is None:
        return
    by = f" by {one['by']}" if one["by"] else ""
    at = f" on {one['at'][:10]}" if one["at"] else ""
    session.write(f"Accepted as it is{by}{at}: {one['reason']}")
    if one["open"]:
        session.write(f"Not accepted, because it came later: {', '.join(one['open'])}")


def _write_names(session: Session, app: Application, item: int) -> None:
    from hdp.application.packing import describe_packing

    shown = describe_packing(app, item, session.env_name)
    session.write("In the record: " + ", ".join(one["name"] for one in shown["files"]))
    for line in finding_lines(shown["findings"]):
        session.write(line)


@item_command.command("set-aside", epilog=example("hdp item set-aside 4 7 --reason 'blurred'"))
@_IDS
@click.option("--reason", required=True, help="Why; it is kept with the item.")
@pass_session
def set_aside(session: Session, ids: tuple[int, ...], reason: str) -> int:
    """Put items out of the way; scans remember it, files stay untouched."""
    from hdp.application import Selection

    reason = _reason(reason)
    return running.act(session, "set-aside", Selection(ids=ids), args={"reason": reason})


@item_command.command(epilog=example("hdp item restore 4"))
@_IDS
@pass_session
def restore(session: Session, ids: tuple[int, ...]) -> int:
    """Bring back items that were set aside."""
    from hdp.project import items

    return _change(session, ids, lambda c: items.set_aside(c, ids, None), "back in the project")


@item_command.command(epilog=example("hdp item accept 9 --reason 'the texture is lost'"))
@_IDS
@click.option("--reason", required=True, help="Why; it is kept with the item.")
@pass_session
def accept(session: Session, ids: tuple[int, ...], reason: str) -> int:
    """Let items with problems be prepared and published, on record.

    Only the problems they have now: what goes wrong later has to be accepted again.
    """
    from hdp.project import items

    reason = _reason(reason)
    return _change(session, ids, lambda c: items.accept_items(c, ids, reason), "accepted")


def _reason(reason: str) -> str:
    from hdp.sdk import UsageError

    if not reason.strip():
        raise UsageError(
            "A reason is missing.", code="no-reason", hint="Say in a few words why: --reason ..."
        )
    return reason.strip()


def _change(session: Session, ids: tuple[int, ...], change: Any, word: str) -> int:
    from hdp.application import views
    from hdp.events import Changed

    app = session.open()
    env = session.env_name
    for one in ids:
        views.item_view(app, one, env)  # refuses an id that is not there before anything is done
    app.project.write(change)
    app.bus.emit(Changed(("items",), list(ids)))
    found = [views.item_view(app, one, env) for one in ids]
    session.write(f"{counted(len(found), 'item')} {word}.")
    session.emit({"items": found, "total": len(found)})
    return OK


# Listed after those that every day needs.
for _command in (pack_command, *HAND_COMMANDS):
    item_command.add_command(_command)
