"""The Edit page: one record's fields, looked at, checked while typing, and saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hdp.application import editing, terms
from hdp.application.editing import Change, Editor
from hdp.project import mappings
from hdp.sdk import Conflict, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

_NAMES = ("unset", "lock", "unlock")
_TERMS_SHOWN = 50


class EditPages:
    """What the routes of Edit ask for."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._kept: tuple[Any, Editor] | None = None

    def show(self, item_id: int, env: str | None) -> dict[str, Any]:
        """All fields of a record."""
        return self._editor(env).describe(item_id)

    def check(self, item_id: int, env: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        """What would be found in values that are being typed; nothing is stored."""
        return self._editor(env).check(item_id, _change(body, ""))

    def save(
        self, item_id: int, env: str | None, body: Mapping[str, Any], by: str
    ) -> dict[str, Any]:
        """Store a change and show the record as it is then."""
        editor = self._editor(env)
        change = _change(body, by)
        if why := editing.why_fixed(editor.desk.current(item_id)):
            raise Conflict(
                f"{why} Nothing was stored.",
                hint="Discard the draft first, or make a new version of the record.",
                where={"item": item_id},
            )
        editor.apply(item_id, change)
        return editor.describe(item_id)

    def vocabulary(self, env: str | None, field: str, query: str) -> dict[str, Any]:
        """The terms of a field that fit some words."""
        target = self._app.target(self._app.environment(env))
        found, total = terms.find_terms(target, field, query[:200], _TERMS_SHOWN)
        return {"terms": found, "total": total}

    def _editor(self, env: str | None) -> Editor:
        """The editor of the last call where mappings and tables are as they were.

        A long table would otherwise be read again for every word that is typed.
        """
        key = (self._app.environment(env).name, self._app.project.path, self._facts())
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, editing.open_editor(self._app, env))
        return self._kept[1]

    def _facts(self) -> tuple[Any, ...]:
        project = self._app.project
        found: list[Any] = [id(project)]
        for row in project.read(mappings.list_mappings):
            table = project.folder / row.table_path if row.table_path else None
            try:
                facts = table.stat() if table else None
            except OSError:
                facts = None
            found.append((row, facts and (facts.st_mtime_ns, facts.st_size)))
        return tuple(found)


def _change(body: Mapping[str, Any], by: str) -> Change:
    values, stamps = body.get("set", {}), body.get("stamps")
    if not isinstance(values, dict) or not (stamps is None or _texts(stamps)):
        raise UsageError("“set” and “stamps” must be objects.", code="bad-request")
    names: dict[str, list[str]] = {}
    for name in _NAMES:
        given = body.get(name, [])
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            raise UsageError(f"“{name}” must be a list of field names.", code="bad-request")
        names[name] = given
    only = body.get("env_only", False)
    if not isinstance(only, bool):
        raise UsageError("“env_only” must be true or false.", code="bad-request")
    return Change(set=values, **names, env_only=only, stamps=stamps, by=by)


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
