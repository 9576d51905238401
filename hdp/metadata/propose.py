"""A first mapping, proposed from the names of a table's columns, for the person to correct."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from hdp.metadata.schemas import Schema, entry_schema, fields_of, nearest, unknown_word
from hdp.metadata.tables import Table
from hdp.sdk import InvalidInput

_LATIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
# Vocabularies that columns are named after, as in dc:title and dwc:eventDate.
_PREFIX = re.compile(r"^(?:dcterms|dc|dwc|datacite|schema)_(?=.)")
_ASK = {
    "upload_type": ("What is published? One of: {words}.", "upload_type: {{choose: {first}}}"),
    "publication_date": (
        "On which day is it published? Never the age of the object; today is asked again then.",
        "publication_date: {{default: today}}",
    ),
    "access_right": ("Who may get the files? One of: {words}.", "access_right: {{choose: open}}"),
    "license": (
        "Under which licence? Needed for open and embargoed records.",
        'license: {{literal: "cc-by-4.0"}}',
    ),
}
_FILLED_IN = (
    "{title}: where it is left out, the repository writes {filled}.",
    '{name}: {{literal: "..."}}',
)


@cache
def _names() -> dict[str, Any]:
    text = (files("hdp.metadata") / "column_names.json").read_text(encoding="utf-8")
    names: dict[str, Any] = json.loads(text)
    return names


def propose(
    table: Table, schema: Schema, key: str = "", *, creator: Mapping[str, str] | None = None
) -> str:
    """The YAML text of a mapping for the table; what only the person can say is a comment.

    `key` is the column that names the file; it is guessed where it is empty. `creator` has the
    attributes of the one who is proposed where no column names any.
    """
    if key and key not in table.columns:
        raise InvalidInput(
            f"{table.path.name} has no column {key}.",
            code="column-unknown",
            hint=f"{nearest(key, table.columns)} It has: {', '.join(table.columns)}.".strip(),
        )
    return _Proposal(table, schema, key or guess_key(table), creator or {}).text()


def guess_key(table: Table) -> str:
    """The column that most likely names the file of each row."""
    plain = {plain_name(one): one for one in reversed(table.columns)}
    for name in _names()["key"]:
        if name in plain:
            return plain[name]
    for position, column in enumerate(table.columns):
        cells = [row[position] for row in table.rows[:50] if row[position]]
        if cells and all(re.search(r"\w\.\w{2,5}$", one) for one in cells):
            return column
    return table.columns[0]


def plain_name(column: str) -> str:
    """A column's name in small Latin letters, digits and `_`, without its vocabulary's prefix."""
    plain = unicodedata.normalize("NFKD", column.lower().translate(_LATIN))
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return _PREFIX.sub("", re.sub(r"[^a-z0-9]+", "_", plain).strip("_"))


def quoted(text: str) -> str:
    """The text as YAML in double quotes."""
    return json.dumps(text, ensure_ascii=False)


class _Proposal:
    def __init__(self, table: Table, schema: Schema, key: str, creator: Mapping[str, str]) -> None:
        self.table = table
        self.creator = creator
        self.known = {
            name: one for name, one in fields_of(schema).items() if not one.get("x-unsupported")
        }
        self.key = key
        # A key such as title or doi may well be a field too; a file name is none.
        columns = [one for one in table.columns if one != key or plain_name(one) in self.known]
        self.free = {plain_name(one): one for one in reversed(columns)}

    def text(self) -> str:
        """The whole mapping."""
        lines = ["hdp-mapping: 1", f"table: {quoted(self.table.path.name)}"]
        if self.table.sheet:
            lines.append(f"sheet: {quoted(self.table.sheet)}")
        if self.table.header != 1:
            lines.append(f"header: {self.table.header}")
        lines += [f"key: {quoted(self.key)}", "fields:"]
        for name in self.known:
            lines += [f"  {one}" for one in self._field(name)]
        unused = ", ".join(
            self.free[one] for one in sorted(self.free) if self.free[one] != self.key
        )
        if unused:
            lines.append(f"# Columns that are not used: {' '.join(unused.split())}")
        return "\n".join(lines) + "\n"

    def _field(self, name: str) -> list[str]:
        entries = _names()["entries"]
        if name in entries and entry_schema(self.known[name]):
            found = self._entries(name, entries[name])
            return found or (self._own_creator() if name == "creators" else [])
        column = self._take([name, *_names()["fields"].get(name, ())], self.known[name])
        if column:
            return [f"{name}: {self._rule(column, self.known[name])}"]
        if name == "title":
            return ["title: {filename: stem}"]
        return self._ask(name)

    def _own_creator(self) -> list[str]:
        """The person's own entry, as fixed values."""
        allowed = fields_of(entry_schema(self.known["creators"]) or {})
        given = {name: text for name, text in self.creator.items() if name in allowed}
        parts = ", ".join(f"{name}: {{literal: {quoted(text)}}}" for name, text in given.items())
        return ["creators:", f"  - {{{parts}}}"] if "name" in given else []

    def _take(self, names: Iterable[str], schema: Schema) -> str:
        """The first free column of those names whose cells the field's vocabulary allows."""
        for name in names:
            column = self.free.get(name)
            if column and self._fits(column, schema):
                return self.free.pop(name)
        return ""

    def _fits(self, column: str, schema: Schema) -> bool:
        """Whether most cells are words of the field; what the others are is for the check."""
        words = schema.get("items", schema)
        cells = self._cells(column)
        return 2 * sum(bool(unknown_word(one, words)) for one in cells) <= len(cells)

    def _cells(self, column: str) -> list[str]:
        position = self.table.columns.index(column)
        return [row[position].strip() for row in self.table.rows[:200] if row[position].strip()]

    def _rule(self, column: str, schema: Schema) -> str:
        split = self._separator(column) if schema.get("type") == "array" else ""
        more = f", split: {quoted(split)}" if split else ""
        return f"{{column: {quoted(column)}{more}}}"

    def _separator(self, column: str) -> str:
        cells = self._cells(column)
        for separator in (";", "|"):
            if any(separator in one for one in cells):
                return separator
        commas = [one for one in cells if "," in one]
        return "," if len(commas) * 2 > len(cells) else ""

    def _ask(self, name: str) -> list[str]:
        """What only the person can say, the server's own filling in included, as a comment."""
        schema = self.known[name]
        if name not in _ASK and not schema.get("x-filled-in"):
            return []
        words = schema.get("enum", ())
        values = {
            "words": ", ".join(words), "first": words[0] if words else "other", "name": name,
            "title": schema.get("title", name), "filled": schema.get("x-filled-in", ""),
        }  # fmt: skip
        return [f"# {one.format(**values)}" for one in _ASK.get(name, _FILLED_IN)]

    def _entries(self, name: str, known: Mapping[str, Any]) -> list[str]:
        schema = entry_schema(self.known[name]) or {}
        attributes = fields_of(schema)
        wanted = {key: list(names) for key, names in known["attributes"].items()}
        found: dict[str, str] = {}
        for key in dict.fromkeys((*wanted, *attributes)):
            names = [f"{prefix}_{key}" for prefix in known["prefixes"]] + wanted.get(key, [])
            if key in attributes and (column := self._take(names, attributes[key])):
                found[key] = column
        fixed = known.get("fixed", {}) | {
            key: words[plain_name(column)]
            for key, words in known.get("words", {}).items()
            for column in found.values()
            if plain_name(column) in words
        }
        leading = next((one for one in wanted if one in found), "")
        needed = [one for one in schema.get("required", ()) if one not in fixed]
        if not leading or any(one not in found for one in needed):
            self.free |= {plain_name(one): one for one in found.values()}
            return []
        return [f"{name}:", f"  - {{{self._entry(found, leading, fixed)}}}"]

    def _entry(self, found: dict[str, str], leading: str, fixed: Mapping[str, str]) -> str:
        parts = []
        several = len(found) == 1 and any(";" in one for one in self._cells(found[leading]))
        for key, column in found.items():
            rule = f"{{column: {quoted(column)}}}"
            if several and key == leading:
                parts.append(f'each: {{column: {quoted(column)}, split: ";"}}')
                rule = "{it: true}"
            parts.append(f"{key}: {rule}")
        parts += [f"{key}: {{literal: {one}}}" for key, one in fixed.items() if key not in found]
        return ", ".join(parts)
