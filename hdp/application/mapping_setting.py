"""Mappings set, shown, written out and removed: all that changes or tells what a project keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.mapping_choice import Facts, choose_mapping, describe_rule, shown_rule
from hdp.application.mapping_loading import LoadedMapping, get_row, load_mapping, read_mapping
from hdp.events import Changed
from hdp.metadata import checks
from hdp.metadata.field_parser import FieldRules
from hdp.metadata.mapping import Mapping, parse_mapping
from hdp.metadata.table_marks import mark_table
from hdp.metadata.tables import Table
from hdp.project import mappings
from hdp.project.mappings import MappingRow
from hdp.project.overview import list_overview
from hdp.project.project import relative
from hdp.sdk import InvalidInput, NotFound

if TYPE_CHECKING:
    from hdp.application.app import Application


def read_text(path: Path) -> str:
    """The text of a mapping file; InvalidInput where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise InvalidInput(
            f"The mapping file {path} cannot be read: {reason}.",
            code="mapping-unreadable",
            hint="Name a YAML file in UTF-8.",
            where={"file": str(path)},
        ) from error


def set_mapping(
    app: Application,
    path: Path,
    name: str | None = None,
    *,
    applies: MappingOf[str, Any] | None = None,
) -> dict[str, Any]:
    """Keep a mapping file in the project; refused with all findings where it is wrong.

    `applies` says for which items it is ({} for all that no other is for); None leaves the rule
    of a mapping of that name as it is.
    """
    text = read_text(path)
    return set_text(app, text, base=path.parent, name=name or path.stem, file=path, applies=applies)


def set_text(
    app: Application,
    text: str,
    *,
    base: Path,
    name: str,
    file: Path | None = None,
    applies: MappingOf[str, Any] | None = None,
) -> dict[str, Any]:
    """Keep the text of a mapping whose table's path is relative to the folder `base`."""
    mapping, table = _checked(app, text, base=base, source=file.name if file else name)
    folder = app.project.folder
    app.project.write(
        lambda c: mappings.store_mapping(
            c,
            name=name,
            source=text,
            base=relative(base, folder),
            table_path=relative(mapping.table, folder) if mapping.table else "",
            table_digest=table.digest if table else "",
            file=relative(file, folder) if file else "",
            applies=applies,
            marks=_marks(mapping, table),
        )
    )
    app.bus.emit(Changed(("settings", "deposits")))
    return show_mapping(app, name)


def _checked(app: Application, text: str, *, base: Path, source: str) -> tuple[Mapping, Any]:
    target = app.target(app.environment())
    mapping = parse_mapping(
        text, base=base, schema=target.schema(), source=source, vocabulary=target.vocabulary
    )
    table = mapping.read_table()
    errors = [one for one in mapping.rows(table).findings if one.severity == "error"]
    if errors:
        raise InvalidInput(errors[0].message, code="mapping", hint=errors[0].hint, findings=errors)
    return mapping, table


def _marks(mapping: Mapping, table: Table | None) -> bytes:
    if table is None:
        return b""
    return mark_table(table, mapping.key.column if mapping.key else "")


def accept_table(app: Application, name: str | None = None) -> LoadedMapping:
    """Take a mapping's table as it is now as the one that was looked at."""
    target = app.target(app.environment())
    loaded = load_mapping(app, target, name)
    if loaded.table is not None:
        marks, digest = _marks(loaded.mapping, loaded.table), loaded.table.digest
        app.project.write(lambda c: mappings.store_marks(c, loaded.row.name, digest, marks))
        app.bus.emit(Changed(("settings",)))
    return loaded


def move_mapping(app: Application, name: str, before: str | None) -> list[str]:
    """Ask a mapping's rule before another's, or (None) last; the new order."""
    known = [one.name for one in app.project.read(mappings.list_mappings)]
    for one in (name, before):
        if one is not None and one not in known:
            raise unknown_mapping(one)
    if name != before:
        app.project.write(lambda c: mappings.move_mapping(c, name, before))
    app.bus.emit(Changed(("settings", "deposits")))
    return [one.name for one in app.project.read(mappings.list_mappings)]


def unknown_mapping(name: str) -> NotFound:
    """No mapping has this name."""
    return NotFound(
        f"There is no mapping {name}.", code="no-such-mapping", hint="See: hdp mapping list"
    )


def remove_mapping(app: Application, name: str) -> None:
    """Forget a mapping; what was prepared with it stays."""
    if not app.project.write(lambda c: mappings.remove_mapping(c, name)):
        raise unknown_mapping(name)
    app.bus.emit(Changed(("settings", "deposits")))


def list_rows(app: Application) -> list[dict[str, Any]]:
    """All mappings: which items each is for and how many those are, and where its table is."""
    rows = app.project.read(mappings.list_mappings)
    overview = app.project.read(lambda c: list_overview(c, app.environment().name))
    uses = [
        choose_mapping(rows, Facts(one.id, one.primary)) for one in overview if not one.set_aside
    ]
    count = Counter(one.name for one in uses if one)
    return [mapping_json(one) | {"items": count[one.name]} for one in rows]


def table_changes(app: Application, name: str | None = None) -> list[dict[str, Any]]:
    """What was changed in the tables (of one mapping) since they were last looked at."""
    rows = [get_row(app, name)] if name else app.project.read(mappings.list_mappings)
    found = []
    for row in rows:
        loaded = load_mapping(app, app.target(app.environment()), row.name)
        if (change := loaded.state.change) is not None and loaded.table is not None:
            found.append(
                {"mapping": row.name, "table": loaded.table.path.name,
                 "sentence": change.sentence() if change.known else "it was changed",
                 **change.to_json()}
            )  # fmt: skip
    return found


def mapping_json(row: MappingRow) -> dict[str, Any]:
    """A stored mapping in a line."""
    rule = describe_rule(row.applies)
    return {
        "name": row.name, "active": row.active, "table": row.table_path or None,
        "hash": row.hash, "file": row.file or None, "applies": shown_rule(row.applies),
        "for": rule or ("all other items" if row.active else "no items"),
    }  # fmt: skip


def show_mapping(app: Application, name: str | None = None) -> dict[str, Any]:
    """A mapping for people: its rules field by field, its table's columns, what is wrong."""
    target = app.target(app.environment())
    row = get_row(app, name)
    loaded = read_mapping(app, target, row)
    return {
        **mapping_json(row),
        "yaml": row.source,
        "sheet": loaded.mapping.sheet,
        "key": loaded.mapping.key.column if loaded.mapping.key else None,
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
