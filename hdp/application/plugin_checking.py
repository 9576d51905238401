"""Everything that is wrong with a plugin, at once: for its author, and before it is passed on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hdp.application.plugin_examining import examine
from hdp.earlier_component import make_component
from hdp.earlier_spec import is_earlier, read_spec
from hdp.limited import LimitedWorker, WorkerDied
from hdp.plugin_catalogue import Catalogue, PluginStatus
from hdp.plugin_manifest import (
    FILE_NAME,
    Manifest,
    find_incompatible,
    find_missing,
)
from hdp.plugin_places import find_folder, read_description
from hdp.plugins import check_plugin
from hdp.sdk import Finding, HdpError, InvalidInput

SECONDS = 60.0


def check_folder(
    place: Path, known: Catalogue, *, seconds: float = SECONDS
) -> tuple[PluginStatus, list[Finding]]:
    """The status that the plugin would get, and all findings with their places.

    `known` are the plugins that are there: two cannot have one id.
    """
    folder = find_folder(place.resolve()) or place.resolve()
    try:
        manifest = read_description(folder)
    except InvalidInput as error:
        own = Finding("error", error.name, error.message, error.hint, error.where)
        found = [*(error.findings or (own,)), *_syntax(folder)]
        return PluginStatus(folder.name, "broken", str(folder), "developer", error.message), found
    found = [*_before(folder, manifest, known), *_syntax(folder)]
    if is_earlier(folder) or any(one.severity == "error" for one in found):
        return _status(folder, manifest, found), found
    found += _inside(folder, manifest, seconds)
    return _status(folder, manifest, found), found


def _before(folder: Path, manifest: Manifest, known: Catalogue) -> Iterator[Finding]:
    where = {"file": str(folder / FILE_NAME)}
    if told := find_incompatible(manifest):
        hint = 'Name the version of this HDP in "sdk", when the plugin works with it.'
        yield Finding("error", "plugin-incompatible", told, hint, where)
    if told := find_missing(manifest, folder / "_vendor"):
        yield Finding("error", "plugin-incomplete", told, where=where)
    for one in known.plugins:
        if one.id == manifest.id and Path(one.where) != folder:
            told = f"The id {manifest.id} is taken: {one.where} would be used, {folder} would not."
            yield Finding("warning", "plugin-id-taken", told, "Choose another id.", where)
    if not manifest.summary.strip():
        told = "There is no summary: a sentence that people see before they switch it on."
        yield Finding("warning", "plugin-style", told, f"Add it to {FILE_NAME}.", where)
    if is_earlier(folder):
        yield from make_component(read_spec(folder), folder, "")().check()
        if not (folder / "main.py").is_file():
            told = "There is no main.py, which is what HDP calls."
            yield Finding("error", "plugin-incomplete", told, "Add it.", {"file": str(folder)})
    elif not (folder / "__init__.py").is_file():
        told = "There is no __init__.py with the plugin's hooks."
        yield Finding("error", "plugin-invalid", told, "Write it.", {"file": str(folder)})


def _syntax(folder: Path) -> Iterator[Finding]:
    """Every file that Python cannot read, also those that are not imported at once."""
    for one in sorted(folder.rglob("*.py")):
        if "_vendor" in one.relative_to(folder).parts:
            continue
        try:
            ast.parse(one.read_bytes(), filename=str(one))
        except (SyntaxError, ValueError, OSError, RecursionError, MemoryError) as error:
            told = f"{one.name} cannot be read by Python: {error}."
            where = {"file": str(one)} | (
                {"line": error.lineno} if isinstance(error, SyntaxError) and error.lineno else {}
            )
            yield Finding("error", "plugin-syntax", told, "Correct it there.", where)


def _inside(folder: Path, manifest: Manifest, seconds: float) -> list[Finding]:
    with LimitedWorker() as worker:
        try:
            return worker.call(examine, folder, manifest, seconds=seconds)
        except WorkerDied as error:
            told = {
                "worker-timeout": f"It did not come to an end in {seconds:g} seconds.",
                "worker-memory": "It needed more memory than is allowed for this check.",
            }.get(error.name, "It ended or crashed the whole program.")
            hint = "Look at what it does while it is loaded, in its hooks and in check()."
            return [Finding("error", "plugin-raised", told, hint, {"file": str(folder)})]
        except HdpError as error:
            return [Finding("error", error.name, error.message, error.hint)]


def _status(folder: Path, manifest: Manifest, found: list[Finding]) -> PluginStatus:
    errors = [one for one in found if one.severity == "error"]
    if not errors:
        return check_plugin(folder)
    names = ("id", "name", "version", "summary", "components", "targets", "secrets", "hosts")
    status = PluginStatus(
        folder.name, "broken", str(folder), "developer", " ".join(one.message for one in errors)
    )
    kinds = {"plugin-incompatible": "incompatible", "plugin-incomplete": "incomplete"}
    word = kinds.get(errors[0].code, "broken")
    described = {one: getattr(manifest, one) for one in names}
    return replace(status, status=word, **described)  # type: ignore[arg-type]
