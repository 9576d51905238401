"""Every file below a folder that may take part in an item."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import translate
from pathlib import Path
from typing import NamedTuple

from hdp.ingest.names import extension_of, is_unicode, why_skipped
from hdp.ingest.options import ScanOptions
from hdp.ingest.references import refers
from hdp.sdk import Cancelled, Finding, NotFound


class Found(NamedTuple):
    """A regular file: path below the input folder with `/`, size in bytes."""

    relpath: str
    size: int
    mtime_ns: int
    inode: int


@dataclass
class Walked:
    """What was found, sorted by path, and what was passed by.

    `links`: relpath of a symbolic link -> relpath of its goal, or None where that is outside;
    `roots`: number of a texture folder outside the input folder -> the folder. Its files have
    relpaths `//<number>/...`.
    """

    files: list[Found] = field(default_factory=list)
    links: dict[str, str | None] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    roots: dict[int, Path] = field(default_factory=dict)


def walk(options: ScanOptions, *, cancelled: Callable[[], bool] | None = None) -> Walked:
    """Everything below the input folder that may matter; no link is followed out of it.

    Subfolders are entered where they hold items or where a file may refer to what is in them,
    texture folders outside the input folder where a file may refer to anything.
    """
    if not options.input.is_dir():
        raise NotFound(
            f"There is no folder {options.input}.", hint="Choose the input folder again.",
            where={"file": str(options.input)},
        )  # fmt: skip
    walker = _Walker(options.input, options, cancelled)
    walked = walker.walked
    subfolders = walker.enter("")
    if options.mode == "root" and not _goes_below(options, walked.files):
        walked.skipped["folder"] += len(subfolders)
    else:
        walker.enter_all(subfolders)
    _walk_added(options, walked, cancelled)
    if any(refers(one.relpath) for one in walked.files):
        _walk_texture_folders(options, walked, cancelled)
    walked.skipped += Counter()  # drops what was counted as none
    walked.files.sort()
    walked.findings.sort(key=lambda one: (one.code, str(one.where.get("file"))))
    return walked


def texture_folders(options: ScanOptions) -> list[str]:
    """The texture folders as relpaths: below the input folder, or `//<n>` where outside."""
    real = options.input.resolve()
    found = []
    for number in range(len(options.texture_dirs)):
        path = options.texture_root(number).resolve()
        inside = path.is_relative_to(real)
        found.append(path.relative_to(real).as_posix() if inside else f"//{number}")
    return ["" if one == "." else one for one in found]


def _goes_below(options: ScanOptions, files: list[Found]) -> bool:
    by_hand = (*options.by_hand.groups, *options.by_hand.primaries)
    if any("/" in one and not one.startswith("//") for one in by_hand):
        return True
    names = (one.relpath for one in files)
    return any(refers(one) and options.may_start(extension_of(one)) for one in names)


def _walk_texture_folders(
    options: ScanOptions, walked: Walked, cancelled: Callable[[], bool] | None
) -> None:
    for number, folder in enumerate(texture_folders(options)):
        path = options.texture_root(number)
        if not path.is_dir():
            walked.findings.append(_no_texture_folder(path))
        elif folder.startswith("//"):
            walker = _Walker(path, options, cancelled)
            walker.enter_all([""])
            _take_over(walker.walked, walked, folder + "/")
            walked.roots[number] = path


def _walk_added(options: ScanOptions, walked: Walked, cancelled: Callable[[], bool] | None) -> None:
    for added in options.added:
        if not added.folder.is_dir():
            walked.findings.append(_no_added_folder(added.folder))
            continue
        walker = _Walker(added.folder, options, cancelled)
        folders = walker.enter("")
        mine = [one for one in walker.walked.files if added.may_start(one.relpath)]
        if added.names is not None and not any(refers(one.relpath) for one in mine):
            walker.walked = Walked(files=mine)  # what else lies there is nobody's business
        elif added.names is not None or options.mode != "root" or _goes_below(options, mine):
            walker.enter_all(folders)
        _take_over(walker.walked, walked, added.prefix)
        walked.findings += walker.walked.findings


def _no_added_folder(path: Path) -> Finding:
    return Finding(
        "warning", "added-folder-missing",
        f"The folder {path}, from which files were added, is not there.",
        "Connect the drive, or find its files again: hdp item find ID... --in DIR.",
        {"file": str(path)},
    )  # fmt: skip


def _take_over(other: Walked, walked: Walked, prefix: str) -> None:
    walked.files += [one._replace(relpath=prefix + one.relpath) for one in other.files]
    for link, goal in other.links.items():
        walked.links[prefix + link] = None if goal is None else prefix + goal


def _no_texture_folder(path: Path) -> Finding:
    return Finding(
        "warning", "texture-folder-missing", f"There is no texture folder {path}.",
        "Connect the drive, or choose the folder again.", {"file": str(path)},
    )  # fmt: skip


class _Walker:
    def __init__(
        self, root: Path, options: ScanOptions, cancelled: Callable[[], bool] | None
    ) -> None:
        self.root = root
        self.real = root.resolve()
        table = [options.table] if options.table else []
        self.never = _below(self.real, [*options.never, *table])
        self.exclude = [re.compile(translate(one.rstrip("/"))) for one in options.exclude]
        self.cancelled = cancelled
        self.seen = 0
        self.walked = Walked()

    def enter_all(self, folders: list[str]) -> None:
        """Take the files of the folders and of all folders in them."""
        folders = list(folders)
        while folders:
            folders.extend(self.enter(folders.pop()))

    def _look_up(self) -> None:
        """Every so often: stop where the person wants it."""
        if self.seen % 500 == 0 and self.cancelled and self.cancelled():
            raise Cancelled("The scan was stopped.")
        self.seen += 1

    def enter(self, folder: str) -> list[str]:
        """Take the files of one folder; gives the folders in it."""
        try:
            self._look_up()
            with os.scandir(self.root / folder) as listing:
                return [path for entry in listing if (path := self._take(folder, entry))]
        except OSError as error:
            self._report("unreadable", folder or ".", f"The folder cannot be read: {error}.")
            return []

    def _take(self, folder: str, entry: os.DirEntry[str]) -> str:
        self._look_up()
        path = f"{folder}/{entry.name}" if folder else entry.name
        if reason := self._why_not(path, entry):
            self.walked.skipped[reason] += 1
            return ""
        if entry.is_symlink():
            return self._link(path)
        if entry.is_dir(follow_symlinks=False):
            return path
        try:
            self._file(path, entry.stat(follow_symlinks=False))
        except OSError as error:
            self._report("unreadable", path, f"The file cannot be read: {error}.")
        return ""

    def _why_not(self, path: str, entry: os.DirEntry[str]) -> str:
        if not is_unicode(entry.name):
            shown = path.encode("utf-8", "backslashreplace").decode()
            self._report("", shown, "The file name is not valid text.", "Rename the file.")
            return "name"
        if reason := why_skipped(entry.name):
            return reason
        if path in self.never:
            return "never"
        if any(one.match(path) or one.match(entry.name) for one in self.exclude):
            return "excluded"
        return ""

    def _link(self, path: str) -> str:
        goal = _goal(self.root / path, self.real)
        self.walked.links[path] = goal
        if goal is None:
            self.walked.skipped["link"] += 1
        elif (self.real / goal).is_file() and not self._goal_is_barred(goal):
            self._file(path, (self.root / path).stat())
        else:
            self.walked.skipped["link"] += 1
        return ""

    def _goal_is_barred(self, goal: str) -> bool:
        parts = goal.split("/")
        paths = {"/".join(parts[: n + 1]) for n in range(len(parts))}
        hidden = any(why_skipped(one) for one in parts)
        return hidden or any(
            path in self.never or any(one.match(path) for one in self.exclude) for path in paths
        )

    def _file(self, path: str, info: os.stat_result) -> None:
        if not stat.S_ISREG(info.st_mode):
            self.walked.skipped["special"] += 1
            return
        self.walked.files.append(Found(path, info.st_size, info.st_mtime_ns, info.st_ino))

    def _report(self, reason: str, path: str, message: str, hint: str = "") -> None:
        if reason:
            self.walked.skipped[reason] += 1
        hint = hint or "Check its permissions, then scan again."
        code = reason or "name-not-text"
        self.walked.findings.append(Finding("warning", code, message, hint, {"file": path}))


def _below(real: Path, paths: Iterable[Path]) -> set[str]:
    """The paths that lie below the folder, as relpaths, by name and by what they point to."""
    found = set()
    for path in paths:
        for one in (path.resolve(), path.parent.resolve() / path.name):
            if one.is_relative_to(real) and one != real:
                found.add(one.relative_to(real).as_posix())
    return found


def _goal(link: Path, real: Path) -> str | None:
    try:
        goal = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return goal.relative_to(real).as_posix() if goal.is_relative_to(real) else None
