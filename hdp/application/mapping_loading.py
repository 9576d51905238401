"""The project's mappings read from the project, each parsed with its table when it is needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.checked_table import TableState, check_table
from hdp.application.file_values import FileValues
from hdp.application.mapping_cache import Kept, facts_of_file
from hdp.application.mapping_choice import Facts, choose_mapping
from hdp.application.mapping_freshness import stamp
from hdp.metadata.mapping import Mapping, parse_mapping
from hdp.metadata.rows import Rows
from hdp.metadata.rules import ItemFacts
from hdp.metadata.tables import Table
from hdp.project import mappings
from hdp.project.items import Item
from hdp.project.mappings import MappingRow
from hdp.sdk import Conflict, Finding, HdpError, NotFound, Target
from hdp.uploads.preparing import Described

if TYPE_CHECKING:
    from hdp.application.app import Application


@dataclass(frozen=True)
class LoadedMapping:
    """A stored mapping, parsed, with its table as it was read."""

    row: MappingRow
    mapping: Mapping
    table: Table | None
    rows: Rows
    state: TableState
    files: FileValues | None = None

    @cached_property
    def findings(self) -> list[Finding]:
        """What is wrong with the mapping and its table as a whole."""
        found = [*self.mapping.findings, *self.rows.findings, *self.state.findings]
        found += self.mapping.questions(self.table)
        return found + list(self.table.findings if self.table else ())

    @property
    def stamp(self) -> str:
        """What a prepared record keeps of the mapping and its table."""
        return stamp(self.row, self.table.digest if self.table else "")

    def describe(self, item: Item) -> Described:
        """What the mapping says of an item."""
        applied = self.mapping.apply(facts_of(item, self.files), self.rows)
        findings = [*self.rows.findings, *applied.findings]
        return Described(
            applied.fields, applied.origins, findings, self.stamp, self.row.name,
            self.mapping.pipeline_fields,
        )  # fmt: skip


def facts_of(item: Item, reader: FileValues | None = None) -> ItemFacts:
    """What a mapping may know of an item; with a `reader` also what is written in its files."""
    return ItemFacts(
        id=item.id,
        key=item.key,
        primary_relpath=item.primary.path,
        filename=Path(item.primary.path).name,
        files=tuple(one.path for one in item.files),
        file_value=reader.of(item) if reader else None,
    )


class MappingCache:
    """The last mappings with their tables, and the last tables alone."""

    def __init__(self) -> None:
        self._mappings: Kept[LoadedMapping] = Kept(4)
        self._tables: Kept[Table] = Kept(2)
        self._digests: Kept[str] = Kept(50)

    def get(self, app: Application, target: type[Target], row: MappingRow) -> LoadedMapping:
        """The mapping, from memory where neither it nor its table's file was changed."""
        path = app.project.folder / row.table_path if row.table_path else None
        key = (
            str(app.project.path), target.id, row.name, row.hash, row.base, row.table_digest,
            facts_of_file(path) if path else None,
        )  # fmt: skip
        return self._mappings.fetch(key, lambda: read_mapping(app, target, row, fresh=False))

    def table(self, mapping: Mapping) -> Table | None:
        """The mapping's table, from memory where its file was not changed."""
        if mapping.table is None:
            return None
        found = self.known_table(mapping)
        if found is None and (found := mapping.read_table()) is not None:
            self._tables.put(_reading(mapping), found)
        return found

    def known_table(self, mapping: Mapping) -> Table | None:
        """The mapping's table, if it is in memory as its file is now."""
        return self._tables.get(_reading(mapping))

    def note(self, app: Application, row: MappingRow, table: Table) -> None:
        """Remember what a table says for as long as its file stays the same."""
        self._digests.put(_place(app, row), table.digest)

    def digest(self, app: Application, row: MappingRow) -> str | None:
        """What the table says, where it was read as the file is now."""
        return self._digests.get(_place(app, row)) if row.table_path else None


def _reading(mapping: Mapping) -> tuple[Any, ...]:
    """What decides on the table that is read."""
    how = (getattr(mapping, one, None) for one in ("sheet", "header", "encoding", "separator"))
    return (mapping.table, facts_of_file(mapping.table) if mapping.table else None, *how)


def _place(app: Application, row: MappingRow) -> tuple[Any, ...]:
    path = app.project.folder / row.table_path
    return str(path), facts_of_file(path), row.hash


def read_mapping(
    app: Application, target: type[Target], row: MappingRow, *, fresh: bool = True
) -> LoadedMapping:
    """A stored mapping; `fresh` reads its table anew."""
    base = app.project.folder / row.base
    mapping = parse_mapping(
        row.source, base=base, schema=target.schema(), source=row.name,
        vocabulary=target.vocabulary,
    )  # fmt: skip
    table = mapping.read_table() if fresh else app.mappings.table(mapping)
    state = check_table(
        row, table, lambda: app.project.read(lambda c: mappings.get_marks(c, row.name))
    )
    if table is not None:
        app.mappings.note(app, row, table)
    rows = mapping.rows(table)
    return LoadedMapping(row, mapping, table, rows, state, app.file_values)


class LoadedMappings:
    """All mappings of a project, or the one that was named; each is read when it is needed."""

    def __init__(
        self, app: Application, target: type[Target], rows: Sequence[MappingRow], *,
        named: bool = False, fresh: bool = True, say: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self.rows = list(rows)
        self._app, self._target = app, target
        self._named, self._fresh, self._say = named, fresh, say
        self._read: dict[str, LoadedMapping | HdpError] = {}
        self._lock = threading.RLock()

    def get(self, row: MappingRow) -> LoadedMapping:
        """One of them; HdpError where it or its table cannot be read."""
        with self._lock:
            if row.name not in self._read:
                self._read[row.name] = self._load(row)
            found = self._read[row.name]
        if isinstance(found, HdpError):
            raise found
        return found

    def _load(self, row: MappingRow) -> LoadedMapping | HdpError:
        try:
            if self._fresh:
                found = read_mapping(self._app, self._target, row)
            else:
                found = self._app.mappings.get(self._app, self._target, row)
        except HdpError as error:
            return error
        if self._say:
            for one in found.state.findings:
                self._say(f"{one.message} {one.hint}")
        return found

    def choose(self, item_id: int, primary: str) -> MappingRow | None:
        """The mapping that an item uses."""
        if self._named:
            return self.rows[0]
        return choose_mapping(self.rows, Facts(item_id, primary))

    def describe(self, item: Item) -> Described:
        """What the item's mapping says of it."""
        row = self.choose(item.id, item.primary.path)
        if row is None:
            return Described({}, {}, [_not_claimed(item)])
        return self.get(row).describe(item)


def _not_claimed(item: Item) -> Finding:
    return Finding(
        "error",
        "no-mapping",
        "No mapping of the project is for this item.",
        "Set one for all others: hdp mapping set MAPPING.yaml --for-all-others.",
        {"item": item.id},
    )


def load_mapping(app: Application, target: type[Target], name: str | None = None) -> LoadedMapping:
    """A mapping of the project (the active one), its table read anew; Conflict without one."""
    return read_mapping(app, target, get_row(app, name))


def get_row(app: Application, name: str | None = None) -> MappingRow:
    """A stored mapping (the active one); NotFound or Conflict where there is none."""
    row = app.project.read(lambda c: mappings.get_mapping(c, name))
    if row is None and name:
        raise NotFound(
            f"There is no mapping {name}.", code="no-such-mapping", hint="See: hdp mapping list"
        )
    if row is None:
        rows = app.project.read(mappings.list_mappings)
        if not rows:
            raise no_mapping()
        return rows[0]
    return row


def load_mappings(
    app: Application, target: type[Target], name: str | None = None, *, fresh: bool = True,
    say: Callable[[str], None] | None = None,
) -> LoadedMappings:  # fmt: skip
    """All mappings (or one alone, by name); Conflict where there is none at all.

    `fresh` reads tables anew; otherwise they may come from memory where the file is the same.
    `say` is told of each table that was changed since it was looked at.
    """
    if name:
        rows = [get_row(app, name)]
        return LoadedMappings(app, target, rows, named=True, fresh=fresh, say=say)
    rows = app.project.read(mappings.list_mappings)
    if not rows:
        raise no_mapping()
    loaded = LoadedMappings(app, target, rows, fresh=fresh, say=say)
    if len(rows) == 1:
        loaded.get(rows[0])  # said once and at once, and not by every item
    return loaded


def no_mapping() -> Conflict:
    """The error of a project without any mapping."""
    return Conflict(
        "The project has no mapping yet: nothing says what the records are called.",
        code="no-mapping",
        hint="Set one with: hdp mapping set MAPPING.yaml (hdp mapping new proposes one).",
    )
