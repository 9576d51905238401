"""`hdp item merge|split|move|primary|regroup|let-go|add|find`: what is done by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hdp.cli import running
from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import FAILED, OK

if TYPE_CHECKING:
    from hdp.application import Application
    from hdp.cli.session import Session

_ID = click.IntRange(min=1)
_IDS = click.argument("ids", nargs=-1, required=True, type=_ID, metavar="ID...")
_PATH = click.Path(path_type=Path)


def _tell(session: Session, app: Application, told: dict[str, Any]) -> int:
    from hdp.application import views

    session.write(told["message"])
    found = [views.item_view(app, one, session.env_name) for one in told["items"]]
    for one in found:
        files = ", ".join(file["path"] for file in one["files"][:10])
        session.write(f"{one['id']}  {one['key']}: {files}")
    session.emit({**told, "items": found, "total": len(found)})
    return OK


def _open_new(session: Session, app: Application) -> None:
    """Open the files that nobody has opened yet, as after a scan."""
    from hdp.application import checking

    if (job := checking.check_files(app)) is not None:
        running.wait(session, app, job)


@click.command("merge", cls=Command, epilog=example("hdp item merge 3 4 --key amphora"))
@_IDS
@click.option("--key", metavar="TEXT", help="What the item is called; else as the first.")
@pass_session
def merge(session: Session, ids: tuple[int, ...], key: str | None) -> int:
    """Make one item of several; scans keep it so.

    It keeps the id and the primary file of the first.
    """
    from hdp.application import regrouping

    app = session.open()
    return _tell(session, app, regrouping.merge(app, ids, key))


@click.command("split", cls=Command, epilog=example("hdp item split 3 detail.jpg"))
@click.argument("item", type=_ID, metavar="ID")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@pass_session
def split(session: Session, item: int, paths: tuple[str, ...]) -> int:
    """Make an item of its own of some files of an item; scans keep it so."""
    from hdp.application import regrouping

    app = session.open()
    return _tell(session, app, regrouping.split(app, item, paths))


@click.command("move", cls=Command, epilog=example("hdp item move 3 detail.jpg --to 5"))
@click.argument("item", type=_ID, metavar="ID")
@click.argument("path")
@click.option("--to", required=True, type=_ID, metavar="ID", help="The item that takes it.")
@pass_session
def move(session: Session, item: int, path: str, to: int) -> int:
    """Give a file of an item to another; scans keep it so."""
    from hdp.application import regrouping

    app = session.open()
    return _tell(session, app, regrouping.move(app, item, path, to))


@click.command("primary", cls=Command, epilog=example("hdp item primary 3 front.jpg"))
@click.argument("item", type=_ID, metavar="ID")
@click.argument("path")
@pass_session
def primary(session: Session, item: int, path: str) -> int:
    """Choose the file that stands for its item; scans keep it so."""
    from hdp.application import regrouping

    app = session.open()
    return _tell(session, app, regrouping.set_primary(app, item, path))


@click.command("regroup", cls=Command, epilog=example("hdp item regroup --reset 3"))
@_IDS
@click.option("--reset", is_flag=True, help="Forget what was grouped by hand.")
@click.option("--apply", "apply_", is_flag=True,
              help="With a draft or record: take the files that the rules say now.")  # fmt: skip
@pass_session
def regroup(session: Session, ids: tuple[int, ...], reset: bool, apply_: bool) -> int:
    """Group items by the rules again, or let a change of them happen that waits for you."""
    from hdp.application import regrouping
    from hdp.sdk import UsageError

    if reset == apply_:
        raise UsageError("Say --reset or --apply.", hint="See: hdp item regroup --help")
    app = session.open()
    done = regrouping.forget if reset else regrouping.apply_pending
    return _tell(session, app, done(app, ids))


@click.command("let-go", cls=Command, epilog=example("hdp item let-go 3 detail.jpg"))
@click.argument("item", type=_ID, metavar="ID")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@pass_session
def let_go(session: Session, item: int, paths: tuple[str, ...]) -> int:
    """Take missing files out of an item, which goes on without them."""
    from hdp.application import regrouping

    app = session.open()
    return _tell(session, app, regrouping.let_go(app, item, paths))


@click.command("add", cls=Command, epilog=example("hdp item add ~/Downloads/vase.jpg /media/new"))
@click.argument("paths", nargs=-1, required=True, type=_PATH, metavar="PATH...")
@pass_session
def add(session: Session, paths: tuple[Path, ...]) -> int:
    """Add files and folders from anywhere; scans look at them from then on."""
    from hdp.application import adding

    app = session.open()
    told = adding.add_paths(app, [one.absolute() for one in paths])
    _open_new(session, app)
    return _tell(session, app, told)


@click.command("find", cls=Command, epilog=example("hdp item find --in /media/new-drive"))
@click.argument("ids", nargs=-1, type=_ID, metavar="[ID...]")
@click.option("--in", "folder", required=True, type=_PATH, metavar="DIR",
              help="Look below this folder.")  # fmt: skip
@pass_session
def find(session: Session, ids: tuple[int, ...], folder: Path) -> int:
    """Find missing files again, by their content; without ID those of all items."""
    from hdp.application import finding_again

    app = session.open()
    told = finding_again.find_again(app, ids, folder.absolute())
    _open_new(session, app)
    for one in told["missing"]:
        session.tell(f"Still missing: {one}")
    _tell(session, app, told)
    return FAILED if told["missing"] else OK


HAND_COMMANDS = (merge, split, move, primary, regroup, let_go, add, find)
