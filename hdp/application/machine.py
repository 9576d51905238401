"""Values that pipelines wrote, one by one with what they rest on, for a person to decide on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hdp.application import describing
from hdp.events import Changed
from hdp.project import deposits, machine_values, overrides
from hdp.project.deposits import Deposit
from hdp.sdk import Conflict
from hdp.uploads.updating import Update, plan_update

if TYPE_CHECKING:
    from hdp.application.app import Application

_STATES = ("prepared", "draft", "in_review", "published")
_NEXT = {"prepared": "prepare", "draft": "draft-update", "in_review": "draft-update",
         "published": "update"}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A value that a person decides on; `mark` is of the value they saw, "" for any.

    `planned` values are not sent yet: an update of a published record would send them.
    """

    item: int
    field: str
    mark: str = ""
    planned: bool = False


def list_values(
    app: Application, env: str, items: Sequence[int] | None = None, *,
    accepted: bool = False, offset: int = 0, limit: int = 1_000_000,
) -> dict[str, Any]:  # fmt: skip
    """What pipelines wrote into the records of an environment, by record and field.

    Those that were accepted only where they are asked for; `evidence` has the passages, file,
    model and confidence that a component gave.
    """
    found = _current(app, env, items)
    marks = app.project.read(
        lambda c: machine_values.read_accepted(c, [one.item_id for one in found])
    )
    rows = [row for one in found for row in _rows(one, marks.get(one.item_id, {}))]
    shown = [row for row in rows if accepted or not row["accepted"]]
    return {"values": shown[offset : offset + limit], "total": len(shown)}


def count_open(app: Application, env: str, items: Sequence[int]) -> dict[int, int]:
    """item -> how many of its values wait for a person, those without any left out."""
    counts: dict[int, int] = {}
    for row in list_values(app, env, items)["values"]:
        counts[row["item"]] = counts.get(row["item"], 0) + 1
    return counts


def planned_values(app: Application, env: str, items: Sequence[int]) -> list[dict[str, Any]]:
    """The same of published records as an update would make them: what would change, and waits."""
    desk = app.desk(env)
    preparer = describing.preparer(app, desk)
    found = [one for one in map(desk.current, items) if one and one.state == "published"]
    return [row for one in found for row in values_of(app, plan_update(desk, preparer, one))]


def values_of(app: Application, update: Update) -> list[dict[str, Any]]:
    """What an update would make public of a pipeline's values."""
    item = update.deposit.item_id
    marks = app.project.read(lambda c: machine_values.read_accepted(c, [item])).get(item, {})
    changed = {one.field for one in update.differences}
    return [row for row in _rows(update.as_deposit(), marks) if row["field"] in changed]


def _current(app: Application, env: str, items: Sequence[int] | None) -> list[Deposit]:
    """The deposits that count now and hold anything of a pipeline, one for each item."""
    numbers = app.project.read(lambda c: deposits.with_machine_values(c, env, items))
    found = app.project.read(lambda c: deposits.deposits_by_id(c, numbers))
    by_item = {one.item_id: one for one in sorted(found.values(), key=lambda one: one.id)
               if one.state in _STATES}  # fmt: skip
    return sorted(by_item.values(), key=lambda one: one.item_id)


def _rows(one: Deposit, marks: Mapping[str, str]) -> list[dict[str, Any]]:
    made = machine_values.written_by_machine(one.origins, one.metadata)
    waiting = machine_values.not_accepted(one.origins, one.metadata, marks)
    return [
        {
            "item": one.item_id, "title": one.title, "state": one.state.replace("_", "-"),
            "field": name, "value": one.metadata[name], "pipeline": pipeline,
            "evidence": one.origins[name].get("evidence", []),
            "mark": machine_values.mark_of(one.metadata[name]), "accepted": name not in waiting,
        }
        for name, pipeline in made.items()
    ]  # fmt: skip


def accept(app: Application, env: str, choices: Sequence[Choice], by: str = "") -> int:
    """Accept values as they are; Conflict, and none accepted, where one is another by now."""
    chosen = _find(app, env, choices)

    def write(connection: Any) -> None:
        for row in chosen:
            machine_values.accept(connection, row["item"], {row["field"]: row["value"]})

    app.project.write(write)
    app.bus.emit(Changed(("deposits",), sorted({row["item"] for row in chosen}), by))
    return len(chosen)


def reject(app: Application, env: str, choices: Sequence[Choice], by: str = "") -> dict[str, Any]:
    """Give fields back to the mapping and lock them against pipelines.

    What was prepared or sent still holds the value: `next` says which action takes it out of
    which items.
    """
    chosen = _find(app, env, choices)

    def write(connection: Any) -> None:
        for row in chosen:
            place = (connection, row["item"], env, row["field"])
            overrides.unset_value(*place, only=False)
            overrides.lock(*place, only=False)

    app.project.write(write)
    app.bus.emit(Changed(("items", "deposits"), sorted({row["item"] for row in chosen}), by))
    following: dict[str, set[int]] = {}
    for row in chosen:
        following.setdefault(_NEXT[row["state"].replace("-", "_")], set()).add(row["item"])
    return {"rejected": len(chosen), "next": {one: sorted(ids) for one, ids in following.items()}}


def _find(app: Application, env: str, choices: Sequence[Choice]) -> list[dict[str, Any]]:
    sent = sorted({one.item for one in choices if not one.planned})
    planned = sorted({one.item for one in choices if one.planned})
    rows = list_values(app, env, sent, accepted=True)["values"] if sent else []
    rows += planned_values(app, env, planned) if planned else []
    there = {(row["item"], row["field"]): row for row in rows}
    for one in choices:
        row = there.get((one.item, one.field))
        if row is None or one.mark not in ("", row["mark"]):
            raise Conflict(
                f"{one.field} of item {one.item} is another value by now. Nothing was decided.",
                code="changed-elsewhere", hint="Look at the values again.",
                where={"item": one.item, "field": one.field}, values={"fields": one.field},
            )  # fmt: skip
    return [there[one.item, one.field] for one in choices]
