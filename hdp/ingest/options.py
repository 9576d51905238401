"""What a scan is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from hdp.ingest.added import Added, number_of
from hdp.ingest.by_hand import ByHand
from hdp.ingest.modalities import modalities
from hdp.ingest.names import normalise_extensions
from hdp.ingest.patterns import check_pattern
from hdp.sdk import Finding, UsageError

__all__ = ["BUNDLES", "MODES", "Added", "ByHand", "ScanOptions", "modalities"]

MODES = ("root", "subdirectory", "hybrid")
BUNDLES = ("none", "stem", "prefix", "suffix", "prefix_suffix", "core", "pattern", "table")
_PATHS = ("texture_dirs", "never")
_PATTERNS = ("prefix", "suffix", "pattern")
_LOOKED_UP = ("table_groups", "table_rows", "table_findings")
# What a way of bundling cannot do without; of prefix_suffix one is enough.
_NEEDS = {
    "prefix": ("prefix",), "suffix": ("suffix",), "core": ("pattern",), "pattern": ("pattern",),
    "table": ("table", "key", "group"),
}  # fmt: skip


@dataclass(frozen=True)
class ScanOptions:
    """How to make items of a folder; refuses at once what cannot be done.

    `extensions` say what may start an item (none given: every file may); `never` are files
    and folders that are no members, `exclude` globs over paths below the input folder;
    `depth` is a level from "1" on, or "leaf". `table_groups` (file name or stem -> group) is
    what was read of `table`, and `table_rows` (the same name -> its first row); both are
    looked up anew for each scan and no part of the JSON.
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
    by_hand: ByHand = field(default_factory=ByHand)
    added: tuple[Added, ...] = ()
    table_groups: Mapping[str, str] = field(default_factory=dict, repr=False)
    table_rows: Mapping[str, int] = field(default_factory=dict, repr=False)
    table_findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        _set(self, "input", Path(self.input))
        _set(self, "depth", str(self.depth))
        _set(self, "extensions", normalise_extensions(self.extensions))
        _set(self, "primary", "".join(normalise_extensions([self.primary])))
        for name in _PATHS:
            _set(self, name, tuple(Path(one) for one in getattr(self, name)))
        _check_choice("mode", self.mode, MODES)
        _check_choice("bundle", self.bundle, BUNDLES)
        _check_depth(self.depth)
        _check_needs(self)
        for name in _PATTERNS:
            check_pattern(name, getattr(self, name))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ScanOptions:
        """The options that `to_json` gave; unknown names are refused."""
        known = _names()
        if unknown := sorted(set(data) - set(known)):
            raise UsageError(
                f"A scan has no option {', '.join(unknown)}.", hint=f"Known: {', '.join(known)}."
            )
        given: dict[str, Any] = {
            key: tuple(one) if isinstance(one, list) else one for key, one in data.items()
        }
        if given.get("table"):
            given["table"] = Path(given["table"])
        if not isinstance(given.get("by_hand"), ByHand):
            given["by_hand"] = ByHand.from_json(given.get("by_hand") or {})
        given["added"] = tuple(
            one if isinstance(one, Added) else Added.from_json(one)
            for one in given.get("added") or ()
        )
        return cls(**given)

    def to_json(self) -> dict[str, Any]:
        """The options as JSON; paths as strings."""
        return {name: _plain(getattr(self, name)) for name in _names()}

    def path_of(self, relpath: str) -> Path:
        """Where a file of the scan lies.

        `//<n>/...` is below the n-th texture folder, `//+<n>/...` below an added one.
        """
        if not relpath.startswith("//"):
            return self.input / relpath
        if (added := number_of(relpath)) is not None:
            return self.added_folder(added).folder / relpath[2:].partition("/")[2]
        number, _, below = relpath[2:].partition("/")
        return self.texture_root(int(number)) / below

    def texture_root(self, number: int) -> Path:
        """A texture folder; one without a root is meant below the input folder."""
        return self.input / self.texture_dirs[number]

    def added_folder(self, number: int) -> Added:
        """An added folder by its number."""
        return next(one for one in self.added if one.number == number)

    def may_start(self, extension: str) -> bool:
        """Whether files of this extension may start an item."""
        return not self.extensions or extension in self.extensions


def _names() -> list[str]:
    return [one.name for one in fields(ScanOptions) if one.name not in _LOOKED_UP]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, ByHand | Added):
        return value.to_json()
    return str(value) if isinstance(value, Path) else value


def _set(options: ScanOptions, name: str, value: object) -> None:
    object.__setattr__(options, name, value)


def _check_choice(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UsageError(
            f"There is no {option} {value!r}.", hint=f"Choose one of {', '.join(known)}."
        )


def _check_depth(depth: str) -> None:
    if depth != "leaf" and not (depth.isascii() and depth.isdigit() and 1 <= int(depth) <= 100):
        raise UsageError(
            f"There is no depth {depth!r}.",
            hint="Give the level of the folders that are items, from 1 on, or leaf.",
            where={"field": "depth"},
        )


def _check_needs(options: ScanOptions) -> None:
    missing = [one for one in _NEEDS.get(options.bundle, ()) if not getattr(options, one)]
    if options.bundle == "prefix_suffix" and not (options.prefix or options.suffix):
        missing = ["prefix", "suffix"]
    if missing:
        needs = " and ".join(f"--{one}" for one in missing)
        raise UsageError(
            f"Bundling by {options.bundle} needs {needs}.",
            code="bundle-needs",
            hint="Give it, or choose another way of bundling.",
            where={"field": missing[0]},
        )
