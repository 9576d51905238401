"""Plugins: found, checked, imported and put into one catalogue, each with one status."""

from __future__ import annotations

import difflib
import importlib
import importlib.metadata
import importlib.util
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pluggy

from hdp import plugin_manifest
from hdp.paths import replace_text
from hdp.plugin_manifest import Manifest, PluginSetting
from hdp.sdk import (
    Component,
    Finding,
    HdpError,
    HdpSpecs,
    InvalidInput,
    Modality,
    NotFound,
    Record,
    Target,
)

log = logging.getLogger(__name__)

Status = Literal["ready", "disabled", "incompatible", "incomplete", "broken"]
Source = Literal["built-in", "package", "folder", "developer"]
_BUILT_IN = "hdp_plugins"
_USER = "hdp_user_plugins"
_GROUP = "hdp.plugins"


@dataclass(frozen=True)
class Origin:
    """How a plugin is imported, here or in a worker: by module name, or from `folder`."""

    plugin: str
    module: str
    folder: str = ""


@dataclass(frozen=True)
class PluginStatus:
    """A plugin as the screen shows it; `traceback` is for the log, `where` a path."""

    id: str
    status: Status
    where: str
    source: Source
    reason: str = ""
    name: str = ""
    version: str = ""
    summary: str = ""
    traceback: str = ""
    components: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    settings: tuple[PluginSetting, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The shape that `hdp plugin list --json` promises, and what the screen adds."""
        names = ("id", "name", "version", "status", "reason", "where", "summary", "source")
        lists = ("components", "targets", "secrets", "hosts")
        return (
            {one: getattr(self, one) for one in names}
            | {one: list(getattr(self, one)) for one in lists}
            | {"settings": [vars(one) for one in self.settings]}
        )


@dataclass
class _Candidate:
    folder: Path
    source: Source
    module: str
    manifest: Manifest | None = None

    @property
    def origin(self) -> Origin:
        by_path = self.module.startswith(f"{_USER}.")
        plugin = self.manifest.id if self.manifest else self.folder.name
        return Origin(plugin, self.module, str(self.folder) if by_path else "")


@dataclass
class Catalogue:
    """What the ready plugins offer."""

    plugins: list[PluginStatus] = field(default_factory=list)
    components: dict[str, type[Component[Any]]] = field(default_factory=dict)
    targets: dict[str, type[Target]] = field(default_factory=dict)
    pipelines: list[Path] = field(default_factory=list)
    modalities: dict[str, Modality] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)
    manager: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager("hdp"))

    def __post_init__(self) -> None:
        self.manager.add_hookspecs(HdpSpecs)

    def plugin(self, plugin_id: str) -> PluginStatus:
        """The plugin of that id (the one in use, where two have it); NotFound otherwise."""
        for one in self.plugins:
            if one.id == plugin_id:
                return one
        raise NotFound(
            f'There is no plugin "{plugin_id}".{suggest(plugin_id, [p.id for p in self.plugins])}',
            code="plugin-unknown",
        )

    def component(self, uses: str) -> type[Component[Any]]:
        """The component that `uses` names, with or without @version; NotFound says why not."""
        name, _, version = uses.partition("@")
        found = self.components.get(name)
        if found is None:
            raise NotFound(self._unknown(name), code="component-unknown", values={"id": name})
        if version and version != str(found.version):
            raise NotFound(
                f"{name} is installed in version {found.version}, not in version {version}.",
                code="component-version",
                hint=f"Write {name}@{found.version} if that version will do,"
                " or install the plugin's other version.",
                values={"id": name, "installed": found.version, "wanted": version},
            )
        return found

    def _unknown(self, name: str) -> str:
        for one in self.plugins:
            if name in one.components and one.status != "ready":
                return f"{name} belongs to the plugin {one.id}, which is {one.status}: {one.reason}"
        return f'There is no component "{name}".{suggest(name, list(self.components))}'

    def origin(self, component_id: str) -> Origin:
        """How a worker process gets at the component."""
        return self.origins[component_id]

    def check_record(self, record: Record, target_id: str) -> list[Finding]:
        """The findings of all plugins; one that raises becomes a warning that names it."""
        given = {"record": record, "target_id": target_id}
        findings: list[Finding] = []
        for impl in self.manager.hook.hdp_check_record.get_hookimpls():
            try:
                findings += _call(impl, given) or ()
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything
                log.warning("Plugin %s: %s", impl.plugin_name, cut_traceback(error))
                findings.append(_raised(impl.plugin_name, error))
        return findings

    def observe(self, event: object) -> None:
        """Tell all plugins; whatever one does, the others hear it and nobody is stopped."""
        for impl in self.manager.hook.hdp_observe.get_hookimpls():
            try:
                _call(impl, {"event": event})
            except BaseException as error:  # noqa: BLE001 - an observer must not stop anything
                log.warning("Plugin %s: %s", impl.plugin_name, cut_traceback(error))


def suggest(name: str, known: Sequence[str]) -> str:
    """` Did you mean X?` where something close is known, else nothing."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""


def _raised(plugin: str, error: BaseException) -> Finding:
    return Finding(
        "warning",
        "plugin-raised",
        f"The plugin {plugin} failed while it checked this record ({type(error).__name__}:"
        f" {error}); its checks are missing.",
        hint="Tell the plugin's author, or switch the plugin off.",
        args={"plugin": plugin},
    )


def cut_traceback(error: BaseException) -> str:
    """The traceback without HDP's own frames: what the plugin's author wants to see."""
    ours = str(Path(__file__).parent) + os.sep
    whole = traceback.TracebackException.from_exception(error)
    kept = [frame for frame in whole.stack if not frame.filename.startswith(ours)]
    whole.stack = traceback.StackSummary.from_list(kept)
    return "".join(whole.format())


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
    for candidate in _find(home, safe=safe, extra=extra):
        catalogue.plugins.append(_admit(catalogue, candidate, choices, enabled))
    catalogue.plugins.sort(key=lambda one: (one.status == "disabled", one.id))
    return catalogue


def check_plugin(folder: Path) -> PluginStatus:
    """The status that the plugin in `folder` would get, alone and switched on."""
    return _admit(Catalogue(), _by_path(folder, "developer"), {}, None)


def set_enabled(home: Path, plugin_id: str, enabled: bool) -> None:
    """Remember that a person switched a plugin on or off; it counts from the next load on."""
    choices = _read_choices(home, []) | {plugin_id: enabled}
    path = home / "plugins.json"
    replace_text(path, json.dumps({"enabled": choices}, indent=1))


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


def _find(home: Path, *, safe: bool, extra: Sequence[Path]) -> Iterator[_Candidate]:
    yield from _built_ins()
    if safe:
        return
    yield from _packages(home)
    for folder in _folders(home / "plugins"):
        yield _by_path(folder, "folder")
    for folder in extra:
        yield _by_path(folder.resolve(), "developer")


def _folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    return sorted(one for one in parent.iterdir() if one.is_dir() and one.name[0] not in "._")


def _built_ins() -> Iterator[_Candidate]:
    spec = importlib.util.find_spec(_BUILT_IN)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for folder in _folders(Path(place)):
            # A freshly begun or left-over folder without a manifest is no plugin of ours.
            if (folder / plugin_manifest.FILE_NAME).is_file():
                yield _Candidate(folder, "built-in", f"{_BUILT_IN}.{folder.name}")


def _packages(home: Path) -> Iterator[_Candidate]:
    site = home / "plugin-site"
    if site.is_dir() and str(site) not in sys.path:
        sys.path.append(str(site))
    for entry in importlib.metadata.entry_points(group=_GROUP):
        top, _, rest = entry.module.partition(".")
        spec = importlib.util.find_spec(top)
        places = list(spec.submodule_search_locations or ()) if spec else []
        folder = Path(places[0], *rest.split(".")) if places and rest else Path(*places[:1])
        yield _Candidate(folder if places else Path(top), "package", entry.module)


def _by_path(folder: Path, source: Source) -> _Candidate:
    return _Candidate(folder, source, f"{_USER}.{folder.name}")


def _admit(
    catalogue: Catalogue,
    candidate: _Candidate,
    choices: Mapping[str, bool],
    enabled: Container[str] | None,
) -> PluginStatus:
    status = PluginStatus(candidate.folder.name, "broken", str(candidate.folder), candidate.source)
    try:
        manifest = candidate.manifest = plugin_manifest.read_manifest(candidate.folder)
    except HdpError as error:
        return replace(status, reason=error.message)
    status = _described(status, manifest)
    if candidate.origin.folder:
        candidate.module = f"{_USER}.{manifest.id}"
    refused = _refuse(catalogue, candidate, manifest, choices, enabled)
    if refused:
        return replace(status, status=refused[0], reason=refused[1])
    try:
        _register(catalogue, candidate, manifest)
    except HdpError as error:
        return replace(status, reason=error.message)
    except BaseException as error:  # a plugin may even call sys.exit()
        if isinstance(error, KeyboardInterrupt):
            raise
        text = cut_traceback(error)
        log.warning("Plugin %s: %s", manifest.id, text)
        return replace(status, reason=_explain(error), traceback=text)
    return replace(status, status="ready")


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
    candidate: _Candidate,
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
    if enabled is not None and source == "folder":
        return plugin_id in enabled
    return choices.get(plugin_id, source != "folder")


def import_plugin(origin: Origin) -> ModuleType:
    """Import a plugin's module, by path where it is not on the import path."""
    if not origin.folder:
        return importlib.import_module(origin.module)
    folder = Path(origin.folder)
    there = sys.modules.get(origin.module)
    if there is not None and there.__file__ == str(folder / "__init__.py"):
        return there
    return _import_folder(origin.module, folder)


def _import_folder(name: str, folder: Path) -> ModuleType:
    for old in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
        del sys.modules[old]
    sys.modules.setdefault(_USER, ModuleType(_USER)).__path__ = []
    vendor = str(folder / "_vendor")
    if Path(vendor).is_dir() and vendor not in sys.path:
        sys.path.append(vendor)  # at the end: it cannot hide anything of ours
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _register(catalogue: Catalogue, candidate: _Candidate, manifest: Manifest) -> None:
    module = import_plugin(candidate.origin)
    try:
        catalogue.manager.register(module, name=manifest.id)
    except pluggy.PluginValidationError as error:
        catalogue.manager.unregister(name=manifest.id)
        raise InvalidInput(
            f"A hook asks for something that HDP does not give: {error}", code="plugin-invalid"
        ) from None
    try:
        _declare(catalogue, candidate, manifest, module)
    except BaseException:
        catalogue.manager.unregister(module)
        raise


def _declare(
    catalogue: Catalogue, candidate: _Candidate, manifest: Manifest, module: ModuleType
) -> None:
    problems = list(_hook_problems(catalogue.manager, module))
    components = _declared(catalogue.manager, "hdp_components", module)
    targets = _declared(catalogue.manager, "hdp_targets", module)
    pipelines = [Path(one) for one in _declared(catalogue.manager, "hdp_pipelines", module)]
    modalities = _declared(catalogue.manager, "hdp_modalities", module)
    problems += _modality_problems(catalogue, modalities)
    problems += plugin_manifest.check_declarations(manifest, components, targets)
    problems += [f"The pipeline {one} is not there." for one in pipelines if not one.is_file()]
    taken = [one.id for one in targets if getattr(one, "id", None) in catalogue.targets]
    problems += [f"Another plugin has a target {one}." for one in taken]
    if problems:
        raise InvalidInput(" ".join(problems), code="plugin-invalid")
    catalogue.components |= {one.id: one for one in components}
    catalogue.origins |= {one.id: candidate.origin for one in components}
    catalogue.targets |= {one.id: one for one in targets}
    catalogue.pipelines += pipelines
    catalogue.modalities |= {one.id: one for one in modalities}


def _modality_problems(catalogue: Catalogue, modalities: Sequence[Any]) -> Iterator[str]:
    ids = {*catalogue.modalities}
    for one in modalities:
        if not isinstance(one, Modality):
            yield f"hdp_modalities gives {one!r}, which is no Modality."
            continue
        if one.id in ids:
            yield f"There is a modality {one.id} already."
        ids.add(one.id)
        if not (one.id.isidentifier() and one.title.strip()):
            yield f"The modality {one.id!r} needs an id of letters and digits, and a title."
        if isinstance(one.extensions, str):
            yield f"The extensions of the modality {one.id} must be a list."
            continue
        bad = [each for each in one.extensions if not each.startswith(".") or each != each.lower()]
        if bad:
            yield f"The modality {one.id} has extensions that are not like .jpg: {', '.join(bad)}."


def _hook_problems(manager: pluggy.PluginManager, module: ModuleType) -> Iterator[str]:
    known = [one for one in vars(HdpSpecs) if one.startswith("hdp_")]
    for caller in manager.get_hookcallers(module) or ():
        if not caller.has_spec():
            yield f'"{caller.name}" is no hook of HDP.{suggest(caller.name, known)}'
        for impl in caller.get_hookimpls():
            if impl.plugin is module and (impl.wrapper or impl.hookwrapper):
                yield f'"{caller.name}" is a wrapper; HDP has none.'


def _declared(manager: pluggy.PluginManager, hook: str, module: ModuleType) -> list[Any]:
    caller: pluggy.HookCaller = getattr(manager.hook, hook)
    found: list[Any] = []
    for impl in caller.get_hookimpls():
        if impl.plugin is module:
            found += _call(impl, {}) or ()
    return found


def _call(impl: pluggy.HookImpl, given: Mapping[str, Any]) -> Iterable[Any] | None:
    function: Callable[..., Any] = impl.function
    result = function(*[given[name] for name in impl.argnames])
    # A hook may be a generator: run it to its end here, inside the caller's try.
    return list(result) if isinstance(result, Iterable) else None
