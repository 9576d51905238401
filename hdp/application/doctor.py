"""What works on this machine: facts, none of which stops anything else."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp import __version__, paths
from hdp.application.environment_tools import describe_tool
from hdp.application.system_libraries import (
    closed_memory,
    graphics_advice,
    install_command,
    missing_packages,
)
from hdp.net import Client
from hdp.sdk import HdpError

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.environments import EnvironmentEntry

_PATIENCE_S = 4.0


def examine(app: Application) -> dict[str, Any]:
    """Look at everything; being offline or without a display is a fact, not a failure."""
    return {
        "version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "home": str(app.home),
        "log": str(paths.log_dir() / "hdp.log"),
        "window": _window(),
        "graphics": graphics_advice(),
        "pictures": _pictures(app),
        "keyring": _keyring(),
        "practice": _practice(app),
        "disk": _disks(app),
        "environments": _environments(app),
        "plugin_environments": describe_tool(),
        "plugins": [one.to_json() for one in app.catalogue.plugins],
    }


def _window() -> dict[str, Any]:
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or ""
    needs_display = sys.platform.startswith("linux")
    missing = [name for name in ("webview", "PySide6", "qtpy") if not _there(name)]
    if missing:
        message = f"not installed ({', '.join(missing)} missing); hdp serve --open works"
    elif needs_display and not display:
        message = "installed, but there is no display here; hdp serve works"
    else:
        message = "works"
    packages = [] if missing else missing_packages()
    closed = closed_memory()
    if closed and not missing:
        message = closed
    if packages:
        message = f"the system lacks libraries; install: {install_command(packages)}"
    page = (paths.frontend_dir() / "index.html").is_file()
    if not page:
        message += "; the page was not built"
    works = page and not (missing or packages or closed) and (bool(display) or not needs_display)
    return {"works": works, "missing": missing, "packages": packages, "display": display,
            "page": page, "message": message}  # fmt: skip


def _pictures(app: Application) -> dict[str, Any]:
    """Which kinds of files are shown as pictures; a trial where the library is there."""
    missing = [
        f"no {what} ({name.removesuffix('modules')} is not installed)"
        for name, what in (("vtkmodules", "models"), ("pypdfium2", "PDFs"), ("pi_heif", "HEIC"))
        if not _there(name)
    ]
    models = _there("vtkmodules") and app.pictures.models_work()
    if _there("vtkmodules") and not models:
        missing.append("no models (OpenGL does not work here)")
    message = "work" + (f"; {', '.join(missing)}" if missing else " for images, PDFs and models")
    return {"works": not missing, "models": models, "message": message}


def _there(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _keyring() -> dict[str, Any]:
    try:
        import keyring

        backend = keyring.get_keyring()
        usable = float(getattr(backend, "priority", 0)) > 0
        name = f"{type(backend).__module__}.{type(backend).__name__}"
    except Exception as error:  # noqa: BLE001 - backends raise whatever their system raises
        usable, name = False, type(error).__name__
    told = name if usable else "none usable; tokens are kept in a file that only you may read"
    return {"works": usable, "backend": name, "message": told}


def _practice(app: Application) -> dict[str, Any]:
    folder = app.home / "practice"
    try:
        app.remotes.practice()
    except HdpError as error:
        return {"works": False, "folder": str(folder), "message": error.message}
    return {"works": True, "folder": str(folder), "message": f"works, kept in {folder}"}


def _disks(app: Application) -> list[dict[str, Any]]:
    places = [app.home]
    if app.has_project:
        places += [app.project.folder, app.project.root_dir("output")]
    found = []
    for place in dict.fromkeys(places):
        usage = shutil.disk_usage(_existing(place))
        found.append({"path": str(place), "free": usage.free, "total": usage.total})
    return found


def _existing(place: Path) -> Path:
    return next(one for one in (place, *place.parents) if one.exists())


def _environments(app: Application) -> list[dict[str, Any]]:
    entries = app.environments.list()
    with ThreadPoolExecutor(max(1, len(entries))) as pool:
        reached = list(pool.map(lambda one: _reach(app, one), entries))
    return [
        {"name": entry.name, "kind": entry.kind, "url": entry.url,
         "token": entry.name == "practice" or app.credentials.has(entry.name),
         "reachable": reachable, "message": message}
        for entry, (reachable, message) in zip(entries, reached, strict=True)
    ]  # fmt: skip


def _reach(app: Application, entry: EnvironmentEntry) -> tuple[bool, str]:
    try:
        url = app.remotes.url(entry)
        answer = Client().request("GET", f"{url}/", timeout=_PATIENCE_S)
    except HdpError as error:
        return False, f"does not answer: {error.message}"
    return True, f"{url} answers ({answer.status})"
