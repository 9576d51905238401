"""A record as somebody has it who downloads it and unpacks its archives: is everything found?"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from hdp.ingest.follow import Follower
from hdp.ingest.lookup import Index, Lookup
from hdp.ingest.names import basename
from hdp.ingest.options import ScanOptions
from hdp.ingest.references import refers
from hdp.ingest.walk import Found


def link(source: Path, place: Path) -> None:
    """Make a file appear at a place: linked where the system can, else copied."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        place.symlink_to(source.absolute())
    except OSError:  # Windows without the right to make links
        try:
            os.link(source, place)
        except OSError:
            shutil.copyfile(source, place)


class Downloaded:
    """Files in a folder, followed as a scan follows them.

    `contents` is path below the folder -> something that is equal where the content is.
    """

    def __init__(self, folder: Path, contents: Mapping[str, str]) -> None:
        self.contents = contents
        found = [Found(one, 0, 0, 0) for one in contents]
        lookup = Lookup(Index(found, {}), (), self._is_same)
        self._lookup = lookup
        self._follower = Follower(ScanOptions(folder), lookup)

    def _is_same(self, first: str, second: str) -> bool:
        return self.contents[first] == self.contents[second]

    def find(self, text: str, referrer: str) -> str:
        """The path that a text in a file means, or ""."""
        return self._lookup.find(text, referrer).relpath

    def tree(self, relpath: str) -> list[str]:
        """Everything that a file needs, however deep."""
        return list(self._follower.tree(relpath))

    def needs(self, relpath: str) -> set[str]:
        """The contents of what a file names."""
        return {self.contents[one] for one, _ in self._follower.node(relpath).children}

    def lost(self, relpath: str) -> set[str]:
        """What a file names and what is not found, or not where it is said to be."""
        return {
            str(one.args["name"])
            for one in self._follower.node(relpath).findings
            if one.args.get("name")
        }


def unpack_referrers(archive: Path, names: Mapping[str, str], folder: Path) -> None:
    """Unpack those members (name -> path below the folder) that can name other files."""
    with zipfile.ZipFile(archive) as opened:
        for name, relpath in names.items():
            place = folder / relpath
            place.parent.mkdir(parents=True, exist_ok=True)
            if refers(basename(name)):
                with opened.open(name) as source, place.open("xb") as goal:
                    shutil.copyfileobj(source, goal, 1024 * 1024)


def compare(
    before: Downloaded, after: Downloaded, moved: Mapping[str, str], renamed: Callable[[str], str]
) -> list[tuple[str, str]]:
    """(file, what it names) for all that is found before and not after.

    `moved` is path before -> path after; `renamed` gives the content after for one before.
    """
    broken = []
    for old, new in moved.items():
        if not refers(basename(old)):
            continue
        gone = after.lost(new) - before.lost(old)
        short = {renamed(one) for one in before.needs(old)} - after.needs(new)
        broken += [(old, text) for text in sorted(gone | short)]
    return broken
