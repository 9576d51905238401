"""How well a column names the files: what matches, what nearly does, what is left on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hdp.application.mapping_design import Design
from hdp.application.mapping_difference import candidate_row
from hdp.application.mapping_loading import facts_of
from hdp.application.mapping_preview import its_items
from hdp.metadata.keys import MEANINGS
from hdp.metadata.mapping import Mapping as Parsed
from hdp.metadata.mapping import parse_mapping
from hdp.metadata.mapping_text import write_text
from hdp.metadata.rows import Match, Rows
from hdp.metadata.rules import ItemFacts
from hdp.metadata.tables import Table
from hdp.project import items
from hdp.sdk import InvalidInput

if TYPE_CHECKING:
    from hdp.application.app import Application

_TABLE = ("table", "sheet", "header", "encoding", "separator", "key")
_TOGETHER = 500
_SHOWN = 50
_EXAMPLES = 3


def match_keys(
    app: Application, design: Design, values: Mapping[str, Any], *, env: str | None
) -> dict[str, Any]:
    """Counts and examples of items and rows that belong together, and that do not.

    `values` are a mapping's; only its table and key are looked at. `columns` tells for each
    column how many items it names exactly.
    """
    part = {name: values[name] for name in _TABLE if values.get(name) not in (None, "")}
    text = write_text({**part, "fields": {"title": {"filename": "stem"}}})
    desk = app.desk(env)
    parsed = parse_mapping(
        text, base=design.base, schema=desk.target.schema(), source=design.name,
        vocabulary=desk.target.vocabulary,
    )  # fmt: skip
    table = app.mappings.table(parsed)
    if table is None or parsed.key is None:
        raise InvalidInput("The mapping names no table.", code="table-missing",
                           hint="Choose a table first.")  # fmt: skip
    rows = parsed.rows(table)
    if rows.findings:
        first = rows.findings[0]
        raise InvalidInput(first.message, code=first.code, hint=first.hint, where=first.where)
    row = candidate_row(
        app, desk.target, text, base=design.base, name=design.name, applies=design.applies
    )
    every = list(_facts(app, its_items(app, desk, row)))
    return _told(parsed, table, rows, every)


def _facts(app: Application, ids: Sequence[int]) -> Iterator[ItemFacts]:
    for start in range(0, len(ids), _TOGETHER):
        part = ids[start : start + _TOGETHER]
        yield from map(facts_of, app.project.read(lambda c, part=part: items.list_items(c, part)))  # type: ignore[misc]


def _told(parsed: Parsed, table: Table, rows: Rows, every: Sequence[ItemFacts]) -> dict[str, Any]:
    matches = [(one, rows.match(one)) for one in every]
    used = {index for _, match in matches for index in match.rows}
    left = [index for index in range(len(table.rows)) if index not in used]
    without = [(one, match) for one, match in matches if not match.rows]
    return {
        "items": len(every),
        "rows": len(table.rows),
        "matched": len(every) - len(without),
        "loosely": sum(match.how not in ("", "exact") for _, match in matches),
        "several": sum(len(match.rows) > 1 for _, match in matches),
        "near": _near(without, table),
        "ambiguous": sum(len(match.proposals) > 1 for _, match in without),
        "items_left": {
            "count": len(without),
            "first": [{"item": one.id, "name": one.filename} for one, _ in without[:_SHOWN]],
        },
        "rows_left": {
            "count": len(left),
            "first": [
                {"row": table.row_number(index), "cell": _cell(parsed, table, index)}
                for index in left[:_SHOWN]
            ],
        },
        "columns": _columns(table, every),
    }


def _cell(parsed: Parsed, table: Table, index: int) -> str:
    return table.cells(index).get(parsed.key.column, "") if parsed.key else ""


def _near(without: Sequence[tuple[ItemFacts, Match]], table: Table) -> list[dict[str, Any]]:
    """Proposals by the differences that would have to be accepted, the most first."""
    kinds: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one, match in without:
        if len(match.proposals) == 1 and match.proposals[0].ways:
            near = match.proposals[0]
            number = table.row_number(near.rows[0])
            example = {"item": one.id, "name": one.filename, "cell": near.cell, "row": number}
            kinds.setdefault(near.ways, []).append(example)
    told = [
        {"ways": list(ways), "meaning": " and ".join(MEANINGS[way] for way in ways),
         "count": len(found), "examples": found[:_EXAMPLES]}
        for ways, found in kinds.items()
    ]  # fmt: skip
    return sorted(told, key=lambda one: -int(str(one["count"])))


def _columns(table: Table, every: Sequence[ItemFacts]) -> list[dict[str, Any]]:
    """For how many items each column has a cell that is its file's name, with ending or without."""
    words = [_words(one) for one in every]
    found = []
    for place, name in enumerate(table.columns):
        cells = {row[place].strip().replace("\\", "/") for row in table.rows if place < len(row)}
        count = sum(not cells.isdisjoint(one) for one in words)
        found.append({"name": name, "matched": count})
    return found


def _words(one: ItemFacts) -> set[str]:
    stem = one.filename.rpartition(".")[0] or one.filename
    return {word for word in (one.filename, stem, one.primary_relpath, one.key) if word}
