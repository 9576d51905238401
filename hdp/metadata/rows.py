"""Which rows of a table belong to which item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hdp.metadata.rules import Context, ItemFacts, Row, Rule, evaluate
from hdp.metadata.tables import Table
from hdp.sdk import Finding

MATCHES = ("name", "stem", "path", "key")


@dataclass(frozen=True)
class KeyRule:
    """The column that names the file; `match` is "" for the name first, then the stem."""

    rule: Rule
    match: str = ""

    @property
    def column(self) -> str:
        """The name of the key column."""
        return str(self.rule.argument)


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
    def _folded(self) -> dict[str, list[int]]:
        """Only asked where an item has no row: most tables need it never."""
        found: dict[str, list[int]] = defaultdict(list)
        for text, indexes in self._exact.items():
            found[fold(text)] += indexes
        return found

    @property
    def name(self) -> str:
        """The table's file name."""
        return self.table.path.name if self.table else ""

    def find(self, item: ItemFacts) -> tuple[list[Row], list[Finding]]:
        """The item's rows; without any, the finding that says so and what comes near."""
        if self.table is None or self.key is None:
            return [], []
        for word in self._words(item):
            if found := self._exact.get(word):
                return [self._row(index) for index in found], []
        return [], [self._no_row(item, self.key)]

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
        kinds = (self.key.match,) if self.key.match else ("name", "stem")
        others = [one for one in item.files if one != item.primary_relpath]
        for path in (item.primary_relpath or item.filename, *others):
            for kind in kinds:
                yield _WORD[kind](item, path)

    def _no_row(self, item: ItemFacts, key: KeyRule) -> Finding:
        near = [index for word in self._words(item) for index in self._folded.get(fold(word), [])]
        name = item.filename or item.key
        message = f'No row of {self.name} has "{name}" in the column {key.column}.'
        hint = "Add a row, correct the cell, or choose another key column."
        where: dict[str, Any] = {"table": self.name, "column": key.column}
        if item.id is not None:
            where["item"] = item.id
        if near:
            row = self._row(near[0])
            where["row"] = row.number
            cell = row.cells.get(key.column, "")
            hint = (
                f'Row {row.number} says "{cell}", which differs only in its spelling: correct it.'
            )
        return Finding("error", "no-row", message, hint, where, {"name": name})


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


def fold(text: str) -> str:
    """The text without differences of case, of Unicode form and of blanks."""
    import unicodedata

    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
