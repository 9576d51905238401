"""What the person chose for plugins, for the page; a secret goes in and never comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hdp.application.plugin_trying import can_try, try_settings
from hdp.events import Changed

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.plugins import PluginStatus


class PluginSettingPages:
    """Settings and secrets of the plugins that have any."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def list(self) -> dict[str, Any]:
        """Every ready plugin with settings or secrets, and what counts now."""
        found = self._app.catalogue.plugins
        able = [one for one in found if one.status == "ready" and (one.settings or one.secrets)]
        return {"plugins": [self._show(one) for one in able]}

    def set(self, plugin: str, name: str, value: str | None) -> dict[str, Any]:
        """Change a setting, or (None) give it back to its default."""
        now = self._app.plugin_settings.set(plugin, name, value)
        self._app.bus.emit(Changed(("settings",)))
        return {"plugin": plugin, "name": name, "value": now}

    def secret(self, plugin: str, name: str, value: str | None) -> dict[str, Any]:
        """Keep a secret, or (None) forget it; a sentence on where it is."""
        told = self._app.plugin_settings.store_secret(plugin, name, value)
        self._app.bus.emit(Changed(("settings",)))
        return {"plugin": plugin, "name": name, "kept": value is not None, "where": told}

    def check(self, plugin: str) -> dict[str, Any]:
        """What the plugin finds when it tries its settings."""
        return {
            "plugin": plugin,
            "findings": [one.to_json() for one in try_settings(self._app, plugin)],
        }

    def _show(self, plugin: PluginStatus) -> dict[str, Any]:
        kept = self._app.plugin_settings
        values = kept.values(plugin.id)
        declared = [vars(one) | {"value": values.pop(one.name, "")} for one in plugin.settings]
        more = [{"name": name, "value": value} for name, value in values.items()]
        return {
            "id": plugin.id,
            "name": plugin.name,
            "checks": can_try(self._app, plugin.id),
            "settings": [one for one in declared if not one["name"].endswith(".*")],
            "more": more,
            "open": [one for one in declared if one["name"].endswith(".*")],
            "secrets": [
                {"name": one, "kept": kept.has_secret(plugin.id, one)} for one in plugin.secrets
            ],
        }
