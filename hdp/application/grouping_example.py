"""How the names of a folder would be grouped, quickly, while the options are being typed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from hdp.application.grouping_table import with_table
from hdp.ingest.keys import keys_of
from hdp.ingest.modes import arrange
from hdp.ingest.names import basename, extension_of, stem_of, why_skipped
from hdp.ingest.options import ScanOptions

MOST_FILES = 5000
_MOST_SHOWN = 12
_MOST_OF_ONE = 4
_MOST_FINDINGS = 3
# Shown where no folder is chosen yet, or nothing in it fits.
_NAMES = (
    "site042_main.obj", "site042_main.mtl", "site042_detail.jpg", "site043_main.obj",
    "site043_main.mtl", "site043_detail.jpg",
)  # fmt: skip


def example(options: ScanOptions, *, look: bool = True) -> dict[str, Any]:
    """The first names with the key of their item: `lines` of {name, key}, `items`, `files`.

    `own` is whether they are names of the folder; `more` whether it holds more than were
    looked at. References are not followed: they only ever bring files together. Without
    `look` no folder is chosen yet.
    """
    paths = list(_listed(options)) if look and options.input.is_dir() else []
    more = len(paths) > MOST_FILES
    keyed, findings = _keyed(options, sorted(paths[:MOST_FILES]))
    if own := bool(keyed):
        options_used = options
    else:
        options_used = replace(options, extensions=(), mode="root")
        keyed, findings = _keyed(options_used, list(_NAMES))
    groups: dict[str, list[str]] = {}
    for path, key in keyed:
        groups.setdefault(key or path, []).append(path)
    return {
        "lines": [{"name": path, "key": key} for path, key in _shown(dict(keyed), groups)],
        "items": len(groups), "files": len(keyed), "own": own, "more": more,
        "findings": [one.to_json() for one in findings[:_MOST_FINDINGS]] if own else [],
    }  # fmt: skip


def _keyed(options: ScanOptions, paths: list[str]) -> tuple[list[tuple[str, str]], list[Any]]:
    areas = arrange(options, paths)
    loose = [one for one in areas.loose if options.may_start(extension_of(one))]
    keys, findings = keys_of(with_table(options), loose)
    found = [(path, key or stem_of(basename(path))) for path, key in zip(loose, keys, strict=True)]
    folders = [
        (path, folder)
        for folder, members in areas.folders.items()
        if any(options.may_start(extension_of(one)) for one in members)
        for path in members
    ]
    return sorted([*found, *folders]), findings


def _shown(keys: dict[str, str], groups: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """A few of each of the first items, those with several files first."""
    order = sorted(groups.values(), key=lambda one: (len(one) == 1, one[0]))
    left = _MOST_SHOWN
    for members in order:
        for path in members[: min(_MOST_OF_ONE, left)]:
            yield path, keys[path]
            left -= 1
        if left <= 0:
            return


def _listed(options: ScanOptions) -> Iterator[str]:
    """Paths below the folder, one more than are looked at."""
    left = MOST_FILES + 1
    for folder, below, names in os.walk(options.input):
        below[:] = sorted(one for one in below if not why_skipped(one))
        if options.mode == "root":
            below.clear()
        inside = Path(folder).relative_to(options.input)
        for name in sorted(names):
            if why_skipped(name):
                continue
            yield name if inside == Path() else f"{inside.as_posix()}/{name}"
            left -= 1
            if not left:
                return


def count_files(folder: Path) -> dict[str, Any]:
    """How many files and bytes lie in a folder, as far as can be told at once."""
    files = size = folders = 0
    for here, below, names in os.walk(folder):
        below[:] = [one for one in below if not why_skipped(one)]
        folders += len(below)
        for name in names:
            if why_skipped(name):
                continue
            files += 1
            size += _size(os.path.join(here, name))  # noqa: PTH118 - many thousand times
        if files > 4 * MOST_FILES:
            return {"files": files, "bytes": size, "folders": folders, "more": True}
    return {"files": files, "bytes": size, "folders": folders, "more": False}


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0
