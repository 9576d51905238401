"""Which rows of a table belong to which item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from hdp.metadata.keys import beginnings, differences, forms
from hdp.metadata.row_findings import ambiguous, differs, no_row
from hdp.metadata.rules import Context, ItemFacts, Row, Rule, evaluate
from hdp.metadata.tables import Table
from hdp.sdk import Finding

MATCHES = ("name", "stem", "path", "key")


@dataclass(frozen=True)
class KeyRule:
    """The column that names the file; `match` is "" for the name first, then the stem.

    `loosely` are the differences between cell and name that the person accepts.
    """

    rule: Rule
    match: str = ""
    loosely: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The name of the key column."""
        return str(self.rule.argument)


@dataclass(frozen=True)
class Proposal:
    """Rows whose key comes near an item's name; `ways` are the differences between them."""

    cell: str
    name: str
    rows: tuple[int, ...]
    ways: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """An item's rows, by their place in the table; without any, what comes near.

    `how` is exact, or the accepted differences such as `case+signs`, or "" where nothing matches.
    """

    rows: tuple[int, ...] = ()
    how: str = ""
    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True)
class Unmatched:
    """Items without a row, and rows (by their numbers) without an item."""

    items: tuple[ItemFacts, ...]
    rows: tuple[int, ...]


@dataclass
class Rows:
    """A table's rows, found by what the key column says."""

    table: Table | None = None
    key: KeyRule | None = None
    findings: tuple[Finding, ...] = ()
    _exact: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for index, text in enumerate(self._key_texts()):
            if text:
                self._exact[text].append(index)

    @cached_property
    def _loose(self) -> dict[str, list[str]]:
        """Only asked where an item has no row: most tables need it never."""
        found: dict[str, list[str]] = defaultdict(list)
        for text in self._exact:
            for form in forms(text):
                found[form].append(text)
        return found

    @property
    def name(self) -> str:
        """The table's file name."""
        return self.table.path.name if self.table else ""

    def match(self, item: ItemFacts) -> Match:
        """The item's rows: equal keys are taken, others only where their difference is accepted."""
        if self.table is None or self.key is None:
            return Match()
        words = list(dict.fromkeys(one for one in self._words(item) if one))
        for word in words:
            if found := self._exact.get(word):
                return Match(tuple(found), "exact")
        # Other files of an item, such as textures, tell too little to be taken for its name.
        near = self._near([one for one in self._words_of(item, _primary(item)) if one])
        if len(near) == 1 and near[0].ways and set(near[0].ways) <= set(self.key.loosely):
            return Match(near[0].rows, "+".join(near[0].ways))
        return Match(proposals=near)

    def find(self, item: ItemFacts) -> tuple[list[Row], list[Finding]]:
        """The item's rows; without any, the finding that says so and what comes near."""
        if self.table is None or self.key is None:
            return [], []
        match = self.match(item)
        if match.rows:
            return [self._row(index) for index in match.rows], []
        if not match.proposals:
            return [], [no_row(self.name, self.key.column, item)]
        near = [(one, [self.table.row_number(n) for n in one.rows]) for one in match.proposals]
        if len(near) > 1:
            said = [(one.cell, numbers) for one, numbers in near]
            return [], [ambiguous(self.name, self.key.column, item, said)]
        proposal, numbers = near[0]
        wanted = [*self.key.loosely, *(w for w in proposal.ways if w not in self.key.loosely)]
        return [], [
            differs(self.name, self.key.column, item, proposal.cell, numbers, proposal.ways, wanted)
        ]

    def unmatched(self, items: Iterable[ItemFacts]) -> Unmatched:
        """The items without a row, and the rows that no item has; in time linear in both."""
        used: set[int] = set()
        left: list[ItemFacts] = []
        for item in items:
            found = self.match(item).rows
            used.update(found)
            if not found:
                left.append(item)
        if self.table is None or self.key is None:
            return Unmatched((), ())
        rows = (n for n in range(len(self.table.rows)) if n not in used)
        return Unmatched(tuple(left), tuple(self.table.row_number(n) for n in rows))

    def _near(self, words: list[str]) -> tuple[Proposal, ...]:
        """What comes near: one where a key is surely the nearest of all."""
        for look in (forms, beginnings):
            for word in words:
                for form in look(word):
                    if cells := self._loose.get(form):
                        return tuple(self._proposal(one, words) for one in dict.fromkeys(cells))
        return ()

    def _proposal(self, cell: str, words: list[str]) -> Proposal:
        known = [(differences(cell, word), word) for word in words]
        ways, word = min(known, key=lambda one: (len(one[0]) or 9, one[1]))
        return Proposal(cell, word, tuple(self._exact[cell]), ways)

    def _row(self, index: int) -> Row:
        assert self.table is not None
        return Row(self.table.row_number(index), self.table.cells(index))

    def _key_texts(self) -> Iterator[str]:
        """What the key says in each row."""
        if self.table is None or self.key is None:
            return
        if self.key.rule != Rule("column", self.key.column, line=self.key.rule.line,
                                 place=self.key.rule.place):  # fmt: skip
            yield from map(self._key_text, range(len(self.table.rows)))
        elif self.key.column in self.table.columns:  # the plain case, for a hundred thousand rows
            place = self.table.columns.index(self.key.column)
            for row in self.table.rows:
                yield row[place].strip().replace("\\", "/") if place < len(row) else ""

    def _key_text(self, index: int) -> str:
        assert self.key is not None
        context = Context(ItemFacts(), self._row(index), "key", str)
        found = evaluate(self.key.rule, context)
        return str(found[0].value).replace("\\", "/") if found else ""

    def _words(self, item: ItemFacts) -> Iterable[str]:
        """What the key cell may say for this item: of its primary file first, then of others."""
        assert self.key is not None
        others = [one for one in item.files if one != item.primary_relpath]
        for path in (_primary(item), *others):
            yield from self._words_of(item, path)

    def _words_of(self, item: ItemFacts, path: str) -> Iterator[str]:
        assert self.key is not None
        for kind in (self.key.match,) if self.key.match else ("name", "stem"):
            yield _WORD[kind](item, path)


def _primary(item: ItemFacts) -> str:
    return item.primary_relpath or item.filename


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    lower = name.lower()
    for double in (".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".nii.gz"):
        if lower.endswith(double) and len(name) > len(double):
            return name[: -len(double)]
    stem = name.rpartition(".")[0]
    return stem or name


_WORD: dict[str, Callable[[ItemFacts, str], str]] = {
    "name": lambda item, path: path.rpartition("/")[2],
    "stem": lambda item, path: _stem(path),
    "path": lambda item, path: path,
    "key": lambda item, path: item.key,
}
