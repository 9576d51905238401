"""Files to items: a function of the set of files, never of their order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from hdp.ingest.follow import Follower
from hdp.ingest.items import ScannedFile, ScannedItem, worst
from hdp.ingest.lookup import Index, Lookup
from hdp.ingest.names import basename, extension_of, fold, folder_of, stem_of
from hdp.ingest.options import ScanOptions
from hdp.ingest.types import by_extension, kind_of
from hdp.ingest.walk import Found, Walked
from hdp.sdk import Finding, UsageError

_RANK = ("model", "image", "video", "audio", "document", "data", "other", "note", "material")


@dataclass
class Grouped:
    """The items, and what was left out: reason -> number of files."""

    items: list[ScannedItem] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def group(options: ScanOptions, walked: Walked, same: Callable[[str, str], bool]) -> Grouped:
    """Make items of the files; `same(a, b)` tells whether two relpaths have equal content."""
    index = Index(walked.files, walked.links)
    follower = Follower(options, Lookup(index, _texture_dirs(options), same))
    starters = [one.relpath for one in walked.files if _may_start(options, one.relpath)]
    starters = _unclaimed(starters, follower)
    sidecars = Sidecars(index)
    groups: dict[str, list[str]] = defaultdict(list)
    for path in sorted(one for one in starters if not sidecars.hosts(one)):
        groups[stem_of(path) if options.bundle == "stem" else path].append(path)
    builder = _Builder(options, index, follower, sidecars)
    items = [builder.item(members) for members in groups.values()]
    taken = {one.relpath for item in items for one in item.files}
    # A sidecar of a file that is in no item is a file like others.
    items += [builder.item([one]) for one in starters if one not in taken]
    items.sort(key=lambda one: (one.key, one.primary))
    return Grouped(items, _left_out(options, walked.files, items))


def _texture_dirs(options: ScanOptions) -> list[str]:
    root = options.input.resolve()
    below = []
    for one in options.texture_dirs:
        path = (one if one.is_absolute() else root / one).resolve()
        if not path.is_relative_to(root):
            raise UsageError(
                f"The texture folder {one} lies outside the input folder: not available yet.",
                code="not-available",
                hint="Choose one inside the input folder, or copy the textures there.",
            )
        below.append(path.relative_to(root).as_posix().removeprefix("."))
    return below


def _may_start(options: ScanOptions, relpath: str) -> bool:
    if folder_of(relpath):
        return False
    return not options.extensions or extension_of(relpath) in options.extensions


def _unclaimed(starters: list[str], follower: Follower) -> list[str]:
    """The starters that no other names; of a ring of files that name each other, the first."""
    trees = {one: follower.tree(one) for one in starters}
    claimed = {child for tree in trees.values() for child in tree}
    free = [one for one in starters if one not in claimed]
    reached = set(free).union(*(trees[one] for one in free))
    for one in sorted(starters):
        if one not in reached:
            free.append(one)
            reached.update((one, *trees[one]))
    return free


class Sidecars:
    """Which files an XMP file is about: `IMG_1.xmp`, `IMG_1.CR3.xmp` -> `IMG_1.CR3`."""

    def __init__(self, index: Index) -> None:
        self._of: dict[str, list[str]] = defaultdict(list)
        self._hosts: set[str] = set()
        names: dict[str, list[str]] = defaultdict(list)
        others = [one for one in index.files if extension_of(one) != ".xmp"]
        for path in others:
            names[fold(path)].append(path)
            names[fold(stem_of(path))].append(path)
        for path in sorted(set(index.files) - set(others)):
            for host in self._about(path[:-4], names):
                self._of[host].append(path)
                self._hosts.add(path)

    def _about(self, name: str, names: dict[str, list[str]]) -> list[str]:
        near = names.get(fold(name), [])
        return [one for one in near if name in (one, stem_of(one))] or near

    def of(self, relpath: str) -> list[str]:
        """The sidecars of a file."""
        return self._of.get(relpath, [])

    def hosts(self, relpath: str) -> bool:
        """Whether the file is a sidecar that joins another."""
        return relpath in self._hosts


class _Builder:
    def __init__(
        self, options: ScanOptions, index: Index, follower: Follower, sidecars: Sidecars
    ) -> None:
        self.options = options
        self.index = index
        self.follower = follower
        self.sidecars = sidecars

    def item(self, members: list[str]) -> ScannedItem:
        """One item of files that belong together."""
        primary = choose_primary(members, self.options.primary)
        ordered = [primary, *(one for one in members if one != primary)]
        places = dict.fromkeys(ordered, ("member", ""))
        places[primary] = ("primary", "")
        for one in ordered:
            for path, place in self.follower.tree(one).items():
                places.setdefault(path, place)
        for one in list(places):
            for path in self.sidecars.of(one):
                places.setdefault(path, ("sidecar", one))
        files = tuple(self._file(path, *place) for path, place in places.items())
        findings = tuple(_same_names(files))
        return ScannedItem(stem_of(basename(primary)), primary, files, findings)

    def _file(self, relpath: str, role: str, parent: str) -> ScannedFile:
        found = self.index.files[relpath]
        node = self.follower.node(relpath)
        status = self.follower.status(relpath, lambda one: self.follower.node(one).status)
        return ScannedFile(
            relpath=relpath, role=role, size=found.size, mtime_ns=found.mtime_ns,
            inode=found.inode, media_type=by_extension(relpath), status=status,
            findings=tuple(node.findings), parent=parent,
        )  # fmt: skip


def choose_primary(members: Iterable[str], extension: str = "") -> str:
    """The file an item is named after: of the chosen extension, else of the best kind."""

    def rank(path: str) -> tuple[bool, int, int, str]:
        chosen = bool(extension) and extension_of(path) == extension
        kind = _RANK.index(kind_of(basename(path)))
        return (not chosen, 0 if chosen else kind, len(stem_of(basename(path))), path)

    return min(members, key=rank)


def _same_names(files: tuple[ScannedFile, ...]) -> Iterable[Finding]:
    names: dict[str, list[str]] = defaultdict(list)
    for one in files:
        names[basename(one.relpath)].append(one.relpath)
    for name, paths in names.items():
        if len(paths) > 1:
            message = f"Several files of the item are called {name}: {', '.join(sorted(paths))}."
            hint = "A record is one flat list of files. Rename one, or put them into an archive."
            yield Finding("error", "same-name", message, hint, {"file": paths[0]})


def _left_out(options: ScanOptions, files: list[Found], items: list[ScannedItem]) -> Counter[str]:
    taken = {one.relpath for item in items for one in item.files}
    left = [one.relpath for one in files if one.relpath not in taken]
    return Counter("subfolder" if folder_of(one) else "extension" for one in left)


def mark(file: ScannedFile, status: str, finding: Finding) -> ScannedFile:
    """The file with one more finding and the worse status."""
    findings = (*file.findings, finding)
    return replace(file, status=worst(file.status, status), findings=findings)
