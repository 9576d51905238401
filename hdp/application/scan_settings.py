"""How a project is scanned: its options, what was grouped by hand, what was added."""

from __future__ import annotations

import os
import sqlite3  # noqa: TID251 - the type of a connection only
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hdp.application.grouping_table import with_table
from hdp.ingest.added import Added
from hdp.ingest.items import below_root, root_of
from hdp.ingest.modalities import combine, known_modalities
from hdp.ingest.options import ByHand, ScanOptions
from hdp.plugins import Catalogue
from hdp.project import added, by_hand, mappings, settings
from hdp.project.files import ADDED, INPUT, TEXTURES, Place
from hdp.project.project import Project, relative
from hdp.sdk import UsageError

_NOT_KEPT = ("input", "never", "by_hand", "added")
_OF_BUNDLES = {
    "prefix": ("prefix", "prefix_suffix"), "suffix": ("suffix", "prefix_suffix"),
    "pattern": ("core", "pattern"), "table": ("table",), "key": ("table",), "group": ("table",),
}  # fmt: skip


def place_of(relpath: str) -> Place:
    """Where a file of a scan is stored."""
    return root_of(relpath), below_root(relpath)


def relpath_of(place: Place) -> str:
    """What a scan calls a stored file."""
    root, path = place
    if root.startswith(TEXTURES):
        return f"//{root.removeprefix(TEXTURES)}/{path}"
    return f"//+{root.removeprefix(ADDED)}/{path}" if root.startswith(ADDED) else path


def project_options(project: Project) -> ScanOptions:
    """How the open project is scanned: its own files are never members of an item."""
    values = {"input": str(project.root_dir(INPUT)), **project.setting("scan")}
    here = project.folder
    for name in ("texture_dirs", "table"):
        if values.get(name):
            values[name] = _resolved(here, values[name])
    options = ScanOptions.from_json(values)
    return with_never(
        replace(options, by_hand=project.read(read_by_hand), added=_added(project)),
        _own_files(project),
    )


def _resolved(folder: Path, value: Any) -> Any:
    if isinstance(value, str):
        return os.path.normpath(folder / value)
    return [os.path.normpath(folder / one) for one in value]


def with_never(options: ScanOptions, never: Iterable[Path]) -> ScanOptions:
    """The options with files that are no members, and with the groups of their table."""
    return with_table(replace(options, never=(*options.never, *never)))


def _own_files(project: Project) -> list[Path]:
    path = project.path
    never = [path, project.root_dir("output"), *sorted(project.folder.glob("*.bak"))]
    never += [path.with_name(path.name + one) for one in ("-journal", "-wal", "-shm")]
    for mapping in project.read(mappings.list_mappings):
        never += [project.folder / one for one in (mapping.table_path, mapping.file) if one]
    return never


def read_by_hand(connection: sqlite3.Connection) -> ByHand:
    """What was grouped by hand, as a scan takes it."""
    made = by_hand.read(connection)
    return ByHand(
        {relpath_of(place): label for place, label in made.groups.items()},
        made.keys,
        frozenset(relpath_of(one) for one in made.primaries),
    )


def _added(project: Project) -> tuple[Added, ...]:
    return tuple(
        Added(one.number, Path(os.path.normpath(project.folder / one.folder)), one.paths)
        for one in project.read(added.list_added)
    )


def to_keep(options: ScanOptions, folder: Path) -> dict[str, Any]:
    """The options as a project in `folder` keeps them: paths relative to it where they can be."""
    values = {name: one for name, one in options.to_json().items() if name not in _NOT_KEPT}
    texture_dirs = [options.texture_root(one) for one in range(len(options.texture_dirs))]
    values["texture_dirs"] = [relative(one, folder) for one in texture_dirs]
    values["table"] = relative(options.table, folder) if options.table else None
    return values


def extra_roots(options: ScanOptions, folder: Path) -> dict[str, str]:
    """Name -> path of the roots beside the input folder, as a project in `folder` keeps them."""
    roots = {
        f"{TEXTURES}{number}": relative(options.texture_root(number), folder)
        for number in range(len(options.texture_dirs))
    }
    return roots | {f"{ADDED}{one.number}": relative(one.folder, folder) for one in options.added}


def change_options(
    project: Project,
    values: Mapping[str, Any],
    modalities: Sequence[str] = (),
    catalogue: Catalogue | None = None,
) -> None:
    """Scan otherwise from now on; what is not given stays, all or nothing.

    Options of another way of bundling are dropped; the next scan groups anew.
    """
    proposed = fill_in(values, modalities, catalogue) if modalities else dict(values)
    here = project.folder
    before = dict(project.setting("scan"))
    for name in ("texture_dirs", "table"):
        if before.get(name):
            before[name] = _resolved(here, before[name])
    merged = {**before, **proposed}
    for name, bundles in _OF_BUNDLES.items():
        if name not in values and merged.get("bundle", "none") not in bundles:
            merged[name] = None if name == "table" else ""
    if "depth" not in values and merged.get("mode", "root") == "root":
        merged["depth"] = "1"
    check_together(merged)
    options = with_table(ScanOptions.from_json({**merged, "input": str(project.root_dir(INPUT))}))
    kept = to_keep(options, here)

    def write(connection: sqlite3.Connection) -> None:
        settings.set_setting(connection, "scan", kept)
        if modalities:
            settings.set_setting(connection, "modalities", list(modalities))

    project.write(write)


def check_together(values: Mapping[str, Any]) -> None:
    """Refuse options that contradict each other, as a person gave them."""
    bundle, mode = values.get("bundle") or "none", values.get("mode") or "root"
    for name, bundles in _OF_BUNDLES.items():
        if values.get(name) and bundle not in bundles:
            raise _contradiction(
                f"--{name} is of no use with --bundle {bundle}.",
                f"Add --bundle {' or '.join(bundles)}, or leave --{name} out.",
                name,
            )
    if str(values.get("depth") or "1") != "1" and mode == "root":
        raise _contradiction(
            "--depth is of no use where single files are items.",
            "Add --mode subdirectory or hybrid, or leave --depth out.",
            "depth",
        )
    if values.get("texture_dirs") and values.get("textures") is False:
        raise _contradiction(
            "--texture-dir and --no-textures contradict each other.", "Leave one out.", "textures"
        )


def _contradiction(message: str, hint: str, name: str) -> UsageError:
    return UsageError(message, code="options-contradict", hint=hint, where={"field": name})


def fill_in(
    values: Mapping[str, Any], modalities: Iterable[str], catalogue: Catalogue | None = None
) -> dict[str, Any]:
    """The options with what the kinds of collection propose for those that are not given."""
    kinds = known_modalities(catalogue.modalities if catalogue else None)
    chosen = []
    for name in modalities:
        if name not in kinds:
            raise UsageError(
                f"There is no kind of collection {name}.",
                code="unknown-modality",
                hint=f"Choose among: {', '.join(kinds)}.",
                where={"field": "modality"},
            )
        chosen.append(kinds[name])
    filled = dict(values)
    if not chosen:
        return filled
    proposed = combine(chosen)
    filled.setdefault("extensions", list(proposed.extensions))
    filled.setdefault("bundle", proposed.bundle)
    if proposed.primary in filled["extensions"]:
        filled.setdefault("primary", proposed.primary)
    return filled
