"""Columns in which the order of day and month has to be said, asked once for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hdp.metadata.dated import is_date
from hdp.metadata.dates import needs_order, order_of
from hdp.metadata.field_parser import FieldRules
from hdp.metadata.rules import Rule
from hdp.metadata.schemas import entry_schema, fields_of
from hdp.metadata.tables import Table
from hdp.sdk import Finding
from hdp.wording import counted


def date_rules(fields: Mapping[str, FieldRules]) -> Iterator[tuple[str, Rule]]:
    """The rules that give dates, with the path of what they fill."""
    for name, one in fields.items():
        if is_date(one.schema):
            yield from ((name, rule) for rule in one.rules)
        attributes = fields_of(entry_schema(one.schema) or {})
        for entry in one.entries:
            for key, rule in entry.attributes.items():
                if is_date(attributes.get(key, {})):
                    yield f"{name}.{key}", rule


def ask_orders(fields: Mapping[str, FieldRules], table: Table, source: str) -> list[Finding]:
    """A warning for each column whose dates have two meanings and no order said."""
    asked: dict[str, Finding] = {}
    seen: set[str] = set()
    for path, rule in date_rules(fields):
        for part in _parts(rule):
            for column in part.columns() if not (rule.date or part.date) else ():
                if column in table.columns and column not in seen:
                    seen.add(column)
                    asked |= _ask(path, part, column, table, source)
    return list(asked.values())


def _parts(rule: Rule) -> list[Rule]:
    return list(rule.argument) if rule.kind == "first" else [rule]


def _ask(path: str, rule: Rule, column: str, table: Table, source: str) -> dict[str, Finding]:
    place = table.columns.index(column)
    doubtful: list[int] = []
    surely: dict[str, int] = {}
    for index, row in enumerate(table.rows):
        text = row[place] if place < len(row) else ""
        if needs_order(text):
            doubtful.append(index)
        elif len(text) <= 20 and (order := order_of(text)):
            surely.setdefault(order, index)
    if not doubtful:
        return {}
    example = table.rows[doubtful[0]][place]
    number = table.row_number(doubtful[0])
    proposed = next(iter(surely)) if len(surely) == 1 else ""
    message = (
        f"In {counted(len(doubtful), 'row')} of the column {column}, such as row {number} with"
        f' "{example}", day and month could be each other.'
    )
    hint = f"Say once which comes first: {{column: {column}, date: dmy}} or date: mdy."
    if proposed:
        seen = table.row_number(surely[proposed])
        hint += f' Row {seen} with "{table.rows[surely[proposed]][place]}" can only be {proposed}.'
    elif surely:
        hint += " Other rows have both orders: correct the cells."
    where = {
        "field": path, "table": table.path.name, "row": number, "column": column,
        "file": source, "line": rule.line,
    }  # fmt: skip
    args = {"name": column, "example": example, "count": len(doubtful), "better": proposed}
    return {column: Finding("warning", "date-order", message, hint, where, args)}
