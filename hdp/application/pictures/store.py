"""Where pictures are kept: by the hash of what they show, with a limit on the disk."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hdp import __version__
from hdp.ingest.pictures.making import BY_PLUGIN, Wanted, kind_of_picture
from hdp.paths import replace_text
from hdp.plugin_formats import PluginFunction, for_name
from hdp.project.items import Item, ItemFileRow
from hdp.project.project import Project

MOST_BYTES = 2 * 1000**3
_LEFT = 0.8  # of the limit, after the oldest were deleted
_ROLES = ("primary", "member", "texture")
_MOST_TRIED = 3
_ALONE = ("model/stl",)  # names no other file


@dataclass(frozen=True)
class Subject:
    """A file to be shown: `key` changes with everything that its picture depends on."""

    kind: str
    key: str
    source: Path
    files: dict[str, str]
    plugin: PluginFunction | None = None


Others = Sequence[PluginFunction]


def subjects(project: Project, item: Item, others: Others = ()) -> list[Subject]:
    """The files of an item that may stand for it, the best first; `others` are thumbnailers."""
    able = [one for one in item.files if one.role in _ROLES and is_able(one, others)]
    able.sort(key=lambda one: _ROLES.index(one.role))
    return [subject(project, item, one, others) for one in able[:_MOST_TRIED]]


def is_able(one: ItemFileRow, others: Others = ()) -> bool:
    """Whether the file is of a kind that pictures are made of, and is there."""
    known = kind_of_picture(one.media_type) or for_name(others, one.path)
    return bool(known and one.sha256 and one.status != "missing")


def foreign(plugin: PluginFunction, content: str, source: Path) -> Subject:
    """How a plugin shows a file of this content; another version may show another picture."""
    told = f"{content}\0{plugin.id}\0{plugin.version}"
    key = hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()
    return Subject(BY_PLUGIN, key, source, {}, plugin)


def subject(project: Project, item: Item, one: ItemFileRow, others: Others = ()) -> Subject:
    """How a file is shown, a model with the other files of its item."""
    kind = kind_of_picture(one.media_type)
    source = project.file_path(one.root, one.path)
    plugin = None if kind else for_name(others, one.path)
    if plugin is not None:
        return foreign(plugin, one.sha256, source)
    if kind != "model" or one.media_type in _ALONE:
        return Subject(kind, one.sha256, source, {})
    folder = posixpath.dirname(one.path)
    files, parts = {}, [one.sha256]
    for other in item.files:
        if other.id == one.id or other.status == "missing":
            continue
        near = other.root == one.root
        name = posixpath.relpath(other.path, folder or ".") if near else other.path
        files[name] = str(project.file_path(other.root, other.path))
        parts += [name, other.sha256]
    key = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
    return Subject(kind, key, source, files)


class Store:
    """The folder of the pictures; several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str, size: int, page: int = 1) -> Path:
        """Where the picture is, or will be."""
        return self.folder / key[:2] / f"{key}-{size}{_page(page)}.jpg"

    def wanted(self, one: Subject, sizes: Sequence[int], page: int = 1) -> Wanted:
        """The order to make pictures of some sizes."""
        targets = {size: str(self.path(one.key, size, page)) for size in sizes}
        return Wanted(one.kind, str(one.source), targets, page, one.files, one.plugin)

    def reason(self, key: str, page: int = 1) -> str:
        """Why this version of HDP found that there is no picture; "" where none is known."""
        try:
            text = self._mark(key, page).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return ""
        version, _, reason = text.partition("\n")
        return reason if version == __version__ else ""

    def note_none(self, key: str, reason: str, page: int = 1) -> None:
        """Remember that there is no picture, so that nobody tries again."""
        with suppress(OSError):
            replace_text(self._mark(key, page), f"{__version__}\n{reason or 'No picture.'}")

    def _mark(self, key: str, page: int) -> Path:
        return self.folder / key[:2] / f"{key}{_page(page)}.none"

    def trim(self, most: int = MOST_BYTES) -> int:
        """Delete the oldest pictures where they hold more bytes than that; returns how many."""
        found = []
        for path in self.folder.glob("*/*"):
            with suppress(OSError):
                facts = path.stat()
                found.append((facts.st_mtime, facts.st_size, path))
        held = sum(size for _, size, _ in found)
        if held <= most:
            return 0
        deleted = 0
        for _, size, path in sorted(found):
            if held <= most * _LEFT:
                break
            with suppress(OSError):
                path.unlink()
                held, deleted = held - size, deleted + 1
        return deleted


def _page(page: int) -> str:
    return f"-p{page}" if page > 1 else ""
