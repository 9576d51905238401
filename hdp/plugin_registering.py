"""A plugin that may be used is imported, compared with its manifest, and put into the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from hdp import plugin_manifest
from hdp.earlier_component import make_component
from hdp.earlier_spec import is_earlier, read_spec
from hdp.plugin_catalogue import Catalogue, call_hook, suggest
from hdp.plugin_environments import PluginEnvironment
from hdp.plugin_formats import HOOKS, PluginFunction, find_conflicts, stamp_of, take_functions
from hdp.plugin_importing import Origin, import_plugin
from hdp.plugin_manifest import Manifest
from hdp.plugin_patience import Patience
from hdp.plugin_places import Candidate
from hdp.sdk import Component, HdpSpecs, InvalidInput, Modality, Params, Target

DECLARING = ("hdp_components", "hdp_targets", "hdp_pipelines", "hdp_modalities", *HOOKS)


def load_alone(origin: Origin) -> None:
    """Import a plugin and ask what it declares, as registering will; for a trial."""
    module = import_plugin(origin)
    manager = pluggy.PluginManager("hdp")
    manager.add_hookspecs(HdpSpecs)
    manager.register(module, name=origin.plugin)
    for hook in DECLARING:
        for one in declared(manager, hook, module):
            list(find_silent_problems(one))


class NotReady(Exception):
    """Something that the plugin needs has not been made yet; the text says what."""


def register(
    catalogue: Catalogue, candidate: Candidate, manifest: Manifest, home: Path | None
) -> None:
    """Put the plugin's parts into the catalogue, all or none; raises whatever it raises.

    Without `home` nobody asks whether the plugin's own environment is there.
    """
    if is_earlier(candidate.folder):
        _register_earlier(catalogue, candidate, home)
        return
    module = import_plugin(candidate.origin)
    _check_its_own(candidate, module)
    try:
        catalogue.manager.register(module, name=manifest.id)
    except pluggy.PluginValidationError as error:
        catalogue.manager.unregister(name=manifest.id)
        raise InvalidInput(
            f"A hook asks for something that HDP does not give: {error}", code="plugin-invalid"
        ) from None
    try:
        environment = PluginEnvironment(home, manifest.id, candidate.folder) if home else None
        _declare(catalogue, candidate, manifest, module, environment)
    except BaseException:
        catalogue.manager.unregister(module)
        raise


def _register_earlier(catalogue: Catalogue, candidate: Candidate, home: Path | None) -> None:
    """A component of the earlier HDP has no hooks: its component.yaml says everything."""
    spec = read_spec(candidate.folder)
    environment = PluginEnvironment(home or Path(), spec.name, candidate.folder, needs_sdk=False)
    if home is not None and not environment.is_ready():
        raise NotReady(_no_environment(spec.name))
    component = make_component(spec, candidate.folder, str(environment.python))
    catalogue.components[component.id] = component
    catalogue.origins[component.id] = replace(candidate.origin, python=str(environment.python))


def _no_environment(plugin: str) -> str:
    return (
        "It needs an environment of its own, which is not made yet or not up to date."
        f" Make it: hdp plugin environment {plugin}"
    )


def _origin(
    candidate: Candidate, component: type[Component[Any]], environment: PluginEnvironment | None
) -> Origin:
    if component.isolation != "environment" or environment is None:
        return candidate.origin
    return replace(candidate.origin, python=str(environment.python))


def _missing_environment(components: Sequence[Any], environment: PluginEnvironment | None) -> str:
    """Why components cannot run in the plugin's own environment, or nothing."""
    if not any(getattr(one, "isolation", "") == "environment" for one in components):
        return ""
    if environment is None:
        return ""
    if environment.is_ready():
        with suppress(OSError):  # it has one already, of an earlier HDP
            environment.put_sdk()
        return ""
    return _no_environment(environment.plugin)


def _check_its_own(candidate: Candidate, module: ModuleType) -> None:
    """Refuse another package that only has the same name and comes first on the import path."""
    place = Path(module.__file__ or "")
    if candidate.source == "wheel" and candidate.folder not in place.parents:
        raise InvalidInput(
            f"Another Python package has its name: {place} would be loaded, not"
            f" {candidate.folder}. Ask its author to rename the package {candidate.module}.",
            code="plugin-invalid",
        )


def _declare(
    catalogue: Catalogue, candidate: Candidate, manifest: Manifest, module: ModuleType,
    environment: PluginEnvironment | None,
) -> None:  # fmt: skip
    problems = list(find_hook_problems(catalogue.manager, module))
    components = declared(catalogue.manager, "hdp_components", module)
    targets = declared(catalogue.manager, "hdp_targets", module)
    pipelines, wrong = _paths(declared(catalogue.manager, "hdp_pipelines", module))
    problems += wrong
    modalities = declared(catalogue.manager, "hdp_modalities", module)
    problems += find_modality_problems(catalogue, modalities)
    functions, wrong = _functions(catalogue, candidate, manifest, module)
    problems += wrong
    problems += plugin_manifest.check_declarations(manifest, components, targets)
    problems += [f"The pipeline {one} is not there." for one in pipelines if not one.is_file()]
    problems += _taken(catalogue, candidate, components, targets)
    if candidate.source != "built-in":
        catalogue.patience[manifest.id] = Patience(manifest.id)
        for one in (*components, *targets):
            problems += find_silent_problems(one)
    if problems:
        raise InvalidInput(" ".join(problems), code="plugin-invalid")
    if missing := _missing_environment(components, environment):
        raise NotReady(missing)
    catalogue.components |= {one.id: one for one in components}
    catalogue.origins |= {one.id: _origin(candidate, one, environment) for one in components}
    catalogue.targets |= {one.id: one for one in targets}
    catalogue.pipelines += pipelines
    catalogue.modalities |= {one.id: one for one in modalities}
    for hook, some in functions.items():
        catalogue.functions[hook] |= {one.id: one for one in some}
    catalogue.brings[manifest.id] = _told(modalities, functions)


def _functions(
    catalogue: Catalogue, candidate: Candidate, manifest: Manifest, module: ModuleType
) -> tuple[dict[str, list[PluginFunction]], list[str]]:
    """What is given for formats of files by hook, and what is wrong with it."""
    found: dict[str, list[PluginFunction]] = {}
    problems: list[str] = []
    places = {one.id: one.where for one in catalogue.plugins}
    for hook in HOOKS:
        given = declared(catalogue.manager, hook, module)
        version = stamp_of(candidate.folder, manifest.version) if given else ""
        some, wrong = take_functions(manifest.id, version, candidate.origin, hook, given)
        problems += [*wrong, *find_conflicts(some, catalogue.functions[hook], places)]
        found[hook] = some
    return found, problems


def _told(
    modalities: Sequence[Modality], functions: dict[str, list[PluginFunction]]
) -> dict[str, list[dict[str, Any]]]:
    kinds = [
        {"id": one.id, "title": one.title, "extensions": list(one.extensions)} for one in modalities
    ]
    some = {hook[len("hdp_") :]: [one.to_json() for one in functions[hook]] for hook in HOOKS}
    return {"modalities": kinds, **some}


def _paths(given: Sequence[Any]) -> tuple[list[Path], list[str]]:
    wrong = [one for one in given if not isinstance(one, str | Path)]
    told = [f"hdp_pipelines gives {one!r}, which is no path." for one in wrong]
    return [Path(one) for one in given if isinstance(one, str | Path)], told


def _taken(
    catalogue: Catalogue, candidate: Candidate, components: Sequence[Any], targets: Sequence[Any]
) -> Iterator[str]:
    for noun, given, there in (
        ("component", components, catalogue.components),
        ("target", targets, catalogue.targets),
    ):
        for name in [one.id for one in given if getattr(one, "id", None) in there]:
            owner = next(
                one for one in catalogue.plugins
                if one.status == "ready" and name in (*one.components, *one.targets)
            )  # fmt: skip
            yield (
                f"There is a {noun} {name} already: that of the plugin {owner.id} ({owner.where})"
                f" is used, that of {candidate.folder} is not. One of the two must be renamed."
            )


def find_silent_problems(given: Any) -> Iterator[str]:
    """What would fail later, on a screen that shows parameters or fields."""
    name = getattr(given, "id", repr(given))
    for what in ("params", "settings"):
        kind = getattr(given, what, None)
        if isinstance(kind, type) and issubclass(kind, Params):
            try:
                kind.schema()
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything
                yield f"{name}: {what} cannot be shown ({type(error).__name__}: {error})."
    if isinstance(given, type) and issubclass(given, Target):
        try:
            fields = given.schema()["properties"]
            if not isinstance(fields, dict) or not all(isinstance(one, str) for one in fields):
                yield f'{name}: the "properties" of schema() must be a table of fields.'
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            yield f"{name}: schema() fails ({type(error).__name__}: {error})."


def find_modality_problems(catalogue: Catalogue, modalities: Sequence[Any]) -> Iterator[str]:
    """What is wrong with kinds of collection."""
    ids = {*catalogue.modalities}
    for one in modalities:
        if not isinstance(one, Modality):
            yield f"hdp_modalities gives {one!r}, which is no Modality."
            continue
        if one.id in ids:
            yield f"There is a modality {one.id} already; a plugin cannot replace it."
        ids.add(one.id)
        if not (one.id.isidentifier() and one.title.strip()):
            yield f"The modality {one.id!r} needs an id of letters and digits, and a title."
        if isinstance(one.extensions, str):
            yield f"The extensions of the modality {one.id} must be a list."
            continue
        bad = [each for each in one.extensions if not each.startswith(".") or each != each.lower()]
        if bad:
            yield f"The modality {one.id} has extensions that are not like .jpg: {', '.join(bad)}."


def find_hook_problems(manager: pluggy.PluginManager, module: ModuleType) -> Iterator[str]:
    """Hooks that HDP does not have, and wrappers."""
    known = [one for one in vars(HdpSpecs) if one.startswith("hdp_")]
    for caller in manager.get_hookcallers(module) or ():
        if not caller.has_spec():
            yield f'"{caller.name}" is no hook of HDP.{suggest(caller.name, known)}'
        for impl in caller.get_hookimpls():
            if impl.plugin is module and (impl.wrapper or impl.hookwrapper):
                yield f'"{caller.name}" is a wrapper; HDP has none.'


def declared(manager: pluggy.PluginManager, hook: str, module: ModuleType) -> list[Any]:
    """What the plugin gives for a declaring hook; raises what the hook raises."""
    caller: pluggy.HookCaller = getattr(manager.hook, hook)
    found: list[Any] = []
    for impl in caller.get_hookimpls():
        if impl.plugin is module:
            found += call_hook(impl, {})
    return found
