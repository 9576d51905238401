"""The person's own settings of HDP on this computer: few, each with a default and an effect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hdp.paths import replace_text
from hdp.sdk import InvalidInput, UsageError

FILE = "config.json"


@dataclass(frozen=True)
class Setting:
    """A whole number that a person may change; `default` None means that HDP decides."""

    help: str
    default: int | None
    min: int
    max: int


SETTINGS: Mapping[str, Setting] = {
    "workers": Setting("Items that pipelines work on at once here.", None, 1, 64),
    "calls-at-once": Setting("Calls to one repository at once.", 4, 1, 16),
}


class Config:
    """The settings of one HDP home, kept in `config.json`."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE

    def get(self, name: str) -> int | None:
        """The value of a setting, or its default."""
        return self.all()[_known(name)]

    def all(self) -> dict[str, int | None]:
        """All settings by name, those left at their default too."""
        read = self._read()
        return {name: _number(name, read.get(name, one.default)) for name, one in SETTINGS.items()}

    def set(self, name: str, value: str | None) -> int | None:
        """Change a setting, or (None) give it back to its default; returns what counts now."""
        one = SETTINGS[_known(name)]
        values = self._read()
        values.pop(name, None)
        if value is not None:
            values[name] = _number(name, value)
        replace_text(self._path, json.dumps(values, indent=1))
        return values.get(name, one.default)

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
            if isinstance(values, dict):
                return values
            reason = "it holds no settings"
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            reason = str(error)
        raise InvalidInput(
            f"The settings in {self._path} cannot be read: {reason}.",
            code="config-unreadable",
            hint="Correct the file or delete it; then the defaults count.",
            where={"file": str(self._path)},
        )


def _known(name: str) -> str:
    if name in SETTINGS:
        return name
    raise UsageError(
        f"There is no setting {name}.",
        code="unknown-setting",
        hint=f"Known: {', '.join(SETTINGS)}.",
    )


def _number(name: str, value: Any) -> int | None:
    one = SETTINGS[name]
    if value is None:
        return None
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = one.min - 1
    if isinstance(value, bool) or not one.min <= number <= one.max:
        raise UsageError(
            f"{name} takes a whole number from {one.min} to {one.max}, not {value}.",
            code="bad-setting",
        )
    return number
