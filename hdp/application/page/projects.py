"""Opening, making and scanning projects for the page."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import demo, scanning
from hdp.application.scanning import NewProject
from hdp.ingest.options import modalities
from hdp.project import items
from hdp.project.project import Project
from hdp.sdk import UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

_SHOWN = 500
_MOST_FOLDERS = 500
_OPTIONS = ("mode", "extensions", "bundle", "primary", "materials", "textures", "exclude")


class ProjectPages:
    """The welcome screen, the wizard and the scan."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._latest = 0
        self._lock = threading.Lock()

    def open(self, path: Path) -> dict[str, Any]:
        """Open a project file."""
        return {"project": project_json(self._app.open_project(path))}

    def close(self) -> dict[str, Any]:
        """Close the project, after what is being sent."""
        self._app.close_project()
        return {}

    def new(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make a project, open it and begin its first scan."""
        project = scanning.create_project(self._app, read_spec(body))
        return {
            "project": project_json(project),
            "job": scanning.start_scan(self._app, then_check=True),
        }

    def check(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Whether one step of the wizard (`details`, `paths`) will do; nothing is written."""
        checks = {"details": scanning.check_details, "paths": scanning.check_paths}
        if body.get("step") not in checks:
            raise _wrong("step", "details or paths")
        filled = {"input": "/", "output": "/", **{k: v for k, v in body.items() if v}}
        checks[str(body["step"])](read_spec(filled))
        return {}

    def preview(self, body: Mapping[str, Any], stopped: Callable[[], bool]) -> dict[str, Any]:
        """What a scan would find; a later preview ends an earlier one."""
        with self._lock:
            self._latest += 1
            mine = self._latest
        spec = read_spec(body)
        result = scanning.preview(spec, cancelled=lambda: stopped() or self._latest != mine)
        statuses = Counter(one.status for item in result.items for one in item.files)
        return {
            "items": [one.to_json() for one in result.items[:_SHOWN]],
            "counts": {**result.counts, "by_status": dict(statuses)},
            "findings": [one.to_json() for one in result.findings],
            "skipped": dict(result.skipped),
        }

    def scan(self) -> dict[str, Any]:
        """Look at the input folder again, as a job."""
        return {"job": scanning.start_scan(self._app, then_check=True)}

    def demo(self) -> dict[str, Any]:
        """Make and open the sample project in a new folder; the rest is a job."""
        project = demo.create_sample(self._app)
        return {"project": project_json(project), "job": demo.start_sample(self._app)}

    def modalities(self) -> dict[str, Any]:
        """The kinds of collection that the wizard offers."""
        found = modalities().items()
        return {"modalities": [{"id": name, "summary": "", **one} for name, one in found]}

    def folders(self, text: str) -> dict[str, Any]:
        """The folders that complete a half-typed path; the person's own folder for nothing."""
        path = Path(text).expanduser() if text.strip() and "\0" not in text else Path.home()
        if not path.is_absolute():
            path = Path.home()
        typed = "" if path.is_dir() else path.name.casefold()
        folder = path if path.is_dir() else path.parent
        names = [one for one in _subfolders(folder) if one.casefold().startswith(typed)]
        return {
            "path": str(folder),
            "parent": str(folder.parent),
            "folders": names[:_MOST_FOLDERS],
            "exists": path.is_dir(),
        }


def _subfolders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as found:
            names = [one.name for one in found if not one.name.startswith(".") and one.is_dir()]
    except OSError:
        return []
    return sorted(names, key=str.casefold)


def project_json(project: Project) -> dict[str, Any]:
    """An open project as the page's frame shows it."""
    return {
        "name": project.about.name,
        "code": project.about.code,
        "path": str(project.path),
        "environment": project.setting("environment"),
        "items": project.read(items.count_items),
    }


def read_spec(body: Mapping[str, Any]) -> NewProject:
    """What the wizard sends as a new project; UsageError names what does not fit."""
    scan = {name: _option(body, name) for name in _OPTIONS if body.get(name) is not None}
    return NewProject(
        file=_project_file(_path(body, "file")),
        name=_text(body, "name"),
        code=_text(body, "code"),
        input=_path(body, "input"),
        output=_path(body, "output"),
        scan=scan,
        modalities=tuple(_texts(body, "modality")),
    )


def _option(body: Mapping[str, Any], name: str) -> Any:
    if name in ("extensions", "exclude"):
        return _texts(body, name)
    if name in ("materials", "textures"):
        if not isinstance(body[name], bool):
            raise _wrong(name, "true or false")
        return body[name]
    return _text(body, name)


def _project_file(path: Path) -> Path:
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
