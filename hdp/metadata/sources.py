"""The sources of plugins that this run reads tables with: the last application's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hdp.plugin_formats import OWN_TABLES

if TYPE_CHECKING:
    from hdp.metadata.cells import Cells
    from hdp.metadata.source_rows import Sources

Opener = Callable[[], "Sources"]


class _Chosen:
    opener: Opener | None = None


def use_sources(opener: Opener) -> None:
    """Read tables with these from now on; they are opened when a table asks for them."""
    _Chosen.opener = opener


def forget_sources(opener: Opener) -> None:
    """Use no sources any more, unless others were chosen since."""
    if _Chosen.opener == opener:
        _Chosen.opener = None


def read_with_source(path: Path, most_rows: int | None) -> Cells | None:
    """The cells of a table that a plugin's source reads; None where it is for none of them."""
    if _Chosen.opener is None or path.suffix.lower() in OWN_TABLES:
        return None
    sources = _Chosen.opener()
    source = sources.find(path)
    return None if source is None else sources.read_cells(source, path, most_rows)
