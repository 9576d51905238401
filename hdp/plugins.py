"""Plugins: found, checked, imported and put into one catalogue, each with one status."""

from __future__ import annotations

import json
import logging
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hdp import plugin_manifest
from hdp.earlier_spec import is_earlier
from hdp.paths import replace_text
from hdp.plugin_catalogue import Catalogue, PluginStatus, Status, suggest
from hdp.plugin_importing import Origin, cut_traceback, import_plugin
from hdp.plugin_manifest import Manifest
from hdp.plugin_places import (
    DROPPED_IN,
    Candidate,
    Source,
    by_path,
    find_candidates,
    find_folder,
    read_description,
)
from hdp.plugin_registering import NotReady, load_alone, register
from hdp.plugin_trial import forget_trial, try_plugins
from hdp.sdk import Finding, HdpError

__all__ = [
    "Catalogue",
    "Origin",
    "PluginStatus",
    "Source",
    "Status",
    "check_plugin",
    "cut_traceback",
    "import_plugin",
    "load",
    "set_enabled",
    "suggest",
]

log = logging.getLogger(__name__)


def load(
    home: Path,
    *,
    safe: bool = False,
    extra: Sequence[Path] = (),
    enabled: Container[str] | None = None,
) -> Catalogue:
    """Load all plugins; never raises for a bad one, which gets a status and a reason.

    `home` is the person's HDP folder; `safe` loads built-ins only; `extra` are folders
    that developers named; `enabled` overrides what the person has switched on.
    """
    catalogue = Catalogue()
    choices = _read_choices(home, catalogue.findings)
    wanted: list[tuple[int, Candidate]] = []
    for number, candidate in enumerate(find_candidates(home, safe=safe, extra=extra)):
        judged = _judge(catalogue, candidate, choices, enabled)
        catalogue.plugins.append(judged)
        if judged.status == "ready":
            wanted.append((number, candidate))
    others = {
        one.origin: one.folder
        for _, one in wanted
        if one.source != "built-in" and not is_earlier(one.folder)
    }
    refused = try_plugins(others, load_alone, home)
    _start_all(catalogue, wanted, refused, home)
    catalogue.plugins.sort(key=lambda one: (one.status == "disabled", one.id))
    return catalogue


def check_plugin(folder: Path) -> PluginStatus:
    """The status that the plugin in `folder` would get, alone and switched on."""
    catalogue, candidate = Catalogue(), by_path(find_folder(folder) or folder, "developer")
    judged = _judge(catalogue, candidate, {}, None)
    return judged if judged.status != "ready" else _start(catalogue, candidate, judged, None)


def set_enabled(home: Path, plugin_id: str, enabled: bool | None) -> None:
    """Remember that a person switched a plugin on or off, or (None) forget the choice.

    It counts from the next load on.
    """
    choices = _read_choices(home, [])
    choices.pop(plugin_id, None)
    if enabled is not None:
        choices[plugin_id] = enabled
    path = home / "plugins.json"
    if choices:
        replace_text(path, json.dumps({"enabled": choices}, indent=1))
    else:
        path.unlink(missing_ok=True)
    forget_trial(home, plugin_id)


def _read_choices(home: Path, findings: list[Finding]) -> dict[str, bool]:
    path = home / "plugins.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {str(key): value is True for key, value in data["enabled"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        findings.append(
            Finding(
                "warning",
                "plugins-file",
                f"The list of enabled plugins cannot be read ({error}); plugins that"
                " you added are off.",
                hint="Switch your plugins on again.",
                where={"file": str(path)},
            )
        )
        return {}


def _judge(
    catalogue: Catalogue,
    candidate: Candidate,
    choices: Mapping[str, bool],
    enabled: Container[str] | None,
) -> PluginStatus:
    """What can be said of it before any of its code is loaded; ready means it may be."""
    status = PluginStatus(candidate.folder.name, "broken", str(candidate.folder), candidate.source)
    try:
        manifest = candidate.manifest = read_description(candidate.folder)
    except HdpError as error:
        return replace(status, reason=error.message)
    status = _described(status, manifest)
    if candidate.origin.folder:
        candidate.module = f"{candidate.module.rpartition('.')[0]}.{manifest.id}"
    refused = _refuse(catalogue, candidate, manifest, choices, enabled)
    if refused:
        return replace(status, status=refused[0], reason=refused[1])
    return replace(status, status="ready")


def _start_all(
    catalogue: Catalogue, wanted: Sequence[tuple[int, Candidate]], refused: Mapping[Origin, str],
    home: Path,
) -> None:  # fmt: skip
    # None is ready before it is: the owner of a name that is taken is looked for among those.
    for number, _ in wanted:
        catalogue.plugins[number] = replace(catalogue.plugins[number], status="broken")
    for number, candidate in wanted:
        status = catalogue.plugins[number]
        if why := refused.get(candidate.origin):
            catalogue.plugins[number] = replace(status, reason=why)
        else:
            catalogue.plugins[number] = _start(catalogue, candidate, status, home)


def _start(
    catalogue: Catalogue, candidate: Candidate, status: PluginStatus, home: Path | None
) -> PluginStatus:
    """Import it and take its parts into the catalogue; `status` as it is then."""
    status = replace(status, status="broken")
    try:
        if candidate.manifest is not None:
            register(catalogue, candidate, candidate.manifest, home)
    except HdpError as error:
        return replace(status, reason=error.message)
    except NotReady as error:
        return replace(status, status="incomplete", reason=str(error), environment="missing")
    except BaseException as error:  # a plugin may even call sys.exit()
        if isinstance(error, KeyboardInterrupt):
            raise
        text = cut_traceback(error)
        log.warning("Plugin %s: %s", status.id, text)
        return replace(status, reason=_explain(error), traceback=text)
    own = any(catalogue.origins[one].python for one in status.components)
    brings = catalogue.brings.get(status.id, {})
    return replace(status, status="ready", environment="ready" if own else "", brings=brings)


def _described(status: PluginStatus, manifest: Manifest) -> PluginStatus:
    names = ("id", "name", "version", "summary", "components", "targets", "secrets", "hosts",
             "settings")  # fmt: skip
    return replace(status, **{one: getattr(manifest, one) for one in names})


def _explain(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        return (
            f"The Python package {error.name} is missing. Install it, or put it into the"
            ' folder "_vendor" of the plugin.'
        )
    return f"It failed while it was loaded: {type(error).__name__}: {error}"


def _refuse(
    catalogue: Catalogue,
    candidate: Candidate,
    manifest: Manifest,
    choices: Mapping[str, bool],
    enabled: Container[str] | None,
) -> tuple[Status, str] | None:
    by_name = candidate.source in ("built-in", "folder")
    if by_name and manifest.id != candidate.folder.name:
        return "broken", f'The folder must be called "{manifest.id}", as its id.'
    for one in catalogue.plugins:
        if one.id == manifest.id:
            return "disabled", (
                f"Another plugin has the id {manifest.id}: {one.where} is used,"
                f" {candidate.folder} is not."
            )
    if reason := plugin_manifest.find_incompatible(manifest):
        return "incompatible", reason
    if reason := plugin_manifest.find_missing(manifest, candidate.folder / "_vendor"):
        return "incomplete", reason
    if not _is_enabled(manifest.id, candidate.source, choices, enabled):
        return "disabled", "It is switched off."
    return None


def _is_enabled(
    plugin_id: str, source: Source, choices: Mapping[str, bool], enabled: Container[str] | None
) -> bool:
    if source == "developer":
        return True
    if enabled is not None and source in DROPPED_IN:
        return plugin_id in enabled
    return choices.get(plugin_id, source not in DROPPED_IN)
