"""What checkers of plugins say of a file, taken over with care: they may say anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from hdp.ingest.checks import Checked
from hdp.ingest.items import worst
from hdp.ingest.problems import SAVE
from hdp.limited import WorkerDied
from hdp.plugin_formats import PluginFunction, say_raised
from hdp.sdk import Finding, HdpError

_MOST = 100  # findings of one file
_LONGEST = 1000
_CODE = re.compile(r"[a-z][a-z0-9-]{0,60}")
_STATUS = {"error": "invalid", "warning": "problems", "info": "valid"}
_AUTHOR = "Tell the plugin's author, or switch the plugin off."


def ask_plugin(plugin: PluginFunction, path: Path, relpath: str) -> Checked:
    """Runs in the limited process: what the plugin's checker says of the file.

    Nothing of the plugin's own goes back, only texts.
    """
    where = {"file": relpath or path.name}
    try:
        given = plugin.load()(path)
        if not isinstance(given, Iterable) or isinstance(given, str | bytes):
            raise TypeError(f"it gave {given!r}, which is no list of findings")
        found = [_taken(one, where) for one in islice(given, _MOST)]
    except MemoryError:
        raise  # the limited process answers for it
    except HdpError as error:
        found = [Finding("error", "unreadable", _cut(error.message), _cut(error.hint), where)]
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit too
        found = [_failed(plugin, path, where, say_raised(error))]
    return Checked(worst("valid", *(_STATUS[one.severity] for one in found)), tuple(found))


def lost_plugin(plugin: PluginFunction, path: Path, relpath: str, error: WorkerDied) -> Checked:
    """What is said of a file with which the plugin's checker took its process along."""
    message = f"{path.name} could not be checked by {plugin.called}. {error.message}"
    hint = f"{SAVE} Where it is sound: {_AUTHOR[0].lower()}{_AUTHOR[1:]}"
    where = {"file": relpath or path.name}
    return Checked("invalid", (Finding("error", error.name, message, hint, where),))


def not_asked(plugin: PluginFunction, path: Path, relpath: str) -> Checked:
    """What is said of a file whose checker failed too often in this run."""
    told = _failed(
        plugin, path, {"file": relpath or path.name},
        "it crashed or did not end with other files, and is not asked any more in this run",
    )  # fmt: skip
    return Checked("problems", (told,))


def merge(ours: Checked, more: Checked) -> Checked:
    """Our own check and a plugin's together; nothing is said twice."""
    new = tuple(one for one in more.findings if one not in ours.findings)
    return Checked(worst(ours.status, more.status), (*ours.findings, *new))


def _failed(plugin: PluginFunction, path: Path, where: dict[str, Any], why: str) -> Finding:
    message = f"{path.name} was not checked by {plugin.called}: {why}."
    return Finding("warning", "plugin-raised", message, _AUTHOR, where)


def _taken(given: Any, where: dict[str, Any]) -> Finding:
    if not isinstance(given, Finding) or given.severity not in _STATUS:
        raise TypeError(f"it gave {given!r}, which is no Finding")
    if not _CODE.fullmatch(str(given.code)) or not str(given.message).strip():
        raise TypeError(f"it gave a finding with the code {given.code!r}: {given.message!r}")
    place = {**where, **dict(_numbers(given.where))}
    severity, code = str(given.severity), str(given.code)
    return Finding(severity, code, _cut(given.message), _cut(given.hint), place)  # type: ignore[arg-type]


def _numbers(where: Any) -> Iterator[tuple[str, int]]:
    for name in ("line", "row", "column"):
        value = where.get(name) if isinstance(where, Mapping) else None
        if isinstance(value, int):
            yield name, int(value)


def _cut(text: Any) -> str:
    plain = str(text).encode("utf-8", "replace").decode("utf-8").strip()
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"
