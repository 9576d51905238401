"""Create New Version from Files, for the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.version_changes import compare_versions
from hdp.application.version_deciding import Patterns
from hdp.application.version_look import Look, Looks, Wanted
from hdp.application.version_plan import Planned, Wishes, plan_versions
from hdp.application.versioning import plan_json, search_records, start_versions, units_json
from hdp.sdk import UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application


class VersionPages:
    """New files, their records, the manifest, and the start of the job."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._looks = Looks(app)

    def end(self) -> None:
        """Stop what is looked at."""
        self._looks.end()

    def look(self, env: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        """Begin to look at new files."""
        name = self._app.environment(env).name
        paths = [Path(one).expanduser() for one in _texts(body, "paths")]
        folder, table = _path(body, "folder"), _path(body, "table")
        if not all(one.is_absolute() for one in [*paths, *filter(None, (folder, table))]):
            raise _wrong("paths", "whole paths, from the root or the drive on")
        if folder is not None and folder.is_file():  # one file was chosen
            paths, folder = [folder], None
        if any(one.is_dir() for one in paths):
            raise UsageError(
                "Name one folder, or files.", code="several-folders",
                hint="Choose files of one folder, or the folder above them.",
            )  # fmt: skip
        items = body.get("items")
        wanted = Wanted(folder, tuple(paths), table, items=tuple(items) if items else None)
        return _facts(self._looks.start(name, wanted))

    def looked(self, look_id: str) -> dict[str, Any]:
        """How far it is, and what was found."""
        one = self._looks.get(look_id)
        units = units_json(one.found) if one.found is not None else []
        records = len(one.found.bases) if one.found is not None else 0
        left_out = list(one.found.left_out) if one.found is not None else []
        return _facts(one) | {"units": units, "records": records, "left_out": left_out}

    def forget(self) -> dict[str, Any]:
        """Stop looking: the person went away."""
        self._looks.end()
        return {}

    def records(self, look_id: str, search: str) -> dict[str, Any]:
        """Published records to choose by hand."""
        return {"records": search_records(self._looks.get(look_id).result(), search)}

    def plan(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What would be made; nothing is sent."""
        return plan_json(self._plan(body))

    def start(self, body: Mapping[str, Any], by: str) -> dict[str, Any]:
        """Start the job."""
        env = self._looks.get(str(body.get("look"))).env
        started = start_versions(self._app, env, self._plan(body), by)
        return {"job": started.job, "chosen": len(started.chosen),
                "left_out": len(started.left_out)}  # fmt: skip

    def changes(self, env: str | None, item: int, before: int, after: int) -> dict[str, Any]:
        """What changed between two versions."""
        name = self._app.environment(env).name
        return compare_versions(self._app, name, item, before, after)

    def _plan(self, body: Mapping[str, Any]) -> list[Planned]:
        look = self._looks.get(str(body.get("look")))
        return plan_versions(self._app, look.env, look.result(), _wishes(body))


def _facts(one: Look) -> dict[str, Any]:
    return {
        "look": one.id, "state": one.state, "done": one.done, "total": one.total,
        "error": one.error.to_json() if one.error else None,
    }  # fmt: skip


def _wishes(body: Mapping[str, Any]) -> Wishes:
    pipeline = body.get("pipeline")
    if not isinstance(pipeline, str) or not pipeline:
        raise UsageError(
            "A new version needs a pipeline.", code="no-pipeline",
            hint="Choose one; no-processing takes the files as they are.",
        )  # fmt: skip
    metadata = _object(body, "metadata")
    decisions = _by_item(body, "decisions")
    if not all(isinstance(one, dict) for one in decisions.values()):
        raise _wrong("decisions", "an object for each item")
    adopt = {item: str(one) for item, one in _by_item(body, "adopt").items()}
    carry = body.get("carry")
    if not (carry is None or isinstance(carry, str | list)):
        raise _wrong("carry", "all, none or patterns")
    return Wishes(
        _object(body, "choices"), pipeline, _object(body, "params"), Patterns(carry), decisions,
        str(metadata.get("version") or ""), str(metadata.get("publication_date") or ""),
        _object(metadata, "fields"), bool(body.get("mapping")),
        str(body.get("note") or ""), adopt,
    )  # fmt: skip


def _by_item(body: Mapping[str, Any], name: str) -> dict[int, Any]:
    given = _object(body, name)
    if not all(item.isdecimal() for item in given):
        raise _wrong(name, "an object by the numbers of items")
    return {int(item): one for item, one in given.items()}


def _object(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise _wrong(name, "an object")
    return value


def _texts(body: Mapping[str, Any], name: str) -> list[str]:
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(o, str) and "\0" not in o for o in value):
        raise _wrong(name, "a list of texts")
    return value


def _path(body: Mapping[str, Any], name: str) -> Path | None:
    value = body.get(name)
    if not value:
        return None
    if not isinstance(value, str) or "\0" in value:
        raise _wrong(name, "a path")
    return Path(value).expanduser()


def _wrong(name: str, what: str) -> UsageError:
    return UsageError(f"“{name}” must be {what}.", code="bad-request", where={"field": name})
