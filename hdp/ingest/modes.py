"""Which files may be items of their own, and which lie in a folder that is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from hdp.ingest.names import folder_of
from hdp.ingest.options import ScanOptions


@dataclass
class Areas:
    """The files of a scan by what they may be.

    `loose` may start items of their own; `folders` by path are items with all that is beneath;
    `left` are the others, relpath -> why (`subfolder`, `loose`).
    """

    loose: list[str] = field(default_factory=list)
    folders: dict[str, list[str]] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)


def arrange(options: ScanOptions, relpaths: Iterable[str]) -> Areas:
    """Divide the files as the mode says, those of added folders as if each were the input.

    Those of texture folders outside are in no area.
    """
    areas, paths = Areas(), list(relpaths)
    _arrange(options, areas, "", [one for one in paths if not one.startswith("//")])
    for added in options.added:
        start = len(added.prefix)
        below = [one[start:] for one in paths if one.startswith(added.prefix)]
        if added.names is None:
            _arrange(options, areas, added.prefix, below)
        else:  # single files are items of their own, whatever the mode
            areas.loose += [added.prefix + one for one in below if added.may_start(one)]
    return areas


def _arrange(options: ScanOptions, areas: Areas, prefix: str, paths: list[str]) -> None:
    folders = _Folders(options, paths)
    for path in paths:
        folder = folders.of(path)
        if folder:
            areas.folders.setdefault(prefix + folder, []).append(prefix + path)
        elif "/" in path and options.mode == "root":
            areas.left[prefix + path] = "subfolder"
        elif "/" in path or options.mode == "subdirectory":
            areas.left[prefix + path] = "loose"
        else:
            areas.loose.append(prefix + path)


class _Folders:
    def __init__(self, options: ScanOptions, paths: Iterable[str]) -> None:
        self._depth = 0 if options.mode == "root" or options.depth == "leaf" else int(options.depth)
        leaf = options.mode != "root" and options.depth == "leaf"
        self._leaves = _leaves({folder_of(one) for one in paths}) if leaf else frozenset()

    def of(self, path: str) -> str:
        """The folder that is the file's item, or ""."""
        folder = folder_of(path)
        if not self._depth:
            return folder if folder in self._leaves else ""
        parts = folder.split("/", self._depth)
        return "/".join(parts[: self._depth]) if len(parts) >= self._depth else ""


def _leaves(folders: set[str]) -> frozenset[str]:
    """The folders with files that have none beneath them."""
    inner = {""}
    for folder in folders:
        while folder := folder_of(folder):
            if folder in inner:
                break
            inner.add(folder)
    return frozenset(folders - inner)


def by_label(groups: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """label -> its files, sorted."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, label in groups:
        found[label].append(path)
    return {label: sorted(found[label]) for label in sorted(found)}
