"""The second half of a scan: every new file is opened to see whether it is what it says."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from hdp.events import Changed
from hdp.ingest.items import worst
from hdp.jobs import Lane, Task
from hdp.project import files, settings
from hdp.project.files import FileRow
from hdp.sdk import Cancelled

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.ingest.checks import Checked
    from hdp.ingest.items import ScannedItem, ScanResult

_LANE = Lane("check", 1)
_AT_ONCE = 4
_PORTION = 1000  # files between two writes
_SOUND = "sound_files"  # setting: content that was opened and found sound, so not opened again


def check_files(app: Application) -> int | None:
    """Check the files that no check has seen as a job; None where there are none."""
    waiting = _waiting(app)
    if not waiting:
        return None

    def work(task: Task) -> None:
        task.say(_check_all(app, task, waiting))

    title = f"{len(waiting)} files"
    return app.jobs.submit("check", "Check the files", [(0, title)], work, lane=_LANE)


def _mark(one: FileRow) -> str:
    return f"{one.sha256[:16]}{PurePosixPath(one.path).suffix.lower()}"


def _waiting(app: Application) -> list[FileRow]:
    sound = set(app.project.setting(_SOUND) or ())
    rows = app.project.read(files.list_member_files)
    return [one for one in rows if one.sha256 and _mark(one) not in sound]


def _check_all(app: Application, task: Task, waiting: list[FileRow]) -> str:
    bad = done = 0
    with ThreadPoolExecutor(_AT_ONCE, "check") as pool:
        for start in range(0, len(waiting), _PORTION):
            portion = waiting[start : start + _PORTION]
            checked = list(pool.map(lambda one: _check(app, task, one), portion))
            _store(app, list(zip(portion, checked, strict=True)))
            bad += sum(1 for one in checked if one.status != "valid")
            done += len(portion)
            task.progress(done, len(waiting), "Opening files")
    app.bus.emit(Changed(("files", "items")))
    return f"{done} files checked, {bad} with problems" if bad else f"{done} files checked"


def _check(app: Application, task: Task, one: FileRow) -> Checked:
    from hdp.ingest.checks import check_file

    task.check_cancelled()
    return check_file(app.project.file_path(one.root, one.path), relpath=one.path)


def check_result(
    folder: Path, result: ScanResult, *, cancelled: Callable[[], bool] | None = None
) -> ScanResult:
    """What a scan found, with every file opened as well; nothing is written."""
    from hdp.ingest.checks import check_file
    from hdp.ingest.items import ScannedFile

    def checked(one: ScannedFile) -> ScannedFile:
        if cancelled is not None and cancelled():
            raise Cancelled("Cancelled.")
        if one.status == "missing":
            return one
        seen = check_file(folder / one.relpath, relpath=one.relpath)
        more = [finding for finding in seen.findings if finding not in one.findings]
        status = worst(one.status, seen.status)
        return replace(one, status=status, findings=(*one.findings, *more))

    def whole(item: ScannedItem) -> ScannedItem:
        return replace(item, files=tuple(checked(one) for one in item.files))

    with ThreadPoolExecutor(_AT_ONCE, "check") as pool:
        return replace(result, items=tuple(pool.map(whole, result.items)))


def _store(app: Application, portion: list[tuple[FileRow, Checked]]) -> None:
    def store(connection: Any) -> None:
        sound = set(settings.get_setting(connection, _SOUND) or ())
        for row, checked in portion:
            if checked.status == "valid":
                sound.add(_mark(row))
                continue
            findings = [one.to_json() for one in checked.findings]
            known = [one for one in row.problems if one not in findings]
            files.store_check(
                connection, row, worst(row.status, checked.status), [*known, *findings]
            )
        settings.set_setting(connection, _SOUND, sorted(sound))

    app.project.write(store)
