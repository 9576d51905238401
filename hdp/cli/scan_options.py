"""The options of a scan, shared by `project new` and `project scan --dry-run`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from hdp.cli.base import Several

F = TypeVar("F", bound=Callable[..., Any])
MODALITIES = ("image", "model", "audio", "video", "document", "software", "data", "multimodal")
MODES = ("root", "subdirectory", "hybrid")
BUNDLES = ("none", "stem", "prefix", "suffix", "prefix_suffix", "core", "pattern", "table")


def _one_extension(value: str) -> bool:
    return value.startswith(".") and "/" not in value


_OPTIONS = (
    click.option("--modality", "modalities", cls=Several, accept=MODALITIES.__contains__,
                 type=click.Choice(MODALITIES), help="What kind of files; sets the extensions."),
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


def read_scan(given: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The scan's options by name, those left out taken from the modalities, and the modalities."""
    from hdp.ingest.options import modalities as table

    chosen = tuple(given["modalities"])
    values = {
        name: list(value) if isinstance(value, tuple) else str(value) if name == "table" else value
        for name, value in given.items()
        if name != "modalities" and value not in (None, ())
    }
    if chosen and "extensions" not in values:
        known = table()
        values["extensions"] = list(
            dict.fromkeys(one for name in chosen for one in known[name]["extensions"])
        )
    values["extensions"] = [
        part for one in values.get("extensions", ()) for part in one.split(",") if part
    ]
    if not values["extensions"]:
        del values["extensions"]
    return values, chosen
