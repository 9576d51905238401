"""Rows as they will be sent, for a mapping that somebody is still writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.checked_table import TableState
from hdp.application.mapping_choice import Facts, choose_mapping
from hdp.application.mapping_difference import candidate_row, with_candidate
from hdp.application.mapping_loading import LoadedMapping, facts_of
from hdp.application.mapping_work import make_preparer
from hdp.metadata.mapping import Mapping, parse_mapping
from hdp.metadata.tables import Table, peek
from hdp.project import items
from hdp.project.items import Item
from hdp.project.mappings import MappingRow
from hdp.project.overview import list_overview
from hdp.uploads.ahead import Ahead
from hdp.uploads.desk import Desk

if TYPE_CHECKING:
    from hdp.application.app import Application

_MOST = 200


@dataclass(frozen=True)
class _Source:
    table: Table | None
    whole: bool


def preview_rows(
    app: Application,
    text: str,
    *,
    base: Path,
    env: str | None = None,
    name: str = "",
    offset: int = 0,
    limit: int = 20,
    quick: bool = False,
    applies: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Items as a mapping's text makes them; InvalidInput with all findings where it is wrong.

    `base` is the folder that its table's path is relative to. `quick` looks only at the first
    rows of the table and so at the items that have one there: a large table answers at once.
    Only items that the mapping is for are shown; `applies` as `set_mapping` takes it.
    """
    desk = app.desk(env)
    row = candidate_row(app, desk.target, text, base=base, name=name, applies=applies)
    mapping = parse_mapping(
        text,
        base=base,
        schema=desk.target.schema(),
        source=name,
        vocabulary=desk.target.vocabulary,
    )
    source = _read(app, mapping, quick=quick)
    rows = mapping.rows(source.table)
    loaded = LoadedMapping(
        row, mapping, source.table, rows, TableState(changed=False), app.file_values
    )
    wanted = its_items(app, desk, row)
    chosen = _page(app, loaded, wanted, offset, limit, every=source.whole)
    maker = make_preparer(app, desk, loaded.describe)
    ahead = Ahead(app.project, desk.env, [one.id for one in chosen])
    maker = replace(maker, ahead=ahead, pipeline_follows=True)
    of_all = {id(one) for one in rows.findings}
    shown = []
    for item in chosen:
        composed = maker.compose(item)
        found = [one.to_json() for one in composed.findings if id(one) not in of_all]
        shown.append(
            {"item": item.id, "key": item.key, "file": item.primary.path,
             "title": composed.title, "metadata": composed.fields, "origins": composed.origins,
             "rows": _numbers(loaded, item), "findings": found}
        )  # fmt: skip
    return {
        "rows": shown,
        "total": len(wanted),
        "offset": offset,
        "whole": source.whole,
        "columns": list(source.table.columns) if source.table else [],
        "table_rows": len(source.table.rows) if source.table and source.whole else None,
        "findings": [one.to_json() for one in loaded.findings],
    }


def its_items(app: Application, desk: Desk, row: MappingRow) -> list[int]:
    """The items that would use a mapping if it were kept as it is."""
    rows = with_candidate(app, desk.target, row).rows
    overview = app.project.read(lambda c: list_overview(c, desk.env))
    chosen = (
        (one.id, choose_mapping(rows, Facts(one.id, one.primary)))
        for one in overview
        if one.set_aside is None
    )
    return [item for item, mapping in chosen if mapping is row]


def _read(app: Application, mapping: Mapping, *, quick: bool) -> _Source:
    if mapping.table is None or not quick:
        return _Source(app.mappings.table(mapping), whole=True)
    if (known := app.mappings.known_table(mapping)) is not None:
        return _Source(known, whole=True)
    first = peek(
        mapping.table, sheet=mapping.sheet, header=mapping.header,
        encoding=getattr(mapping, "encoding", None), separator=getattr(mapping, "separator", None),
    )  # fmt: skip
    table = Table(
        first.columns, first.rows, mapping.table, first.sheet, "", first.findings, first.numbers,
        first.header, first.encoding, first.separator,
    )  # fmt: skip
    return _Source(table, whole=False)


def _page(
    app: Application, loaded: LoadedMapping, ids: Sequence[int], offset: int, limit: int, *,
    every: bool,
) -> list[Item]:  # fmt: skip
    """The items of a page: all in their order, or only those that have one of the first rows."""
    limit = min(limit, _MOST)
    if every or loaded.mapping.key is None:
        part = ids[offset : offset + limit]
        return app.project.read(lambda c: items.list_items(c, part))
    found: list[Item] = []
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        here = app.project.read(lambda c, part=part: items.list_items(c, part))  # type: ignore[misc]
        found += [one for one in here if _numbers(loaded, one)]
        if len(found) >= offset + limit:
            break
    return found[offset : offset + limit]


def _numbers(loaded: LoadedMapping, item: Item) -> list[int]:
    rows, _ = loaded.rows.find(facts_of(item))
    return [one.number for one in rows]
