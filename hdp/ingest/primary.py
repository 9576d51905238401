"""Which file an item is named after."""

from __future__ import annotations

from collections.abc import Iterable

from hdp.ingest.names import basename, extension_of, stem_of
from hdp.ingest.types import kind_of

RANK = ("model", "image", "video", "audio", "document", "data", "other", "note", "material")


def choose_primary(members: Iterable[str], extension: str = "") -> str:
    """The file of the chosen extension, else of the best kind; the shortest, the first by name."""

    def rank(path: str) -> tuple[bool, int, int, str, str]:
        name = basename(path)
        chosen = bool(extension) and extension_of(name) == extension
        kind = 0 if chosen else RANK.index(kind_of(name))
        return (not chosen, kind, len(stem_of(name)), name, path)

    return min(members, key=rank)
