"""Mapping rules read from YAML, with the place of everything that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import regex

from hdp.metadata.dates import ORDERS
from hdp.metadata.names import ORDERS as PEOPLE
from hdp.metadata.rules import KINDS, OPTIONS, TEMPLATE, Rule
from hdp.metadata.schemas import Schema, canonical, nearest, unknown_word
from hdp.metadata.tag_names import mistyped
from hdp.sdk import Finding, Term
from hdp.yaml_source import Node

_SCALAR = (str, int, float, bool)
OF = (
    "primary", "any", "member", "material", "texture", "buffer", "sidecar", "documentation",
    "archive", "metadata",
)  # fmt: skip
Vocabulary = Callable[[str], Sequence[Term]]


class RuleParser:
    """Turns nodes into rules; what is wrong is collected in `findings`."""

    def __init__(self, source: str, vocabulary: Vocabulary | None = None) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.findings: list[Finding] = []

    def error(
        self, node: Node, code: str, message: str, hint: str = "", *, field: str = "", key: str = ""
    ) -> None:
        """Add an error at a node, or at one of its keys."""
        self._add("error", node, code, message, hint, field, key)

    def warn(self, node: Node, code: str, message: str, hint: str, *, field: str) -> None:
        """Add a warning at a node."""
        self._add("warning", node, code, message, hint, field, "")

    def _add(
        self, severity: Any, node: Node, code: str, message: str, hint: str, field: str, key: str
    ) -> None:
        line, column = node.keys.get(key, (node.line, node.column))
        where = {"file": self.source, "line": line, "column": column}
        if field:
            where["field"] = field
        self.findings.append(Finding(severity, code, message, hint, where))

    def rule(
        self, node: Node, field: str, schema: Schema, also: tuple[str, ...] = ()
    ) -> Rule | None:
        """The rule at a node, or None with findings; `also` are words that stand beside it."""
        if not isinstance(node.value, dict):
            self._short_form(node, field)
            return None
        kinds = [one for one in node.value if one in KINDS]
        for key in node.value:
            if key not in KINDS and key not in OPTIONS:
                hint = nearest(key, (*KINDS, *OPTIONS, *also)).strip()
                self.error(
                    node, "rule-unknown", f"There is no rule {key}.", hint, field=field, key=key
                )
        if not kinds and "default" in node.value and not self._has_unknown(node):
            return self._build("literal", node, field, schema)
        if len(kinds) != 1:
            if not kinds and not self._has_unknown(node):
                hint = f"Use one of {', '.join(KINDS)}."
                self.error(node, "rule-missing", f"{field} has no rule.", hint, field=field)
            elif kinds:
                names = " and ".join(kinds)
                hint = "Use one, or first: [..] for several to try."
                self.error(node, "rules-two", f"{field} has two rules, {names}.", hint, field=field)
            return None
        return self._build(kinds[0], node, field, schema)

    def _has_unknown(self, node: Node) -> bool:
        return any(one not in KINDS and one not in OPTIONS for one in node.value)

    def _short_form(self, node: Node, field: str) -> None:
        text = node.plain()
        shown = text if isinstance(text, _SCALAR) else "..."
        message = f"{field}: {shown} could mean two things."
        column, literal = f'{{column: "{shown}"}}', f'{{literal: "{shown}"}}'
        hint = f"Write {column} for a column of the table, or {literal} for this very text."
        self.error(node, "short-form", message, hint, field=field)

    def _build(self, kind: str, node: Node, field: str, schema: Schema) -> Rule | None:
        before = len(self.findings)
        given = node.value.get(kind)
        argument = self._argument(kind, given, field, schema) if given else ""
        options = self._options(node, field, schema)
        if any(one.severity == "error" for one in self.findings[before:]):
            return None
        return Rule(kind, argument, line=node.line, place=node.column, **options)

    def _argument(self, kind: str, node: Node, field: str, schema: Schema) -> Any:
        value = node.plain()
        if kind == "first":
            return self._rules(node, field, schema)
        if kind == "columns":
            if isinstance(value, list) and value and all(isinstance(one, _SCALAR) for one in value):
                return tuple(str(one) for one in value)
            self.error(node, "rule-form", "columns takes a list: columns: [one, two].", field=field)
        elif kind in ("literal", "choose"):
            return self._literal(kind, node, field, schema)
        elif kind in ("it", "pipeline"):
            if value is not True:
                self.error(node, "rule-form", f"{kind} takes only true.", field=field)
        elif not isinstance(value, _SCALAR) or value == "":
            self.error(node, "rule-form", f"{kind} takes a text.", field=field)
        else:
            self._check_text(kind, node, str(value), field)
            return str(value)
        return value

    def _rules(self, node: Node, field: str, schema: Schema) -> tuple[Rule, ...]:
        if not isinstance(node.value, list) or not node.value:
            self.error(node, "rule-form", "first takes a list of rules.", field=field)
            return ()
        rules = [self.rule(one, field, schema) for one in node.value]
        return tuple(one for one in rules if one)

    def _literal(self, kind: str, node: Node, field: str, schema: Schema) -> Any:
        value = node.plain()
        values = value if isinstance(value, list) else [value]
        words = schema.get("items", schema) if schema.get("type") == "array" else schema
        for one in values:
            if not isinstance(one, _SCALAR):
                self.error(
                    node, "rule-form", f"{kind} takes a text or a list of texts.", field=field
                )
            elif problem := self._unknown(one, words, chosen=kind == "choose"):
                self.error(node, "not-in-vocabulary", f"{field}: {problem}", field=field)
        return tuple(values) if isinstance(value, list) else value

    def _unknown(self, word: Any, schema: Schema, *, chosen: bool) -> str:
        """What is wrong with a word of a vocabulary, a long one that the schema only names too."""
        problem = unknown_word(word, schema)
        name = schema.get("x-vocabulary")
        if problem or not chosen or not name or schema.get("enum") or self.vocabulary is None:
            return problem
        terms = self.vocabulary(name)
        known = [name for one in terms for name in (one.id, one.title, *one.aliases)]
        known += [title for one in terms for title in one.titles.values()]
        folded = {one.casefold() for one in known}
        if not terms or str(word).casefold() in folded or canonical(word, schema) in folded:
            return ""
        return f'"{word}" is not in the list of allowed values.{nearest(str(word), known)}'

    def _check_text(self, kind: str, node: Node, text: str, field: str) -> None:
        if kind == "file":
            self._check_tag(node, text, field)
        if kind == "filename" and text not in ("stem", "name", "extension"):
            pattern = self._pattern(node, text, field)
            if pattern is not None and pattern.groups != 1:
                message = (
                    f"The pattern {text} needs exactly one group, (...), and has {pattern.groups}."
                )
                self.error(node, "pattern", message, field=field)
        if kind == "template" and re.search(r"[{}]", TEMPLATE.sub("", text)):
            message = "A brace of the template is not closed."
            self.error(node, "template", message, "Write {{ for a brace itself.", field=field)

    def _check_tag(self, node: Node, text: str, field: str) -> None:
        if not re.fullmatch(r"[A-Za-z][\w-]*:[\w.-]+", text, re.ASCII):
            message = f"{text} is no name of something in a file."
            hint = "Write it as exiftool does: EXIF:Artist, IPTC:By-line, XMP-dc:title, PDF:Author."
            self.error(node, "rule-form", message, hint, field=field)
        elif field == "publication_date":
            message = f"{text} is the age of the file or object, not the day of publishing."
            hint = "Map it to dates; for publication_date write {default: today}."
            self.error(node, "age-as-publication-date", message, hint, field=field)
        elif (near := mistyped(text)) is not None:
            hint = (
                f"Did you mean {near}?" if near else "Write EXIF:, IPTC:, XMP-dc:, PDF: or File:."
            )
            message = f"{text} is no usual name of something in a file; it may give nothing."
            self.warn(node, "tag-unusual", message, hint, field=field)

    def _pattern(self, node: Node, text: str, field: str) -> Any:
        try:
            return regex.compile(text)
        except regex.error as error:
            message = f"The pattern {text} is no regular expression: {error}."
            self.error(node, "pattern", message, field=field)
            return None

    def _options(self, node: Node, field: str, schema: Schema) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if (one := node.get("join")) is not None:
            if not isinstance(one.value, str):
                self.error(one, "rule-form", "join takes a text.", field=field)
            found["join"] = str(one.value)
        self._split(node, field, found)
        self._default(node, field, schema, found)
        self._values(node, field, schema, found)
        self._replace(node, field, found)
        self._word(node, "date", ORDERS, field, found)
        self._word(node, "person", PEOPLE, field, found)
        self._word(node, "of", OF, field, found)
        if (one := node.get("html")) is not None:
            if not isinstance(one.value, bool):
                self.error(one, "rule-form", "html takes true or false.", field=field)
            found["html"] = one.value
        return found

    def _split(self, node: Node, field: str, found: dict[str, Any]) -> None:
        one = node.get("split")
        if one is None:
            return
        value = one.plain()
        parts = value if isinstance(value, list) else [value]
        if not parts or not all(isinstance(part, str) and part for part in parts):
            self.error(one, "rule-form", "split takes a text, or a list of texts.", field=field)
        # the longer first, so that "; " is not taken for ";"
        found["split"] = tuple(sorted(map(str, parts), key=len, reverse=True))

    def _word(
        self, node: Node, key: str, words: tuple[str, ...], field: str, found: dict[str, Any]
    ) -> None:
        one = node.get(key)
        if one is None:
            return
        if one.value not in words:
            message = f"{key} takes {', '.join(words[:-1])} or {words[-1]}."
            hint = nearest(str(one.plain()), words).strip()
            self.error(one, "rule-form", message, hint, field=field)
        found[key] = one.value

    def _default(self, node: Node, field: str, schema: Schema, found: dict[str, Any]) -> None:
        one = node.get("default")
        if one is None:
            return
        if not isinstance(one.value, _SCALAR):
            self.error(one, "rule-form", "default takes one value.", field=field)
        elif one.value != "today" and (problem := unknown_word(one.value, schema)):
            self.error(one, "not-in-vocabulary", f"{field}: {problem}", field=field)
        found["default"] = one.value

    def _values(self, node: Node, field: str, schema: Schema, found: dict[str, Any]) -> None:
        one = node.get("values")
        if one is None:
            return
        if not isinstance(one.value, dict):
            self.error(one, "rule-form", "values takes pairs: {old: new}.", field=field)
            return
        table = {key: value for key, value in one.value.items() if key != "else"}
        words = schema.get("items", schema) if schema.get("type") == "array" else schema
        for value in table.values():
            if value.value not in ("", None) and (problem := unknown_word(value.value, words)):
                self.error(value, "not-in-vocabulary", f"{field}: {problem}", field=field)
        found["values"] = {key: value.plain() for key, value in table.items()}
        found["otherwise"] = one.value["else"].plain() if "else" in one.value else None

    def _replace(self, node: Node, field: str, found: dict[str, Any]) -> None:
        one = node.get("replace")
        if one is None:
            return
        if not isinstance(one.value, dict):
            self.error(one, "rule-form", "replace takes pairs: {pattern: text}.", field=field)
            return
        for pattern in one.value:
            self._pattern(one, pattern, field)
        pairs = [(key, value.plain()) for key, value in one.value.items()]
        found["replace"] = tuple((key, "" if to is None else str(to)) for key, to in pairs)
