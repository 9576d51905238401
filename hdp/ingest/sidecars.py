"""Files that say something about the file they are named after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from hdp.ingest.names import extension_of, fold, stem_of

_EXTENSION = ".xmp"


class Sidecars:
    """Which files an XMP file is about: `IMG_1.xmp` -> `IMG_1.*`, `IMG_1.CR3.xmp` -> `IMG_1.CR3`.

    Names that differ in case or Unicode form count where none is spelt exactly so.
    """

    def __init__(self, relpaths: Iterable[str]) -> None:
        paths = list(relpaths)
        own = sorted(one for one in paths if one[-4:].lower() == _EXTENSION)
        own = [one for one in own if extension_of(one) == _EXTENSION]
        self._of: dict[str, list[str]] = defaultdict(list)
        self._hosts: set[str] = set()
        near = _near({fold(one[:-4]) for one in own}, paths) if own else {}
        for path in own:
            for host in _hosts(path[:-4], near.get(fold(path[:-4]), [])):
                self._of[host].append(path)
                self._hosts.add(path)

    def of(self, relpath: str) -> list[str]:
        """The sidecars of a file."""
        return self._of.get(relpath, [])

    def hosts(self, relpath: str) -> bool:
        """Whether the file is a sidecar that joins another."""
        return relpath in self._hosts


def _near(wanted: set[str], paths: Iterable[str]) -> dict[str, list[str]]:
    """The files whose name or stem is wanted, by that."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        if path[-4:].lower() == _EXTENSION:
            continue
        for name in dict.fromkeys((fold(path), fold(stem_of(path)))):
            if name in wanted:
                found[name].append(path)
    return found


def _hosts(name: str, near: list[str]) -> list[str]:
    """The files with the whole name where there are any, else those with the stem."""
    exact = [one for one in near if name in (one, stem_of(one))] or near
    whole = [one for one in exact if fold(one) == fold(name)]
    return whole or exact
