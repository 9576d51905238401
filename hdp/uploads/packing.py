"""Packs an item for its record: plans at any time, makes archives and derived files at Prepare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hdp.ingest.archives import Made
from hdp.ingest.packing import plan
from hdp.ingest.packing_model import PackChoices, PackFile, Packing, RecordFile, place_files
from hdp.ingest.types import by_extension
from hdp.jobs import Task
from hdp.project import packing as rows
from hdp.project.deposits import DepositFile
from hdp.project.items import Item, ItemFileRow
from hdp.uploads.desk import Desk
from hdp.uploads.folders import item_folder
from hdp.uploads.pack_making import make_files

_ROLES = {"zip": "archive"}


def pack_files(item: Item) -> list[PackFile]:
    """An item's files as packing sees them, in their order."""
    position = {one.id: number for number, one in enumerate(item.files)}
    parents = [None if one.parent is None else position.get(one.parent) for one in item.files]
    places = place_files(
        [(one.root, one.path, up) for one, up in zip(item.files, parents, strict=True)]
    )
    return [
        PackFile(
            root=one.root, path=one.path, relpath=place, role=one.role, size=one.size,
            sha256=one.sha256, parent="" if up is None else places[up],
        )
        for one, up, place in zip(item.files, parents, places, strict=True)
    ]  # fmt: skip


@dataclass(frozen=True)
class Packer:
    """Packs the items of a desk."""

    desk: Desk

    def choices(self, item: Item) -> PackChoices:
        """How an item is to be packed: its own choices, else those of the project."""
        return self.desk.project.read(
            lambda c: PackChoices.merged(rows.project_choices(c), rows.item_choices(c, item.id))
        )

    def plan(
        self, item: Item, *, taken: Iterable[str] = (), choices: PackChoices | None = None
    ) -> Packing:
        """What the record would hold, by these choices or those stored; nothing is written."""
        return plan(
            pack_files(item), choices or self.choices(item), taken=taken, item_id=item.id,
            most_files=self.desk.offline.max_files, most_bytes=self.desk.offline.max_bytes,
        )  # fmt: skip

    def planned_files(self, item: Item, packing: Packing) -> list[DepositFile]:
        """The record's files in the item's order; what is yet to be made has no hashes."""
        stored = {(one.root, one.path): one for one in item.files}
        return [self._row(one, item, stored) for one in _in_order(packing, item)]

    def _row(
        self, one: RecordFile, item: Item, stored: dict[tuple[str, str], ItemFileRow]
    ) -> DepositFile:
        if one.kind == "file":
            return source_row(stored[one.source.root, one.source.path], one.name)
        path = item_folder(self.desk.project, item) / one.name
        output = self.desk.project.root_dir("output")
        return DepositFile(
            id=0, root="output", path=path.relative_to(output).as_posix(), name=one.name,
            role=_ROLES.get(one.kind, "derived"), media_type=by_extension(one.name),
            size=one.size, sha256="", md5="",
        )  # fmt: skip

    def make(self, task: Task, item: Item, packing: Packing) -> list[DepositFile]:
        """The record's files, with all that is to be made on disk, read back and proven."""
        files = self.planned_files(item, packing)
        if not packing.derived:
            return files
        made = make_files(task, self.desk.project, item_folder(self.desk.project, item), packing)
        output = self.desk.project.root_dir("output")
        return [
            one if one.name not in made else _with_made(one, made[one.name], output)
            for one in files
        ]


def _with_made(one: DepositFile, made: Made, output: Path) -> DepositFile:
    path = made.path.relative_to(output).as_posix()
    return replace(one, path=path, size=made.size, sha256=made.sha256, md5=made.md5)


def _in_order(packing: Packing, item: Item) -> Sequence[RecordFile]:
    order = {(one.root, one.path): number for number, one in enumerate(item.files)}

    def place(one: RecordFile) -> tuple[bool, int, str]:
        made = one.kind in ("zip", "glb")
        return made, 0 if made else order[one.source.root, one.source.path], one.name

    return sorted(packing.files, key=place)


def source_row(one: ItemFileRow, name: str) -> DepositFile:
    """An item's own file under a name of the record."""
    return DepositFile(
        id=0, root=one.root, path=one.path, name=name, role=one.role,
        media_type=one.media_type, size=one.size, sha256=one.sha256, md5=one.md5,
    )  # fmt: skip
