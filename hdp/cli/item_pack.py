"""`hdp item pack`: what an item's record will hold, and how it is packed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hdp.cli.base import Command, example, pass_session
from hdp.cli.main import OK
from hdp.cli.session import finding_lines

if TYPE_CHECKING:
    from hdp.cli.session import Session


@click.command("pack", cls=Command, epilog=example("hdp item pack 3 --archive subfolders"))
@click.argument("ids", nargs=-1, type=click.IntRange(min=1), metavar="[ID...]")
@click.option(
    "--archive",
    metavar="auto|none|subfolders|all",
    help="What goes into one ZIP with its paths: what a model needs in folders (auto),"
    " nothing, all subfolders, or everything.",
)
@click.option(
    "--model",
    metavar="zip|glb|flatten|as-is",
    help="A model with files in folders: a ZIP of these, a self-contained GLB beside"
    " it, its paths flattened, or as it is.",
)
@click.option(
    "--reset",
    "default",
    is_flag=True,
    help="Take choices back: to those of the project, or (--for-project) to auto and zip.",
)
@click.option("--for-project", "whole", is_flag=True, help="Choose for all items of the project.")
@pass_session
def pack_command(
    session: Session,
    ids: tuple[int, ...],
    archive: str | None,
    model: str | None,
    default: bool,
    whole: bool,
) -> int:  # fmt: skip
    """Show or choose the names an item's files have in the record."""
    from hdp.application import packing
    from hdp.sdk import UsageError

    given = {"archive": archive, "model": model}
    chosen: dict[str, Any] = {key: one for key, one in given.items() if one}
    if default:
        chosen = {"archive": "", "model": ""} | chosen
    if whole == bool(ids):
        raise UsageError(
            "Name items, or say --for-project for all of them.",
            hint="hdp item pack 3 --archive all",
        )
    app = session.open()
    if whole:
        now = packing.choose_for_project(app, chosen)
        session.write(f"All items: archive {now['archive']}, model {now['model']}.")
        session.emit({"choices": now})
        return OK
    if chosen:
        packing.choose_packing(app, ids, chosen)
    shown = [{"item": one, **packing.describe_packing(app, one, session.env_name)} for one in ids]
    for one in shown:
        _write(session, one)
    session.emit({"items": shown, "total": len(shown)})
    return OK


def _write(session: Session, shown: dict[str, Any]) -> None:
    choices = shown["choices"]
    session.write(f"Item {shown['item']}: archive {choices['archive']}, model {choices['model']}")
    session.table(
        ("name in the record", "kind", "bytes", "from"),
        [(one["name"], one["kind"], one["size"], _from(one["from"])) for one in shown["files"]],
        "No files.",
    )
    for line in finding_lines(shown["findings"]):
        session.write(line)


def _from(paths: list[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{len(paths)} files"
