"""Publish and Published: consequences, acceptance, differences, adopting, citing, the own table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hdp.application import citing, consequences, machine, pulling, table_report, updates
from hdp.application.actions import Action
from hdp.events import Changed
from hdp.sdk import UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MOST_COMPARED = 200
_MOST_PULLED = 50
Body = Mapping[str, Any]


class PublishPages:
    """What the Publish dialog and the Published tab ask for."""

    def __init__(self, app: Application, action: Callable[[Body, str], Action]) -> None:
        self._app, self._action = app, action

    def consequences(self, body: Body) -> dict[str, Any]:
        """What publishing a selection means; nothing is done."""
        return consequences.consequences(self._app, self._action(body, ""))

    def accept_values(self, body: Body, by: str) -> dict[str, Any]:
        """Accept what pipelines wrote into the drafts of a selection, as it is now."""
        action = self._action({**body, "action": "publish"}, by)
        count = consequences.accept_values(self._app, action)
        self._app.bus.emit(Changed(("deposits",), None, by))
        return {"records": count}

    def values(self, body: Body, offset: int, limit: int) -> dict[str, Any]:
        """What pipelines wrote into the records of an environment, or into some of them."""
        env = self._app.environment(str(body["env"]) if body.get("env") else None).name
        ids = self._action({**body, "action": "publish"}, "").selection.ids or None
        accepted = body.get("accepted") is True
        return machine.list_values(
            self._app, env, ids, accepted=accepted, offset=offset, limit=limit
        )

    def decide(self, body: Body, by: str, accept: bool) -> dict[str, Any]:
        """Accept values as the person saw them, or give their fields back to the mapping."""
        env = self._app.environment(str(body["env"]) if body.get("env") else None).name
        choices = _choices(body.get("values"))
        if accept:
            return {"accepted": machine.accept(self._app, env, choices, by)}
        return machine.reject(self._app, env, choices, by)

    def differences(self, body: Body) -> dict[str, Any]:
        """What updating the metadata of published records would change; nothing is sent."""
        action = self._action({**body, "action": "update"}, "")
        if len(action.selection.ids) > _MOST_COMPARED:
            raise UsageError(
                f"At most {_MOST_COMPARED} records are compared at once.", code="too-many"
            )
        return updates.preview(self._app, action.env, "update", action.selection)

    def pull(self, body: Body, by: str) -> dict[str, Any]:
        """Adopt records by id or DOI; how each went."""
        records, item = body.get("records"), body.get("item")
        if not isinstance(records, list) or not all(isinstance(one, str) for one in records):
            raise UsageError("“records” must be a list of ids or DOIs.", code="bad-request")
        if len(records) > _MOST_PULLED:
            raise UsageError(f"At most {_MOST_PULLED} records at once.", code="too-many")
        if item is not None and type(item) is not int:
            raise UsageError("“item” must be a number.", code="bad-request")
        env = self._app.environment(str(body["env"]) if body.get("env") else None).name
        tasks = pulling.pull(self._app, env, records, item)
        self._app.bus.emit(Changed(("items", "deposits"), None, by))
        return {"tasks": tasks, "not_tried": len(set(records)) - len(tasks)}

    def citations(self, env: str | None, item: int, version: str) -> dict[str, Any]:
        """A published record in all citation styles."""
        return citing.citations(self._app, self._app.environment(env).name, item, version)

    def table(self, env: str | None, form: str) -> tuple[bytes, str, str]:
        """The own table with identifiers: its bytes, name and media type."""
        with TemporaryDirectory(prefix="hdp-table-") as folder:
            goal = Path(folder) / f"table.{form}"
            told = self.save_table(env, form, goal)
            name = f"{Path(told['table']).stem}-dois.{form}"
            return goal.read_bytes(), name, _TYPES[form]

    def save_table(self, env: str | None, form: str, goal: Path) -> dict[str, Any]:
        """Write the own table with identifiers to a new file; Refused where there is one."""
        if form not in _TYPES:
            raise UsageError("“as” must be csv or xlsx.", code="bad-request")
        name = self._app.environment(env).name
        columns, rows, told = table_report.table_report(self._app, name)
        table_report.write_table_report(goal, columns, rows, form)
        return {"path": str(goal), **told}


def _choices(given: object) -> list[machine.Choice]:
    rows = given if isinstance(given, list) else []
    if not rows or not all(_is_choice(one) for one in rows):
        raise UsageError("“values” must be a list of {item, field, mark}.", code="bad-request")
    return [
        machine.Choice(one["item"], one["field"], one["mark"], one.get("planned") is True)
        for one in rows
    ]


def _is_choice(one: object) -> bool:
    if not isinstance(one, dict):
        return False
    texts = isinstance(one.get("field"), str) and isinstance(one.get("mark"), str)
    return type(one.get("item")) is int and texts and bool(one["mark"])
