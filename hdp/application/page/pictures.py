"""Thumbnails of items, made when asked for and kept by content."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from hdp.ingest.thumbnails import MEDIA, make_thumbnail
from hdp.project import items
from hdp.project.items import Item, ItemFileRow
from hdp.sdk import NotFound

if TYPE_CHECKING:
    from hdp.application.app import Application

_ORDER = ("primary", "member", "texture")


class Pictures:
    """Small pictures; two are made at once, so that the rest of the page stays quick."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._folder = app.home / "cache" / "thumbs"
        self._turns = threading.BoundedSemaphore(2)
        self._failed: set[str] = set()

    def thumbnail(self, item_id: int) -> tuple[Path, str]:
        """The picture's file and the identity of its content; NotFound where none can be made."""
        item = self._app.project.read(lambda c: items.get_item(c, item_id))
        for one in _candidates(item):
            if (path := self._picture(one)) is not None:
                return path, one.sha256
        raise NotFound("There is no picture of this item.", code="no-thumbnail")

    def _picture(self, one: ItemFileRow) -> Path | None:
        path = self._folder / one.sha256[:2] / f"{one.sha256}.jpg"
        if path.is_file():
            return path
        if one.sha256 in self._failed:
            return None
        with self._turns:
            if path.is_file():
                return path
            source = self._app.project.file_path(one.root, one.path)
            if make_thumbnail(source, path):
                return path
        self._failed.add(one.sha256)
        return None


def _candidates(item: Item) -> list[ItemFileRow]:
    able = [
        one
        for one in item.files
        if one.media_type in MEDIA and one.sha256 and one.role in _ORDER and one.status != "missing"
    ]
    return sorted(able, key=lambda one: _ORDER.index(one.role))[:3]
