"""Finding files again that were moved: by size and content, below a folder that a person names."""

from __future__ import annotations

import os
import sqlite3  # noqa: TID251 - the type of a connection only
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from hdp.application import scanning, storing
from hdp.application.finding_references import names_missing, take_folders
from hdp.events import Changed
from hdp.ingest.hashing import hash_file
from hdp.ingest.names import why_skipped
from hdp.project import added, by_hand, files, items
from hdp.project.files import INPUT, Place
from hdp.project.items import Item, ItemFileRow
from hdp.project.project import Project, relative
from hdp.sdk import Cancelled, InvalidInput, NotFound
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application.app import Application

Cancel = Callable[[], bool]


@dataclass(frozen=True)
class _Lost:
    """A missing file with the item that it belongs to."""

    item: Item
    file: ItemFileRow


def find_again(
    app: Application, ids: Sequence[int], folder: Path, cancelled: Cancel | None = None
) -> dict[str, Any]:
    """Look below a folder for the missing files of items (of all, where no ids are given).

    Where a whole root was moved it is taken over as such; single files are taken where they are
    found. Folders with what models name in vain become texture folders. Items keep their ids.
    `{"items", "found": [paths], "missing": [paths], "message"}`.
    """
    project = app.project
    if not folder.is_dir():
        raise InvalidInput(
            f"The folder {folder} is not there.", code="folder-missing",
            hint="Name the folder to look in.", where={"file": str(folder)},
        )  # fmt: skip
    for one in ids:
        project.read(lambda c, one=one: items.get_item(c, one))  # type: ignore[misc]
    stored = project.read(items.list_items)
    wanted = [one for one in stored if not ids or one.id in ids]
    lost, names = _lost(project, wanted), names_missing(wanted)
    if not (lost or names):
        return {"items": [], "found": [], "missing": [], "message": "No file is missing."}
    found = _look(folder.resolve(), {one.file.id: one.file for one in lost}, cancelled)
    named = take_folders(project, names, _walk(folder.resolve(), cancelled)) if names else []
    if not (found or named):
        count = len(lost) + len(names)
        which = "The missing file is not" if count == 1 else f"None of the {count} missing files is"
        raise NotFound(
            f"{which} below {folder}.", code="not-found-again",
            hint="Files are known by their content: one that was changed is another file.",
            where={"file": str(folder)},
        )  # fmt: skip
    moved = _moved_roots(project, stored, lost, found)
    project.write(lambda c: _take(c, project, lost, found, moved))
    if INPUT in moved:
        app.open_project(project.path, anew=True)
    elif moved:
        project.roots = {root.name: root for root in project.read(files.list_roots)}
    scanning.scan_project(app)
    told = _told(app, lost, found)
    if not named:
        return told
    ids = [one.id for one in wanted if names_missing([one])]
    count = len(named)
    return told | {
        "items": sorted({*told["items"], *ids}),
        "found": sorted({*told["found"], *map(str, named)}),
        "message": f"{told['message']} {_TOO_ONE if count == 1 else _TOO.format(count)}",
    }


_TOO_ONE = (
    "1 file that a model names was found, too; its folder is a texture folder of the project now."
)
_TOO = (
    "{} files that models name were found, too; their folders are texture folders of the project"
    " now."
)


def _lost(project: Project, wanted: Sequence[Item]) -> list[_Lost]:
    """What is missing by the last scan, or just now."""
    return [
        _Lost(item, file)
        for item in wanted
        for file in item.files
        if file.sha256
        and (file.status == "missing" or not project.file_path(file.root, file.path).is_file())
    ]


def _told(app: Application, lost: Sequence[_Lost], found: Mapping[int, Path]) -> dict[str, Any]:
    ids = sorted({one.item.id for one in lost if one.file.id in found})
    missing = sorted({one.file.path for one in lost if one.file.id not in found})
    message = counted(len(found), "file was", "files were") + " found again"
    message += f", {counted(len(missing), 'is', 'are')} still missing." if missing else "."
    app.bus.emit(Changed(("items", "files"), ids))
    paths = sorted({str(one) for one in found.values()})
    return {"items": ids, "found": paths, "missing": missing, "message": message}


def _look(
    folder: Path, lost: Mapping[int, ItemFileRow], cancelled: Cancel | None
) -> dict[int, Path]:
    """File id -> where it is now; of equal files, the one that lies most like before."""
    sizes = {one.size for one in lost.values()}
    by_hash: dict[str, list[Path]] = {}
    for path in _walk(folder, cancelled):
        try:
            if path.stat().st_size in sizes:
                by_hash.setdefault(hash_file(path, None, cancelled).sha256, []).append(path)
        except OSError:
            continue  # what cannot be read is not what is looked for
    return {
        number: max(sorted(places), key=lambda one: _alike(one, file.path))
        for number, file in lost.items()
        if (places := by_hash.get(file.sha256))
    }


def _walk(folder: Path, cancelled: Cancel | None) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        if cancelled and cancelled():
            raise Cancelled("Cancelled.")
        folders[:] = sorted(one for one in folders if not why_skipped(one))
        for name in sorted(names):
            path = Path(place, name)
            if not why_skipped(name) and not path.is_symlink() and path.is_file():
                yield path


def _alike(path: Path, before: str) -> int:
    """How many parts of two paths agree from the end on."""
    count = 0
    parts = zip(reversed(path.parts), reversed(PurePosixPath(before).parts), strict=False)
    for one, other in parts:
        if one != other:
            break
        count += 1
    return count


def _moved_roots(
    project: Project, stored: Sequence[Item], lost: Sequence[_Lost], found: Mapping[int, Path]
) -> dict[str, Path]:
    """Roots of which nothing is in the old place and the files lie in a new one as before."""
    gone = {one.file.id for one in lost}
    present = {f.root for item in stored for f in item.files if f.id not in gone}
    bases: dict[str, Counter[Path]] = {}
    for one in lost:
        path, file = found.get(one.file.id), one.file
        if path is None or file.root in present or file.root == "output":
            continue
        if _alike(path, file.path) >= len(PurePosixPath(file.path).parts):
            base = Path(*path.parts[: len(path.parts) - len(PurePosixPath(file.path).parts)])
            bases.setdefault(file.root, Counter())[base] += 1
    output = project.root_dir("output").resolve()
    best = {root: min(counts.items(), key=lambda one: (-one[1], one[0]))[0]
            for root, counts in bases.items()}  # fmt: skip
    return {root: base for root, base in best.items() if base != output}


def _take(
    connection: sqlite3.Connection,
    project: Project,
    lost: Sequence[_Lost],
    found: Mapping[int, Path],
    moved: Mapping[str, Path],
) -> None:
    for root, base in moved.items():
        files.move_root(connection, root, relative(base, project.folder))
    input_dir = moved.get(INPUT) or project.root_dir(INPUT).resolve()
    kept: dict[int, Item] = {}
    for one in lost:
        path = found.get(one.file.id)
        new_root = moved.get(one.file.root)
        if path is None or (new_root is not None and path == new_root / one.file.path):
            continue
        place = _new_place(connection, project, input_dir, path)
        files.move_file(connection, one.file.id, (one.file.root, one.file.path), place)
        kept[one.item.id] = one.item
    for item in kept.values():
        _keep_together(connection, item)
    storing.forget_print(connection)


def _new_place(
    connection: sqlite3.Connection, project: Project, input_dir: Path, path: Path
) -> Place:
    if path.is_relative_to(input_dir):
        return INPUT, path.relative_to(input_dir).as_posix()
    return added.add_path(connection, relative(path.parent, project.folder), path.name), path.name


def _keep_together(connection: sqlite3.Connection, item: Item) -> None:
    """An item whose files lie elsewhere now stays the item that it was."""
    own = [one.id for one in item.files if one.parent is None]
    places = files.places_of(connection, own)
    by_hand.put(connection, places.values(), by_hand.new_label(connection), item.key)
    if item.primary.id in places:
        by_hand.make_primary(connection, places[item.primary.id])
