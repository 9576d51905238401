"""A mapping: rules that fill a record's fields from a table, file names and fixed values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from pathlib import Path

from hdp.metadata.apply import Applied, apply_rules
from hdp.metadata.field_parser import FieldRules, parse_field
from hdp.metadata.rows import MATCHES, KeyRule, Rows
from hdp.metadata.rule_parser import RuleParser
from hdp.metadata.rules import ItemFacts, Rule
from hdp.metadata.schemas import Schema, fields_of, nearest
from hdp.metadata.tables import Table, read_table
from hdp.sdk import Finding, InvalidInput
from hdp.yaml_source import Node, load

_TOP = ("hdp-mapping", "table", "sheet", "header", "key", "fields")


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
    key: KeyRule | None = None
    source: str = ""
    findings: tuple[Finding, ...] = ()
    pipeline_fields: tuple[str, ...] = field(default=())

    def read_table(self) -> Table | None:
        """The table as it is now, or None where the mapping uses none."""
        if self.table is None:
            return None
        return read_table(self.table, sheet=self.sheet, header=self.header)

    def rows(self, table: Table | None) -> Rows:
        """The table's rows ready to be looked up; its findings name columns that are not there."""
        if table is None or self.key is None:
            return Rows()
        return Rows(table, self.key, tuple(self._unknown_columns(table)))

    def apply(self, item: ItemFacts, rows: Rows | None = None) -> Applied:
        """The item's fields, where each came from, and what is wrong."""
        return apply_rules(self.fields, item, rows or Rows())

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


def parse_mapping(text: str, *, base: Path, schema: Schema, source: str = "") -> Mapping:
    """The mapping in a YAML text; `base` is the folder its table's path is relative to.

    InvalidInput carries a finding with line and column for everything that is wrong.
    """
    root = load(text, source=source)
    parser = RuleParser(source)
    if not isinstance(root.value, dict):
        hint = 'Begin with "fields:" and a line for each field.'
        raise InvalidInput("This is no mapping.", code="mapping", hint=hint, where={"file": source})
    _check_top(parser, root)
    table, sheet, header = _parse_table(parser, root, base)
    key = _parse_key(parser, root, table)
    fields = _parse_fields(parser, root, schema)
    _check_columns_have_table(parser, root, table, fields)
    if errors := [one for one in parser.findings if one.severity == "error"]:
        raise _refused(errors, source)
    return Mapping(
        text=text, digest=hashlib.sha256(text.encode()).hexdigest(), schema=schema, fields=fields,
        table=table, sheet=sheet, header=header, key=key, source=source,
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


def _parse_table(parser: RuleParser, root: Node, base: Path) -> tuple[Path | None, str | None, int]:
    texts: dict[str, str | None] = {}
    for name in ("table", "sheet"):
        node = root.get(name)
        texts[name] = str(node.value) if node and node.value not in (None, "") else None
        if node and isinstance(node.value, list | dict):
            parser.error(node, "rule-form", f"{name} takes a name.")
    header = root.get("header")
    number = header.value if header else 1
    if header and (not isinstance(number, int) or isinstance(number, bool) or number < 1):
        parser.error(header, "rule-form", "header takes the number of a row, from 1.")
        number = 1
    return (base / texts["table"] if texts["table"] else None), texts["sheet"], number


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
    rest = {key: one for key, one in node.value.items() if key != "match"}
    rule = parser.rule(Node(rest, node.line, node.column, node.keys), "key", {})
    if rule and rule.kind != "column":
        parser.error(node, "rule-form", "A key is a column: {column: ..., match: stem}.")
    return KeyRule(rule, str(match.value) if match else "") if rule else None


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
