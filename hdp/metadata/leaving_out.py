"""Values that a person said to leave out, as the mapping's `leave_out:` lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdp.metadata.fields import as_text
from hdp.metadata.rule_parser import RuleParser
from hdp.metadata.schemas import Schema, entry_schema, fields_of, nearest
from hdp.yaml_source import Node

_NUMBER = re.compile(r"\.\d+(?=\.|$)")


@dataclass(frozen=True)
class LeaveOut:
    """A value that is not sent; `field` is dotted, without numbers: creators.orcid.

    `value` is a word, or a whole entry.
    """

    field: str
    value: Any

    def fits(self, path: str, value: Any) -> bool:
        """Whether this is such a value: a word, or an entry that has it."""
        if _NUMBER.sub("", path) != self.field:
            return False
        if isinstance(value, Mapping) or isinstance(self.value, Mapping):
            return bool(value == self.value)
        return str(value) == str(self.value)


def parse_leave_out(parser: RuleParser, node: Node | None, schema: Schema) -> tuple[LeaveOut, ...]:
    """The list at `leave_out:`; what is wrong goes to the parser's findings."""
    if node is None or node.value is None:
        return ()
    if not isinstance(node.value, list):
        parser.error(node, "rule-form", "leave_out takes a list: [{field: ..., value: ...}].")
        return ()
    found = [_entry(parser, one, schema) for one in node.value]
    return tuple(one for one in found if one)


def _entry(parser: RuleParser, node: Node, schema: Schema) -> LeaveOut | None:
    field, value = node.get("field"), node.get("value")
    unknown = [key for key in node.value if key not in ("field", "value")] if field else []
    if field is None or value is None or unknown or value.plain() in (None, "", [], {}):
        message = "An entry of leave_out is {field: creators.orcid, value: ...}."
        parser.error(node, "rule-form", message)
        return None
    path = _NUMBER.sub("", str(field.value))
    known = fields_of(schema)
    for part in path.split("."):
        if part not in known:
            hint = nearest(part, known).strip() or "Look at the list of fields."
            parser.error(field, "field-unknown", f"There is no field {path}.", hint, field=path)
            return None
        known = fields_of(entry_schema(known[part]) or {})
    return LeaveOut(path, value.plain())


def leave_out(
    fields: dict[str, Any], wanted: Sequence[LeaveOut], schema: Schema
) -> list[tuple[str, str]]:
    """Take the values out of the fields; returns path and value of each that was there."""
    gone: list[tuple[str, str]] = []
    names = {one.field.partition(".")[0] for one in wanted}
    for name in names & set(fields):
        value = _without(name, fields[name], wanted, entry_schema(fields_of(schema)[name]), gone)
        if value in (None, "", [], {}):
            del fields[name]
        else:
            fields[name] = value
    return gone


def _without(
    path: str, value: Any, wanted: Sequence[LeaveOut], entry: Schema | None,
    gone: list[tuple[str, str]],
) -> Any:  # fmt: skip
    fitting = [one for one in wanted if not isinstance(value, list) and one.fits(path, value)]
    if fitting:
        gone.append((path, as_text(fitting[0].value)))
        return None
    if isinstance(value, list):
        made = [_without(f"{path}.{n}", one, wanted, entry, gone) for n, one in enumerate(value)]
        return [one for one in made if one not in (None, {}, "")]
    if isinstance(value, dict):
        kept = {
            key: left
            for key, one in value.items()
            if (left := _without(f"{path}.{key}", one, wanted, None, gone)) is not None
        }
        needed = (entry or {}).get("required", ())
        return kept if all(key in kept for key in needed) else None
    return value
