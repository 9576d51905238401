"""The text that a person may copy and pass on: what happened, without secrets and names."""

from __future__ import annotations

import getpass
import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hdp import __version__, paths
from hdp.net import redact
from hdp.sdk import HdpError

if TYPE_CHECKING:
    from hdp.application.app import Application

_LINES, _TAIL = 60, 64 * 1024
_SAID = re.compile(
    r"(?i)(\b[\w-]*(?:token|secret|passw(?:or)?d|api[_-]?key|authorization|cookie)[\w-]*"
    r"[\"']?\s*[:=]\s*[\"']?)(?!Bearer \*\*\*|\*\*\*)[^\s\"',;&}]+"
)
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]+@")
_WORD = re.compile(r"(?<![\w/\\.-])[\w-]{32,}(?![\w/\\.-])")
_HOMES = re.compile(r"(?i)(?:/home|/Users|[A-Z]:(?:\\\\|\\|/)+Users)(?:\\\\|\\|/)+[^/\\\s\"':,;)]+")


def compose(
    app: Application,
    *,
    what: str,
    trace: str = "",
    when: str = "",
    version: str = "",
    place: str = "",
    report: str = "",
) -> str:
    """Version, system, what happened and the last lines of the log, cleaned.

    `place` says where the page is shown, `report` is the id under which the log has it.
    """  # fmt: skip
    facts: Mapping[str, str] = {
        "HDP": version or __version__,
        "Python": platform.python_version() + (", packaged app" if _frozen() else ""),
        "System": f"{platform.platform()}, {platform.machine()}",
        "Window": place,
        "When": when or datetime.now(UTC).isoformat(timespec="seconds"),
        "Report": report,
        "Plugin": _plugin_in(app, trace),
    }
    parts = ["\n".join(f"{name}: {value}" for name, value in facts.items() if value)]
    parts += [f"What happened:\n{what.strip()}"]
    parts += [f"Where:\n{trace.strip()}"] if trace.strip() else []
    parts += [f"Last lines of the log:\n{tail}"] if (tail := last_lines(paths.log_dir())) else []
    return clean("\n\n".join(parts), app) + "\n"


def _frozen() -> bool:
    return len(paths.program()) == 1


def clean(text: str, app: Application | None = None) -> str:
    """The text without tokens, passwords, names of people's folders and of the person."""
    text = redact(text, _secrets(app) if app is not None else ())
    text = _IN_ADDRESS.sub("***@", _SAID.sub(r"\1***", text))
    text = _WORD.sub(lambda found: "***" if _is_secret(found[0]) else found[0], text)
    for folder, name in _own_folders(app):
        for way in {folder, folder.replace("\\", "\\\\"), folder.replace("\\", "/")}:
            text = re.sub(re.escape(way), name.replace("\\", r"\\"), text, flags=_CASE)
    text = _HOMES.sub("~", text)
    person = _person()
    return re.sub(rf"\b{re.escape(person)}\b", "(you)", text) if len(person) > 3 else text


_CASE = re.IGNORECASE if sys.platform in ("win32", "darwin") else re.NOFLAG


def _is_secret(word: str) -> bool:
    """Whether it looks made by chance and is no checksum, which are lower case and base 16."""
    mixed = any(one.isdigit() for one in word) and any(one.isupper() for one in word)
    return mixed and any(one.islower() for one in word)


def _secrets(app: Application) -> Iterator[str]:
    yield from (value for name, value in os.environ.items() if name.startswith("HDP_TOKEN_"))
    try:
        names = [one.name for one in app.environments.list()]
    except HdpError:
        return
    for name in names:
        try:
            yield app.credentials.get(name)[0]
        except HdpError:
            continue


def _own_folders(app: Application | None) -> Iterator[tuple[str, str]]:
    """Folders whose names say who the person is or what they work on, the longest first."""
    places = {str(Path.home()): "~", str(paths.home_dir()): "(HDP's folder)"}
    if app is not None:
        places[str(app.home)] = "(HDP's folder)"
        if app.has_project:
            places[str(app.project.folder)] = "(project)"
            for root in ("input", "output"):
                places[str(app.project.root_dir(root))] = f"({root})"
    for place in sorted(places, key=len, reverse=True):
        if len(place) > 3 and place != "/root":
            yield place, places[place]
    if "/root" in places:
        yield "/root", "~"


def _person() -> str:
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
    return "" if name.lower() in ("root", "user", "admin", "administrator") else name


def _plugin_in(app: Application, trace: str) -> str:
    """The plugin of somebody else whose module is in the traceback, if one is."""
    if "catalogue" not in app.__dict__ or not trace:
        return ""
    for one in app.catalogue.plugins:
        if one.where and str(app.home) in one.where and one.where in trace:
            return f"{one.name or one.id} {one.version}".strip()
    return ""


def last_lines(folder: Path) -> str:
    """The end of the log; "" where there is none."""
    try:
        with (folder / "hdp.log").open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-_LINES:])
