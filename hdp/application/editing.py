"""Edit: one record's fields, where each came from, and what people set and lock by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hdp.application import describing
from hdp.application.record_preview import preview_record
from hdp.application.terms import page_schema, term_of
from hdp.events import Changed
from hdp.metadata import checks
from hdp.metadata.entered import fit
from hdp.metadata.schemas import fields_of
from hdp.plugins import suggest
from hdp.project import deposits, overrides
from hdp.project.deposits import Deposit
from hdp.project.items import Item
from hdp.project.overrides import ByHand
from hdp.sdk import Conflict, Finding, InvalidInput, UsageError
from hdp.uploads import keeping
from hdp.uploads.desk import Desk
from hdp.uploads.preparing import Composed, Described, Preparer

if TYPE_CHECKING:
    from hdp.application.app import Application

_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Change:
    """What a person wants of an item's fields, all of it or nothing.

    `env_only` is for this environment alone; `stamps` are those that the person saw: where one
    is another by now, somebody else was quicker and nothing is stored.
    """

    set: Mapping[str, Any] = field(default_factory=dict)
    unset: Sequence[str] = ()
    lock: Sequence[str] = ()
    unlock: Sequence[str] = ()
    env_only: bool = False
    stamps: Mapping[str, str] | None = None
    by: str = ""

    @property
    def fields(self) -> list[str]:
        """The names of all fields it is about, each once."""
        return list(dict.fromkeys([*self.set, *self.unset, *self.lock, *self.unlock]))


def describe(app: Application, env: str | None, item_id: int) -> dict[str, Any]:
    """All fields of an item's record for the page: values, origins, locks, findings, preview."""
    return open_editor(app, env).describe(item_id)


def set_fields(
    app: Application,
    env: str | None,
    item_id: int,
    values: Mapping[str, Any],
    *,
    env_only: bool = False,
    stamps: Mapping[str, str] | None = None,
) -> None:
    """Set fields by hand; InvalidInput with findings where a value cannot be sent so."""
    open_editor(app, env).apply(item_id, Change(set=values, env_only=env_only, stamps=stamps))


def unset(
    app: Application, env: str | None, item_id: int, names: Sequence[str], *, env_only: bool = False
) -> None:
    """Give fields back to the mapping, unlocked."""
    open_editor(app, env).apply(item_id, Change(unset=names, env_only=env_only))


def lock(
    app: Application, env: str | None, item_id: int, names: Sequence[str], *, env_only: bool = False
) -> None:
    """Keep fields as they are, whatever pipelines say."""
    open_editor(app, env).apply(item_id, Change(lock=names, env_only=env_only))


def unlock(
    app: Application, env: str | None, item_id: int, names: Sequence[str], *, env_only: bool = False
) -> None:
    """Let pipelines change fields again; what was set by hand stays."""
    open_editor(app, env).apply(item_id, Change(unlock=names, env_only=env_only))


def open_editor(app: Application, env: str | None) -> Editor:
    """An editor for one environment; it reads mapping and table once."""
    desk = app.desk(env)
    return Editor(app, desk, _preparer(app, desk))


def _preparer(app: Application, desk: Desk) -> Preparer:
    try:
        return describing.preparer(app, desk)
    except Conflict as error:
        if error.name != "no-mapping":
            raise
        # Fields can be filled by hand before there is a mapping; preparing asks for one.
        missing = Finding("warning", error.name, error.message, error.hint)
    schema = desk.target.schema()

    def check(record: Any, target_id: str) -> Sequence[Finding]:
        found = checks.check_record(record.fields, schema)
        return [*found, *app.catalogue.check_record(record, target_id)]

    return Preparer(desk, lambda item: Described({}, {}, [missing]), check)


@dataclass(frozen=True)
class Editor:
    """Describes, checks and changes the fields of items in one environment."""

    app: Application
    desk: Desk
    preparer: Preparer

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The target's fields."""
        return self.desk.target.schema()

    def describe(self, item_id: int) -> dict[str, Any]:
        """All fields in groups; those of a draft or record as they were sent, not to be changed."""
        item = self.desk.item(item_id)
        current = self.desk.current(item_id)
        fixed = current if current is not None and current.state != "prepared" else None
        hand = self.preparer.by_hand(item)
        composed = self.preparer.compose(item)
        if fixed is not None:
            composed = _as_sent(composed, fixed)
        mapped, origins = self.preparer.without_hand(item)
        schema = self.schema
        return {
            "item": item.id,
            "key": item.key,
            "title": composed.title or item.key,
            "env": self.desk.env,
            "env_title": self.desk.env_title,
            "state": current.state.replace("_", "-") if current else "new",
            "editable": fixed is None and not self.app.project.db.read_only,
            "why": why_fixed(current),
            "stale": _is_stale(current, composed),
            "groups": _groups(schema),
            "fields": [
                self._field(name, one, composed, hand, mapped, origins)
                for name, one in _in_order(schema)
            ],
            **self._seen(composed),
        }

    def _field(
        self, name: str, schema: Mapping[str, Any], composed: Composed, hand: ByHand,
        mapped: Mapping[str, Any], origins: Mapping[str, Any],
    ) -> dict[str, Any]:  # fmt: skip
        value = composed.fields.get(name)
        origin = composed.origins.get(name)
        return {
            "field": name,
            "title": schema.get("title", name),
            "group": schema.get("x-group", ""),
            "required": bool(schema.get("x-required")) or name in self.schema.get("required", ()),
            "unsupported": bool(schema.get("x-unsupported")),
            "schema": page_schema(self.desk.target, schema, name),
            "term": term_of(self.desk.target, schema, value),
            "value": value,
            "origin": origin,
            "state": _state(value, origin),
            "locked": name in hand.locks,
            "env_only": name in hand.here,
            "mapped": mapped.get(name),
            "mapped_origin": origins.get(name),
            "stamp": hand.stamps.get(name, ""),
        }

    def _seen(self, composed: Composed) -> dict[str, Any]:
        return {
            "findings": [one.to_json() for one in map(_with_path, composed.findings)],
            "preview": preview_record(self.desk.target, composed.fields, composed.files),
        }

    def preview(self, item_id: int) -> dict[str, Any]:
        """An item's metadata as it would be sent, where it came from, and what is wrong."""
        composed = self.preparer.compose(self.desk.item(item_id))
        return {
            "metadata": composed.fields,
            "origins": composed.origins,
            "findings": [one.to_json() for one in composed.findings],
        }

    def check(self, item_id: int, change: Change) -> dict[str, Any]:
        """What would be found, and the record as it would look; nothing is stored."""
        item = self.desk.item(item_id)
        values, wrong = self._fitted(change)
        composed = self._compose(item, change, values)
        seen = self._seen(composed)
        paths = {one.where["field"] for one in wrong if one.severity == "error"}
        rest = [one for one in seen["findings"] if one["where"].get("field") not in paths]
        return seen | {"findings": [*(one.to_json() for one in wrong), *rest]}

    def apply(self, item_id: int, change: Change) -> list[Finding]:
        """Store a change and say what was left out of it.

        InvalidInput, Conflict or UsageError and nothing stored otherwise.
        """
        item = self.desk.item(item_id)
        values, wrong = self._fitted(change)
        told = [one for one in wrong if one.severity != "error"]
        wrong = [one for one in wrong if one.severity == "error"]
        if not wrong:
            composed = self._compose(item, change, values)
            wrong = [
                one
                for one in map(_with_path, composed.findings)
                if one.severity == "error" and _root(one) in change.set
            ]
        if wrong:
            raise _refused(item, wrong)
        values |= self._kept(item, change, values)
        self.desk.project.write(lambda c: self._store(c, item_id, change, values))
        self.app.bus.emit(Changed(("items", "deposits"), [item_id], change.by))
        return told

    def _fitted(self, change: Change) -> tuple[dict[str, Any], list[Finding]]:
        known = fields_of(self.schema)
        check_names(known, change.fields)
        if both := set(change.set) & set(change.unset):
            raise UsageError(f"{min(both)} is both set and given back.", code="bad-request")
        values: dict[str, Any] = {}
        wrong: list[Finding] = []
        for name, value in change.set.items():
            values[name], problems = fit(value, known[name], name)
            wrong += problems
        return values, wrong

    def _compose(self, item: Item, change: Change, values: Mapping[str, Any]) -> Composed:
        hand = self.preparer.by_hand(item)
        kept = {name: one for name, one in hand.values.items() if name not in change.unset}
        locks = (hand.locks - set(change.unset) - set(change.unlock)) | set(change.lock)
        by_hand = ByHand({**kept, **values}, frozenset(locks))
        return self.preparer.compose(item, by_hand=by_hand, given_back=change.unset)

    def _kept(self, item: Item, change: Change, values: Mapping[str, Any]) -> dict[str, Any]:
        """What is locked now and not the mapping's: without its value the lock would undo it."""
        if not change.lock:
            return {}
        composed = self.preparer.compose(item)
        return {
            name: composed.fields[name]
            for name in change.lock
            if name not in values
            and _is_not_mapped(composed.origins.get(name, {}))
            and composed.fields.get(name) not in _EMPTY
        }

    def _store(
        self, connection: Any, item_id: int, change: Change, values: Mapping[str, Any]
    ) -> None:
        env, only = self.desk.env, change.env_only
        now = overrides.read_by_hand(connection, item_id, env).stamps
        seen = change.stamps or {}
        late = [one for one in change.fields if one in seen and seen[one] != now.get(one, "")]
        if late:
            raise _changed_elsewhere(item_id, late)
        for name in change.unset:
            overrides.unset_value(connection, item_id, env, name, only=only)
        for name, value in values.items():
            overrides.set_value(connection, item_id, env, name, value, only=only)
        for name in change.lock:
            overrides.lock(connection, item_id, env, name, only=only)
        for name in change.unlock:
            overrides.unlock(connection, item_id, env, name, only=only)
        _give_back(connection, item_id, env, change.unset)


def _is_not_mapped(origin: Mapping[str, Any]) -> bool:
    return origin.get("rule") == "pipeline" or "kept" in origin


def _give_back(connection: Any, item_id: int, env: str, names: Sequence[str]) -> None:
    """Let go of what came from another environment; what is prepared or sent stays as it is."""
    deposit = deposits.current_deposit(connection, item_id, env)
    if deposit is None:
        return
    if (origins := keeping.give_back(deposit, names)) is not None:
        deposits.update(connection, deposit.id, origins=origins)


def check_names(known: Mapping[str, Any], names: Iterable[str]) -> None:
    """UsageError where one of the names is no field."""
    for name in names:
        if name not in known:
            raise UsageError(
                f"There is no field {name}.{suggest(name, list(known))}", code="unknown-field",
                hint=f"Fields: {', '.join(known)}.", where={"field": name},
            )  # fmt: skip


def why_fixed(current: Deposit | None) -> str:
    """Why the record cannot be edited now, as a sentence; "" where it can."""
    if current is None or current.state == "prepared":
        return ""
    if current.state == "published":
        return "It is published: this is what was sent."
    return "There is a draft of it in the repository: this is what was sent."


def _as_sent(composed: Composed, sent: Deposit) -> Composed:
    findings = [Finding(**one) for one in sent.findings]
    return Composed(
        sent.metadata, sent.origins, findings, composed.files, sent.mapping_hash, sent.pipeline
    )


def _is_stale(current: Deposit | None, composed: Composed) -> bool:
    if current is None or current.state != "prepared":
        return False
    return bool(current.metadata != json.loads(json.dumps(composed.fields)))


def _state(value: Any, origin: Mapping[str, Any] | None) -> str:
    rule = (origin or {}).get("rule")
    if "kept" in (origin or {}):
        return "by-hand"
    if rule in ("by-hand", "pipeline") and (rule == "by-hand" or value not in _EMPTY):
        return str(rule)
    return "missing" if value in _EMPTY else "mapped"


def _groups(schema: Mapping[str, Any]) -> list[dict[str, str]]:
    named: Mapping[str, str] = schema.get("x-groups", {})
    used = list(dict.fromkeys(one.get("x-group", "") for one in schema["properties"].values()))
    ids = [one for one in named if one in used] + [one for one in used if one not in named]
    return [{"id": one, "title": named.get(one, one or "Fields")} for one in ids]


def _in_order(schema: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(schema["properties"].items(), key=lambda pair: pair[1].get("x-order", 0))


def _with_path(one: Finding) -> Finding:
    """The finding with a dotted path as its field, also where a target gives an index beside."""
    name, index = str(one.where.get("field", "")), one.where.get("index")
    if not name or "." in name or not isinstance(index, int) or index < 0:
        return one
    where = {**one.where, "field": f"{name}.{index}"}
    return Finding(one.severity, one.code, one.message, one.hint, where, one.args)


def _root(one: Finding) -> str:
    return str(one.where.get("field", "")).split(".")[0]


def _refused(item: Item, wrong: Sequence[Finding]) -> InvalidInput:
    first = wrong[0]
    more = f" ({len(wrong) - 1} more)" if len(wrong) > 1 else ""
    return InvalidInput(
        f"Nothing was stored: {first.where.get('field')}: {first.message}{more}",
        code="value-refused",
        hint=first.hint or "Correct the value.",
        where={"item": item.id, "field": first.where.get("field")},
        findings=wrong,
    )


def _changed_elsewhere(item_id: int, names: Sequence[str]) -> Conflict:
    return Conflict(
        f"{', '.join(names)} was changed somewhere else meanwhile. Nothing was stored.",
        code="changed-elsewhere",
        hint="Look at the record again, then make your change once more.",
        where={"item": item_id, "field": names[0]},
        values={"fields": ", ".join(names)},
    )
