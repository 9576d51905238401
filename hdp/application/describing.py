"""The active mapping at work: what it says of an item, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.checked_table import TableState, check_table
from hdp.events import Changed
from hdp.metadata import checks
from hdp.metadata.field_parser import FieldRules
from hdp.metadata.mapping import Mapping, parse_mapping
from hdp.metadata.rows import Rows
from hdp.metadata.rules import ItemFacts
from hdp.metadata.tables import Table
from hdp.project import items, mappings
from hdp.project.items import Item
from hdp.project.mappings import MappingRow
from hdp.project.overview import list_overview
from hdp.project.project import relative
from hdp.sdk import Conflict, Finding, InvalidInput, NotFound, Target
from hdp.uploads.desk import Desk
from hdp.uploads.preparing import Described, Preparer

if TYPE_CHECKING:
    from hdp.application.app import Application


@dataclass(frozen=True)
class LoadedMapping:
    """A stored mapping, parsed, with its table read now."""

    row: MappingRow
    mapping: Mapping
    table: Table | None
    rows: Rows
    state: TableState

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with the mapping and its table as a whole."""
        found = [*self.mapping.findings, *self.rows.findings, *self.state.findings]
        return found + list(self.table.findings if self.table else ())

    def describe(self, item: Item) -> Described:
        """What the mapping says of an item."""
        facts = ItemFacts(
            id=item.id,
            key=item.key,
            primary_relpath=item.primary.path,
            filename=Path(item.primary.path).name,
            files=tuple(one.path for one in item.files),
        )
        applied = self.mapping.apply(facts, self.rows)
        findings = [*self.rows.findings, *applied.findings]
        return Described(applied.fields, applied.origins, findings, self.row.hash)


def load_mapping(app: Application, target: type[Target], name: str | None = None) -> LoadedMapping:
    """A mapping of the project (the active one), its table read anew; Conflict without one."""
    row = app.project.read(lambda c: mappings.get_mapping(c, name))
    if row is None and name:
        raise NotFound(f"There is no mapping {name}.", code="no-such-mapping")
    if row is None:
        raise Conflict(
            "The project has no mapping yet: nothing says what the records are called.",
            code="no-mapping",
            hint="Set one with: hdp mapping set MAPPING.yaml (hdp mapping new proposes one).",
        )
    base = app.project.folder / row.base
    mapping = parse_mapping(row.source, base=base, schema=target.schema(), source=row.name)
    table = mapping.read_table()
    state = check_table(row, table)
    return LoadedMapping(row, mapping, table, mapping.rows(table), state)


def preparer(app: Application, desk: Desk, mapping: str | None = None) -> Preparer:
    """Prepares items of a desk by the active mapping, read once for the whole batch."""
    loaded = load_mapping(app, desk.target, mapping)
    schema = desk.target.schema()

    def check(record: Any, target_id: str) -> Sequence[Finding]:
        return [
            *checks.check_record(record.fields, schema),
            *app.catalogue.check_record(record, target_id),
        ]

    return Preparer(desk, loaded.describe, check)


def preview(app: Application, env: str | None, item_id: int) -> dict[str, Any]:
    """An item's metadata as it would be sent, where it came from, and what is wrong."""
    desk = app.desk(env)
    composed = preparer(app, desk).compose(desk.item(item_id))
    return {
        "metadata": composed.fields,
        "origins": composed.origins,
        "findings": [one.to_json() for one in composed.findings],
    }


def set_mapping(app: Application, path: Path, name: str | None = None) -> dict[str, Any]:
    """Make a mapping file the active mapping; refused with all findings where it is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"The mapping file {path} cannot be read: {_reason(error)}.",
            code="mapping-unreadable",
            hint="Name a YAML file in UTF-8.",
            where={"file": str(path)},
        ) from error
    target = app.target(app.environment())
    mapping = parse_mapping(text, base=path.parent, schema=target.schema(), source=path.name)
    table = mapping.read_table()
    errors = [one for one in mapping.rows(table).findings if one.severity == "error"]
    if errors:
        raise InvalidInput(errors[0].message, code="mapping", hint=errors[0].hint, findings=errors)
    folder = app.project.folder
    row_name = name or path.stem
    app.project.write(
        lambda c: mappings.store_mapping(
            c,
            name=row_name,
            source=text,
            base=relative(path.parent, folder),
            table_path=relative(mapping.table, folder) if mapping.table else "",
            table_digest=table.digest if table else "",
            file=relative(path, folder),
        )
    )
    app.bus.emit(Changed(("settings", "deposits")))
    return show_mapping(app, row_name)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or "it is no UTF-8 text"


def show_mapping(app: Application, name: str | None = None) -> dict[str, Any]:
    """A mapping for people: its rules field by field, its table's columns, what is wrong."""
    target = app.target(app.environment())
    loaded = load_mapping(app, target, name)
    return {
        "name": loaded.row.name,
        "active": loaded.row.active,
        "yaml": loaded.row.source,
        "table": loaded.row.table_path or None,
        "sheet": loaded.mapping.sheet,
        "key": loaded.mapping.key.column if loaded.mapping.key else None,
        "hash": loaded.row.hash,
        "fields": field_rows(loaded.mapping, target.schema()),
        "columns": list(loaded.table.columns) if loaded.table else [],
        "rows": {"total": len(loaded.table.rows) if loaded.table else 0},
        "findings": [one.to_json() for one in loaded.findings],
    }


def field_rows(mapping: Mapping, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Every field of the target: its rule in words, and whether it still misses one."""
    required = {*checks.REQUIRED, "license", *schema.get("required", ())}
    rows = []
    for name, one in schema["properties"].items():
        rule = mapping.fields.get(name)
        needed = name in required
        rows.append(
            {
                "field": name,
                "title": one.get("title", name),
                "required": needed,
                "rule": _kind(rule) if rule else None,
                "summary": ", ".join(_summary(rule)) if rule else "",
                "state": "mapped" if rule else "missing",
                "message": "" if rule or not needed else "No rule fills this field.",
            }
        )
    return sorted(rows, key=lambda row: (not row["required"], row["state"] == "missing"))


def _kind(rule: FieldRules) -> str:
    return "entries" if rule.entries else rule.rules[0].kind if rule.rules else ""


def _summary(rule: FieldRules) -> list[str]:
    columns = [column for one in rule.all_rules() for column in one.columns()]
    fixed = [str(one.argument) for one in rule.all_rules() if one.kind in ("literal", "choose")]
    return list(dict.fromkeys(columns or fixed))


def check_all(app: Application, env: str | None = None) -> list[Finding]:
    """Every problem of every item and row, before anything is prepared; nothing is written."""
    desk = app.desk(env)
    loaded = load_mapping(app, desk.target)
    work = preparer(app, desk)
    overview = app.project.read(lambda c: list_overview(c, desk.env))
    wanted = [row.id for row in overview if row.set_aside is None]
    found: list[Finding] = list(loaded.findings)
    used: set[int] = set()
    for item in app.project.read(lambda c: items.list_items(c, wanted)):
        composed = work.compose(item)
        used |= {one["row"] for one in composed.origins.values() if one.get("row")}
        found += [_with_item(one, item) for one in composed.findings]
    return _each_once(found) + _unused_rows(loaded, used)


def _with_item(one: Finding, item: Item) -> Finding:
    return replace(one, where={"item": item.id, **one.where})


def _each_once(found: list[Finding]) -> list[Finding]:
    seen: dict[str, Finding] = {}
    for one in found:
        seen.setdefault(f"{one.code}{one.message}{sorted(map(str, one.where.items()))}", one)
    return list(seen.values())


def _unused_rows(loaded: LoadedMapping, used: set[int]) -> list[Finding]:
    if loaded.table is None or loaded.mapping.key is None:
        return []
    column = loaded.mapping.key.column
    findings = []
    for index in range(len(loaded.table.rows)):
        number = loaded.table.row_number(index)
        if number in used:
            continue
        findings.append(
            Finding(
                "warning",
                "row-unused",
                f"Row {number} ({loaded.table.cells(index).get(column, '')}) belongs to no file.",
                "Correct its key, or add the file and scan again.",
                {"table": loaded.table.path.name, "row": number, "column": column},
            )
        )
    return findings
