"""The dashboard and the mapping screen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import dashboard, describing
from hdp.project import mappings

if TYPE_CHECKING:
    from hdp.application.app import Application

_MAPPING = ("name", "yaml", "table", "sheet", "key", "hash", "fields")


class MappingPages:
    """How columns become metadata, and how the project stands."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def dashboard(self, env: str | None) -> dict[str, Any]:
        """How the project stands, seen from an environment."""
        return dashboard.dashboard(self._app, self._app.environment(env).name)

    def disk(self) -> dict[str, Any]:
        """Room where the project's output goes."""
        return dashboard.disk(self._app)

    def show(self) -> dict[str, Any]:
        """The active mapping for people, or none."""
        if self._app.project.read(mappings.get_mapping) is None:
            return {"mapping": None, "columns": [], "rows": {"total": 0}, "findings": []}
        shown = describing.show_mapping(self._app)
        return {
            "mapping": {name: shown[name] for name in _MAPPING},
            **{name: shown[name] for name in ("columns", "rows", "findings")},
        }

    def preview(self, item_id: int, env: str | None) -> dict[str, Any]:
        """An item's metadata as it would be sent."""
        return describing.preview(self._app, env, item_id)

    def check(self, env: str | None) -> dict[str, Any]:
        """Every problem of every row and item."""
        found = describing.check_all(self._app, env)
        severities = Counter(one.severity for one in found)
        return {
            "findings": [one.to_json() for one in found],
            "counts": {"error": severities["error"], "warning": severities["warning"]},
        }

    def set(self, path: Path) -> dict[str, Any]:
        """Make a mapping file the active mapping."""
        shown = describing.set_mapping(self._app, path)
        return {"mapping": {name: shown[name] for name in _MAPPING}}
