"""The second half of a scan: every new file is opened to see whether it is what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application.storing import PRINT
from hdp.events import Changed
from hdp.ingest.items import worst
from hdp.jobs import Lane, Task
from hdp.plugin_formats import PluginFunction, versions_for
from hdp.project import checks, files, settings
from hdp.project.files import FileRow
from hdp.sdk import Cancelled
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.ingest.checks import Checked
    from hdp.ingest.items import ScannedFile, ScannedItem, ScanResult

_LANE = Lane("check", 1)
_PORTION = 1000  # files between two writes
# Said of the circumstances rather than of the content: tried again with the next scan.
_PASSING = {"unreadable", "missing", "worker-died", "worker-timeout", "worker-memory",
            "plugin-raised"}  # fmt: skip
_AGAIN = (".gltf",)  # what these show depends on other files
_ALL_SEEN = "checked_print"  # the scan of which every file was seen
Shown = tuple[str, list[dict[str, Any]]]


def check_files(app: Application) -> int | None:
    """Check the files that no check has seen as a job; None where there are none.

    What was seen before is remembered by content, so a job that was cut off is taken up
    where it stopped.
    """
    scanned = app.project.setting(PRINT)
    seen = _with_checkers(app, scanned)
    if scanned and seen == app.project.setting(_ALL_SEEN):
        return None
    waiting = sum(1 for _ in _waiting(app))
    if not waiting:
        _store_all_seen(app, seen)
        return None

    def work(task: Task) -> None:
        task.say(_check_all(app, task, waiting))
        if not any(True for _ in _waiting(app)):
            _store_all_seen(app, seen)

    title = counted(waiting, "file")
    return app.jobs.submit("check", "Check the files", [(0, title)], work, lane=_LANE)


def _with_checkers(app: Application, scanned: str | None) -> str:
    """The scan, and the plugins' checkers that its files were shown to."""
    checkers = sorted(f"{one.id} {one.version}" for one in app.catalogue.checkers)
    return "\n".join([scanned or "", *checkers])


def _store_all_seen(app: Application, seen: str) -> None:
    app.project.write(lambda c: settings.set_setting(c, _ALL_SEEN, seen))


def _waiting(app: Application) -> Iterator[FileRow]:
    """Files to be opened; for the others what is known of their content is put to them."""
    after, by = 0, _asked_of(app)
    while rows := app.project.read(partial(checks.list_to_check, after=after, limit=_PORTION)):
        after = rows[-1].id
        known = app.project.read(partial(checks.seen_before, rows=rows, by=by))
        shown = [
            (row, (known[row.id]["status"], known[row.id]["problems"]))
            for row in rows
            if row.id in known
        ]
        _store(app, [one for one in shown if not _has(*one)], remember=False)
        yield from (row for row in rows if row.id not in known)


def _asked_of(app: Application) -> checks.AskedOf:
    known = app.catalogue.checkers
    return lambda path: versions_for(known, path)


def _has(row: FileRow, shown: Shown) -> bool:
    status, problems = shown
    there = {(one["code"], one["message"]) for one in row.problems}
    return worst(row.status, status) == row.status and all(
        (one["code"], one["message"]) in there for one in problems
    )


def _check_all(app: Application, task: Task, total: int) -> str:
    from hdp.ingest.checker import Checker

    bad = done = 0
    waiting = _waiting(app)
    with Checker(plugins=app.catalogue.checkers) as checker:
        while portion := list(islice(waiting, _PORTION)):
            paths = [(app.project.file_path(one.root, one.path), one.path) for one in portion]
            before = done

            def tell(count: int, before: int = before) -> None:
                task.progress(before + count, total, "Opening files")

            checked: list[Checked] = []
            try:
                for one in checker.check_many(paths, progress=tell, cancelled=task.is_cancelled):
                    checked.append(one)
            finally:  # what was seen before a cancel or a failure need not be seen again
                _keep(app, portion, checked)
            bad += sum(1 for one in checked if one.status != "valid")
            done += len(portion)
    app.bus.emit(Changed(("files", "items")))
    said = f"{counted(done, 'file')} checked"
    return f"{said}, {bad} with problems" if bad else said


def _keep(app: Application, portion: Sequence[FileRow], checked: Sequence[Checked]) -> None:
    shown = [(one.status, [found.to_json() for found in one.findings]) for one in checked]
    _store(app, list(zip(portion, shown, strict=False)), remember=True)


def _store(app: Application, portion: list[tuple[FileRow, Shown]], *, remember: bool) -> None:
    if not portion:
        return

    by = _asked_of(app)

    def store(connection: Any) -> None:
        for row, (status, problems) in portion:
            lasting = not any(one["code"] in _PASSING for one in problems)
            if remember and lasting and not row.path.lower().endswith(_AGAIN):
                checks.remember(connection, row, status, problems, by(row.path))
            if problems or row.problems:
                files.store_check(connection, row, *_merged(row, status, problems))

    app.project.write(store)


def _merged(row: FileRow, status: str, problems: Sequence[dict[str, Any]]) -> Shown:
    """What a scan said of the file, and what this check says in place of the last one."""
    said = {(one["code"], one["message"]) for one in problems}
    kept = [
        one
        for one in row.problems
        if not one.get("check") and (one["code"], one["message"]) not in said
    ]
    base = row.status
    grave = {"invalid": ("error",), "problems": ("error", "warning")}.get(base)
    if grave and not any(one["severity"] in grave for one in kept):
        base = "valid"  # it was so because of a check only
    # The mark tells a scan that these are not its own.
    here = [one | {"where": one["where"] | {"file": row.path}, "check": True} for one in problems]
    return worst(base, status), [*kept, *here]


def check_result(
    folder: Path,
    result: ScanResult,
    *,
    progress: Callable[[int, int | None, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    plugins: Sequence[PluginFunction] = (),
) -> ScanResult:
    """What a scan found, with every file opened as well; nothing is written."""
    from hdp.ingest.checker import Checker

    found = {one.relpath: one for item in result.items for one in item.files}
    there = [one for one in found.values() if one.status != "missing"]
    paths = [(result.roots.get(one.root, folder) / one.path, one.path) for one in there]

    def tell(count: int) -> None:
        if progress is not None:
            progress(count, len(paths), "Opening files")

    with Checker(plugins=plugins) as checker:
        seen = list(checker.check_many(paths, progress=tell, cancelled=cancelled))
    if cancelled is not None and cancelled():
        raise Cancelled("Cancelled.")
    by_path = {one.relpath: shown for one, shown in zip(there, seen, strict=True)}

    def whole(item: ScannedItem) -> ScannedItem:
        return replace(item, files=tuple(_with(one, by_path) for one in item.files))

    return replace(result, items=tuple(whole(one) for one in result.items))


def _with(one: ScannedFile, seen: dict[str, Checked]) -> ScannedFile:
    if one.relpath not in seen:
        return one
    shown = seen[one.relpath]
    more = [finding for finding in shown.findings if finding not in one.findings]
    status = worst(one.status, shown.status)
    return replace(one, status=status, findings=(*one.findings, *more))
