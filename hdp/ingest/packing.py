"""The names in the record: what an item's files become in one flat list; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hdp.ingest.archives import archive_size
from hdp.ingest.names import basename, extension_of, fold, folder_of, stem_of
from hdp.ingest.packing_checks import check_inside, check_limits, check_paths, check_same_names
from hdp.ingest.packing_model import (
    PackChoices,
    PackFile,
    Packing,
    RecordFile,
    Tree,
    common_folder,
)
from hdp.sdk import Finding

_FLATTENED = {".obj": "flattened-obj", ".mtl": "flattened-mtl", ".gltf": "flattened-gltf"}
_GLB = (".obj", ".gltf")
_LONGEST = 255


def plan(
    files: Sequence[PackFile],
    choices: PackChoices,
    *,
    taken: Iterable[str] = (),
    most_files: int | None = None,
    most_bytes: int | None = None,
    item_id: int = 0,
) -> Packing:
    """The record's files for an item's files; the same for the same set of files.

    `taken` are names that other files of the record (of pipelines) have already.
    """
    tree = Tree(files)
    names = _Names(taken)
    if choices.archive == "all" and files:
        record, base = _all_in_one(tree, names), ""
    else:
        record, base = _flat_with_archive(tree, choices, names)
    if choices.model == "glb":
        record += _glb_beside(tree, names)
    record.sort(key=lambda one: one.name)
    findings = [
        *check_paths(tree, record, base, choices, item_id),
        *check_same_names(record, names.given, item_id),
        *check_inside(record, item_id),
        *check_limits(tree, record, len(names.given), most_files, most_bytes, item_id),
        *_impossible(tree, choices, item_id),
    ]
    return Packing(tuple(record), tuple(findings), choices, base)


class _Names:
    """Names of things that HDP makes, each given once."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.given = tuple(taken)
        self._used = {fold(one) for one in self.given}

    def hold(self, names: Iterable[str]) -> None:
        """Names that originals have."""
        self._used |= {fold(one) for one in names}

    def free(self, stem: str, extension: str) -> str:
        """`<stem><extension>`, with a number where that is taken, cut to what systems take."""
        number = 1
        while True:
            tail = extension if number == 1 else f"-{number}{extension}"
            room = _LONGEST - len(tail.encode("utf-8"))
            name = stem.encode("utf-8", "ignore")[:room].decode("utf-8", "ignore") + tail
            if fold(name) not in self._used:
                self._used.add(fold(name))
                return name
            number += 1


def _all_in_one(tree: Tree, names: _Names) -> list[RecordFile]:
    base = common_folder([one.relpath for one in tree.files])
    return [_archive(names.free(tree.stem, ".zip"), tree.files, base)]


def _flat_with_archive(
    tree: Tree, choices: PackChoices, names: _Names
) -> tuple[list[RecordFile], str]:
    packed, base = _to_pack(tree, choices)
    inside = {one.relpath for one in packed}
    flat = [one for one in tree.files if one.relpath not in inside]
    names.hold(basename(one.relpath) for one in flat)
    if choices.model == "flatten":
        record = _flattened(tree, flat, names)
    else:
        record = [_plain(one, basename(one.relpath)) for one in flat]
    if packed:
        record.append(_archive(names.free(tree.stem, "-folders.zip"), packed, base))
    return record, base


def _to_pack(tree: Tree, choices: PackChoices) -> tuple[list[PackFile], str]:
    """The files that go into the archive of subfolders, and the folder it is unpacked in."""
    bundle = tree.bundle()
    flat = {one.relpath for one in bundle} if choices.model == "flatten" else set()
    if choices.archive == "subfolders":
        base = common_folder([one.relpath for one in tree.files])
        return [
            one for one in tree.files if folder_of(one.relpath) != base and one.relpath not in flat
        ], base
    base = common_folder([one.relpath for one in bundle])
    whole = choices.archive == "auto" and choices.model in ("zip", "glb")
    if whole and tree.needs_folders:
        return [one for one in bundle if folder_of(one.relpath) != base], base
    return [], base


def _plain(one: PackFile, name: str, kind: str = "file") -> RecordFile:
    return RecordFile(name, kind, ((name, one),), one.size)


def _archive(name: str, files: Sequence[PackFile], base: str) -> RecordFile:
    cut = len(base) + 1 if base else 0
    members = tuple((one.relpath[cut:], one) for one in files)
    size = archive_size((inside, one.size) for inside, one in members)
    return RecordFile(name, "zip", members, size)


def _glb_beside(tree: Tree, names: _Names) -> list[RecordFile]:
    made = []
    for model in tree.models():
        if extension_of(model.relpath) in _GLB:
            parts = [model, *(one for one in tree.bundle() if one is not model)]
            name = names.free(stem_of(basename(model.relpath)), ".glb")
            members = tuple((one.relpath, one) for one in parts)
            made.append(RecordFile(name, "glb", members, sum(one.size for one in parts)))
    return made


def _flattened(tree: Tree, flat: Sequence[PackFile], names: _Names) -> list[RecordFile]:
    """Flat files; those that name others by paths are to be derived with the record's names."""
    renamed = dict(_names_of_needed(tree, flat, names))
    record = []
    for one in flat:
        name = renamed.get(one.relpath, basename(one.relpath))
        kind = _FLATTENED.get(extension_of(one.relpath), "") if _moves(tree, one, renamed) else ""
        record.append(_plain(one, name, kind or "file"))
    return record


def _names_of_needed(
    tree: Tree, flat: Sequence[PackFile], names: _Names
) -> Iterator[tuple[str, str]]:
    """A name of its own for each file that others refer to."""
    needed = {one.relpath for one in tree.needed}
    used = {fold(basename(one.relpath)) for one in flat if one.relpath not in needed}
    for one in flat:
        if one.relpath not in needed:
            continue
        name = basename(one.relpath)
        if fold(name) in used:
            name = names.free(stem_of(name), name[len(stem_of(name)) :])
        used.add(fold(name))
        yield one.relpath, name


def _moves(tree: Tree, one: PackFile, renamed: Mapping[str, str]) -> bool:
    """Whether a file of this kind names one that will be elsewhere or called otherwise."""
    role = {".mtl": "texture", ".obj": "material"}.get(extension_of(one.relpath))
    return any(
        folder_of(child.relpath) != folder_of(child.parent)
        or renamed.get(child.relpath, basename(child.relpath)) != basename(child.relpath)
        for child in tree.needed
        # A texture that two materials share has one of them as its parent.
        if child.parent == one.relpath or (role and child.role == role)
    )


def _impossible(tree: Tree, choices: PackChoices, item_id: int) -> Iterator[Finding]:
    where = {"item": item_id} if item_id else {}
    if choices.archive == "all" or not tree.needed:
        return
    if choices.model == "glb":
        for model in tree.models():
            if extension_of(model.relpath) not in _GLB:
                message = f"No self-contained GLB can be made of {basename(model.relpath)}."
                hint = "It can be made of OBJ and glTF. Choose the ZIP instead."
                place = {**where, "file": model.path}
                yield Finding("error", "glb-not-possible", message, hint, place)
    if choices.model == "flatten":
        for one in tree.files:
            if extension_of(one.relpath) not in _FLATTENED and _moves(tree, one, {}):
                message = f"The paths inside {basename(one.relpath)} cannot be flattened."
                hint = "That works for OBJ with MTL, and for glTF. Choose the ZIP instead."
                place = {**where, "file": one.path}
                yield Finding("error", "cannot-flatten", message, hint, place)
