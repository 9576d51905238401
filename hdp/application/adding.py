"""Adding single files and folders from anywhere; scans look at them from then on."""

from __future__ import annotations

import sqlite3  # noqa: TID251 - the type of a connection only
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import scanning, storing
from hdp.application.scan_settings import project_options
from hdp.events import Changed
from hdp.ingest.names import extension_of, is_unicode, why_skipped
from hdp.ingest.options import ScanOptions
from hdp.project import added, by_hand, items
from hdp.project.files import INPUT, Place
from hdp.project.items import Item
from hdp.project.project import Project, relative
from hdp.sdk import InvalidInput, NotFound, Refused
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application.app import Application


@dataclass(frozen=True)
class _Wish:
    """A real path to be added; `inside`: its path below the input folder, "" where it is not."""

    path: Path
    inside: str

    @property
    def folder(self) -> Path:
        return self.path if self.path.is_dir() else self.path.parent

    @property
    def below(self) -> str:
        return "" if self.path.is_dir() else self.path.name


def add_paths(app: Application, paths: Sequence[Path]) -> dict[str, Any]:
    """Add files and folders, all or none of them, and scan; originals stay where they are.

    Grouped by the same rules as the input folder. `{"items": [ids], "message": a sentence}`.
    """
    project = app.project
    options = project_options(project)
    stored = project.read(items.list_items)
    members = _members(project, stored)
    wishes = [_check(project, options, members, path) for path in paths]
    scanning.check_input(project.root_dir(INPUT))
    kept = project.read(lambda c: (by_hand.read(c), added.list_added(c)))
    before = _contents(stored)

    def write(connection: sqlite3.Connection) -> None:
        for wish in wishes:
            _add(connection, project, options, wish)
        storing.forget_print(connection)

    project.write(write)
    try:
        scanning.scan_project(app)
    except BaseException:
        project.write(lambda c: by_hand.restore(c, kept[0]))
        project.write(lambda c: added.restore(c, kept[1]))
        raise
    return _told(app, project, wishes, before)


def _told(
    app: Application, project: Project, wishes: Sequence[_Wish], before: Mapping[int, set[int]]
) -> dict[str, Any]:
    stored = project.read(items.list_items)
    members = _members(project, stored)
    ids = [one for one, held in _contents(stored).items() if held != before.get(one)]
    left = [one for one in wishes if not _holds(members, one.path)]
    message = f"Added {counted(len(wishes), 'path')}: "
    message += f"{counted(len(ids), 'item has', 'items have')} new files."
    if left:
        message += f" Nothing in {left[0].path} is of an extension that makes an item."
    app.bus.emit(Changed(("items", "files"), ids))
    return {"items": ids, "message": message}


def _contents(stored: Iterable[Item]) -> dict[int, set[int]]:
    return {one.id: {file.id for file in one.files} for one in stored}


def _holds(members: dict[Path, int], path: Path) -> bool:
    return path in members or any(one.is_relative_to(path) for one in members)


def _members(project: Project, stored: Iterable[Item]) -> dict[Path, int]:
    """Real path of each file of the project -> its item."""
    roots: dict[str, Path] = {}
    found: dict[Path, int] = {}
    for item in stored:
        for file in item.files:
            if file.root not in roots:
                roots[file.root] = project.root_dir(file.root).resolve()
            found[roots[file.root] / file.path] = item.id
    return found


def _check(project: Project, options: ScanOptions, members: dict[Path, int], path: Path) -> _Wish:
    """What is to be added; refuses what cannot be."""
    real = path.expanduser().resolve()
    if not is_unicode(str(path)) or not real.exists():
        raise NotFound(
            f"{path} is not there.", code="no-such-file", hint="Look at the path again.",
            where={"file": str(path)},
        )  # fmt: skip
    if not (real.is_file() or real.is_dir()):
        raise InvalidInput(
            f"{path} is neither a file nor a folder.", code="not-a-file",
            hint="Only files and folders can be added.", where={"file": str(path)},
        )  # fmt: skip
    if real in members:
        raise _refused(f"{path} is in the project already, in item {members[real]}.", path)
    if why_skipped(real.name):
        raise _refused(f"{path} is hidden or litter of the system.", path)
    _refuse_own(project, options, real, path)
    base = project.root_dir(INPUT).resolve()
    if real.is_dir() and (real.is_relative_to(base) or base.is_relative_to(real)):
        raise _refused(
            f"{path} is or holds a folder that the project looks at already.", path,
            "Choose another mode or depth (hdp project set), or add single files.",
        )  # fmt: skip
    inside = real.relative_to(base).as_posix() if real.is_relative_to(base) else ""
    return _Wish(real, inside)


def _refuse_own(project: Project, options: ScanOptions, real: Path, path: Path) -> None:
    output = project.root_dir("output").resolve()
    own = {one.resolve() for one in options.never}
    if real in own or real.is_relative_to(output):
        raise _refused(f"{path} belongs to the project itself; it is never published.", path)


def _refused(message: str, path: Path, hint: str = "Nothing was added.") -> Refused:
    return Refused(message, code="cannot-add", hint=hint, where={"file": str(path)})


def _add(
    connection: sqlite3.Connection, project: Project, options: ScanOptions, wish: _Wish
) -> None:
    if wish.inside:
        by_hand.put(connection, [(INPUT, wish.inside)], by_hand.new_label(connection))
        return
    root = added.add_path(connection, relative(wish.folder, project.folder), wish.below)
    if wish.below and not options.may_start(extension_of(wish.below)):
        place: Place = (root, wish.below)
        by_hand.put(connection, [place], by_hand.new_label(connection))
