"""What the ready plugins offer, and what became of each plugin."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pluggy

from hdp.plugin_formats import HOOKS, PluginFunction
from hdp.plugin_importing import Origin, cut_traceback
from hdp.plugin_manifest import PluginSetting
from hdp.plugin_patience import Patience
from hdp.plugin_places import Source
from hdp.sdk import Component, Finding, HdpSpecs, Modality, NotFound, Record, Target

log = logging.getLogger(__name__)

BRINGS = ("modalities", *(one.removeprefix("hdp_") for one in HOOKS))
Status = Literal["ready", "disabled", "incompatible", "incomplete", "broken"]


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
    environment: Literal["", "missing", "ready"] = ""
    brings: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The shape that `hdp plugin list --json` promises, and what the screen adds."""
        names = ("id", "name", "version", "status", "reason", "where", "summary", "source",
                 "environment")  # fmt: skip
        lists = ("components", "targets", "secrets", "hosts")
        return (
            {one: getattr(self, one) for one in names}
            | {one: list(getattr(self, one)) for one in lists}
            | {"settings": [vars(one) for one in self.settings]}
            | {one: list(self.brings.get(one, ())) for one in BRINGS}
        )


@dataclass
class Catalogue:
    """What the ready plugins offer."""

    plugins: list[PluginStatus] = field(default_factory=list)
    components: dict[str, type[Component[Any]]] = field(default_factory=dict)
    targets: dict[str, type[Target]] = field(default_factory=dict)
    pipelines: list[Path] = field(default_factory=list)
    modalities: dict[str, Modality] = field(default_factory=dict)
    functions: dict[str, dict[str, PluginFunction]] = field(
        default_factory=lambda: {hook: {} for hook in HOOKS}
    )
    brings: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)
    manager: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager("hdp"))
    patience: dict[str, Patience] = field(default_factory=dict)

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

    @property
    def checkers(self) -> tuple[PluginFunction, ...]:
        """The checkers of the ready plugins."""
        return tuple(self.functions["hdp_checkers"].values())

    @property
    def thumbnailers(self) -> tuple[PluginFunction, ...]:
        """The thumbnailers of the ready plugins."""
        return tuple(self.functions["hdp_thumbnailers"].values())

    @property
    def sources(self) -> tuple[PluginFunction, ...]:
        """The sources of the ready plugins."""
        return tuple(self.functions["hdp_sources"].values())

    def origin(self, component_id: str) -> Origin:
        """How a worker process gets at the component."""
        return self.origins[component_id]

    def check_record(self, record: Record, target_id: str) -> list[Finding]:
        """The findings of all plugins; one that raises becomes a warning that names it."""
        given = {"record": record, "target_id": target_id}
        findings: list[Finding] = []
        for impl in self.manager.hook.hdp_check_record.get_hookimpls():
            try:
                findings += _only_findings(impl.plugin_name, self._ask(impl, given))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
                log.warning("Plugin %s: %s", impl.plugin_name, cut_traceback(error))
                findings.append(_raised(impl.plugin_name, error))
        return findings

    def end(self) -> None:
        """Let no hook be called any more: another catalogue takes this one's place."""
        for one in self.patience.values():
            one.end()

    def _ask(self, impl: pluggy.HookImpl, given: Mapping[str, Any]) -> list[Any]:
        patience = self.patience.get(impl.plugin_name)
        if patience is None:
            return call_hook(impl, given)
        name = impl.function.__name__
        return list(patience.call(name, lambda: call_hook(impl, given)))

    def observe(self, event: object) -> None:
        """Tell all plugins; whatever one does, the others hear it and nobody is stopped."""
        for impl in self.manager.hook.hdp_observe.get_hookimpls():
            try:
                self._ask(impl, {"event": event})
            except BaseException as error:  # noqa: BLE001 - an observer must not stop anything
                log.warning("Plugin %s: %s", impl.plugin_name, cut_traceback(error))


def suggest(name: str, known: Sequence[str]) -> str:
    """` Did you mean X?` where something close is known, else nothing."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""


def _only_findings(plugin: str, given: Sequence[Any]) -> list[Finding]:
    if wrong := [one for one in given if not isinstance(one, Finding)]:
        raise TypeError(f"hdp_check_record gave {wrong[0]!r}, which is no Finding")
    return list(given)


def _raised(plugin: str, error: BaseException) -> Finding:
    return Finding(
        "warning",
        "plugin-raised",
        f"The plugin {plugin} failed while it checked this record ({type(error).__name__}:"
        f" {error}); its checks are missing.",
        hint="Tell the plugin's author, or switch the plugin off.",
        args={"plugin": plugin},
    )


def call_hook(impl: pluggy.HookImpl, given: Mapping[str, Any]) -> list[Any]:
    """What one plugin's hook gives; a hook may be a generator, which is run to its end here."""
    function: Callable[..., Any] = impl.function
    result = function(*[given[name] for name in impl.argnames])
    if isinstance(result, Iterable):
        return list(result)
    if result is None or function.__name__ == "hdp_observe":
        return []
    raise TypeError(f"{function.__name__} gave {result!r}, which is no list")
