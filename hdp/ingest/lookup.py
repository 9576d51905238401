"""Where a named file is: the order of looking, and what leaves the input folder."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from hdp.ingest.names import basename, fold, folder_of
from hdp.ingest.walk import Found

_ABSOLUTE = re.compile(r"^(/|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]+:)")


@dataclass(frozen=True)
class Hit:
    """What was found for a name.

    `relpath` is "" where nothing was; `how` is exact, case, form or name; `outside` says that
    the path as written leaves the input folder; `rivals` are other candidates' paths.
    """

    relpath: str = ""
    how: str = "exact"
    outside: bool = False
    rivals: tuple[str, ...] = ()


class Index:
    """The files below the input folder, found by path and by name."""

    def __init__(self, files: Iterable[Found], links: Mapping[str, str | None]) -> None:
        self.files = {one.relpath: one for one in files}
        self.links = links

    @cached_property
    def _folded(self) -> dict[str, list[str]]:
        return self._by(fold)

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        return self._by(lambda path: fold(basename(path)))

    def _by(self, key: Callable[[str], str]) -> dict[str, list[str]]:
        """The paths by what the key makes of them, sorted; made where something is looked up."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self.files):
            found[key(path)].append(path)
        return found

    def at(self, path: str) -> tuple[str, str]:
        """The file at a path and how it was matched, or ("", "")."""
        if path in self.files:
            return path, "exact"
        near = self._folded.get(fold(path), [])
        cased = [one for one in near if one.casefold() == path.casefold()]
        if cased:
            return cased[0], "case"
        return (near[0], "form") if near else ("", "")

    def named(self, name: str, below: str) -> list[str]:
        """Files of that name below a folder; those spelt exactly so where there are any."""
        near = self._names.get(fold(name), [])
        if below:  # by halving: thousands of folders may each have a diffuse.png
            first, last = bisect_left(near, f"{below}/"), bisect_left(near, f"{below}0")
            near = near[first:last]
        else:
            near = [one for one in near if not one.startswith("//")]  # those are not below it
        return [one for one in near if basename(one) == name] or near

    def through_links(self, path: str) -> tuple[str, bool]:
        """The path with links inside followed, and whether one of them leads outside."""
        for _ in range(8):
            link = next((one for one in _parents(path) if one in self.links), None)
            if link is None or path in self.files:
                return path, False
            goal = self.links[link]
            if goal is None:
                return path, True
            path = goal + path[len(link) :]
        return path, True


class Lookup:
    """Finds what a file refers to; `same` tells whether two files have equal content."""

    def __init__(
        self, index: Index, texture_dirs: Iterable[str], same: Callable[[str, str], bool]
    ) -> None:
        self.index = index
        self.texture_dirs = tuple(texture_dirs)
        self.same = same

    def find(self, text: str, referrer: str) -> Hit:
        """Relative to the referrer, then in the texture folders, then by name below it."""
        written = text.replace("\\", "/")
        name = basename(written.rstrip("/"))
        path, outside = self._inside(written, folder_of(referrer))
        candidates = [] if outside else [self.index.at(path)]
        for folder in self.texture_dirs:
            for tail in dict.fromkeys((written, name)):
                inside, leaves = self._inside(tail, folder)
                candidates += [] if leaves else [self.index.at(inside)]
        candidates = [one for one in candidates if one[0]]
        if not candidates and name not in ("", ".", ".."):
            below = self.index.named(name, folder_of(referrer))
            candidates = [(one, "name") for one in below]
        return self._decide(candidates, outside)

    def _decide(self, candidates: list[tuple[str, str]], outside: bool) -> Hit:
        if not candidates:
            return Hit(outside=outside)
        path, how = candidates[0]
        others = sorted({one for one, _ in candidates} - {path})
        rivals = tuple(one for one in others if not self.same(path, one))
        return Hit(path, how, outside, rivals)

    def _inside(self, written: str, folder: str) -> tuple[str, bool]:
        if _ABSOLUTE.match(written):
            return "", True
        parts: list[str] = folder.split("/") if folder else []
        for part in written.split("/"):
            if part == ".." and not parts:
                return "", True
            if part == "..":
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return self.index.through_links("/".join(parts))


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]
