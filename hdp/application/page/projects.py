"""Opening, making and scanning projects for the page."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import demo, packing, scanning
from hdp.application.grouping_example import count_files, example
from hdp.application.scanning import NewProject
from hdp.ingest.modalities import known_modalities
from hdp.ingest.names import fold
from hdp.ingest.options import ScanOptions
from hdp.ingest.packing_model import PackChoices
from hdp.metadata.tables import read_table
from hdp.plugin_formats import table_kinds
from hdp.project import items
from hdp.project.project import Project
from hdp.sdk import Modality, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

_MOST_FOLDERS = 500
_LISTS = ("extensions", "exclude", "texture_dirs")
_SWITCHES = ("materials", "textures", "archive_subfolders")
_TEXTS = ("mode", "bundle", "primary", "prefix", "suffix", "pattern", "key", "group", "depth")


class ProjectPages:
    """The welcome screen, the wizard and the scan."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def open(self, path: Path) -> dict[str, Any]:
        """Open a project file."""
        return {"project": project_json(self._app.open_project(path))}

    def close(self) -> dict[str, Any]:
        """Close the project, after what is being sent."""
        self._app.close_project()
        return {}

    def new(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make a project, open it and begin its first scan."""
        choices = read_choices(body.get("packing"))
        project = scanning.create_project(self._app, read_spec(body))
        if choices:
            packing.choose_for_project(self._app, choices)
        return {
            "project": project_json(project),
            "job": scanning.start_scan(self._app, then_check=True),
        }

    def check(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Whether a step of the wizard (`details`, `paths`, `options`) will do; writes nothing."""
        checks: dict[str, Callable[[NewProject], object]] = {
            "details": scanning.check_details,
            "paths": scanning.check_paths,
            "options": scanning.scan_options,
        }
        if body.get("step") not in checks:
            raise _wrong("step", "details, paths or options")
        filled = {"input": "/", "output": "/", **_filled(body)}
        checks[str(body["step"])](read_spec(filled))
        return {}

    def example(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """How the names of the folder would be grouped by the options, quickly."""
        spec = read_spec({"file": "/new", "output": "/", "input": "/", **_filled(body)})
        options = ScanOptions.from_json({"input": str(spec.input), **dict(spec.scan)})
        if not body.get("input"):
            options = replace(options, input=Path())
        return example(options, look=bool(body.get("input")))

    def table(self, path: Path) -> dict[str, Any]:
        """The columns of a table, and a row of it as an example."""
        table = read_table(path)
        first = table.cells(0) if table.rows else {}
        return {"columns": list(table.columns), "rows": len(table.rows), "first": first}

    def scan(self) -> dict[str, Any]:
        """Look at the input folder again, as a job."""
        return {"job": scanning.start_scan(self._app, then_check=True)}

    def demo(self) -> dict[str, Any]:
        """Make and open the sample project in a new folder; the rest is a job."""
        project = demo.create_sample(self._app)
        return {"project": project_json(project), "job": demo.start_sample(self._app)}

    def modalities(self) -> dict[str, Any]:
        """The kinds of collection that the wizard offers, those of plugins too."""
        return {
            "modalities": [asdict(one) for one in self._known().values()],
            "tables": table_kinds(self._app.catalogue.sources),
        }

    def _known(self) -> Mapping[str, Modality]:
        return known_modalities(self._app.catalogue.modalities)

    def folders(self, text: str, kinds: str = "") -> dict[str, Any]:
        """The folders that complete a half-typed path; the person's own folder for nothing.

        With `kinds` (extensions divided by commas; * for any) also the files of these kinds.
        """
        path = Path(text).expanduser() if text.strip() and "\0" not in text else Path.home()
        if not path.is_absolute():
            path = Path.home()
        typed = "" if path.is_dir() else fold(path.name)
        folder = path if path.is_dir() else path.parent
        names = [one for one in _subfolders(folder) if fold(one).startswith(typed)]
        return {
            "path": str(folder),
            "parent": str(folder.parent),
            "folders": names[:_MOST_FOLDERS],
            "exists": path.is_dir(),
            "files": _files(folder, typed, kinds) if kinds else [],
        }

    def count(self, text: str) -> dict[str, Any]:
        """How many files lie in a folder, and how many bytes."""
        path = Path(text).expanduser()
        if "\0" in text or not path.is_absolute() or not path.is_dir():
            return {"exists": False, "files": 0, "bytes": 0, "folders": 0, "more": False}
        return {"exists": True, **count_files(path)}


def _subfolders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as found:
            names = [one.name for one in found if not one.name.startswith(".") and one.is_dir()]
    except OSError:
        return []
    return sorted(names, key=str.casefold)


def _files(folder: Path, typed: str, kinds: str) -> list[str]:
    endings = tuple("" if one == "*" else f".{one}" for one in kinds.casefold().split(","))
    try:
        with os.scandir(folder) as found:
            names = [
                one.name
                for one in found
                if fold(one.name).startswith(typed) and one.name.casefold().endswith(endings)
            ]
    except OSError:
        return []
    return sorted(names, key=str.casefold)[:_MOST_FOLDERS]


def project_json(project: Project) -> dict[str, Any]:
    """An open project as the page's frame shows it."""
    return {
        "name": project.about.name,
        "code": project.about.code,
        "path": str(project.path),
        "environment": project.setting("environment"),
        "items": project.read(items.count_items),
    }


def _filled(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in body.items() if one not in (None, "")}


def read_spec(body: Mapping[str, Any]) -> NewProject:
    """What the wizard sends as a new project; UsageError names what does not fit."""
    return NewProject(
        file=_project_file(_path(body, "file")),
        name=_text(body, "name"),
        code=_text(body, "code"),
        input=_path(body, "input"),
        output=_path(body, "output"),
        scan=_scan(body),
        modalities=tuple(_texts(body, "modality")),
        set_aside=read_reasons(body.get("set_aside")),
    )


def read_reasons(value: Any) -> dict[str, str]:
    """Primary file -> why its item is set aside."""
    value = value or {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise _wrong("set_aside", "reasons by file")
    return dict(value)


def read_choices(value: Any) -> dict[str, str]:
    """How records are packed, as chosen in Review."""
    value = value or {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise _wrong("packing", "choices by name")
    chosen = {name: one for name, one in value.items() if one}
    PackChoices.merged(chosen)  # refuses what there is not, before anything is made
    return chosen


def _scan(body: Mapping[str, Any]) -> dict[str, Any]:
    given = {name for name, one in body.items() if one is not None}
    scan: dict[str, Any] = {name: _texts(body, name) for name in _LISTS if name in given}
    scan |= {name: _switch(body, name) for name in _SWITCHES if name in given}
    scan |= {name: _text(body, name) for name in _TEXTS if name in given}
    if body.get("table"):
        scan["table"] = str(_path(body, "table"))
    if body.get("by_hand"):
        scan["by_hand"] = body["by_hand"]
    scan["texture_dirs"] = [str(_whole(one)) for one in scan.get("texture_dirs", []) if one.strip()]
    return scan


def _whole(text: str) -> Path:
    path = Path(text.strip()).expanduser()
    if not path.is_absolute() or "\0" in text:
        raise _wrong("texture_dirs", "whole paths, from the root or the drive on")
    return path


def _switch(body: Mapping[str, Any], name: str) -> bool:
    value = body[name]
    if not isinstance(value, bool):
        raise _wrong(name, "true or false")
    return value


def _project_file(path: Path) -> Path:
    if not path.name:
        raise _wrong("file", "a file in a folder")
    return path if path.suffix == ".hdpc" else path.with_name(f"{path.name}.hdpc")


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or "\0" in value:
        raise _wrong(name, "a text")
    return value


def _texts(body: Mapping[str, Any], name: str) -> list[str]:
    values = body.get(name) or []
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise _wrong(name, "a list of texts")
    return values


def _path(body: Mapping[str, Any], name: str) -> Path:
    path = Path(_text(body, name).strip() or ".").expanduser()
    if not path.is_absolute():
        raise _wrong(name, "a whole path, from the root or the drive on")
    return path


def _wrong(name: str, what: str) -> UsageError:
    return UsageError(f"“{name}” must be {what}.", code="bad-request", where={"field": name})
