"""Rules applied to one item: fields, where each came from, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hdp.metadata.dated import has_span, is_date, one_date, read_span
from hdp.metadata.field_parser import Entry, FieldRules
from hdp.metadata.fields import as_text, coerce, plain_text
from hdp.metadata.leaving_out import LeaveOut, leave_out
from hdp.metadata.markup import lost_markup
from hdp.metadata.named import check_name, has_names
from hdp.metadata.rows import Rows
from hdp.metadata.rules import Context, Got, ItemFacts, Row, Rule, default_of, evaluate
from hdp.metadata.said import Said, brief, doubt
from hdp.metadata.schemas import Schema, entry_schema, fields_of, is_html, is_list
from hdp.sdk import Finding

# An empty cell here would leave a legal decision to the server's default.
MUST_BE_SAID = ("access_right", "license", "communities", "embargo_date")


@dataclass(frozen=True)
class Applied:
    """What a mapping gives for an item; `origins`: field -> rule, table, row and column."""

    fields: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, dict[str, Any]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def apply_rules(
    rules: Mapping[str, FieldRules],
    item: ItemFacts,
    rows: Rows,
    left_out: Sequence[LeaveOut] = (),
    schema: Schema | None = None,
) -> Applied:
    """Evaluate all fields for one item; `left_out` are values that are not wanted."""
    found, findings = rows.find(item)
    work = _Application(rules, item, [*found] or [None], rows.name, left_out)
    work.findings.extend(findings)
    for name in rules:
        work.value(name)
    work.check_said()
    fields = {name: value for name in rules if (value := work.values[name]) not in (None, "", [])}
    for path, value in leave_out(fields, left_out, schema or {}) if left_out else ():
        work.note_left_out(path, value)
    return Applied(fields, work.origins, tuple(dict_unique(work.findings)))


def dict_unique(findings: list[Finding]) -> list[Finding]:
    """The findings, each once, in their order."""
    return [one for n, one in enumerate(findings) if one not in findings[:n]]


class _Application:
    def __init__(
        self, rules: Mapping[str, FieldRules], item: ItemFacts, rows: list[Row | None], table: str,
        left_out: Sequence[LeaveOut],
    ) -> None:  # fmt: skip
        self.left_out = left_out
        self.rules = rules
        self.item = item
        self.rows = rows
        self.table = table
        self.values: dict[str, Any] = {}
        self.origins: dict[str, dict[str, Any]] = {}
        self._cells: dict[int, dict[str, Got]] = {}  # by the entry's id, while it is being made
        self.findings: list[Finding] = []
        self._running: list[str] = []

    def value(self, name: str) -> Any:
        """The field's value, evaluated once; templates may ask for other fields'."""
        if name in self.values:
            return self.values[name]
        if name not in self.rules:
            return None
        if name in self._running:
            message = f"{name} is made from itself: {' -> '.join([*self._running, name])}."
            self._report(name, "template-ring", message, "Take it out of one of the templates.")
            return None
        self._running.append(name)
        self.values[name] = self._evaluate(self.rules[name])
        self._running.pop()
        return self.values[name]

    def _text(self, name: str) -> str:
        text = as_text(self.value(name))
        return plain_text(text) if name in self.rules and is_html(self.rules[name].schema) else text

    def _context(self, name: str, row: Row | None, schema: Schema) -> Context:
        context = Context(
            self.item, row, name, self._text, is_html(schema), is_date(schema), table=self.table
        )
        context.findings = self.findings
        return context

    def _evaluate(self, one: FieldRules) -> Any:
        if one.entries:
            return self._entries(one)
        gots = [self._over_rows(rule, one) for rule in one.rules]
        flat = [(rule, got) for rule, found in zip(one.rules, gots, strict=True) for got in found]
        if not flat:
            if any(rule.kind == "pipeline" for rule in one.rules):
                self.origins[one.name] = self._origin(Got(None, "pipeline"))
            return None
        self.origins[one.name] = self._origin(flat[0][1])
        if is_list(one.schema):
            items = one.schema.get("items", {})
            values = [self._coerced(one.name, got, rule, items) for rule, got in flat]
            return [value for n, value in enumerate(values) if value not in values[:n]]
        return self._single(one, flat)

    def _single(self, one: FieldRules, flat: list[tuple[Rule, Got]]) -> Any:
        rule, got = flat[0]
        others = [other for _, other in flat if str(other.value) != str(got.value)]
        if others and others[0].row == got.row:
            message = f"{one.name} has one value and was given {len(flat)}."
            self._report(one.name, "too-many-values", message, "Leave out split:.", got)
        elif others:
            places = ", ".join(f'row {each.row}: "{each.value}"' for each in (got, *others))
            message = f"{one.name} differs between the rows of the item: {places}."
            hint = "Make the cells equal, or map the field to another column."
            self._report(one.name, "rows-disagree", message, hint, got)
        return self._coerced(one.name, got, rule, one.schema)

    def _over_rows(self, rule: Rule, one: FieldRules) -> list[Got]:
        found: list[Got] = []
        for row in self.rows:
            context = self._context(one.name, row, one.schema)
            found += evaluate(rule, context, with_default=False)
        return found or default_of(rule)

    def _coerced(self, name: str, got: Got, rule: Rule, schema: Schema) -> Any:
        if is_date(schema) and got.value not in (None, ""):
            return self._date(name, got, rule, schema)
        markup = rule.html or rule.kind == "template"
        value, problem = coerce(got.value, schema, markup=markup)
        if markup and is_html(schema) and isinstance(got.value, str):
            self.findings += lost_markup(got.value, self._where(name, got))
        if problem:
            self._report(name, "wrong-type", f"{name}: {problem}", "Correct the cell.", got)
        return value

    def _date(self, name: str, got: Got, rule: Rule, schema: Schema) -> str:
        value, said = one_date(name, str(got.value).strip(), rule.date, schema)
        for one in said:
            if not self._is_left_out(name, got.value):
                self._say(name, one, got)
        return value

    def _entries(self, one: FieldRules) -> Any:
        schema = entry_schema(one.schema) or {}
        found: list[dict[str, Any]] = []
        for row in self.rows:
            for entry in one.entries:
                for made in self._of_entry(one.name, entry, row, schema):
                    if made not in found:
                        found.append(made)
        self._note_cells(one.name, found)
        if one.schema.get("type") == "object":
            return found[0] if found else None
        return found

    def _of_entry(
        self, name: str, entry: Entry, row: Row | None, schema: Schema
    ) -> list[dict[str, Any]]:
        context = self._context(name, row, {})
        each: list[Got | None] = [*evaluate(entry.each, context)] if entry.each else [None]
        made = [self._entry(name, entry, row, schema, it) for it in each]
        return [one for one in made if one]

    def _entry(
        self, name: str, entry: Entry, row: Row | None, schema: Schema, it: Got | None
    ) -> dict[str, Any]:
        attributes = fields_of(schema)
        made: dict[str, Any] = {}
        varying: list[Got] = []
        cells: dict[str, Got] = {}
        dated: dict[str, tuple[Rule, Got]] = {}
        for key, rule in entry.attributes.items():
            attribute = attributes.get(key, {})
            context = self._context(f"{name}.{key}", row, attribute)
            context.it = it
            found = evaluate(rule, context)
            if not found:
                continue
            if rule.varies() and found[0].rule != "default":
                varying.append(found[0])
                if found[0].row is not None:
                    cells[key] = found[0]
            self._check_one(f"{name}.{key}", rule, found, attribute)
            if has_span(schema) and key in ("start", "end"):
                dated[key] = (rule, found[0])
            else:
                made[key] = self._attribute(f"{name}.{key}", rule, found, attribute)
        if dated:
            self._span(name, made, dated, schema)
        if not self._complete(entry, made, varying, schema) or not _has_date(made, dated):
            self._tell_lost(name, made, varying, schema)
            return {}
        self._check_name(name, made, varying, schema)
        origin = varying[0] if varying else Got(None, "literal")
        self.origins.setdefault(name, self._origin(origin))
        self._cells[id(made)] = cells
        return made

    def _note_cells(self, name: str, found: list[dict[str, Any]]) -> None:
        """Add to the field's origin which cell each part of its entries came from."""
        parts = {
            f"{number}.{key}": [got.row, got.column]
            for number, made in enumerate(found)
            for key, got in self._cells[id(made)].items()
        }
        if parts:
            self.origins[name] |= {"parts": parts, "entries": len(found)}

    def _check_one(self, path: str, rule: Rule, found: list[Got], schema: Schema) -> None:
        """One attribute takes one value; what a rule gives beyond the first would be lost."""
        if not is_list(schema) and any(str(one.value) != str(found[0].value) for one in found):
            words = ", ".join(f'"{one.value}"' for one in found[:5])
            message = f"{path} has one value and was given {len(found)}: {words}."
            hint = "Leave out split:, or make an entry of each: {each: {...}, name: {it: true}}."
            self._report(path, "too-many-values", message, hint, found[0])

    def _span(
        self, name: str, made: dict[str, Any], dated: Mapping[str, tuple[Rule, Got]], schema: Schema
    ) -> None:
        """Fill start and end from the words, which stay in the description where they say more."""
        texts = {key: (str(got.value).strip(), rule.date) for key, (rule, got) in dated.items()}
        span = read_span(name, texts, schema, elsewhere=self._elsewhere(name, dated))
        for said in span.said:
            key = "end" if str(said.args.get("value")) == texts.get("end", ("",))[0] else "start"
            key = key if key in dated else next(iter(dated))
            if self._is_left_out(f"{name}.{key}", said.args.get("value")):
                self.note_left_out(f"{name}.{key}", str(said.args["value"]))
            else:
                self._say(f"{name}.{key}", said, dated[key][1])
        made |= span.values
        kept = str(made.get("description") or "")
        words = [one for one in span.words if one not in kept]
        if words and "description" in fields_of(schema):
            made["description"] = "; ".join([*words, *([kept] if kept else [])])

    def _elsewhere(self, name: str, dated: Mapping[str, tuple[Rule, Got]]) -> bool:
        """Whether the words of these dates are kept in another field too."""
        said = {column for rule, _ in dated.values() for column in rule.columns()}
        others = (one for one in self.rules.values() if one.name not in (name, "publication_date"))
        kept = {column for one in others for rule in one.all_rules() for column in rule.columns()}
        return bool(said) and said <= kept

    def _check_name(
        self, name: str, made: Mapping[str, Any], varying: list[Got], schema: Schema
    ) -> None:
        if has_names(schema) and isinstance(made.get("name"), str):
            for said in check_name(made["name"], institution=made.get("organisation") is True):
                got = next((one for one in varying if str(one.value) == made["name"]), None)
                self._say(f"{name}.name", said, got or (varying[0] if varying else None))

    def _attribute(self, name: str, rule: Rule, found: list[Got], schema: Schema) -> Any:
        if is_list(schema):
            items = schema.get("items", {})
            return [self._coerced(name, got, rule, items) for got in found]
        return self._coerced(name, found[0], rule, schema)

    def _complete(
        self, entry: Entry, made: dict[str, Any], varying: list[Got], schema: Schema
    ) -> bool:
        """An entry without a required attribute, or with nothing but fixed words, is left out."""
        if any(key not in made for key in schema.get("required", ())):
            return False
        may_vary = any(rule.varies() for rule in entry.attributes.values())
        return bool(made) and (bool(varying) or not may_vary)

    def _tell_lost(
        self, name: str, made: dict[str, Any], varying: list[Got], schema: Schema
    ) -> None:
        """Warn where cells of an entry that is left out are used for nothing else."""
        missing = [key for key in schema.get("required", ()) if key not in made]
        rules = [rule for one in self.rules.values() for rule in one.all_rules()]
        used = [column for rule in rules for column in rule.columns()]
        lost = [got for got in varying if got.column and used.count(got.column) == 1]
        if not missing or not lost:
            return
        words = ", ".join(f'"{got.value}"' for got in lost[:5])
        message = f"An entry of {name} is left out: it says {words}, and no {missing[0]}."
        hint = f"Fill in {missing[0]}, or empty the other cells of the entry."
        where = self._where(name, lost[0])
        self.findings.append(Finding("warning", "entry-incomplete", message, hint, where))

    def _origin(self, got: Got) -> dict[str, Any]:
        table = self.table if got.row is not None else ""
        return {"rule": got.rule, "table": table, "row": got.row, "column": got.column}

    def check_said(self) -> None:
        """Report empty cells of columns that decide about access, licence or community."""
        for name in MUST_BE_SAID:
            one = self.rules.get(name)
            if one is None or self.values.get(name) or self.rows == [None]:
                continue
            if name == "embargo_date" and self.values.get("access_right") != "embargoed":
                continue
            columns = [column for rule in one.all_rules() for column in rule.columns()]
            if columns:
                got = Got("", "column", self.rows[0].number if self.rows[0] else None, columns[0])
                message = f"The cell for {name} is empty."
                hint = "Fill it in, or write a default in the mapping; nothing is assumed."
                self._report(name, "empty-cell", message, hint, got)

    def note_left_out(self, path: str, value: str) -> None:
        """Say that a value is left out, as the person wanted."""
        message = f'{path}: "{brief(value)}" is left out, as the mapping says.'
        hint = "Take it from leave_out in the mapping to have it back."
        self._say(path, doubt("left-out", message, hint, "info", {"value": value}), None)

    def _is_left_out(self, path: str, value: Any) -> bool:
        return any(one.fits(path, value) for one in self.left_out)

    def _report(
        self, name: str, code: str, message: str, hint: str, got: Got | None = None
    ) -> None:
        self._say(name, doubt(code, message, hint), got)

    def _say(self, name: str, said: Said, got: Got | None) -> None:
        args = {"field": name, **said.args} if said.args else {}
        where = self._where(name, got)
        self.findings.append(
            Finding(said.severity, said.code, said.message, said.hint, where, args)
        )

    def _where(self, name: str, got: Got | None) -> dict[str, Any]:
        where: dict[str, Any] = {"field": name}
        if self.item.id is not None:
            where["item"] = self.item.id
        if got and got.row is not None:
            where |= {"table": self.table, "row": got.row, "column": got.column}
        elif got and got.rule == "file":
            where["column"] = got.column
        return where


def _has_date(made: Mapping[str, Any], dated: Mapping[str, Any]) -> bool:
    """An entry whose dates could not be taken says nothing."""
    return not dated or bool(made.get("start") or made.get("end"))
