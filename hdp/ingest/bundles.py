"""Files to items: a function of the set of files, never of their order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hdp.ingest.build import Builder
from hdp.ingest.follow import Follower, KnownReferences
from hdp.ingest.items import ScannedItem, below_root
from hdp.ingest.keys import MOST_TOLD, keys_of
from hdp.ingest.lookup import Index, Lookup
from hdp.ingest.modes import arrange, by_label
from hdp.ingest.names import basename, extension_of, stem_of
from hdp.ingest.options import ScanOptions
from hdp.ingest.primary import choose_primary
from hdp.ingest.references import Reference
from hdp.ingest.sidecars import Sidecars
from hdp.ingest.units import Trees, Unit, folder_unit, unclaimed
from hdp.ingest.walk import Walked, texture_folders
from hdp.sdk import Finding

__all__ = ["Grouped", "choose_primary", "group"]

Same = Callable[[str, str], bool]
Cancel = Callable[[], bool]


@dataclass
class Grouped:
    """The items, what was left out (reason -> number of files), and what did not fit.

    `references`: relpath -> what that file names, for files that were read or known.
    """

    items: list[ScannedItem] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    references: dict[str, list[Reference]] = field(default_factory=dict)


def group(
    options: ScanOptions,
    walked: Walked,
    same: Same,
    *,
    cancelled: Cancel | None = None,
    known_references: KnownReferences | None = None,
) -> Grouped:
    """Make items of the files; `same(a, b)` tells whether two relpaths have equal content."""
    grouping = _Grouping(options, walked, same, cancelled, known_references)
    try:
        return grouping.run()
    finally:
        grouping.trees.follower.close()


class _Grouping:
    def __init__(
        self,
        options: ScanOptions,
        walked: Walked,
        same: Same,
        cancelled: Cancel | None,
        known: KnownReferences | None,
    ) -> None:
        self.options = options
        self.walked = walked
        self.cancelled = cancelled
        index = Index(walked.files, walked.links)
        lookup = Lookup(index, texture_folders(options), same)
        follower = Follower(options, lookup, known=known, cancelled=cancelled)
        paths = sorted(index.files)
        self.trees = Trees(follower, paths, cancelled)
        self.sidecars = Sidecars(paths)
        self.areas = arrange(options, paths)
        self.builder = Builder(options, index.files, self.trees, self.sidecars)
        hand = options.by_hand.groups
        self.hand = by_label((one, hand[one]) for one in paths if one in hand)
        self.findings: list[Finding] = []

    def run(self) -> Grouped:
        by_hand = {path for members in self.hand.values() for path in members}
        starters = [one for one in self.areas.loose if self._may_start(one, by_hand)]
        folders = [
            folder_unit(self.options, folder, [one for one in members if one not in by_hand])
            for folder, members in self.areas.folders.items()
        ]
        hand = self._by_hand() if self.hand else []
        free, units = unclaimed(starters, [*hand, *folders], self.trees)
        items = self._of_names(free)
        items += [self.builder.item(one.key, one.members, one.starters) for one in units]
        taken = {one.relpath for item in items for one in item.files}
        # A sidecar of a file that is in no item is a file like others.
        items += [self.builder.item(stem_of(one), [one]) for one in starters if one not in taken]
        taken.update(starters)
        items.sort(key=lambda one: (one.key, one.primary))
        self._report_folders(folders, taken)
        return Grouped(items, self._left_out(taken), self.findings, self.trees.follower.read)

    def _may_start(self, path: str, by_hand: set[str]) -> bool:
        return self.options.may_start(extension_of(path)) and path not in by_hand

    def _of_names(self, free: Sequence[str]) -> list[ScannedItem]:
        paths = sorted(one for one in free if not self.sidecars.hosts(one))
        keys, findings = keys_of(self.options, paths, self.cancelled)
        self.findings += findings
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for path, key in zip(paths, keys, strict=True):
            groups[(key, "" if key else path)].append(path)
        return [
            self.builder.item(key or stem_of(basename(members[0])), members)
            for (key, _), members in groups.items()
        ]

    def _by_hand(self) -> list[Unit]:
        """What a person grouped, each under the key they gave or the rules' of its first file."""
        firsts = [files[0] for files in self.hand.values()]
        given = self.options.by_hand.keys
        folders = {one: name for name, files in self.areas.folders.items() for one in files}
        keys, _ = keys_of(self.options, firsts, self.cancelled)
        units = []
        for (label, files), key in zip(self.hand.items(), keys, strict=True):
            rules = below_root(folders.get(files[0], "")) or key or stem_of(basename(files[0]))
            units.append(Unit(given.get(label) or rules, files, always=True))
        return units

    def _report_folders(self, folders: Sequence[Unit], taken: set[str]) -> None:
        empty = [one for one in folders if one.members and not one.starters]
        empty = [one for one in empty if not any(path in taken for path in one.members)]
        empty.sort(key=lambda one: one.key)
        self.findings += [_no_starter(one.key) for one in empty[:MOST_TOLD]]
        if len(empty) > MOST_TOLD:
            self.findings.append(_more_without(len(empty) - MOST_TOLD))

    def _left_out(self, taken: set[str]) -> Counter[str]:
        left = Counter(why for path, why in self.areas.left.items() if path not in taken)
        left["extension"] += sum(1 for one in self.areas.loose if one not in taken)
        members = (one for files in self.areas.folders.values() for one in files)
        left["folder-unused"] += sum(1 for one in members if one not in taken)
        return +left


def _no_starter(folder: str) -> Finding:
    message = f"The folder {folder} is no item: none of its files has an extension that was chosen."
    hint = "Choose more extensions if it should be one."
    return Finding("warning", "folder-unused", message, hint, {"file": folder})


def _more_without(count: int) -> Finding:
    message = f"{count} more folders are no items for the same reason."
    return Finding("warning", "folder-unused", message, "", {}, {"count": count})
