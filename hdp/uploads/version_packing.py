"""How the new files of a version lie in its record: packed as the files of its item are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from hdp.ingest.archives import Made
from hdp.ingest.packing import plan
from hdp.ingest.packing_model import PackChoices, PackFile, Packing, RecordFile
from hdp.ingest.types import by_extension
from hdp.jobs import Task
from hdp.project.deposits import DepositFile
from hdp.project.roots import version_root
from hdp.sdk import InvalidInput
from hdp.uploads.desk import Desk
from hdp.uploads.folders import item_folder
from hdp.uploads.pack_making import make_files
from hdp.uploads.packing import Packer
from hdp.uploads.version_order import NewFile

Place = tuple[str, str]


def plan_packing(
    files: Sequence[NewFile], choices: PackChoices, *, taken: Iterable[str] = (), item: int = 0,
    places: Mapping[str, Place] | None = None,
) -> Packing:  # fmt: skip
    """The record's files for new files; `places` are path -> root and path below it.

    Without places nothing can be made of it, and it is only to be looked at.
    """
    parents: dict[str, str] = {}
    for one in files:
        for needed in one.references:
            parents.setdefault(needed, _below(one))
    packed = [
        PackFile(*(places or {}).get(one.path, ("", _below(one))), relpath=_below(one),
                 role=one.role, size=one.size, sha256=one.sha256, parent=parents.get(one.path, ""))
        for one in files
    ]  # fmt: skip
    return plan(packed, choices, taken=taken, item_id=item)


def sent_files(files: Sequence[NewFile], packing: Packing) -> list[NewFile]:
    """What goes into the record, in the order of the files; what is yet to be made comes last.

    That has no path and no checksums, and its size is an estimate.
    """
    order = {_below(one): number for number, one in enumerate(files)}
    plain = [(order[one.source.relpath], one) for one in packing.files if one.kind == "file"]
    kept = [files[number] for number, _ in sorted(plain, key=lambda each: each[0])]
    made = [NewFile("", one.name, one.size, "", "", by_extension(one.name), _role(one))
            for one in packing.derived]  # fmt: skip
    return [*kept, *made]


def pack_sources(
    desk: Desk, task: Task, item_id: int, files: Sequence[NewFile], taken: Iterable[str]
) -> list[DepositFile]:
    """The new files as they go into the record, archives and the like on disk and proven.

    InvalidInput where they cannot be packed, or where a reference would not be found again.
    """
    item = desk.item(item_id)
    rows = desk.project.write(lambda c: {one.path: _source(c, one) for one in files})
    places = {path: (row.root, str(row.path)) for path, row in rows.items()}
    packing = plan_packing(
        files, Packer(desk).choices(item), taken=taken, item=item_id, places=places
    )
    if errors := [one for one in packing.findings if one.severity == "error"]:
        first = errors[0]
        raise InvalidInput(first.message, code=first.code, hint=first.hint, where=first.where,
                           findings=errors)  # fmt: skip
    plain = [rows[one.path] for one in sent_files(files, packing) if one.path]
    if not packing.derived:
        return plain
    made = make_files(task, desk.project, item_folder(desk.project, item), packing)
    output = desk.project.root_dir("output")
    return [*plain, *(_made(one, made[one.name], output) for one in packing.derived)]


def _below(one: NewFile) -> str:
    return one.relpath or one.name


def _role(one: RecordFile) -> str:
    return "archive" if one.kind == "zip" else "derived"


def _made(one: RecordFile, made: Made, output: Path) -> DepositFile:
    return DepositFile(
        0, "output", made.path.relative_to(output).as_posix(), one.name, _role(one),
        by_extension(one.name), made.size, made.sha256, made.md5,
    )  # fmt: skip


def _source(connection: Any, one: NewFile) -> DepositFile:
    path, below = Path(one.path), PurePosixPath(one.relpath or Path(one.path).name)
    folder = path.parents[len(below.parts) - 1] if path.as_posix().endswith(f"/{below}") else None
    folder, below = (folder, below) if folder else (path.parent, PurePosixPath(path.name))
    root = version_root(connection, str(folder))
    return DepositFile(
        0, root, below.as_posix(), one.name, one.role, one.media_type, one.size, one.sha256, one.md5
    )
