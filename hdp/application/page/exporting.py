"""Metadata in the formats of others, given to the browser or written where the person says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hdp.application import exporting
from hdp.application.selection import Selection
from hdp.sdk import UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

_JSON = ("json", "application/json")
# Crates come as their description alone: whole ones with their files are for the command line.
_FILES = {
    "zenodo": _JSON,
    "inveniordm": _JSON,
    "datacite": _JSON,
    "schema.org": ("jsonld", "application/ld+json"),
    "dublin-core": ("xml", "application/xml"),
    "csv": ("csv", "text/csv"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_MOST_NAMED = 500


class ExportPages:
    """What the routes of exports ask for."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def download(self, env: str | None, items: str, form: str) -> tuple[bytes, str, str]:
        """The file's bytes, name and media type; no items are all that is prepared or further."""
        ids = _ids(items)
        if form == "ro-crate":
            return self._crate(env, ids), "ro-crate-metadata.json", "application/ld+json"
        ending, media_type = _ending(form)
        with TemporaryDirectory(prefix="hdp-export-") as folder:
            goal = Path(folder) / f"metadata.{ending}"
            exporting.export(self._app, env, _selection(ids), form, goal)
            return goal.read_bytes(), goal.name, media_type

    def _crate(self, env: str | None, ids: Sequence[int]) -> bytes:
        if len(ids) != 1:
            raise UsageError(
                "A crate describes one record.", code="bad-request",
                hint="Crates of many, with their files: hdp metadata export --as ro-crate.",
            )  # fmt: skip
        text: str = exporting.show(self._app, env, ids[0], "ro-crate")["text"]
        return text.encode()

    def save(self, env: str | None, items: str, form: str, path: Path) -> dict[str, Any]:
        """Write the same to a new file of this computer; Refused where there is one."""
        ids = _ids(items)
        if form == "ro-crate":
            exporting.write_new(path, self._crate(env, ids).decode())
        else:
            _ending(form)
            exporting.export(self._app, env, _selection(ids), form, path)
        return {"path": str(path)}


def _selection(ids: Sequence[int]) -> Selection:
    return Selection(ids=tuple(ids), all=not ids)


def _ids(text: str) -> list[int]:
    words = [one for one in text.split(",") if one]
    if len(words) > _MOST_NAMED or not all(one.isascii() and one.isdigit() for one in words):
        raise UsageError(
            f"“items” must be up to {_MOST_NAMED} numbers with commas between.",
            code="bad-request", where={"field": "items"},
        )  # fmt: skip
    return [min(int(one), 2**53) for one in dict.fromkeys(words)]


def _ending(form: str) -> tuple[str, str]:
    if form not in _FILES:
        raise UsageError(
            "There is no such format.", code="bad-request",
            hint=f"Formats: {', '.join((*_FILES, 'ro-crate'))}.", where={"field": "as"},
        )  # fmt: skip
    return _FILES[form]
