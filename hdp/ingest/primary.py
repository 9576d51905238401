"""Which file an item is named after."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from hdp.ingest.names import basename, extension_of
from hdp.ingest.types import kind_of

RANK = ("model", "image", "video", "audio", "document", "data", "other", "note", "material")


@lru_cache(4096)
def kind_of_extension(extension: str) -> str:
    """The kind of files with this extension."""
    return kind_of(f"a{extension}")


def choose_primary(members: Iterable[str], extension: str = "") -> str:
    """The file of the chosen extension, else of the best kind; the shortest, the first by name."""

    def rank(path: str) -> tuple[bool, int, int, str, str]:
        name = basename(path)
        own = extension_of(name)
        chosen = bool(extension) and own == extension
        kind = 0 if chosen else RANK.index(kind_of_extension(own))
        return (not chosen, kind, len(name) - len(own), name, path)

    return min(members, key=rank)
