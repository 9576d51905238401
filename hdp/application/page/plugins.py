"""Plugins for the page: installed, switched on and off, removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.plugin_installing import enable_plugin, install_plugin, remove_plugin

if TYPE_CHECKING:
    from hdp.application.app import Application


class PluginPages:
    """What a person does with plugins; each answer is the plugin as it is then."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def install(self, path: Path, *, replace: bool) -> dict[str, Any]:
        """Install from a folder, .zip or .whl; it is off."""
        return {"plugin": install_plugin(self._app, path, replace=replace).to_json()}

    def enable(self, plugin: str, *, on: bool) -> dict[str, Any]:
        """Switch on or off, from now on."""
        return {"plugin": enable_plugin(self._app, plugin, on=on).to_json()}

    def remove(self, plugin: str) -> dict[str, Any]:
        """Delete what was installed; `environments` need its targets."""
        return {"plugin": plugin, "environments": remove_plugin(self._app, plugin)}

    def environment(self, plugin: str, after: int) -> dict[str, Any]:
        """The making of the plugin's own environment: its log from a line on, and its state."""
        return self._app.environment_making.now(plugin, after)

    def make_environment(self, plugin: str) -> dict[str, Any]:
        """Begin to make or renew it."""
        self._app.environment_making.start(plugin)
        return self.environment(plugin, 0)

    def cancel_environment(self, plugin: str) -> dict[str, Any]:
        """Stop making it; nothing of it is left."""
        self._app.environment_making.cancel(plugin)
        return self.environment(plugin, 0)
