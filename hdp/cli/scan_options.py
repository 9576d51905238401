"""The options of a scan, shared by `project new` and `project scan --dry-run`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hdp.cli.base import Several

if TYPE_CHECKING:
    from hdp.cli.session import Session

F = TypeVar("F", bound=Callable[..., Any])
MODALITIES = ("image", "model", "audio", "video", "document", "software", "data", "multimodal")
MODES = ("root", "subdirectory", "hybrid")
BUNDLES = ("none", "stem", "prefix", "suffix", "prefix_suffix", "core", "pattern", "table")


def _one_extension(value: str) -> bool:
    return value.startswith(".") and "/" not in value


_OPTIONS = (
    click.option("--modality", "modalities", cls=Several, accept=MODALITIES.__contains__,
                 metavar="NAME...", shell_complete=lambda *_: list(MODALITIES),
                 help=f"What kind of files ({', '.join(MODALITIES)}, or a plugin's);"
                 " proposes extensions, bundling and primary file."),
    click.option("--mode", type=click.Choice(MODES), help="Which folders hold items."),
    click.option("--extensions", cls=Several, accept=_one_extension, metavar=".EXT...",
                 help="What may start an item."),
    click.option("--bundle", type=click.Choice(BUNDLES), help="How files make one item."),
    click.option("--prefix", metavar="RE", help="Taken off names before they are compared."),
    click.option("--suffix", metavar="RE", help="Taken off names before they are compared."),
    click.option("--pattern", metavar="RE", help="Its first group is the key."),
    click.option("--table", type=click.Path(path_type=Path), metavar="FILE",
                 help="A table that says what belongs together."),
    click.option("--key", metavar="COLUMN", help="The table's column of file names."),
    click.option("--group", metavar="COLUMN", help="The table's column of groups."),
    click.option("--depth", metavar="N|leaf", help="At which depth folders are items."),
    click.option("--exclude", multiple=True, metavar="GLOB", help="Leave these paths out."),
    click.option("--primary", metavar=".EXT", help="The file that stands for its item."),
    click.option("--materials/--no-materials", default=None, help="Take material files along."),
    click.option("--textures/--no-textures", default=None, help="Take textures along."),
    click.option("--texture-dir", "texture_dirs", multiple=True, metavar="DIR",
                 help="Look for textures here too."),
    click.option("--archive-subfolders", is_flag=True, default=None,
                 help="Put subfolders into archives."),
)  # fmt: skip


def scan_options(function: F) -> F:
    """Add the options; `read_scan` makes use of what they give."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def given_options(given: dict[str, Any]) -> dict[str, Any]:
    """The scan's options by name, those that a person gave."""
    values = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if name != "modalities" and value not in (None, ())
    }
    if "extensions" in values:
        values["extensions"] = [
            part for one in values["extensions"] for part in one.split(",") if part
        ]
    if "table" in values:
        table = given["table"]
        values["table"] = str(Path(table).absolute()) if str(table) else ""
    if "texture_dirs" in values:
        values["texture_dirs"] = [_texture_dir(one) for one in values["texture_dirs"] if one]
    return values


def _texture_dir(text: str) -> str:
    """A folder from here where there is one; else it is meant below the input folder."""
    here = Path(text).expanduser().absolute()
    return str(here) if here.is_dir() else text


def read_scan(session: Session, given: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The scan's options by name, those left out taken from the modalities, and the modalities."""
    from hdp.application.scan_settings import check_together, fill_in
    from hdp.ingest.options import modalities as built_in

    chosen = tuple(given["modalities"])
    values = given_options(given)
    check_together(values)
    # Plugins are asked only where they have something to say: loading them takes a while.
    known = all(one in built_in() for one in chosen)
    return fill_in(values, chosen, None if known else session.app.catalogue), chosen
