"""Which file on disk stands behind a name that a viewer asks for; only an item's own files."""

from __future__ import annotations

import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from hdp.project import items
from hdp.project.items import Item, ItemFileRow
from hdp.sdk import NotFound

if TYPE_CHECKING:
    from hdp.application.app import Application

# What a browser may be told; everything else is only bytes, and can never become a page.
_SHOWN = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp",
    ".gif": "image/gif", ".bmp": "image/bmp", ".gltf": "model/gltf+json",
    ".glb": "model/gltf-binary", ".obj": "model/obj", ".mtl": "model/mtl", ".stl": "model/stl",
}  # fmt: skip


class Contents:
    """The bytes of items' files."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def find(self, item_id: int, asked: str, root: str) -> tuple[Path, str]:
        """The file and its media type; NotFound for everything that is no file of the item.

        `asked` is a stored path, or, as models name their textures, one that fits without
        case or by its last part alone.
        """
        item = self._app.project.read(lambda c: items.get_item(c, item_id))
        one = _member(item, asked, root)
        if one is None:
            raise _nothing()
        path = self._inside(one)
        return path, _SHOWN.get(PurePosixPath(one.path).suffix.lower(), "application/octet-stream")

    def _inside(self, one: ItemFileRow) -> Path:
        """The real place of a stored file: a plain file in or below its root, no link out of it."""
        try:
            path = self._app.project.file_path(one.root, one.path).resolve(strict=True)
            root = self._app.project.root_dir(one.root).resolve(strict=True)
            plain = stat.S_ISREG(path.stat().st_mode)
        except (OSError, KeyError, ValueError):
            raise _nothing() from None
        if not plain or not path.is_relative_to(root):
            raise _nothing()
        return path


def _member(item: Item, asked: str, root: str) -> ItemFileRow | None:
    files = [one for one in item.files if not root or one.root == root]
    same: tuple[Callable[[str], str], ...] = (str, _folded, lambda path: _folded(_name(path)))
    for like in same:
        found = [one for one in files if like(one.path) == like(asked)]
        if found and (len(found) == 1 or like is not same[-1]):
            return found[0]
    return None


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _nothing() -> NotFound:
    return NotFound("There is no such file in this item.", code="no-such-file")
