"""A plugin looked at from inside: loaded, its hooks called, its parts tried without any server.

It runs in a process of its own: what it looks at may crash or never end.
"""

from __future__ import annotations

import inspect
import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from hdp.application.component_needs import find_missing
from hdp.net import Client
from hdp.pipelines.values import build_params
from hdp.plugin_catalogue import Catalogue, call_hook
from hdp.plugin_formats import HOOKS, find_conflicts, take_functions
from hdp.plugin_importing import Origin, import_plugin
from hdp.plugin_manifest import Manifest, check_declarations
from hdp.plugin_places import by_path
from hdp.plugin_registering import (
    DECLARING,
    declared,
    find_hook_problems,
    find_modality_problems,
    find_silent_problems,
)
from hdp.sdk import Can, Component, Connection, Finding, HdpError, HdpSpecs, Record, Target

VERBS = {
    Can.DISCARD: ("discard",), Can.NEW_VERSION: ("new_version",), Can.EDIT: ("edit_record",),
    Can.FIND_BY_KEY: ("find_draft",), Can.LIST_DRAFTS: ("list_drafts",),
    Can.PULL: ("get_record", "list_record_files", "list_versions"),
    Can.REVIEW: ("submit_for_review", "cancel_review"), Can.RESERVE_DOI: ("reserve_doi",),
}  # fmt: skip
HOSTILE: tuple[dict[str, Any], ...] = (
    {}, {"title": None}, {"title": ["a"], "creators": "Doe, Jane"},
    {"title": "A title", "creators": [None, 1, "x", {}], "keywords": 7},
)  # fmt: skip


def examine(folder: Path, manifest: Manifest) -> list[Finding]:
    """Everything that is wrong with the plugin's code, with its place."""
    found: list[Finding] = []
    candidate = by_path(folder, "developer")
    origin = Origin(
        manifest.id, f"{candidate.module.rpartition('.')[0]}.{manifest.id}", str(folder)
    )
    module = _try(found, folder, "It fails while it is loaded", lambda: import_plugin(origin))
    if module is None:
        return found
    manager = pluggy.PluginManager("hdp")
    manager.add_hookspecs(HdpSpecs)
    try:
        manager.register(module, name=manifest.id)
    except pluggy.PluginValidationError as error:
        told = f"A hook asks for something that HDP does not give: {error}"
        return [Finding("error", "plugin-invalid", told, "See the hooks' page in docs/plugins.")]
    found += [_finding(one, folder) for one in find_hook_problems(manager, module)]
    given = {
        hook: _try(found, folder, f"{hook} fails", partial(declared, manager, hook, module))
        for hook in DECLARING
    }
    found += _examine_given(folder, manifest, {hook: one or [] for hook, one in given.items()})
    return found + _examine_checks(folder, manager, module)


def _examine_given(
    folder: Path, manifest: Manifest, given: dict[str, list[Any]]
) -> Iterator[Finding]:
    components, targets = given["hdp_components"], given["hdp_targets"]
    for told in check_declarations(manifest, components, targets):
        yield _finding(told, folder, [*components, *targets])
    for told in _examine_others(folder, manifest, given):
        yield _finding(told, folder)
    for one in (*components, *targets):
        for told in find_silent_problems(one):
            yield _finding(told, folder, [one])
        if inspect.isclass(one) and not inspect.isabstract(one):
            if issubclass(one, Component):
                yield from _examine_component(folder, one)
            elif issubclass(one, Target):
                yield from _examine_target(folder, one)


def _examine_others(folder: Path, manifest: Manifest, given: dict[str, list[Any]]) -> Iterator[str]:
    yield from find_modality_problems(Catalogue(), given["hdp_modalities"])
    for one in given["hdp_pipelines"]:
        if not isinstance(one, str | Path) or not Path(one).is_file():
            yield f"The pipeline {one} is not there."
    origin = by_path(folder, "developer").origin
    for hook in HOOKS:
        some, wrong = take_functions(manifest.id, "", origin, hook, given[hook])
        yield from (*wrong, *find_conflicts(some, {}, {}))


def _examine_component(folder: Path, kind: type[Component[Any]]) -> Iterator[Finding]:
    found: list[Finding] = []
    _try(found, folder, f"{kind.id}: its default parameters are not what it allows",
         lambda: build_params(kind.params, {}))  # fmt: skip
    yield from found
    for one in find_missing(kind):
        # What is missing here may be there elsewhere; a mistake of its own is one everywhere.
        told = one if one.code == "component-failed" else replace(one, severity="warning")
        yield replace(told, where=_place(kind, folder))
    if not inspect.getdoc(kind) or kind.__doc__ == Component.__doc__:
        text = f"{kind.id} has no docstring; its first sentence explains it in the constructor."
        yield Finding("warning", "plugin-style", text, "Write one.", _place(kind, folder))


def _examine_target(folder: Path, kind: type[Target]) -> Iterator[Finding]:
    for ability, verbs in VERBS.items():
        for verb in verbs if ability in kind.can else ():
            if getattr(kind, verb) is getattr(Target, verb):
                told = f"{kind.id} says that it can {ability.name}, and has no {verb}."
                hint = f"Write {verb}, or take {ability.name} out of `can`."
                yield Finding("error", "plugin-invalid", told, hint, _place(kind, folder))
    if "title" not in kind.schema().get("properties", {}):
        told = f"{kind.id}: every record has a title, and its schema() has none."
        yield Finding("error", "plugin-invalid", told, "Add the field.", _place(kind, folder))
    found: list[Finding] = []
    target = _opened(found, folder, kind)
    if target is None:
        yield from found
        return
    for fields in HOSTILE:
        _try(found, folder, f"{kind.id}: validate fails for {fields}",
             partial(_validated, target, fields))  # fmt: skip
    yield from found[:1]


def _opened(found: list[Finding], folder: Path, kind: type[Target]) -> Target | None:
    """The target at an address where nothing is; None where it needs settings first."""
    log, http = logging.getLogger(__name__), Client()

    def make() -> Target | None:
        try:
            return kind(
                Connection("check", "https://example.invalid", "", kind.settings(), http, log)
            )
        except HdpError:
            return None

    target = _try(found, folder, f"{kind.id} cannot be opened", make)
    return target if isinstance(target, Target) else None


def _validated(target: Target, fields: dict[str, Any]) -> None:
    found = list(target.validate(Record(fields)))
    if wrong := [one for one in found if not isinstance(one, Finding)]:
        raise TypeError(f"it gave {wrong[0]!r}, which is no Finding")


def _examine_checks(
    folder: Path, manager: pluggy.PluginManager, module: ModuleType
) -> list[Finding]:
    found: list[Finding] = []
    for name, given in (
        ("hdp_check_record", {"record": Record({"title": "A title"}), "target_id": "zenodo"}),
        ("hdp_observe", {"event": object()}),
    ):
        for impl in getattr(manager.hook, name).get_hookimpls():
            if impl.plugin is module:
                _try(found, folder, f"{name} fails",
                     partial(call_hook, impl, given))  # fmt: skip
    return found


def _try(found: list[Finding], folder: Path, doing: str, work: Callable[[], Any]) -> Any:
    try:
        return work()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit too
        told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        hint = ""
        if isinstance(error, ModuleNotFoundError):
            hint = 'Name it in "imports" of plugin.toml, and install it or put it under _vendor.'
        found.append(
            Finding("error", "plugin-raised", f"{doing}: {told}.", hint, _frame(error, folder))
        )
        return None


def _frame(error: BaseException, folder: Path) -> dict[str, Any]:
    """The last place in the plugin's own files."""
    if isinstance(error, SyntaxError) and error.filename:
        return {"file": error.filename, "line": error.lineno or 1}
    inside = [
        one for one in traceback.extract_tb(error.__traceback__)
        if Path(one.filename).is_relative_to(folder)
    ]  # fmt: skip
    return {"file": inside[-1].filename, "line": inside[-1].lineno} if inside else {}


def _finding(told: str, folder: Path, given: Sequence[Any] = ()) -> Finding:
    for one in given:
        if str(getattr(one, "id", None)) in told or getattr(one, "__name__", "\0") in told:
            return Finding("error", "plugin-invalid", told, where=_place(one, folder))
    return Finding("error", "plugin-invalid", told, where={"file": str(folder / "__init__.py")})


def _place(given: Any, folder: Path) -> dict[str, Any]:
    try:
        file, line = inspect.getsourcefile(given), inspect.getsourcelines(given)[1]
    except (OSError, TypeError):
        return {"file": str(folder / "__init__.py")}
    return {"file": str(file), "line": line}
