"""Every problem of every row and item, grouped by kind, before anything is prepared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from hdp.application.mapping_loading import (
    LoadedMapping,
    LoadedMappings,
    facts_of,
    load_mappings,
)
from hdp.application.mapping_values import LEAVE_OUT, remembered
from hdp.application.mapping_work import make_preparer
from hdp.project import items
from hdp.project.items import Item
from hdp.project.overview import list_overview
from hdp.sdk import Finding, HdpError
from hdp.uploads.ahead import Ahead
from hdp.uploads.desk import Desk
from hdp.uploads.preparing import Composed
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application.app import Application

_PLACES = 5
_TOGETHER = 500
_ORDER = {"error": 0, "warning": 1, "info": 2}
_INDEX = re.compile(r"\.\d+")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Group:
    """Findings of one kind; the first speaks for all."""

    findings: Sequence[Finding]

    @property
    def first(self) -> Finding:
        """The one that is shown."""
        return self.findings[0]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.findings)

    @property
    def field(self) -> str:
        """The field without the number of the entry: creators.orcid."""
        return _field_of(self.first)

    def to_json(self) -> dict[str, Any]:
        """The group as the command line and the page show it."""
        one = self.first
        return {
            "severity": one.severity, "code": one.code, "field": self.field,
            "message": one.message, "hint": one.hint, "count": self.count,
            "places": [dict(place.where) for place in self.findings[:_PLACES]],
            "leave_out": any(LEAVE_OUT in finding.args for finding in self.findings),
        }  # fmt: skip


@dataclass(frozen=True)
class Report:
    """What a check of all items and rows found; `items` and `rows` are how many were looked at.

    `defaults` is field -> for how many items its default was used.
    """

    findings: Sequence[Finding]
    items: int = 0
    rows: int = 0
    unmatched_items: Sequence[int] = ()
    unmatched_rows: Sequence[int] = ()
    defaults: Mapping[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each severity."""
        found = Counter(one.severity for one in self.findings)
        return {name: found[name] for name in ("error", "warning", "info")}

    def groups(self) -> list[Group]:
        """The findings by kind: errors first, then those that are many."""
        kinds: dict[tuple[str, str, str], list[Finding]] = {}
        for one in self.findings:
            kinds.setdefault((one.severity, one.code, _field_of(one)), []).append(one)
        groups = [Group(found) for found in kinds.values()]
        return sorted(groups, key=lambda group: (_ORDER[group.first.severity], -group.count))

    def to_json(self) -> dict[str, Any]:
        """The whole report."""
        return {
            "findings": [one.to_json() for one in self.findings],
            "groups": [one.to_json() for one in self.groups()],
            "counts": self.counts,
            "total": len(self.findings),
            "items": self.items,
            "rows": self.rows,
            "unmatched_items": list(self.unmatched_items),
            "unmatched_rows": list(self.unmatched_rows),
            "defaults": dict(self.defaults),
        }


def _field_of(one: Finding) -> str:
    """The field without the number of the entry: creators.orcid."""
    field = str(one.where.get("field", ""))
    return _INDEX.sub("", field) if "." in field else field


def check_mapping(
    app: Application,
    env: str | None = None,
    name: str | None = None,
    *,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Check all items (those of one mapping, where it is named); nothing is written."""
    desk = app.desk(env)
    return check_with(app, desk, load_mappings(app, desk.target, name), progress=progress)


def check_with(
    app: Application,
    desk: Desk,
    loaded: LoadedMappings,
    *,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Check all items with mappings that may not be kept in the project yet."""
    overview = app.project.read(lambda c: list_overview(c, desk.env))
    wanted = [row.id for row in overview if row.set_aside is None]
    work = _Check(app, desk, loaded, wanted)
    for done, item in enumerate(work.items(wanted)):
        work.look(item)
        if not done % _TOGETHER:
            progress(done, len(wanted))
    return work.report(len(wanted))


def check_all(app: Application, env: str | None = None) -> list[Finding]:
    """Every problem of every item and row, before anything is prepared; nothing is written."""
    return list(check_mapping(app, env).findings)


class _Check:
    def __init__(
        self, app: Application, desk: Desk, loaded: LoadedMappings, ids: Sequence[int]
    ) -> None:
        self.app, self.loaded = app, loaded
        maker = make_preparer(app, desk, loaded.describe)
        self.preparer = replace(
            maker, ahead=Ahead(app.project, desk.env, ids), pipeline_follows=True
        )
        self.findings: dict[Any, Finding] = {}
        self.used: dict[str, set[int]] = {}
        self.unmatched: list[int] = []
        self.defaults: Counter[str] = Counter()

    def items(self, ids: Sequence[int]) -> Iterator[Item]:
        """The items, some at a time, so that memory does not grow with their number."""
        for start in range(0, len(ids), _TOGETHER):
            part = ids[start : start + _TOGETHER]
            yield from self.app.project.read(partial(items.list_items, item_ids=part))

    def look(self, item: Item) -> None:
        """Note all that is wrong with an item, the rows it uses, and its defaults."""
        row = self.loaded.choose(item.id, item.primary.path)
        try:
            mapping = self.loaded.get(row) if row else None
        except HdpError as error:
            self._add(Finding("error", error.name, error.message, error.hint, error.where))
            return
        of_all: set[int] = set()
        without_row: Collection[str] = ()
        if mapping is not None:
            of_all = {id(one) for one in mapping.rows.findings}
            if not self._note_rows(mapping, item):
                without_row = mapping.mapping.fields
        composed = self.preparer.compose(item)
        self._note_defaults(composed)
        for one in composed.findings:
            missing = one.where.get("field") if one.code == "required" else None
            if id(one) not in of_all and missing not in without_row:
                if LEAVE_OUT in one.args:
                    one = remembered(one, composed.fields, composed.mapping)
                self._add(replace(one, where={"item": item.id, **one.where}))

    def _note_rows(self, mapping: LoadedMapping, item: Item) -> bool:
        """Whether the item has what its mapping takes from the table."""
        if mapping.table is None or mapping.mapping.key is None:
            return True
        rows, _ = mapping.rows.find(facts_of(item))
        self.used.setdefault(mapping.row.name, set()).update(one.number for one in rows)
        if not rows:
            self.unmatched.append(item.id)
        return bool(rows)

    def _note_defaults(self, composed: Composed) -> None:
        for name, origin in composed.origins.items():
            if origin.get("rule") == "default":
                self.defaults[name] += 1

    def _add(self, one: Finding) -> None:
        key = (one.code, one.message, tuple(sorted((k, str(v)) for k, v in one.where.items())))
        self.findings.setdefault(key, one)

    def report(self, count: int) -> Report:
        """What was found, with the rows that belong to no item."""
        found: list[Finding] = []
        unused: list[int] = []
        total = 0
        for row in self.loaded.rows:
            if not (row.active or row.applies) and len(self.loaded.rows) > 1:
                continue  # it is for no items: what it says would only be in the way
            try:
                mapping = self.loaded.get(row)
            except HdpError as error:
                self._add(Finding("error", error.name, error.message, error.hint, error.where))
                continue
            found += mapping.findings
            total += len(mapping.table.rows) if mapping.table else 0
            left = list(_unused_rows(mapping, self.used.get(row.name, set())))
            unused += [one.where["row"] for one in left]
            self.findings |= {("row", row.name, n): one for n, one in enumerate(left)}
        defaults = [_default_used(name, n, count) for name, n in self.defaults.items()]
        return Report(
            [*found, *self.findings.values(), *defaults], count, total, self.unmatched, unused,
            dict(self.defaults),
        )  # fmt: skip


def _unused_rows(loaded: LoadedMapping, used: set[int]) -> Iterator[Finding]:
    table, key = loaded.table, loaded.mapping.key
    if table is None or key is None:
        return
    place = table.columns.index(key.column) if key.column in table.columns else None
    for index, row in enumerate(table.rows):
        number = table.row_number(index)
        if number in used:
            continue
        cell = row[place] if place is not None else ""
        yield Finding(
            "warning",
            "row-unused",
            f"Row {number} ({cell}) belongs to no file.",
            "Correct its key, or add the file and scan again.",
            {"table": table.path.name, "row": number, "column": key.column},
            {"cell": cell},
        )


def _default_used(name: str, count: int, total: int) -> Finding:
    return Finding(
        "info",
        "default-used",
        f"{name}: the mapping's default was used for {count} of {counted(total, 'item')}.",
        "Fill in the cells where that is not meant.",
        {"field": name},
        {"count": count, "total": total},
    )
