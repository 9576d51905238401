"""Grouping by hand, adding files and finding them again, as the Files view asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.sdk import UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application


class ByHandPages:
    """What people do to the grouping themselves; scans keep it."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def merge(self, ids: Sequence[int], key: str) -> dict[str, Any]:
        """Make one item of several."""
        from hdp.application import regrouping

        return self._told(regrouping.merge(self._app, ids, key.strip() or None))

    def forget(self, ids: Sequence[int]) -> dict[str, Any]:
        """Group items by the rules again."""
        from hdp.application import regrouping

        return self._told(regrouping.forget(self._app, ids))

    def split(self, item_id: int, paths: Any) -> dict[str, Any]:
        """Make an item of its own of some files."""
        from hdp.application import regrouping

        return self._told(regrouping.split(self._app, item_id, _texts(paths, "paths")))

    def move(self, item_id: int, path: str, to: int) -> dict[str, Any]:
        """Give a file to another item."""
        from hdp.application import regrouping

        return self._told(regrouping.move(self._app, item_id, path, to))

    def primary(self, item_id: int, path: str) -> dict[str, Any]:
        """Make a file the one that stands for its item."""
        from hdp.application import regrouping

        return self._told(regrouping.set_primary(self._app, item_id, path))

    def add(self, paths: Any) -> dict[str, Any]:
        """Take files and folders into the project."""
        from hdp.application import adding

        places = [Path(one).expanduser() for one in _texts(paths, "paths")]
        if not all(one.is_absolute() for one in places):
            raise UsageError(
                "“paths” must be whole paths, from the root or the drive on.",
                code="bad-request", where={"field": "paths"},
            )  # fmt: skip
        return self._told(adding.add_paths(self._app, places))

    def find_again(self, ids: Sequence[int], folder: Path) -> dict[str, Any]:
        """Look in a folder for the missing files of items, by their content."""
        from hdp.application import finding_again

        return self._told(finding_again.find_again(self._app, ids, folder))

    def _told(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """What was done; files that nobody has opened yet are opened soon, and get pictures."""
        from hdp.application import checking

        self._app.pictures.start(after=checking.check_files(self._app))
        return dict(answer)


def _texts(given: Any, name: str) -> list[str]:
    good = isinstance(given, list) and given and all(isinstance(one, str) for one in given)
    if not good or any("\0" in one for one in given):
        raise UsageError(f"“{name}” must be a list of texts.", code="bad-request")
    return list(given)
