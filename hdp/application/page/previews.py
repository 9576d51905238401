"""What a folder holds, for the wizard's review."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.arranging import Wish, arrange
from hdp.application.found import Found
from hdp.application.page.projects import read_reasons, read_spec
from hdp.application.pictures.painter import Painter
from hdp.application.pictures.store import Store, Subject, foreign
from hdp.application.previewing import Preview, Previews
from hdp.ingest.by_hand import ByHand
from hdp.ingest.pictures.making import kind_of_picture
from hdp.plugin_formats import for_name
from hdp.sdk import Conflict, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

_SIZE = 96


class PreviewPages:
    """The preview that goes on, its items in portions, and what a person does with them."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._previews = Previews(app)
        self._pictures = _Small()

    def start(self, body: Mapping[str, Any], closing: Callable[[], bool]) -> dict[str, Any]:
        """Begin to look at a folder; what went on before is ended."""
        spec = read_spec(body)
        return self._previews.start(spec, spec.set_aside, closing).facts()

    def get(self, preview_id: str) -> dict[str, Any]:
        """How far it is, and what is known so far."""
        preview = self._previews.get(preview_id)
        facts = preview.facts()
        if preview.error is not None:
            facts["error"] = preview.error.to_json()
        return facts | (preview.found.summary() if preview.found else {})

    def lines(self, preview_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A portion of the items, with the files of those that are unfolded."""
        return self._found(preview_id).lines(**asked)

    def item(
        self, preview_id: str, primary: str, packing: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """One item with the reports of its files, and its record packed as is chosen."""
        return self._found(preview_id).item(primary, packing or {})

    def cancel(self, preview_id: str) -> dict[str, Any]:
        """Stop looking; what was found so far stays."""
        preview = self._previews.get(preview_id)
        preview.end()
        return preview.facts()

    def end(self) -> dict[str, Any]:
        """Stop, and forget what was found."""
        self._previews.end()
        self._pictures.close()
        return {}

    def arrange(self, preview_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """What the next preview is told when items are arranged by hand."""
        found = self._found(preview_id)
        hand = ByHand.from_json(body.get("by_hand") or {})
        aside = read_reasons(body.get("set_aside"))
        items, files = _paths(body, "items"), _paths(body, "files")
        action, reason = str(body.get("action")), str(body.get("reason") or "").strip()
        if action == "set-aside":
            if not reason:
                raise UsageError("A reason is needed.", code="no-reason", hint="Say why.")
            aside |= {found.scanned(one).primary: reason for one in items}
        elif action == "restore":
            aside = {one: why for one, why in aside.items() if one not in items}
        else:
            wish = Wish(action, items, files, str(body.get("to") or ""), str(body.get("key") or ""))
            hand = arrange(found, hand, wish)
        return {"by_hand": hand.to_json(), "set_aside": aside}

    def picture(self, preview_id: str, relpath: str) -> Path | None:
        """A small picture of a file that was found; None where there is none."""
        preview = self._previews.get(preview_id)
        file = self._found(preview_id).files.get(relpath)
        if file is None:
            return None
        path, kind = preview.options.path_of(relpath), kind_of_picture(file.media_type)
        facts = f"{path}\0{file.size}\0{file.mtime_ns}"
        key = hashlib.sha256(facts.encode("utf-8", "surrogateescape")).hexdigest()
        plugin = None if kind else for_name(self._app.catalogue.thumbnailers, relpath)
        if plugin is not None:
            return self._pictures.make(foreign(plugin, key, path))
        if kind not in ("image", "document"):
            return None
        return self._pictures.make(Subject(kind, key, path, {}))

    def _found(self, preview_id: str) -> Found:
        preview: Preview = self._previews.get(preview_id)
        if preview.found is None:
            raise Conflict("The folder is still being listed.", code="not-yet")
        return preview.found


class _Small:
    """Pictures in a folder of their own that goes with the preview; one is made at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._painter: Painter | None = None

    def make(self, subject: Subject) -> Path | None:
        """The picture's file, or None."""
        with self._lock:
            if self._folder is None or self._painter is None:
                self._folder = tempfile.TemporaryDirectory(prefix="hdp-preview-")
                self._painter = Painter(Store(Path(self._folder.name)))
            store = Store(Path(self._folder.name))
            return store.path(subject.key, _SIZE) if self._painter.make(subject, [_SIZE]) else None

    def close(self) -> None:
        """End its process and delete the pictures."""
        with self._lock:
            if self._painter is not None:
                self._painter.close()
            if self._folder is not None:
                self._folder.cleanup()
            self._folder = self._painter = None


def _paths(body: Mapping[str, Any], name: str) -> list[str]:
    values = body.get(name) or []
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise UsageError(
            f"“{name}” must be a list of texts.", code="bad-request", where={"field": name}
        )
    return values
