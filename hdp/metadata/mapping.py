"""A mapping: rules that fill a record's fields from a table, file names and fixed values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hdp.metadata.apply import Applied, apply_rules
from hdp.metadata.date_orders import ask_orders
from hdp.metadata.field_parser import FieldRules, parse_field
from hdp.metadata.keys import WAYS
from hdp.metadata.leaving_out import LeaveOut, parse_leave_out
from hdp.metadata.rows import MATCHES, KeyRule, Rows
from hdp.metadata.rule_parser import RuleParser, Vocabulary
from hdp.metadata.rules import ItemFacts, Rule
from hdp.metadata.schemas import Schema, fields_of, nearest
from hdp.metadata.tables import Table, read_table
from hdp.sdk import Finding, InvalidInput
from hdp.yaml_source import Node, load

_TOP = (
    "hdp-mapping", "table", "sheet", "header", "encoding", "separator", "key", "fields",
    "leave_out",
)  # fmt: skip
_SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


@dataclass(frozen=True)
class Mapping:
    """A parsed mapping; `digest` is the SHA-256 of its text, `table` an absolute path or None.

    `findings` are warnings: an error refuses the mapping when it is parsed.
    """

    text: str
    digest: str
    schema: Schema
    fields: MappingOf[str, FieldRules]
    table: Path | None = None
    sheet: str | None = None
    header: int = 1
    encoding: str | None = None
    separator: str | None = None
    key: KeyRule | None = None
    leave_out: tuple[LeaveOut, ...] = ()
    source: str = ""
    findings: tuple[Finding, ...] = ()
    pipeline_fields: tuple[str, ...] = field(default=())

    def read_table(self) -> Table | None:
        """The table as it is now, or None where the mapping uses none."""
        if self.table is None:
            return None
        return read_table(
            self.table, sheet=self.sheet, header=self.header, encoding=self.encoding,
            separator=self.separator,
        )  # fmt: skip

    def rows(self, table: Table | None) -> Rows:
        """The table's rows ready to be looked up; its findings name columns that are not there."""
        if table is None or self.key is None:
            return Rows()
        return Rows(table, self.key, tuple(self._unknown_columns(table)))

    def questions(self, table: Table | None) -> list[Finding]:
        """What only the person can say of the table's columns, each asked once: date-order."""
        return ask_orders(self.fields, table, self.source) if table else []

    def apply(self, item: ItemFacts, rows: Rows | None = None) -> Applied:
        """The item's fields, where each came from, and what is wrong."""
        return apply_rules(self.fields, item, rows or Rows(), self.leave_out, self.schema)

    def columns(self) -> list[str]:
        """The columns the mapping reads, each once."""
        rules = [rule for one in self.fields.values() for rule in one.all_rules()]
        return list(dict.fromkeys(name for rule in rules for name in rule.columns()))

    def _unknown_columns(self, table: Table) -> list[Finding]:
        used = [("key", self.key.rule)] if self.key else []
        used += [(name, rule) for name, one in self.fields.items() for rule in one.all_rules()]
        found = []
        for name, rule in used:
            for column in rule.columns():
                if column not in table.columns:
                    found.append(self._no_column(table, name, column, rule))
        return found

    def _no_column(self, table: Table, name: str, column: str, rule: Rule) -> Finding:
        message = f"{table.path.name} has no column {column}."
        where = {
            "field": name, "table": table.path.name, "file": self.source,
            "line": rule.line, "column": rule.place,
        }  # fmt: skip
        hint = nearest(column, table.columns).strip() or "Look at the table's first row."
        return Finding("error", "column-unknown", message, hint, where, {"name": column})


def parse_mapping(
    text: str, *, base: Path, schema: Schema, source: str = "", vocabulary: Vocabulary | None = None
) -> Mapping:
    """The mapping in a YAML text; `base` is the folder its table's path is relative to.

    `vocabulary` gives the words that the schema only names (a target's own).
    InvalidInput carries a finding with line and column for everything that is wrong.
    """
    slips: list[InvalidInput] = []
    root = load(text, source=source, slips=slips)
    parser = RuleParser(source, vocabulary)
    parser.findings += [
        Finding("error", one.name, one.message, one.hint, one.where) for one in slips
    ]
    if not isinstance(root.value, dict):
        hint = 'Begin with "fields:" and a line for each field.'
        where = {"file": source, "line": 1, "column": 1}
        raise InvalidInput("This is no mapping.", code="mapping", hint=hint, where=where)
    _check_top(parser, root)
    reading = _parse_table(parser, root, base)
    table = reading["table"]
    key = _parse_key(parser, root, table)
    fields = _parse_fields(parser, root, schema)
    left_out = parse_leave_out(parser, root.get("leave_out"), schema)
    _check_columns_have_table(parser, root, table, fields)
    if errors := [one for one in parser.findings if one.severity == "error"]:
        raise _refused(errors, source)
    return Mapping(
        text=text, digest=hashlib.sha256(text.encode()).hexdigest(), schema=schema, fields=fields,
        **reading, key=key, source=source, leave_out=left_out,
        findings=tuple(parser.findings),
        pipeline_fields=tuple(name for name, one in fields.items() if _by_pipeline(one)),
    )  # fmt: skip


def _refused(errors: list[Finding], source: str) -> InvalidInput:
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    message = f"The mapping cannot be used, line {first.where['line']}: {first.message}{more}"
    where = {**first.where, "file": source}
    return InvalidInput(message, code="mapping", hint=first.hint, where=where, findings=errors)


def _by_pipeline(one: FieldRules) -> bool:
    return any(rule.kind == "pipeline" for rule in one.all_rules())


def _check_top(parser: RuleParser, root: Node) -> None:
    for key in root.value:
        if key not in _TOP:
            hint = nearest(key, _TOP).strip()
            parser.error(root, "key-unknown", f"A mapping has no {key}.", hint, key=key)
    version = root.get("hdp-mapping")
    if version is not None and version.value != 1:
        message = f"This is a mapping of version {version.value}; this HDP reads version 1."
        parser.error(version, "mapping-version", message, "Use a newer HDP.")


def _parse_table(parser: RuleParser, root: Node, base: Path) -> dict[str, Any]:
    """Which table is read, and how: what `read_table` takes."""
    texts: dict[str, str | None] = {}
    for name in ("table", "sheet", "encoding", "separator"):
        node = root.get(name)
        texts[name] = str(node.value) if node and node.value not in (None, "") else None
        if node and isinstance(node.value, list | dict):
            parser.error(node, "rule-form", f"{name} takes a name.")
    _check_reading(parser, root, texts)
    header = root.get("header")
    number = header.value if header else 1
    if header and (not isinstance(number, int) or isinstance(number, bool) or number < 1):
        parser.error(header, "rule-form", "header takes the number of a row, from 1.")
        number = 1
    table, separator = texts["table"], texts["separator"]
    return {
        "table": base / table if table else None, "sheet": texts["sheet"], "header": number,
        "encoding": texts["encoding"],
        "separator": _SEPARATORS.get(separator, separator) if separator else None,
    }  # fmt: skip


def _check_reading(parser: RuleParser, root: Node, texts: dict[str, str | None]) -> None:
    if texts["table"] and "\0" in texts["table"]:
        parser.error(root, "rule-form", "table takes the path of a file.", key="table")
        texts["table"] = None
    if texts["encoding"]:
        try:
            "x".encode(texts["encoding"])
        except (LookupError, ValueError):
            message = f"There is no encoding {texts['encoding']}."
            hint = "It can be utf-8, utf-16, cp1252 or latin-1."
            parser.error(root, "rule-form", message, hint, key="encoding")
    separator = texts["separator"]
    if separator and len(separator) != 1 and separator not in _SEPARATORS:
        message = "separator takes one sign, or tab, comma, semicolon or pipe."
        parser.error(root, "rule-form", message, key="separator")


def _parse_key(parser: RuleParser, root: Node, table: Path | None) -> KeyRule | None:
    node = root.get("key")
    if node is None:
        if table is not None:
            hint = "Write key: and the name of the column that names the file."
            parser.error(root, "key-missing", "The mapping has a table and no key.", hint)
        return None
    if not isinstance(node.value, dict):
        return KeyRule(Rule("column", str(node.plain()), line=node.line, place=node.column))
    match = node.get("match")
    if match and match.value not in MATCHES:
        hint = f"It can be {', '.join(MATCHES)}."
        parser.error(match, "rule-form", f"A key cannot be matched by {match.value}.", hint)
    loosely = _parse_loosely(parser, node.get("loosely"))
    beside = ("match", "loosely")
    rest = {key: one for key, one in node.value.items() if key not in beside}
    rule = parser.rule(Node(rest, node.line, node.column, node.keys), "key", {}, also=beside)
    if rule and rule.kind != "column":
        parser.error(node, "rule-form", "A key is a column: {column: ..., match: stem}.")
    return KeyRule(rule, str(match.value) if match else "", loosely) if rule else None


def _parse_loosely(parser: RuleParser, node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    value = node.plain()
    ways = value if isinstance(value, list) else [value]
    for one in ways:
        if one not in WAYS:
            hint = f"It can be {', '.join(WAYS)}."
            parser.error(node, "rule-form", f"A key cannot differ loosely in {one}.", hint)
    return tuple(str(one) for one in ways)


def _parse_fields(parser: RuleParser, root: Node, schema: Schema) -> dict[str, FieldRules]:
    node = root.get("fields")
    if node is None or not isinstance(node.value, dict) or not node.value:
        hint = "Write fields: and below it a line for each field."
        parser.error(node or root, "fields-missing", "The mapping has no fields.", hint)
        return {}
    known = fields_of(schema)
    fields = {}
    for name, value in node.value.items():
        if name not in known:
            hint = nearest(name, known).strip() or "Look at the list of fields."
            parser.error(
                node, "field-unknown", f"There is no field {name}.", hint, field=name, key=name
            )
        else:
            fields[name] = parse_field(parser, name, value, known[name])
    return fields


def _check_columns_have_table(
    parser: RuleParser, root: Node, table: Path | None, fields: dict[str, FieldRules]
) -> None:
    if table is not None or root.get("key") is not None:
        return
    for name, one in fields.items():
        for rule in one.all_rules():
            if rule.columns():
                place = Node(None, rule.line, rule.place)
                message = f"{name} uses a column, and the mapping names no table."
                parser.error(place, "table-missing", message, "Write table: and key:.", field=name)
