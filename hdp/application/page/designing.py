"""The Mapping page while a mapping is made: tables, keys, proposals, rows, checks, saving."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import (
    mapping_borrowing,
    mapping_checking,
    mapping_design,
    mapping_difference,
    mapping_matching,
    mapping_omitting,
    mapping_setting,
)
from hdp.application.config import Config
from hdp.application.mapping_choice import make_rule, shown_rule
from hdp.application.mapping_design import Design, Reading
from hdp.application.mapping_loading import get_row
from hdp.application.mapping_values import LEAVE_OUT
from hdp.ingest.modalities import known_modalities
from hdp.plugin_formats import table_kinds
from hdp.project import mappings
from hdp.project.mappings import MappingRow
from hdp.sdk import Conflict, Modality, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.application.mapping_checking import Group, Report

_FINDINGS = 200
_RECORDS = 200
Body = Mapping[str, Any]


class DesignPages:
    """What the routes of the Mapping page ask for; only `save` and `remove` change anything."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def overview(self) -> dict[str, Any]:
        """The project's mappings, and which kinds of files rules may name."""
        known = known_modalities(self._app.catalogue.modalities)
        kinds = [{"id": name, "title": one.title} for name, one in known.items()]
        return {
            "mappings": mapping_setting.list_rows(self._app), "modalities": kinds,
            "folder": str(self._app.project.folder),
            "tables": table_kinds(self._app.catalogue.sources),
        }  # fmt: skip

    def fields(self, env: str | None) -> dict[str, Any]:
        """All fields of the environment's target."""
        return mapping_design.list_fields(self._app.target(self._app.environment(env)))

    def open(self, name: str | None) -> dict[str, Any]:
        """A stored mapping as the page begins with it."""
        row = get_row(self._app, name)
        base = (self._app.project.folder / row.base).resolve()
        return {
            "name": row.name, "text": row.source, "base": str(base), "hash": row.hash,
            "applies": shown_rule(row.applies), "active": row.active,
        }  # fmt: skip

    def load(self, path: Path) -> dict[str, Any]:
        """A mapping file as the page begins with it; nothing is kept."""
        return {
            "name": path.stem, "text": mapping_setting.read_text(path), "base": str(path.parent),
            "hash": "", "applies": {}, "active": False,
        }  # fmt: skip

    def elsewhere(self, path: Path) -> dict[str, Any]:
        """The mappings of another project."""
        return {"mappings": mapping_borrowing.list_elsewhere(path)}

    def look(self, path: Path, body: Body) -> dict[str, Any]:
        """The first rows of a table."""
        return mapping_design.look(path, self._base(body), _reading(body))

    def propose(self, path: Path, body: Body, env: str | None) -> dict[str, Any]:
        """Rules that a table's column names propose."""
        target = self._app.target(self._app.environment(env))
        key = _text(body, "key")
        return {
            "fields": mapping_design.propose_fields(
                target, path, _reading(body), key, creator=Config(self._app.home).creator()
            )
        }

    def make(self, body: Body, env: str | None, offset: int, limit: int) -> dict[str, Any]:
        """The text of values, and the rows that it gives."""
        values = body.get("values")
        if not (values is None or isinstance(values, dict)):
            raise UsageError("“values” must be an object.", code="bad-request")
        quick = body.get("quick") is True
        return mapping_design.make(
            self._app, self._design(body), values, env=env, offset=offset, limit=limit, quick=quick
        )

    def match(self, body: Body, env: str | None) -> dict[str, Any]:
        """How well the key column names the files."""
        values = body.get("values")
        if not isinstance(values, dict):
            raise UsageError("“values” must be an object.", code="bad-request")
        return mapping_matching.match_keys(self._app, self._design(body), values, env=env)

    def check(self, body: Body, env: str | None) -> dict[str, Any]:
        """Every problem of every row, with a mapping that is not kept yet."""
        return told(self._report(body, env))

    def leave_out(self, body: Body, env: str | None) -> dict[str, Any]:
        """The text with the values of one kind of finding left out, and how many those are."""
        code, field = _text(body, "code"), _text(body, "field")
        design = self._design(body)
        entries: list[dict[str, Any]] = []
        for group in self._report(body, env).groups():
            if (group.first.code, group.field) == (code, field):
                entries += [
                    {key: one.args[LEAVE_OUT][key] for key in ("field", "value")}
                    for one in group.findings
                    if LEAVE_OUT in one.args and one.args.get("mapping") == design.name
                ]
        unique = [one for at, one in enumerate(entries) if one not in entries[:at]]
        return {"text": mapping_omitting.add_entries(design.text, unique), "count": len(unique)}

    def _report(self, body: Body, env: str | None) -> Report:
        desk = self._app.desk(env)
        row = self._candidate(body, env)
        loaded = mapping_difference.with_candidate(self._app, desk.target, row, fresh=False)
        return mapping_checking.check_with(self._app, desk, loaded)

    def differences(self, body: Body, env: str | None) -> dict[str, Any]:
        """What the mapping would change in records that are prepared already."""
        one = self._design(body)
        if not self._app.project.read(mappings.list_mappings):
            return {"records": [], "total": 0, "errors": 0}
        found = mapping_difference.compare_text(
            self._app, one.text, base=one.base, name=one.name, env=env, applies=one.applies
        )
        return {
            "records": [record.to_json() for record in found[:_RECORDS]],
            "total": len(found),
            "errors": sum(bool(record.errors) for record in found),
        }

    def save(self, body: Body) -> dict[str, Any]:
        """Keep the mapping; Conflict where it was changed since the page read it."""
        one = self._design(body)
        if not one.name.strip():
            raise UsageError("The mapping has no name.", code="bad-request", hint="Give it one.")
        now = self._app.project.read(lambda c: mappings.get_mapping(c, one.name))
        seen = body.get("seen")
        if isinstance(seen, str) and seen != (now.hash if now else ""):
            raise _changed(one.name, now)
        mapping_setting.set_text(
            self._app, one.text, base=one.base, name=one.name, applies=one.applies
        )
        return self.open(one.name)

    def export(self, body: Body, path: Path) -> dict[str, Any]:
        """Write the mapping to a new file."""
        mapping_design.export(self._design(body), path)
        return {"path": str(path)}

    def remove(self, name: str) -> dict[str, Any]:
        """Forget a mapping; what was prepared with it stays."""
        mapping_setting.remove_mapping(self._app, name)
        return self.overview()

    def move(self, name: str, before: str | None) -> dict[str, Any]:
        """Ask a mapping's rule before another's, or (None) last."""
        mapping_setting.move_mapping(self._app, name, before)
        return self.overview()

    def _candidate(self, body: Body, env: str | None) -> MappingRow:
        one, target = self._design(body), self._app.desk(env).target
        return mapping_difference.candidate_row(
            self._app, target, one.text, base=one.base, name=one.name, applies=one.applies
        )

    def _design(self, body: Body) -> Design:
        rule = _rule(body, self._app.catalogue.modalities)
        return Design(_text(body, "text"), self._base(body), _text(body, "name"), rule)

    def _base(self, body: Body) -> Path:
        base = Path(_text(body, "base") or self._app.project.folder)
        if not base.is_absolute():
            raise UsageError("“base” must be a whole path.", code="bad-request")
        return base


def told(report: Report) -> dict[str, Any]:
    """A report for the page: what is wrong by kind, of each the first findings."""
    whole = report.to_json()
    del whole["findings"]
    return whole | {"groups": [_group(one) for one in report.groups()]}


def _group(group: Group) -> dict[str, Any]:
    shown = [one.to_json() for one in group.findings[:_FINDINGS]]
    return group.to_json() | {"findings": shown}


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or (name != "text" and "\0" in value):
        raise UsageError(f"“{name}” must be a text.", code="bad-request")
    return value


def _reading(body: Body) -> Reading:
    header = body.get("header")
    if isinstance(header, bool) or not isinstance(header, int | None):
        raise UsageError("“header” must be a whole number.", code="bad-request")
    separator = _text(body, "separator")
    known = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
    return Reading(
        _text(body, "sheet") or None, header, _text(body, "encoding") or None,
        known.get(separator, separator) or None,
    )  # fmt: skip


def _rule(body: Body, plugins: Mapping[str, Modality]) -> dict[str, Any] | None:
    given = body.get("applies")
    if given is None:
        return None
    if not isinstance(given, dict) or any(not isinstance(one, list) for one in given.values()):
        raise UsageError("“applies” must be an object of lists.", code="bad-request")
    folders, kinds = given.get("folders", []), given.get("modality", [])
    items = given.get("items", [])
    texts = all(isinstance(one, str) for one in [*folders, *kinds])
    if not texts or not all(isinstance(one, int) for one in items):
        raise UsageError("“applies” must be an object of lists.", code="bad-request")
    return make_rule(folders, kinds, items, plugins)


def _changed(name: str, now: MappingRow | None) -> Conflict:
    what = "was changed somewhere else meanwhile" if now else "was removed meanwhile"
    return Conflict(
        f"The mapping {name} {what}. Nothing was saved.",
        code="mapping-changed-elsewhere",
        hint="Save it under another name, or save again to replace the other.",
        where={"mapping": name},
        values={"name": name},
    )
