"""`hdp item`: what becomes one record each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hdp.cli import running
from hdp.cli.base import Group, example, pass_session
from hdp.cli.item_pack import pack_command
from hdp.cli.main import OK
from hdp.cli.selecting import filters
from hdp.cli.session import finding_lines

if TYPE_CHECKING:
    from hdp.application import Selection
    from hdp.cli.session import Session

_IDS = click.argument("ids", nargs=-1, required=True, type=click.IntRange(min=1), metavar="ID...")


@click.group(cls=Group, epilog=example("hdp item list --state new"))
def item_command() -> None:
    """Items: what becomes one record each."""


item_command.add_command(pack_command)


@item_command.command("list", epilog=example("hdp item list --title 'SH-*' --json"))
@filters
@click.option("--set-aside", "with_set_aside", is_flag=True, help="Those set aside too.")
@pass_session
def list_items(session: Session, selection: Selection, with_set_aside: bool) -> int:
    """List the items with their files and states."""
    from hdp.application import views

    app = session.open()
    found = views.item_list(app, session.env_name, selection, with_set_aside=with_set_aside)
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
    if found["accepted"]:
        session.write(f"Accepted as it is: {found['accepted']}")
    session.table(
        ("path", "role", "bytes", "status", "sha256"),
        [(f["path"], f["role"], f["size"], f["status"], f["sha256"][:12]) for f in found["files"]],
    )
    problems = [*found["problems"], *(one for f in found["files"] for one in f["problems"])]
    for line in finding_lines(problems):
        session.write(line)
    session.emit(found)
    return OK


@item_command.command("set-aside", epilog=example("hdp item set-aside 4 7 --reason 'blurred'"))
@_IDS
@click.option("--reason", required=True, help="Why; it is kept with the item.")
@pass_session
def set_aside(session: Session, ids: tuple[int, ...], reason: str) -> int:
    """Put items out of the way; scans remember it, files stay untouched."""
    from hdp.application import Selection

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
    """Let items with problems be prepared and published, on record."""
    from hdp.project import items

    return _change(session, ids, lambda c: items.accept_items(c, ids, reason), "accepted")


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
    session.write(f"{len(found)} items {word}.")
    session.emit({"items": found, "total": len(found)})
    return OK
