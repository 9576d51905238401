"""All metadata as one table: a row for each item, a column for each field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hdp.exports.facts import Exported, clean_text, unique, web_address
from hdp.sdk import Json

_FIRST = ("item", "key", "state", "doi", "concept_doi", "url", "files")
_SEPARATOR = "; "


def to_table(records: Sequence[Exported]) -> tuple[list[str], list[list[str]]]:
    """Column names and rows of texts.

    Lists of words are joined by "; ", entries spread as `creators.0.name`; columns of one field
    stand together, fields in the order in which the records have them.
    """
    flat = [dict(_flat("", record.fields)) for record in records]
    names = unique(name for row in flat for name in row)
    fields = unique(name.partition(".")[0] for name in names)
    order = {name: place for place, name in enumerate(fields)}
    columns = sorted(names, key=lambda name: (order[name.partition(".")[0]], _natural(name)))
    rows = [
        [*_own(record), *(row.get(name, "") for name in columns)]
        for record, row in zip(records, flat, strict=True)
    ]
    return [*_FIRST, *(f"{one}#2" if one in _FIRST else one for one in columns)], rows


def _own(record: Exported) -> list[str]:
    files = _SEPARATOR.join(clean_text(one.name or one.path.name) for one in record.files)
    return [
        str(record.item), record.key, record.state, clean_text(record.doi),
        clean_text(record.concept_doi), web_address(record.url), files,
    ]  # fmt: skip


def _flat(path: str, value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flat(f"{path}.{name}" if path else name, one)
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for number, one in enumerate(value):
            yield from _flat(f"{path}.{number}", one)
    elif isinstance(value, list):
        yield path, _SEPARATOR.join(_word(one) for one in value)
    elif value is not None:
        yield path, _word(value)


def _word(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _natural(name: str) -> list[tuple[int, int, str]]:
    parts = name.split(".")[1:]
    return [(0, int(p), "") if p.isascii() and p.isdigit() and len(p) < 9 else (1, 0, "")
            for p in parts]  # fmt: skip
