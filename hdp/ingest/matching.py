"""Which published record new files are for: by table, content, name, stem, key, or likeness."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Literal

from hdp.ingest.names import fold

How = Literal["table", "hash", "name", "stem", "key", "picture", "mesh", "size"]
Confidence = Literal["certain", "likely", "possible"]
BY: tuple[How, ...] = ("table", "hash", "name", "stem", "key")
# What rests on likeness alone is proposed, and never chosen for a person.
LIKENESS: tuple[How, ...] = ("picture", "mesh", "size")
_CONFIDENCE: Mapping[How, Confidence] = {
    "table": "certain", "hash": "certain", "name": "certain", "stem": "likely", "key": "likely",
    "picture": "possible", "mesh": "possible", "size": "possible",
}  # fmt: skip
_MOST = 5  # candidates that are worth a look
_ALIKE = 10  # of 64 bits of a picture's hash that may differ
_TELLING_SIZE = 4096  # smaller files have equal sizes by chance


@dataclass(frozen=True)
class Held:
    """A file of a published record."""

    name: str
    size: int
    md5: str


@dataclass(frozen=True)
class Traits:
    """What is alike in two versions of the same thing: a picture's hash, a mesh's own names."""

    picture: int | None = None
    meshes: frozenset[str] = frozenset()


NO_TRAITS = Traits()


@dataclass(frozen=True)
class Published:
    """A record that may get a new version; `names` are DOI, ids and whatever else means it."""

    item: int
    key: str
    files: tuple[Held, ...]
    names: tuple[str, ...] = ()
    traits: Callable[[], Traits] = field(default=lambda: NO_TRAITS, compare=False)


@dataclass(frozen=True)
class Unit:
    """New files that belong together; `key` is the name that the grouping gave them."""

    id: str
    key: str
    files: tuple[Held, ...]
    traits: Callable[[], Traits] = field(default=lambda: NO_TRAITS, compare=False)


@dataclass(frozen=True)
class Candidate:
    """A record that a unit may be a new version of, and why; `reasons` says how many there are."""

    item: int
    how: How
    reason: str
    reasons: int = 1

    @property
    def confidence(self) -> Confidence:
        """How sure that is."""
        return _CONFIDENCE[self.how]


def match_units(
    units: Sequence[Unit],
    records: Sequence[Published],
    *,
    by: Sequence[How] = BY,
    table: Mapping[str, str] | None = None,
) -> dict[str, list[Candidate]]:
    """unit id -> candidates, the surest first; likeness is asked only where nothing else fits.

    `table` is file name (or stem) -> what names a record. Linear in files but for likeness,
    which compares units that are left over with all records.
    """
    index = _Index(records, table or {})
    found = {one.id: _first(index.candidates(one, by)) for one in units}
    for unit in units:
        if not found[unit.id]:
            found[unit.id] = _first(_alike(unit, records))
    return found


def choose(found: Mapping[str, Sequence[Candidate]]) -> dict[str, int]:
    """unit id -> the record that is ticked: the only best one, and not by likeness alone.

    A table's word counts above all; else the record that most speaks for.
    """
    chosen: dict[str, int] = {}
    for unit, some in found.items():
        sure = [one for one in some if one.how not in LIKENESS]
        said = [one for one in sure if one.how == "table"] or sure
        most = max((one.reasons for one in said), default=0)
        best = [one for one in said if one.reasons == most]
        if len(best) == 1:
            chosen[unit] = best[0].item
    return chosen


class _Index:
    def __init__(self, records: Sequence[Published], table: Mapping[str, str]) -> None:
        self.maps: dict[str, dict[object, list[int]]] = {
            name: defaultdict(list) for name in ("names", "hash", "name", "stem", "key")
        }
        self.table = {_fold(name): _fold(value) for name, value in table.items()}
        for one in records:
            self._add(one)

    def _add(self, one: Published) -> None:
        for name in {_fold(name) for name in (*one.names, one.key) if name}:
            self.maps["names"][name].append(one.item)
        self.maps["key"][_fold(one.key)].append(one.item)
        for where, told in (
            ("hash", {(file.size, file.md5) for file in one.files}),
            ("name", {_fold(file.name) for file in one.files}),
            ("stem", {_stem(file.name) for file in one.files}),
        ):
            for value in told:
                self.maps[where][value].append(one.item)

    def candidates(self, unit: Unit, by: Sequence[How]) -> Iterator[Candidate]:
        if "table" in by:
            for file in unit.files:
                named = self.table.get(_fold(file.name)) or self.table.get(_stem(file.name))
                if named:
                    yield from self._all("names", named, "table",
                                         f"The table says {named} for {file.name}.")  # fmt: skip
        for how, reason, values in (
            ("hash", "It has the very same file: {}.", [(f.size, f.md5) for f in unit.files]),
            ("name", "It has a file of the same name: {}.", [_fold(f.name) for f in unit.files]),
            ("stem", "It has a file named {} but for the ending.",
             [_stem(f.name) for f in unit.files]),
        ):  # fmt: skip
            if how in by:
                for file, value in zip(unit.files, values, strict=True):
                    yield from self._all(how, value, how, reason.format(file.name))
        if "key" in by:
            yield from self._all("key", _fold(unit.key), "key", f"Its key is {unit.key}.")

    def _all(self, where: str, value: object, how: str, reason: str) -> Iterator[Candidate]:
        for item in self.maps[where].get(value, ()):
            yield Candidate(item, how, reason)  # type: ignore[arg-type]  # one of How


def _alike(unit: Unit, records: Sequence[Published]) -> Iterator[Candidate]:
    ours = unit.traits()
    sizes = {one.size: one.name for one in unit.files if one.size >= _TELLING_SIZE}
    for one in records:
        theirs = one.traits() if ours != NO_TRAITS else NO_TRAITS
        if ours.picture is not None and theirs.picture is not None:
            distance = (ours.picture ^ theirs.picture).bit_count()
            if distance <= _ALIKE:
                alike = round(100 - 100 * distance / 64)
                yield Candidate(one.item, "picture", f"The pictures are alike ({alike} %).")
        if both := ours.meshes & theirs.meshes:
            yield Candidate(one.item, "mesh", f"Both models have a part called {min(both)}.")
        for file in one.files:
            if file.size in sizes:
                reason = f"{sizes[file.size]} is as large as {file.name}, to the byte."
                yield Candidate(one.item, "size", reason)


def _first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Each record once, for its best reason; the surest first."""
    order = (*BY, *LIKENESS)
    every = list(candidates)
    count = Counter(one.item for one in every)
    best: dict[int, Candidate] = {}
    for one in sorted(every, key=lambda one: (order.index(one.how), -count[one.item])):
        best.setdefault(one.item, replace(one, reasons=count[one.item]))
    return list(best.values())[:_MOST]


def _fold(text: str) -> str:
    return fold(text.strip())


def _stem(name: str) -> str:
    return _fold(PurePosixPath(name).stem)
