"""Mapping rules: what one gives for an item and a row of the table."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import regex

from hdp.metadata.dated import one_date
from hdp.metadata.named import not_reordered
from hdp.metadata.names import reorder
from hdp.metadata.said import Said, doubt
from hdp.metadata.schemas import nearest
from hdp.sdk import Finding

KINDS = (
    "column", "columns", "filename", "literal", "choose", "template", "first", "it",
    "pipeline", "file",
)  # fmt: skip
OPTIONS = ("split", "join", "default", "values", "replace", "date", "person", "html", "of")
PATTERN_SECONDS = 1.0
TEMPLATE = regex.compile(r"\{\{|\}\}|\{([^{}]*)\}")


@dataclass(frozen=True)
class ItemFacts:
    """What a mapping may know of an item; paths are relative to the input folder.

    `file_value` reads what is written inside its files: ("EXIF:Artist", "primary") -> values.
    """

    id: int | None = None
    key: str = ""
    primary_relpath: str = ""
    filename: str = ""
    files: tuple[str, ...] = ()
    file_value: Callable[[str, str], list[str]] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Row:
    """A row of the table, with the number that the person sees beside it."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Got:
    """One value that a rule gave, and where it came from."""

    value: Any
    rule: str
    row: int | None = None
    column: str = ""


@dataclass(frozen=True)
class Rule:
    """A parsed rule; `line` and `place` say where it stands in the mapping file."""

    kind: str
    argument: Any = None
    split: tuple[str, ...] = ()
    join: str = " "
    default: Any = None
    values: Mapping[str, Any] | None = None
    otherwise: Any = None
    replace: tuple[tuple[str, str], ...] = ()
    date: str = ""
    person: str = ""
    html: bool = False
    of: str = "primary"
    line: int = 1
    place: int = 1

    def columns(self) -> list[str]:
        """The columns that the rule reads."""
        if self.kind == "column":
            return [self.argument]
        if self.kind == "columns":
            return list(self.argument)
        if self.kind == "template":
            return list(_columns_in(self.argument))
        if self.kind == "first":
            return [name for one in self.argument for name in one.columns()]
        return []

    def varies(self) -> bool:
        """Whether what it gives depends on the item or the table."""
        return self.kind not in ("literal", "choose")


@dataclass
class Context:
    """What a rule is evaluated with; problems are added to `findings`.

    `escape` says that the value is HTML, `dated` that its dates are read by whoever asks for it.
    """

    item: ItemFacts
    row: Row | None
    name: str
    field_text: Callable[[str], str]
    escape: bool = False
    dated: bool = False
    it: Got | None = None
    table: str = ""
    findings: list[Finding] = field(default_factory=list)

    def report(
        self, code: str, message: str, hint: str, column: str = "", severity: str = "error"
    ) -> None:
        """Add a finding with field, table, row and column."""
        self.say(doubt(code, message, hint, severity), column)  # type: ignore[arg-type]

    def say(self, said: Said, column: str = "") -> None:
        """Add a finding about what a column or file says."""
        where: dict[str, Any] = {"field": self.name}
        if self.item.id is not None:
            where["item"] = self.item.id
        if self.row and column:
            where |= {"table": self.table, "row": self.row.number, "column": column}
        args = {"field": self.name, **said.args} if said.args else {}
        self.findings.append(
            Finding(said.severity, said.code, said.message, said.hint, where, args)
        )


@lru_cache(maxsize=256)
def _columns_in(template: str) -> tuple[str, ...]:
    """Asked again for every item."""
    return tuple(one for one in placeholders(template) if not one.startswith("field:"))


def placeholders(template: str) -> list[str]:
    """The names in braces, without the doubled braces that stand for themselves."""
    return [one[1].strip() for one in TEMPLATE.finditer(template) if one[1] is not None]


def evaluate(rule: Rule, context: Context, *, with_default: bool = True) -> list[Got]:
    """The values that the rule gives, empty ones dropped; [] where it gives none."""
    found = _BASE[rule.kind](rule, context)
    if rule.split:
        found = [_again(one, part) for one in found for part in _split(rule, str(one.value))]
    found = [one for one in map(_stripped, found) if one.value != ""]
    if rule.replace:
        found = [_again(one, _replaced(rule, one, context)) for one in found]
    found = [one for got in found if (one := _translated(rule, got, context)) is not None]
    if rule.person:
        found = [_ordered(rule, one, context) for one in found]
    if rule.date and not context.dated:
        found = [_dated(rule, one, context) for one in found]
    if not found and with_default and rule.default is not None:
        return default_of(rule)
    return found


def default_of(rule: Rule) -> list[Got]:
    """What the rule's written default gives; `today` is the day it is asked."""
    if rule.default is None:
        return []
    today = rule.default == "today"
    return [Got(date.today().isoformat() if today else rule.default, "default")]


def _split(rule: Rule, text: str) -> list[str]:
    if len(rule.split) == 1:
        return text.split(rule.split[0])
    parts: list[str] = regex.split("|".join(regex.escape(one) for one in rule.split), text)
    return parts


def _again(got: Got, value: Any) -> Got:
    return Got(value, got.rule, got.row, got.column)


def _stripped(got: Got) -> Got:
    value = got.value
    if not isinstance(value, str) or (bare := value.strip()) == value:
        return got
    return _again(got, bare)


def _cell(name: str, context: Context) -> str:
    return context.row.cells.get(name, "").strip() if context.row else ""


def _column(rule: Rule, context: Context) -> list[Got]:
    text = _cell(rule.argument, context)
    number = context.row.number if context.row else None
    return [Got(text, "column", number, rule.argument)] if text else []


def _columns(rule: Rule, context: Context) -> list[Got]:
    parts = [(name, text) for name in rule.argument if (text := _cell(name, context))]
    if not parts or not context.row:
        return []
    text = rule.join.join(one for _, one in parts)
    return [Got(text, "columns", context.row.number, ", ".join(name for name, _ in parts))]


def _filename(rule: Rule, context: Context) -> list[Got]:
    name = context.item.filename
    stem, _, extension = name.rpartition(".")
    plain = {"name": name, "stem": stem if stem else name, "extension": extension if stem else ""}
    if rule.argument in plain:
        return [Got(plain[rule.argument], "filename")]
    try:
        match = regex.search(rule.argument, name, timeout=PATTERN_SECONDS)
    except TimeoutError:
        message = f"The pattern {rule.argument} ran too long on {name} and was stopped."
        context.report("pattern-too-slow", message, "Write it without nested repetitions.")
        return []
    return [Got(match[1] or "", "filename")] if match else []


def _literal(rule: Rule, context: Context) -> list[Got]:
    values = rule.argument if isinstance(rule.argument, tuple) else (rule.argument,)
    return [Got(one, rule.kind) for one in values]


def _template(rule: Rule, context: Context) -> list[Got]:
    used: list[str] = []

    def fill(match: regex.Match[str]) -> str:
        if match[1] is None:
            return str(match[0][0])
        name = match[1].strip()
        text = context.field_text(name[6:]) if name.startswith("field:") else _cell(name, context)
        used.append(text)
        return html.escape(text, quote=False) if context.escape else text

    text = TEMPLATE.sub(fill, rule.argument)
    if used and not any(used):
        return []
    number = context.row.number if context.row and rule.columns() else None
    return [Got(text, "template", number, ", ".join(rule.columns()))]


def _first(rule: Rule, context: Context) -> list[Got]:
    for one in rule.argument:
        if found := evaluate(one, context):
            return found
    return []


def _it(rule: Rule, context: Context) -> list[Got]:
    return [context.it] if context.it else []


def _file(rule: Rule, context: Context) -> list[Got]:
    read = context.item.file_value
    values = read(rule.argument, rule.of) if read else []
    return [Got(one, "file", column=rule.argument) for one in values if one.strip()]


def _nothing(rule: Rule, context: Context) -> list[Got]:
    return []


_BASE: dict[str, Callable[[Rule, Context], list[Got]]] = {
    "column": _column, "columns": _columns, "filename": _filename, "literal": _literal,
    "choose": _literal, "template": _template, "first": _first, "it": _it,
    "pipeline": _nothing, "file": _file,
}  # fmt: skip


def _replaced(rule: Rule, got: Got, context: Context) -> Any:
    value = got.value
    for pattern, replacement in rule.replace:
        try:
            value = regex.sub(pattern, replacement, str(value), timeout=PATTERN_SECONDS)
        except (TimeoutError, regex.error, IndexError) as error:
            why = "it ran too long" if isinstance(error, TimeoutError) else str(error)
            message = f"The pattern {pattern} could not be used: {why}."
            context.report("pattern", message, "Correct it in the mapping.", got.column)
    return value


def _translated(rule: Rule, got: Got, context: Context) -> Got | None:
    if rule.values is None:
        return got if got.value != "" else None
    if str(got.value) in rule.values:
        value = rule.values[str(got.value)]
        return None if value in ("", None) else _again(got, value)
    if rule.otherwise == "error":
        message = f'"{got.value}" has no translation in the mapping\'s values.'
        near = nearest(str(got.value), rule.values).strip()
        hint = f"{near} Add it to the values, or correct the cell.".strip()
        context.report("value-unknown", message, hint, got.column)
        return None
    return got if rule.otherwise is None else _again(got, rule.otherwise)


def _ordered(rule: Rule, got: Got, context: Context) -> Got:
    name, sure = reorder(str(got.value), rule.person)
    if not sure:
        for one in not_reordered(str(got.value), rule.person):
            context.say(one, got.column)
    return _again(got, name)


def _dated(rule: Rule, got: Got, context: Context) -> Got:
    made, said = one_date(context.name, str(got.value), rule.date, {"format": "edtf0"})
    for one in said:
        context.say(one, got.column)
    return _again(got, made)
