"""What packing works with: an item's files as a tree, the choices, and the record's files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hdp.ingest.names import basename, folder_of, stem_of
from hdp.sdk import Finding, UsageError

ARCHIVES = ("auto", "none", "subfolders", "all")
MODELS = ("zip", "glb", "flatten", "as-is")
# Referred to by a path that is written into the file which needs it.
_NEEDED = ("material", "texture", "buffer")


@dataclass(frozen=True)
class PackFile:
    """A file of an item; `relpath` is its place below the item's folder.

    `parent` is the relpath of the file that refers to it, or "".
    """

    root: str
    path: str
    relpath: str
    role: str = "member"
    size: int = 0
    sha256: str = ""
    parent: str = ""


@dataclass(frozen=True)
class PackChoices:
    """How a person wants an item packed; refuses words that are none."""

    archive: str = "auto"
    model: str = "zip"

    def __post_init__(self) -> None:
        _check("archive", self.archive, ARCHIVES)
        _check("model", self.model, MODELS)

    @classmethod
    def merged(cls, *layers: Mapping[str, Any]) -> PackChoices:
        """The choices of several layers; later ones count more, "" and None do not count."""
        values: dict[str, Any] = {}
        for layer in layers:
            values |= {key: one for key, one in layer.items() if one}
        if unknown := sorted(set(values) - {"archive", "model"}):
            raise UsageError(
                f"Packing has no choice {', '.join(unknown)}.",
                code="bad-packing",
                hint="There are archive and model.",
            )
        return cls(**values)

    def to_json(self) -> dict[str, str]:
        """The choices as JSON."""
        return {"archive": self.archive, "model": self.model}


def _check(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UsageError(
            f"“{value}” is no way of packing ({name}).",
            code="bad-packing",
            hint=f"Choose one of {', '.join(known)}.",
        )


@dataclass(frozen=True)
class RecordFile:
    """A file as it will be in the record.

    `kind` is file, zip, glb, flattened-mtl, flattened-obj or flattened-gltf; `members` are
    (path inside, file): one for a plain file. `size` is an estimate for what is yet to be made.
    """

    name: str
    kind: str
    members: tuple[tuple[str, PackFile], ...]
    size: int

    @property
    def source(self) -> PackFile:
        """The file that it is, or is made of first."""
        return self.members[0][1]


@dataclass(frozen=True)
class Packing:
    """What a record will hold, and what a person should know or decide.

    `base` is the folder of the item that whoever downloads it unpacks into.
    """

    files: tuple[RecordFile, ...]
    findings: tuple[Finding, ...] = ()
    choices: PackChoices = field(default_factory=PackChoices)
    base: str = ""

    @property
    def derived(self) -> tuple[RecordFile, ...]:
        """The files that are yet to be made."""
        return tuple(one for one in self.files if one.kind != "file")


class Tree:
    """An item's files and which of them need each other in their places."""

    def __init__(self, files: Sequence[PackFile]) -> None:
        self.files = sorted(files, key=lambda one: one.relpath)
        self.at = {one.relpath: one for one in self.files}
        self.needed = [one for one in self.files if one.role in _NEEDED and one.parent in self.at]

    @property
    def stem(self) -> str:
        """What the item's archives and models are called after."""
        first = [one for one in self.files if one.role == "primary"] or self.files
        return stem_of(basename(first[0].relpath))

    @property
    def needs_folders(self) -> bool:
        """Whether a file refers to one in another folder."""
        return any(folder_of(one.relpath) != folder_of(one.parent) for one in self.needed)

    def bundle(self) -> list[PackFile]:
        """The files that refer to others, those they need, and what is beside these."""
        inside = {one.relpath for one in self.needed} | {one.parent for one in self.needed}
        beside = {one.relpath for one in self.files if one.parent in inside}
        return [one for one in self.files if one.relpath in inside | beside]

    def models(self) -> list[PackFile]:
        """The files that need others and are needed by none."""
        parents = {one.parent for one in self.needed}
        needed = {one.relpath for one in self.needed}
        return [one for one in self.files if one.relpath in parents - needed]


def common_folder(paths: Sequence[str]) -> str:
    """The deepest folder that holds all of them."""
    parts = [folder_of(one).split("/") if folder_of(one) else [] for one in paths]
    shared: list[str] = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return "/".join(shared)


def place_files(files: Sequence[tuple[str, str, int | None]]) -> list[str]:
    """Where files of several roots lie below the item's folder, each at a place of its own.

    `files` are (root, path below it, position of the file that refers to it or None). A file of
    a texture folder elsewhere lies beside the file that refers to it.
    """
    places: dict[int, str] = {}
    used: set[str] = set()
    for number in sorted(
        range(len(files)), key=lambda one: (files[one][0] != "input", files[one][:2])
    ):
        root, path, parent = files[number]
        place = path
        if root != "input" and parent is not None:
            folder = folder_of(places.get(parent, files[parent][1]))
            place = f"{folder}/{path}" if folder else path
        places[number] = f"{root}/{path}" if place in used else place
        used.add(places[number])
    return [places[number] for number in range(len(files))]
