"""The fields of a mapping: each a rule, a list of rules, or a list of entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hdp.metadata.rule_parser import RuleParser
from hdp.metadata.rules import KINDS, Rule
from hdp.metadata.schemas import Schema, entry_schema, fields_of, nearest
from hdp.yaml_source import Node


@dataclass(frozen=True)
class Entry:
    """Rules for the attributes of an entry; `each` gives one entry for every value."""

    attributes: Mapping[str, Rule]
    each: Rule | None = None

    def rules(self) -> list[Rule]:
        """All rules of the entry."""
        return [*([self.each] if self.each else []), *self.attributes.values()]


@dataclass(frozen=True)
class FieldRules:
    """What fills one field: rules that each give values, or entries."""

    name: str
    schema: Schema
    rules: tuple[Rule, ...] = ()
    entries: tuple[Entry, ...] = ()

    def all_rules(self) -> list[Rule]:
        """All rules of the field, those of its entries included."""
        return [*self.rules, *(rule for entry in self.entries for rule in entry.rules())]


def parse_field(parser: RuleParser, name: str, node: Node, schema: Schema) -> FieldRules:
    """The rules of one field; what is wrong goes to the parser's findings."""
    entry = entry_schema(schema)
    if isinstance(node.value, list):
        return _parse_list(parser, name, node, schema)
    if entry is None:
        rule = parser.rule(node, name, schema)
        return FieldRules(name, schema, rules=(rule,) if rule else ())
    one = _parse_entry(parser, name, node, entry)
    return FieldRules(name, schema, entries=(one,) if one else ())


def _parse_list(parser: RuleParser, name: str, node: Node, schema: Schema) -> FieldRules:
    entry = entry_schema(schema)
    if entry is None and schema.get("type") not in ("array", None):
        message = f"{name} has one value, and the mapping gives a list."
        hint = "Use one rule; first: [..] tries several."
        parser.error(node, "rule-form", message, hint, field=name)
        return FieldRules(name, schema)
    if entry is None and schema.get("type") == "array":
        rules = [parser.rule(one, name, schema) for one in node.value]
        return FieldRules(name, schema, rules=tuple(one for one in rules if one))
    entries = [_parse_entry(parser, name, one, entry or {}) for one in node.value]
    return FieldRules(name, schema, entries=tuple(one for one in entries if one))


def _parse_entry(parser: RuleParser, name: str, node: Node, schema: Schema) -> Entry | None:
    attributes = fields_of(schema)
    if not isinstance(node.value, dict) or _is_rule(node, attributes):
        return _from_rule(parser, name, node, schema)
    each_node = node.get("each")
    each = parser.rule(each_node, f"{name}.each", {}) if each_node else None
    rules: dict[str, Rule] = {}
    for key, value in node.value.items():
        if key == "each":
            continue
        if attributes and key not in attributes and not schema.get("additionalProperties"):
            message = f"{name} has no attribute {key}."
            hint = nearest(key, attributes).strip()
            parser.error(node, "attribute-unknown", message, hint, field=name, key=key)
        elif rule := parser.rule(value, f"{name}.{key}", attributes.get(key, {})):
            rules[key] = rule
    return Entry(rules, each)


def _is_rule(node: Node, attributes: Mapping[str, Schema]) -> bool:
    return any(one in KINDS and one not in attributes for one in node.value)


def _from_rule(parser: RuleParser, name: str, node: Node, schema: Schema) -> Entry | None:
    """Entries of one attribute each, where an entry needs no other."""
    rule = parser.rule(node, name, {})
    if rule is None:
        return None
    required = list(schema.get("required", ()))
    if rule.kind == "pipeline":
        return Entry({required[0] if required else name: rule})
    if len(required) != 1:
        needs = " and ".join(required) or "its attributes"
        hint = f"Write a list of entries: {name}: [{{{needs.split()[0]}: {{column: ...}}}}]."
        parser.error(node, "rule-form", f"An entry of {name} needs {needs}.", hint, field=name)
        return None
    return Entry({required[0]: Rule("it", True, line=rule.line, place=rule.place)}, rule)
