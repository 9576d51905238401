"""What a scan is asked to do."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

from hdp.ingest.names import normalise_extensions
from hdp.sdk import UsageError

MODES = ("root", "subdirectory", "hybrid")
BUNDLES = ("none", "stem", "prefix", "suffix", "prefix_suffix", "core", "pattern", "table")
_READY = {"mode": ("root",), "bundle": ("none", "stem")}
_PATHS = ("texture_dirs", "never")


@cache
def modalities() -> dict[str, dict[str, Any]]:
    """The kinds of collection by id: `title`, `extensions`, `bundle`, `primary`."""
    text = (files("hdp.ingest") / "modalities.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, Any]] = json.loads(text)
    return table


@dataclass(frozen=True)
class ScanOptions:
    """How to make items of a folder; refuses at once what cannot be done.

    `extensions` say what may start an item (none given: every file may); `never` are files
    and folders that are no members, `exclude` globs over paths below the input folder.
    """

    input: Path
    mode: str = "root"
    extensions: tuple[str, ...] = ()
    bundle: str = "none"
    primary: str = ""
    materials: bool = True
    textures: bool = True
    texture_dirs: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    never: tuple[Path, ...] = ()
    prefix: str = ""
    suffix: str = ""
    pattern: str = ""
    table: Path | None = None
    key: str = ""
    group: str = ""
    depth: str = "1"
    archive_subfolders: bool = False

    def __post_init__(self) -> None:
        _check_choice("mode", self.mode, MODES)
        _check_choice("bundle", self.bundle, BUNDLES)
        if self.archive_subfolders:
            _not_yet("--archive-subfolders", "leave it out; files keep their own names")
        _set(self, "input", Path(self.input))
        _set(self, "extensions", normalise_extensions(self.extensions))
        _set(self, "primary", "".join(normalise_extensions([self.primary])))
        for name in _PATHS:
            _set(self, name, tuple(Path(one) for one in getattr(self, name)))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ScanOptions:
        """The options that `to_json` gave; unknown names are refused."""
        known = {one.name for one in fields(cls)}
        if unknown := sorted(set(data) - known):
            raise UsageError(
                f"A scan has no option {', '.join(unknown)}.", hint=f"Known: {', '.join(known)}."
            )
        given: dict[str, Any] = {
            key: tuple(one) if isinstance(one, list) else one for key, one in data.items()
        }
        if given.get("table"):
            given["table"] = Path(given["table"])
        return cls(**given)

    def to_json(self) -> dict[str, Any]:
        """The options as JSON; paths as strings."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Path) else value


def _set(options: ScanOptions, name: str, value: object) -> None:
    object.__setattr__(options, name, value)


def _check_choice(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UsageError(
            f"There is no {option} {value!r}.", hint=f"Choose one of {', '.join(known)}."
        )
    if value not in _READY[option]:
        ways = " or ".join(_READY[option])
        _not_yet(f"--{option} {value}", f"choose --{option} {ways}")


def _not_yet(what: str, way_out: str) -> NoReturn:
    raise UsageError(
        f"{what} is not available yet.",
        code="not-available",
        hint=f"For now, {way_out}.",
        values={"what": what},
    )
