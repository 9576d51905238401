"""Where a named file is: the order of looking, and what leaves the input folder."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from urllib.parse import unquote

from hdp.ingest.names import basename, fold, folder_of
from hdp.ingest.walk import Found

_ABSOLUTE = re.compile(r"^(/|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]+:)")
_MOST_TAILS = 16
_MOST_RIVALS = 20  # that are told
_Candidate = tuple[str, str]  # a path, and how it was matched


@dataclass(frozen=True)
class Hit:
    """What was found for a name.

    `relpath` is "" where nothing was; `how` is exact, case, form (of Unicode), place (where
    programs look by custom), name, name-case or name-form; `outside` says that the path as
    written leaves the input folder; `rivals` are other candidates' paths.
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

    def at(self, path: str) -> list[tuple[str, str]]:
        """The files that a path means and how they match; several where no name is exact."""
        if path in self.files:
            return [(path, "exact")]
        near = self._folded.get(fold(path), [])
        cased = [one for one in near if one.casefold() == path.casefold()]
        return [(one, "case") for one in cased] or [(one, "form") for one in near]

    def named(self, name: str, below: str) -> list[str]:
        """Files of that name below a folder: spelt so, else in other case, else in other form."""
        near = self._names.get(fold(name), [])
        if below:  # by halving: thousands of folders may each have a diffuse.png
            first, last = bisect_left(near, f"{below}/"), bisect_left(near, f"{below}0")
            near = near[first:last]
        else:
            near = [one for one in near if not one.startswith("//")]  # those are not below it
        exact = [one for one in near if basename(one) == name]
        cased = [one for one in near if basename(one).casefold() == name.casefold()]
        return exact or cased or near

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
        self._named: dict[tuple[tuple[str, ...], str], Hit] = {}

    def find(
        self, text: str, referrer: str, also: Iterable[str] = (), places: Iterable[str] = ()
    ) -> Hit:
        """Relative to the referrer, then in the texture folders, then by name below it.

        `also` are other readings of the text, `places` other paths relative to the referrer,
        for which see `Reference`.
        """
        folder = folder_of(referrer)
        readings = list(dict.fromkeys((text, *also)))
        outside = self._leaves(text, folder)
        candidates = _first(self._relative(one, folder) for one in readings)
        if not candidates:
            beside = (self._relative(one, folder) for one in places)
            candidates = [(path, "place") for found in beside for path, _ in found]
        candidates += self._in_texture_folders(readings)
        if candidates:
            return self._decide(candidates, outside)
        names = tuple(dict.fromkeys(_name(one) for one in readings))
        if (names, folder) not in self._named:  # thousands of models may name the same file
            self._named[names, folder] = self._decide(self._by_name(names, folder), False)
        return replace(self._named[names, folder], outside=outside)

    def stands(self, text: str, referrer: str, also: Iterable[str] = ()) -> bool:
        """Whether a file is where one of these paths, relative to the referrer, says."""
        return any(self._relative(one, folder_of(referrer)) for one in (text, *also))

    def _leaves(self, text: str, folder: str) -> bool:
        # Escapes are resolved for this question only: %2e%2e/ is no name that anybody gave.
        both = (text, unquote(text))
        outside = any(self._inside(one.replace("\\", "/"), folder)[1] for one in both)
        return outside and not self._relative(text, folder)

    def _relative(self, text: str, folder: str) -> list[_Candidate]:
        """The files at a path that is meant from a folder; none where it leads outside."""
        plain = f"{folder}/{text}" if folder else text
        if plain in self.index.files and not text.startswith("/"):
            return [(plain, "exact")]  # a backslash or colon may be part of a name
        path, outside = self._inside(text.replace("\\", "/"), folder)
        return [] if outside else self.index.at(path)

    def _in_texture_folders(self, readings: Iterable[str]) -> list[_Candidate]:
        """One place per folder: the longest end of the path that is there."""
        tails = list(dict.fromkeys(tail for one in readings for tail in _tails(one)))
        return [
            found
            for folder in self.texture_dirs
            for found in _first(self._relative(tail, folder) for tail in tails)
        ]

    def _by_name(self, names: Iterable[str], below: str) -> list[_Candidate]:
        for name in names:
            if name not in ("", ".", "..") and (found := self.index.named(name, below)):
                return [(one, _how(name, basename(one))) for one in found]
        return []

    def _decide(self, candidates: list[_Candidate], outside: bool) -> Hit:
        if not candidates:
            return Hit(outside=outside)
        path, how = candidates[0]
        others = sorted({one for one, _ in candidates} - {path})
        rivals = islice((one for one in others if not self.same(path, one)), _MOST_RIVALS)
        return Hit(path, how, outside, tuple(rivals))

    def _inside(self, written: str, folder: str) -> tuple[str, bool]:
        """The path below the roots, and whether it leaves the root that the folder is in."""
        if _ABSOLUTE.match(written) or "\0" in written:
            return "", True
        parts, floor = _parts(folder)
        for part in written.split("/"):
            if part == ".." and len(parts) <= floor:
                return "", True
            if part == "..":
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return self.index.through_links("/".join(parts))


def _first(found: Iterable[list[_Candidate]]) -> list[_Candidate]:
    return next((one for one in found if one), [])


def _parts(folder: str) -> tuple[list[str], int]:
    """The parts of a folder, and how many of them are its root: `//<n>` has three."""
    return (folder.split("/") if folder else []), (3 if folder.startswith("//") else 0)


def _name(text: str) -> str:
    return basename(text.replace("\\", "/").rstrip("/"))


def _tails(text: str) -> list[str]:
    """The path without its beginning, ever shorter, down to the name."""
    parts = [one for one in text.replace("\\", "/").split("/") if one not in ("", ".", "..")]
    parts = [one for one in parts if not one.endswith(":")][-_MOST_TAILS:]
    return ["/".join(parts[n:]) for n in range(len(parts))]


def _how(name: str, found: str) -> str:
    if name == found:
        return "name"
    return "name-case" if name.casefold() == found.casefold() else "name-form"


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]
