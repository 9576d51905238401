"""Where plugins are looked for: built in, installed with pip or by HDP, folders, a developer's."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hdp import plugin_manifest
from hdp.earlier_spec import is_earlier, read_spec
from hdp.plugin_importing import USER, Origin
from hdp.plugin_manifest import Manifest

Source = Literal["built-in", "package", "folder", "wheel", "developer"]
FOLDERS, WHEELS, SITE = "plugins", "plugin-wheels", "plugin-site"
# Those that somebody put there are off until a person switches them on.
DROPPED_IN: tuple[Source, ...] = ("folder", "wheel")
_BUILT_IN = "hdp_plugins"
_GROUP = "hdp.plugins"


@dataclass
class Candidate:
    """A place that may hold a plugin; `root` is the wheel's folder where it came as one."""

    folder: Path
    source: Source
    module: str
    manifest: Manifest | None = None
    root: Path | None = None

    @property
    def origin(self) -> Origin:
        """How it is imported."""
        by_path = self.module.startswith(f"{USER}.")
        plugin = self.manifest.id if self.manifest else self.folder.name
        return Origin(plugin, self.module, str(self.folder) if by_path else "")


def find_candidates(home: Path, *, safe: bool, extra: Sequence[Path]) -> Iterator[Candidate]:
    """All places, in the order in which the first of two with one id wins."""
    yield from _built_ins()
    if safe:
        return
    yield from _packages(home)
    yield from _wheels(home / WHEELS)
    for folder in _folders(home / FOLDERS):
        yield by_path(folder, "folder")
    for folder in extra:
        place = folder.resolve()
        yield by_path(find_folder(place) or place, "developer")


def by_path(folder: Path, source: Source) -> Candidate:
    """A plugin in a folder of its own."""
    return Candidate(folder, source, f"{USER}.{folder.name}")


def find_folder(place: Path) -> Path | None:
    """The plugin's folder: `place` itself, or the only one with a manifest near its top.

    Authors name the folder of their repository, and its download is a folder in a ZIP.
    """
    level = [place]
    for _depth in range(4):
        found = [
            one for one in level
            if (one / plugin_manifest.FILE_NAME).is_file() or is_earlier(one)
        ]  # fmt: skip
        if found:
            return found[0] if len(found) == 1 else None
        level = [inner for one in level for inner in _folders(one)]
    return None


def _folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    return sorted(one for one in parent.iterdir() if one.is_dir() and one.name[0] not in "._")


def _built_ins() -> Iterator[Candidate]:
    spec = importlib.util.find_spec(_BUILT_IN)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for folder in _folders(Path(place)):
            # A freshly begun or left-over folder without a manifest is no plugin of ours.
            if (folder / plugin_manifest.FILE_NAME).is_file():
                yield Candidate(folder, "built-in", f"{_BUILT_IN}.{folder.name}")


def _packages(home: Path) -> Iterator[Candidate]:
    site = home / SITE
    if site.is_dir() and str(site) not in sys.path:
        sys.path.append(str(site))
    inside = str(home / WHEELS)
    for entry in importlib.metadata.entry_points(group=_GROUP):
        place = getattr(entry.dist, "_path", None)
        if place is not None and str(place).startswith(inside):
            continue  # one that HDP unpacked; its folder says so
        yield Candidate(_package_folder(entry.module), "package", entry.module)


def _package_folder(module: str) -> Path:
    top, _, rest = module.partition(".")
    spec = importlib.util.find_spec(top)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        return Path(top)
    return Path(places[0], *rest.split(".")) if rest else Path(places[0])


def _wheels(parent: Path) -> Iterator[Candidate]:
    for root in _folders(parent):
        if str(root) not in sys.path:
            sys.path.append(str(root))  # at the end: it cannot hide anything of ours
        yield from wheel_plugins(root)


def wheel_plugins(root: Path) -> Iterator[Candidate]:
    """The plugins of an unpacked wheel, by its entry points."""
    for one in importlib.metadata.distributions(path=[str(root)]):
        for entry in one.entry_points.select(group=_GROUP):
            folder = root.joinpath(*entry.module.split("."))
            yield Candidate(folder, "wheel", entry.module, root=root)


def read_description(folder: Path) -> Manifest:
    """The manifest of a plugin, or what says the same of a component of the earlier HDP."""
    if is_earlier(folder):
        return read_spec(folder).manifest()
    return plugin_manifest.read_manifest(folder)
