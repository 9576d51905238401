"""Plugins of others are put into HDP's own folder, and leave it without a trace."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hdp import plugins
from hdp.application.environment_making import remove_environment
from hdp.application.plugin_files import copy_folder, remove_tree, unpack, unusable
from hdp.application.plugin_wheels import judge_wheel
from hdp.plugin_environments import PluginEnvironment
from hdp.plugin_importing import forget_modules
from hdp.plugin_manifest import FILE_NAME, Manifest, read_manifest
from hdp.plugin_places import DROPPED_IN, FOLDERS, WHEELS, find_folder, read_description
from hdp.plugins import PluginStatus
from hdp.sdk import Conflict, InvalidInput, NotFound, Refused

if TYPE_CHECKING:
    from hdp.application.app import Application


@dataclass(frozen=True)
class _Found:
    """An unpacked plugin: what is to be moved, where to, and its manifest."""

    folder: Path
    place: Path
    manifest: Manifest


def install_plugin(app: Application, source: Path, *, replace: bool = False) -> PluginStatus:
    """Install a folder, .zip or .whl; off until it is switched on. All of it or nothing.

    With `replace` it takes the place of the one with its id, whose settings and switch stay.
    """
    source = source.expanduser()
    try:
        app.home.mkdir(parents=True, exist_ok=True)
        with _scratch(app.home) as scratch:
            found = _unpack(app.home, source, scratch / "new")
            there = _refuse_taken(app, found, replace=replace)
            _put(found, there, scratch / "old")
    except OSError as error:
        raise unusable(source, error) from None
    if there is None:
        plugins.set_enabled(app.home, found.manifest.id, None)
    app.reload_plugins()
    return _installed(app, found.manifest.id)


def _put(found: _Found, there: Path | None, aside: Path) -> None:
    """Move it to its place, and what is `there` away, or back where that fails."""
    if there is not None:
        forget_modules(there)
        there.rename(aside)
    try:
        found.place.parent.mkdir(parents=True, exist_ok=True)
        found.folder.rename(found.place)
    except OSError:
        if there is not None:
            aside.rename(there)
        raise


def remove_plugin(app: Application, plugin_id: str) -> list[str]:
    """Delete a plugin that was installed, with its settings, secrets and environment.

    Returns the names of the environments that need it, for a warning.
    """
    there = _removable(app, plugin_id)
    targets = set(there.targets)
    app.plugin_settings.forget(plugin_id)
    place = _place_of(app.home, there)
    forget_modules(place)
    app.environment_making.cancel(plugin_id)
    remove_environment(PluginEnvironment(app.home, plugin_id, place))
    with _scratch(app.home) as scratch:
        place.rename(scratch / "old")
    with contextlib.suppress(OSError):
        place.parent.rmdir()  # only where it was the last one
    plugins.set_enabled(app.home, plugin_id, None)
    app.reload_plugins()
    return [one.name for one in app.environments.list() if one.target in targets]


def enable_plugin(app: Application, plugin_id: str, *, on: bool) -> PluginStatus:
    """Switch a plugin on or off, from now on."""
    app.catalogue.plugin(plugin_id)  # refuses an id that is not there
    plugins.set_enabled(app.home, plugin_id, on)
    app.reload_plugins()
    return app.catalogue.plugin(plugin_id)


def _installed(app: Application, plugin_id: str) -> PluginStatus:
    ours = [one for one in app.catalogue.plugins if one.id == plugin_id]
    return next((one for one in ours if one.source in DROPPED_IN), ours[0])


@contextlib.contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    """A folder on the same disk as the plugins, so that moving is one step; it leaves nothing."""
    made = Path(tempfile.mkdtemp(prefix=".plugin-", dir=home))
    try:
        yield made
    finally:
        remove_tree(made)


def _unpack(home: Path, source: Path, to: Path) -> _Found:
    to.mkdir()
    if source.is_dir():
        found = find_folder(source)
        copy_folder(found or source, to)
        return _folder_plugin(home, source, to)
    if source.suffix.lower() == ".whl" and source.is_file():
        unpack(source, to)
        folder, name = judge_wheel(source, to)
        return _Found(to, home / WHEELS / name, read_manifest(folder))
    if source.suffix.lower() == ".zip" and source.is_file():
        unpack(source, to)
        return _folder_plugin(home, source, to)
    what = "There is nothing" if not source.exists() else "That is no folder, .zip or .whl"
    raise NotFound(f"{what}: {source}.", code="plugin-source", hint="Name the plugin's file.")


def _folder_plugin(home: Path, source: Path, unpacked: Path) -> _Found:
    folder = find_folder(unpacked)
    if folder is None:
        raise InvalidInput(
            f"{source.name} holds no plugin: no {FILE_NAME}, or several.",
            code="plugin-manifest",
            hint="Name the folder or file of one plugin.",
            where={"file": str(source)},
        )
    manifest = read_description(folder)
    return _Found(folder, home / FOLDERS / manifest.id, manifest)


def _refuse_taken(app: Application, found: _Found, *, replace: bool) -> Path | None:
    """The folder of the one that is to be replaced."""
    name = found.manifest.id
    ours = [one for one in app.catalogue.plugins if one.id == name and one.source in DROPPED_IN]
    place = _place_of(app.home, ours[0]) if ours else found.place
    if not place.exists():
        return None
    if not replace:
        told = f"{ours[0].name} {ours[0].version}" if ours else name
        raise Conflict(
            f"The plugin {name} is installed already ({told}, in {place}).",
            code="plugin-installed",
            hint="Replace it (--replace), or remove it first.",
            values={"plugin": name},
        )
    return place


def _removable(app: Application, plugin_id: str) -> PluginStatus:
    known = [one for one in app.catalogue.plugins if one.id == plugin_id]
    for one in known:
        if one.source in DROPPED_IN:
            return one
    there = app.catalogue.plugin(plugin_id)  # NotFound where there is none
    hints = {
        "built-in": f"It belongs to HDP. Switch it off: hdp plugin disable {plugin_id}",
        "package": "It was installed with pip and is removed with pip.",
        "developer": "It was only named with --plugin; leave that out.",
    }
    raise Refused(
        f"The plugin {plugin_id} is not one that HDP installed ({there.where}).",
        code="plugin-not-ours",
        hint=hints.get(there.source, ""),
    )


def _place_of(home: Path, status: PluginStatus) -> Path:
    """The whole of what was installed: a wheel brings more than the plugin's own folder."""
    where = Path(status.where)
    if status.source == "wheel":
        return home / WHEELS / where.relative_to(home / WHEELS).parts[0]
    return where
