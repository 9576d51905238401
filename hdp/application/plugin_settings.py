"""What a person chose for plugins on this computer: settings in a file, secrets in the keyring."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.paths import replace_text
from hdp.sdk import InvalidInput, NotFound, UsageError

if TYPE_CHECKING:
    from hdp.credentials import Credentials
    from hdp.plugin_manifest import PluginSetting
    from hdp.plugins import Catalogue, PluginStatus

FILE = "plugin-settings.json"
_MOST_TEXT = 1000
_CHANGING = threading.Lock()  # two changes at once would lose one


class PluginSettings:
    """The settings and secrets of plugins in one HDP home; never in a project or a pipeline."""

    def __init__(self, home: Path, catalogue: Catalogue, credentials: Credentials) -> None:
        self._path = home / FILE
        self._catalogue = catalogue
        self._credentials = credentials

    def values(self, plugin: str) -> dict[str, str]:
        """Every setting that has a value, chosen or by default."""
        declared = self._catalogue.plugin(plugin).settings
        chosen = self._read().get(plugin, {})
        values = {one.name: one.default for one in declared if not one.name.endswith(".*")}
        return values | {
            name: value
            for name, value in chosen.items()
            if any(one.names(name) for one in declared)
        }

    def set(self, plugin: str, name: str, value: str | None) -> str:
        """Change a setting, or (None) give it back to its default; returns what counts now."""
        one = _declared(self._catalogue.plugin(plugin), name)
        if value is not None:
            value = _checked(one, name, value)
        with _CHANGING:
            everything = self._read()
            chosen = everything.setdefault(plugin, {})
            chosen.pop(name, None)
            if value is not None:
                chosen[name] = value
            self._write(everything)
        return self.values(plugin).get(name, "")

    def secret(self, plugin: str, name: str) -> str:
        """A secret; NotFound where none is kept."""
        return self._credentials.get(_kept_as(plugin, name))[0]

    def has_secret(self, plugin: str, name: str) -> bool:
        """Whether a secret is kept."""
        return self._credentials.has(_kept_as(plugin, name))

    def store_secret(self, plugin: str, name: str, value: str | None) -> str:
        """Keep a secret, or (None) forget it; a sentence on where it is."""
        secrets = self._catalogue.plugin(plugin).secrets
        if name not in secrets:
            raise UsageError(
                f"The plugin {plugin} has no secret {name}.", code="unknown-setting",
                hint=f"Known: {', '.join(secrets)}." if secrets else "It asks for none.",
            )  # fmt: skip
        if value is None:
            return self._credentials.remove(_kept_as(plugin, name))
        return self._credentials.store(_kept_as(plugin, name), value)

    def forget(self, plugin: str) -> None:
        """Forget everything that was chosen for a plugin, its secrets too."""
        for name in self._catalogue.plugin(plugin).secrets:
            if self.has_secret(plugin, name):
                self._credentials.remove(_kept_as(plugin, name))
        with _CHANGING:
            everything = self._read()
            if everything.pop(plugin, None) is not None:
                self._write(everything)

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            found, reason = None, str(error)
        else:
            reason = "it holds no settings"
        if isinstance(found, dict) and all(_are_texts(one) for one in found.values()):
            return found
        raise InvalidInput(
            f"The settings in {self._path} cannot be read: {reason}.", code="config-unreadable",
            hint="Correct the file or delete it; then the defaults count.",
            where={"file": str(self._path)},
        )  # fmt: skip

    def _write(self, values: Mapping[str, Mapping[str, str]]) -> None:
        try:
            replace_text(self._path, json.dumps(values, indent=1, ensure_ascii=False))
        except OSError as error:
            raise InvalidInput(
                f"{self._path} cannot be written: {error.strerror}.", code="home-not-writable",
                hint="Check the folder and its permissions.", where={"file": str(self._path)},
            ) from error  # fmt: skip


def _are_texts(found: Any) -> bool:
    return isinstance(found, dict) and all(isinstance(one, str) for one in found.values())


def _kept_as(plugin: str, name: str) -> str:
    return f"plugin-{plugin}-{name}"


def _declared(plugin: PluginStatus, name: str) -> PluginSetting:
    for one in plugin.settings:
        if one.names(name):
            return one
    known = ", ".join(one.name for one in plugin.settings)
    raise NotFound(
        f"The plugin {plugin.id} has no setting {name}.", code="unknown-setting",
        hint=f"Known: {known}." if known else "It has no settings.",
    )  # fmt: skip


def _checked(one: PluginSetting, name: str, value: str) -> str:
    value = value.strip()
    if len(value) > _MOST_TEXT or not (value.isprintable() or not value):
        raise UsageError(
            f"{name} takes a line of at most {_MOST_TEXT} characters.", code="bad-setting"
        )
    if one.choices and value not in one.choices:
        raise UsageError(
            f"{name} takes one of {', '.join(one.choices)}, not {value}.", code="bad-setting"
        )
    return value
