"""Small marks of a table's cells, kept to say later what was changed in it, without its words."""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hdp.metadata.tables import Table

_MOST_CELLS = 4_000_000  # beyond that only a change as such is noticed


@dataclass(frozen=True)
class TableChange:
    """What differs between a table as it was and as it is; rows by their numbers in the sheet.

    `removed` are numbers in the old table, `added` and those in `changed` (column -> rows) in
    the new one; `renamed` is old name -> new name. `known` is False where only the fact of a
    change is known.
    """

    added: Sequence[int] = ()
    removed: Sequence[int] = ()
    changed: Mapping[str, Sequence[int]] = field(default_factory=dict)
    columns_added: Sequence[str] = ()
    columns_removed: Sequence[str] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    moved: bool = False
    known: bool = True

    def sentence(self) -> str:
        """All of it in one sentence, without the full stop."""
        parts = [
            *(f'the column "{old}" is now called "{new}"' for old, new in self.renamed.items()),
            _columns(self.columns_removed, "gone"),
            _columns(self.columns_added, "new"),
            _rows(self.added, "new"),
            _rows(self.removed, "gone"),
            *(f'{_count(rows)} of "{name}" changed' for name, rows in self.changed.items()),
        ]
        said = [one for one in parts if one]
        if not said:
            return "rows stand in another order" if self.moved else "it cannot be said what"
        return ", ".join(said)

    def to_json(self) -> dict[str, Any]:
        """The change as the command line and the page show it."""
        return {
            "added": list(self.added), "removed": list(self.removed),
            "changed": {name: list(rows) for name, rows in self.changed.items()},
            "columns_added": list(self.columns_added),
            "columns_removed": list(self.columns_removed),
            "renamed": dict(self.renamed), "moved": self.moved, "known": self.known,
        }  # fmt: skip


def _columns(names: Sequence[str], word: str) -> str:
    if not names:
        return ""
    quoted = ", ".join(f'"{one}"' for one in names)
    return f"{'the column' if len(names) == 1 else 'the columns'} {quoted} {_are(names)} {word}"


def _rows(rows: Sequence[int], word: str) -> str:
    if not rows:
        return ""
    if len(rows) == 1:
        return f"row {rows[0]} is {word}"
    shown = ", ".join(map(str, rows[:5])) + (", ..." if len(rows) > 5 else "")
    return f"{len(rows)} rows are {word} ({shown})"


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _count(rows: Sequence[int]) -> str:
    return "1 cell" if len(rows) == 1 else f"{len(rows)} cells"


def mark_table(table: Table, key: str) -> bytes:
    """The marks of a table whose rows are known by what the column `key` says."""
    if len(table.rows) * len(table.columns) > _MOST_CELLS:
        return b""
    head = {"columns": list(table.columns), "key": key, "rows": len(table.rows)}
    numbers = array("I", [table.row_number(index) for index in range(len(table.rows))])
    cells = b"".join(one.tobytes() for one in (numbers, *_marks(table)))
    text = json.dumps(head, ensure_ascii=False).encode() + b"\n"
    return text + zlib.compress(cells, 1)


def _marks(table: Table) -> list[array[int]]:
    crc, width = zlib.crc32, len(table.columns)
    return [
        array("I", [crc(row[place].encode("utf-8", "replace")) for row in table.rows])
        for place in range(width)
    ]


@dataclass(frozen=True)
class _Old:
    columns: list[str]
    key: str
    numbers: array[int]
    marks: dict[str, array[int]]


def _read(marks: bytes) -> _Old | None:
    try:
        text, _, packed = marks.partition(b"\n")
        head = json.loads(text)
        cells = array("I")
        cells.frombytes(zlib.decompress(packed))
        count = head["rows"]
        parts = [cells[n * count : (n + 1) * count] for n in range(len(head["columns"]) + 1)]
    except (ValueError, KeyError, zlib.error):
        return None
    return _Old(
        head["columns"], head["key"], parts[0], dict(zip(head["columns"], parts[1:], strict=True))
    )


def compare_table(marks: bytes, table: Table) -> TableChange:
    """What was changed in a table since its marks were made."""
    old = _read(marks)
    if old is None:
        return TableChange(known=False)
    new = dict(zip(table.columns, _marks(table), strict=True))
    renamed = _renamed(old, new)
    names = {name: renamed.get(name, name) for name in old.columns}
    both = {name: now for name, now in names.items() if now in new}
    pairs, added, removed = _pairs(old, new, names)
    numbers = [table.row_number(index) for index in range(len(table.rows))]
    changed = {
        now: rows
        for name, now in both.items()
        if (rows := [numbers[b] for a, b in pairs if old.marks[name][a] != new[now][b]])
    }
    return TableChange(
        added=[numbers[one] for one in added],
        removed=[old.numbers[one] for one in removed],
        changed=changed,
        columns_added=[one for one in new if one not in both.values()],
        columns_removed=[one for one in old.columns if one not in both],
        renamed={name: now for name, now in renamed.items() if name != now},
        moved=any(a != b for a, b in pairs) and not added and not removed,
    )


def _renamed(old: _Old, new: Mapping[str, array[int]]) -> dict[str, str]:
    """Columns that are gone and stand there under another name with the same cells, mostly."""
    gone = [one for one in old.columns if one not in new]
    fresh = [one for one in new if one not in old.columns]
    found: dict[str, str] = {}
    for name in gone:
        mine = set(old.marks[name])
        for other in fresh:
            theirs = set(new[other])
            alike = len(mine & theirs) * 2 > max(len(mine), len(theirs))
            if alike and other not in found.values():
                found[name] = other
                break
    return found


def _pairs(
    old: _Old, new: Mapping[str, array[int]], names: Mapping[str, str]
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Rows of the same key, in their order; those that are new and those that are gone."""
    key = names.get(old.key, "")
    count = len(next(iter(new.values()), ()))
    if key not in new:
        same = min(len(old.numbers), count)
        return [(n, n) for n in range(same)], [*range(same, count)], [
            *range(same, len(old.numbers))
        ]  # fmt: skip
    waiting: dict[int, list[int]] = {}
    for index in range(len(old.numbers) - 1, -1, -1):
        waiting.setdefault(old.marks[old.key][index], []).append(index)
    pairs, added = [], []
    for index, mark in enumerate(new[key]):
        if found := waiting.get(mark):
            pairs.append((found.pop(), index))
        else:
            added.append(index)
    return pairs, added, sorted(one for left in waiting.values() for one in left)
