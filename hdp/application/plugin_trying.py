"""Whether what a person chose for a plugin works, asked of its components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hdp.net import Client
from hdp.sdk import Component, Finding, HdpError, NotFound

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.application.plugin_settings import PluginSettings


@dataclass(frozen=True)
class _Setup:
    plugin: str
    kept: PluginSettings
    http: Client

    def secret(self, name: str) -> str:
        return self.kept.secret(self.plugin, name)

    def setting(self, name: str) -> str:
        values = self.kept.values(self.plugin)
        if name in values:
            return values[name]
        raise NotFound(f'The setting "{name}" has no value.', code="setting-missing")


def can_try(app: Application, plugin: str) -> bool:
    """Whether any component of the plugin has a way to try its settings."""
    return bool(_components(app, plugin))


def try_settings(app: Application, plugin: str) -> list[Finding]:
    """What the plugin's components find when they try its settings; an error is a finding too."""
    with Client() as http:
        setup = _Setup(plugin, app.plugin_settings, http)
        found = [one for kind in _components(app, plugin) for one in _try(kind, setup)]
    return list({(one.code, one.message): one for one in found}.values())


def _components(app: Application, plugin: str) -> list[type[Component[Any]]]:
    kinds = [app.catalogue.component(one) for one in app.catalogue.plugin(plugin).components]
    return [one for one in kinds if one.try_settings is not Component.try_settings]


def _try(kind: type[Component[Any]], setup: _Setup) -> list[Finding]:
    try:
        return list(kind().try_settings(setup))
    except HdpError as error:
        return [Finding("error", error.name, error.message, hint=error.hint)]
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        text = f"{kind.id} could not try its settings: {type(error).__name__}: {error}"
        return [Finding("error", "component-failed", text)]
