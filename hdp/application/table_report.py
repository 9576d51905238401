"""The person's own table with the identifiers of what was published: always a new file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.mapping_loading import LoadedMappings, facts_of, load_mappings
from hdp.metadata import frames
from hdp.project import deposits, items
from hdp.project.deposits import Deposit
from hdp.sdk import Conflict

if TYPE_CHECKING:
    from hdp.application.app import Application

_ADDED = ("DOI", "Concept DOI", "URL")
Rows = list[list[str]]


def table_report(
    app: Application, env: str, mapping: str | None = None
) -> tuple[list[str], Rows, dict[str, Any]]:
    """The columns and rows of a mapping's table (the active one's) with three columns added.

    A row of several records has all their identifiers, with `; ` between.
    """
    loaded = load_mappings(app, app.target(app.environment(env)), mapping, fresh=True)
    row = next((one for one in loaded.rows if one.active), loaded.rows[0])
    table = loaded.get(row).table
    if table is None:
        raise Conflict(
            f"The mapping {row.name} has no table.",
            code="no-table",
            hint="Name one that has: --mapping NAME. A row for each item: hdp project report.",
        )
    held = _by_row(app, env, loaded, row.name)
    columns = [*table.columns, *_new_names(table.columns)]
    width = len(table.columns)
    rows = [
        [*_padded(cells, width), *_identifiers(held.get(index, []))]
        for index, cells in enumerate(table.rows)
    ]
    return columns, rows, {"table": table.path.name, "total": len(rows), "published": len(held)}


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))][:width]


def _new_names(columns: Sequence[str]) -> list[str]:
    """Names that the table does not have yet, whatever their case."""
    taken = {one.casefold() for one in columns}
    made = []
    for name in _ADDED:
        number, fresh = 1, name
        while fresh.casefold() in taken:
            number += 1
            fresh = f"{name}#{number}"
        taken.add(fresh.casefold())
        made.append(fresh)
    return made


def _by_row(
    app: Application, env: str, loaded: LoadedMappings, name: str
) -> Mapping[int, list[tuple[str, str, str]]]:
    """Row index -> the identifiers of the newest records of its items."""
    found = app.project.read(lambda c: deposits.list_deposits(c, env, ("published",)))
    newest = {one.item_id: one for one in found}
    held: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    entry = app.environment(env)
    for item in app.project.read(lambda c: items.list_items(c, list(newest))):
        if not item.files:  # adopted: its files are elsewhere, and no row is of it
            continue
        chosen = loaded.choose(item.id, item.primary.path)
        if chosen is None or chosen.name != name:
            continue
        one = newest[item.id]
        ids = one.doi or "", one.concept_doi or "", _address(one, app.remotes.link(entry, one.url))
        for index in loaded.get(chosen).rows.match(facts_of(item)).rows:
            held[index].append(ids)
    return held


def _address(one: Deposit, link: str | None) -> str:
    return link or (f"https://doi.org/{one.doi}" if one.doi else "")


def _identifiers(records: Sequence[tuple[str, str, str]]) -> list[str]:
    return [
        "; ".join(dict.fromkeys(filter(None, ones))) for ones in zip(*records, strict=True)
    ] or [""] * len(_ADDED)


def write_table_report(goal: Path, columns: Sequence[str], rows: Rows, form: str) -> None:
    """Write it to a new file; Refused where there is one."""
    (frames.write_xlsx if form == "xlsx" else frames.write_csv)(goal, columns, rows)
