"""What is written inside an item's files, for the rules that ask for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hdp.ingest.embedded import Embedded, ToRead
from hdp.project.items import Item, ItemFileRow
from hdp.sdk import HdpError

if TYPE_CHECKING:
    from hdp.project.project import Project


@dataclass(frozen=True)
class FileValues:
    """Reads the files of a project's items; each content once."""

    project: Project
    embedded: Embedded

    def of(self, item: Item) -> Callable[[str, str], list[str]]:
        """A function of a name such as EXIF:Artist and of which files: primary, any or a role."""
        return lambda name, of: self._values(item, name, of)

    def _values(self, item: Item, name: str, of: str) -> list[str]:
        found: dict[str, None] = {}
        for file in _chosen(item, of):
            for value in self._read(item, file, name):
                found[value] = None
            if found and of == "any":
                break
        return list(found)

    def _read(self, item: Item, file: ItemFileRow, name: str) -> list[str]:
        beside = [one for one in item.files if one.role == "sidecar" and one.parent == file.id]
        rows = [file, *beside]
        try:
            path, *sidecars = (self._path(one) for one in rows)
        except HdpError:
            return []  # the file's own status says that it is not there
        hashes = tuple(one.sha256 for one in rows)
        return self.embedded.values(ToRead(path, tuple(sidecars), hashes), name)

    def _path(self, file: ItemFileRow) -> Path:
        return self.project.file_path(file.root, file.path)


def _chosen(item: Item, of: str) -> list[ItemFileRow]:
    primary = item.primary
    if of == "primary":
        return [primary]
    others = [one for one in item.files if one.id != primary.id]
    if of == "any":
        return [primary, *(one for one in others if one.role != "sidecar")]
    return [one for one in item.files if one.role == of]
