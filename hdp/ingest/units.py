"""What may become items, and what is claimed by others: references win over names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from hdp.ingest.follow import Follower
from hdp.ingest.items import below_root
from hdp.ingest.names import basename, extension_of
from hdp.ingest.options import ScanOptions
from hdp.ingest.references import refers
from hdp.sdk import Cancelled

Tree = dict[str, tuple[str, str]]


class Trees:
    """What files refer to, to the end: relpath -> (role, parent); {} at once for most files."""

    def __init__(
        self,
        follower: Follower,
        relpaths: Iterable[str],
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.follower = follower
        self.referring = frozenset(one for one in relpaths if refers(basename(one)))
        self._cancelled = cancelled
        self._nothing: Tree = {}

    def of(self, relpath: str) -> Tree:
        """Everything that a file needs."""
        if relpath not in self.referring:
            return self._nothing
        self.check_cancelled()
        return self.follower.tree(relpath)

    def check_cancelled(self) -> None:
        """Raise Cancelled where the person has stopped the scan."""
        if self._cancelled and self._cancelled():
            raise Cancelled("The scan was stopped.")

    def reach(self, members: Iterable[str]) -> set[str]:
        """Everything that some files need."""
        return {child for one in members for child in self.of(one)}


@dataclass(slots=True)
class Unit:
    """Files that are one item unless others claim them: a folder, or what a person grouped.

    `starters`: those of `members` that may start an item; `always`: nothing can claim it.
    """

    key: str
    members: list[str]
    starters: list[str] = field(default_factory=list)
    always: bool = False


def folder_unit(options: ScanOptions, folder: str, members: Sequence[str]) -> Unit:
    """A folder with everything beneath it."""
    starters = [one for one in members if options.may_start(extension_of(one))]
    return Unit(below_root(folder), list(members), starters)


def unclaimed(
    loose: Sequence[str], units: Sequence[Unit], trees: Trees
) -> tuple[list[str], list[Unit]]:
    """The loose files and units that start items, because no other refers to them.

    Of a ring of files that refer to each other, the first starts an item.
    """
    claims: Counter[str] = Counter()
    for path in loose:
        claims.update(trees.of(path).keys())
    reaches = [trees.reach(one.members) for one in units]
    for reach in reaches:
        claims.update(reach)
    free = [one for one in loose if not claims[one]] if claims else list(loose)
    chosen = [
        unit for unit, reach in zip(units, reaches, strict=True)
        if unit.always or any(not claims[one] - (one in reach) for one in unit.starters)
    ]  # fmt: skip
    if claims:
        _break_rings(loose, units, trees, free, chosen)
    return free, chosen


def _break_rings(
    loose: Sequence[str],
    units: Sequence[Unit],
    trees: Trees,
    free: list[str],
    chosen: list[Unit],
) -> None:
    reached = set(free) | trees.reach(free)
    for unit in chosen:
        reached.update(unit.members, trees.reach(unit.members))
    for path in sorted(loose):
        if path not in reached:
            free.append(path)
            reached.update((path, *trees.of(path)))
    for unit in sorted(units, key=lambda one: one.key):
        if any(one not in reached for one in unit.starters):
            chosen.append(unit)
            reached.update(unit.members, trees.reach(unit.members))


def roots_of(members: Sequence[str], trees: Trees) -> list[str]:
    """The members that no other member refers to; of a ring, the first."""
    if trees.referring.isdisjoint(members):
        return sorted(members)
    free, _ = unclaimed(members, (), trees)
    return sorted(free)
