"""What would become different in records that are prepared already or drafted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.mapping_loading import LoadedMappings, load_mappings
from hdp.application.mapping_work import make_preparer
from hdp.metadata.mapping import parse_mapping
from hdp.project import deposits, mappings
from hdp.project.deposits import Deposit
from hdp.project.mappings import MappingRow, hash_source
from hdp.project.project import relative
from hdp.sdk import Target
from hdp.uploads.ahead import Ahead
from hdp.uploads.desk import Desk

if TYPE_CHECKING:
    from hdp.application.app import Application

_STATES = ("prepared", "draft", "in_review")


@dataclass(frozen=True)
class Difference:
    """One record: field -> what it says and what it would say; `errors` would stop it."""

    item: int
    title: str
    state: str
    mapping: str
    fields: dict[str, tuple[Any, Any]]
    errors: Sequence[dict[str, Any]] = ()

    def to_json(self) -> dict[str, Any]:
        """The difference as the command line and the page show it."""
        fields = [
            {"field": name, "before": before, "after": after}
            for name, (before, after) in self.fields.items()
        ]
        return {
            "item": self.item, "title": self.title, "state": self.state, "mapping": self.mapping,
            "fields": fields, "errors": list(self.errors),
        }  # fmt: skip


def candidate_row(
    app: Application, target: type[Target], text: str, *, base: Path, name: str,
    applies: dict[str, Any] | None = None,
) -> MappingRow:  # fmt: skip
    """A mapping that is not kept yet, as it would be kept; InvalidInput where it is wrong."""
    parsed = parse_mapping(
        text, base=base, schema=target.schema(), source=name, vocabulary=target.vocabulary
    )
    folder = app.project.folder
    before = app.project.read(lambda c: mappings.get_mapping(c, name))
    rule = (before.applies if before else {}) if applies is None else applies
    return MappingRow(
        id=before.id if before else 0, name=name, source=text, hash=hash_source(text),
        base=relative(base, folder), table_path=relative(parsed.table, folder) if parsed.table
        else "", table_digest="", active=not rule, applies=rule,
        position=before.position if before else 1 << 30,
    )  # fmt: skip


def with_candidate(
    app: Application, target: type[Target], row: MappingRow, *, fresh: bool = True
) -> LoadedMappings:
    """The project's mappings as they would be with that one."""
    others = app.project.read(mappings.list_mappings)
    rows = [one for one in others if one.name != row.name]
    if row.active:
        rows = [replace(one, active=False) for one in rows]
    rows = sorted([*rows, row], key=lambda one: (one.position, one.name))
    return LoadedMappings(app, target, rows, fresh=fresh)


def compare_prepared(
    app: Application, env: str | None = None, name: str | None = None
) -> list[Difference]:
    """What the tables and mappings as they are now would change in what was prepared."""
    desk = app.desk(env)
    return list(compare_with(app, desk, load_mappings(app, desk.target), name))


def compare_text(
    app: Application, text: str, *, base: Path, name: str, env: str | None = None,
    applies: dict[str, Any] | None = None,
) -> list[Difference]:  # fmt: skip
    """What a mapping that is not kept yet would change in what was prepared."""
    desk = app.desk(env)
    row = candidate_row(app, desk.target, text, base=base, name=name, applies=applies)
    return list(compare_with(app, desk, with_candidate(app, desk.target, row), None))


def compare_with(
    app: Application, desk: Desk, loaded: LoadedMappings, name: str | None
) -> Iterator[Difference]:
    """Each record that would become another, or could not be prepared any more."""
    found = app.project.read(lambda c: deposits.list_deposits(c, desk.env, _STATES))
    maker = make_preparer(app, desk, loaded.describe)
    maker = replace(maker, ahead=Ahead(app.project, desk.env, [one.item_id for one in found]))
    for one in found:
        item = desk.item(one.item_id)
        if name and one.mapping != name:
            continue
        composed = maker.compose(item, one.pipeline)
        fields = changed_fields(one, composed.fields)
        errors = [error.to_json() for error in composed.errors]
        if fields or errors:
            yield Difference(
                one.item_id, one.title, one.state.replace("_", "-"), composed.mapping, fields,
                errors,
            )  # fmt: skip


def changed_fields(one: Deposit, after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field -> what the record says and what it would say, where they differ."""
    names = dict.fromkeys((*one.metadata, *after))
    return {
        name: (one.metadata.get(name), after.get(name))
        for name in names
        if one.metadata.get(name) != after.get(name)
    }
