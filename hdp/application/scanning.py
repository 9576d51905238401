"""New projects, and what is found in their folders."""

from __future__ import annotations

import os
import sqlite3  # noqa: TID251 - the type of a connection only
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import checking, storing
from hdp.application.scan_settings import place_of, project_options, to_keep, with_never
from hdp.events import Changed
from hdp.ingest.items import ScanResult
from hdp.ingest.options import ByHand, ScanOptions
from hdp.jobs import Lane, Task
from hdp.plugin_formats import PluginFunction
from hdp.project import by_hand, setting_aside
from hdp.project.project import Project
from hdp.sdk import InvalidInput, Refused, UsageError
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application.app import Application

SCAN_LANE = Lane("scan", 1)


@dataclass(frozen=True)
class NewProject:
    """What the New Project wizard asks for; `scan` holds the options of the scan by name.

    `by_hand` is what was grouped in Review, `set_aside` primary -> reason of what is left out.
    """

    file: Path
    name: str
    code: str
    input: Path
    output: Path
    scan: Mapping[str, Any] = field(default_factory=dict)
    modalities: tuple[str, ...] = ()
    set_aside: Mapping[str, str] = field(default_factory=dict)
    by_hand: ByHand = field(default_factory=ByHand)


def scan_options(spec: NewProject) -> ScanOptions:
    """The options of the first scan; refuses what cannot be."""
    values = {"by_hand": spec.by_hand, **dict(spec.scan), "input": str(spec.input)}
    options = ScanOptions.from_json(values)
    return with_never(options, [spec.file, spec.output])


def check_new(spec: NewProject) -> None:
    """Refuse a project that cannot be made as it is meant; nothing is written."""
    check_details(spec)
    check_paths(spec)


def check_details(spec: NewProject) -> None:
    """Refuse a name, short code or project file that will not do."""
    if not spec.name.strip():
        raise UsageError("The project has no name.", code="no-name", hint="Give it a name.")
    code = spec.code.strip()
    if not code or not code.replace("-", "").replace("_", "").isalnum() or len(code) > 32:
        raise UsageError(
            f"“{spec.code}” is no short code.",
            code="bad-code",
            hint="Use up to 32 letters and digits, such as SAMOS; it names the output folder.",
        )
    if spec.file.exists():
        raise Refused(
            f"{spec.file} exists already; it was not touched.",
            code="file-exists",
            hint="Choose another file name.",
            where={"file": str(spec.file)},
        )
    if not spec.file.parent.is_dir():
        raise InvalidInput(
            f"The folder {spec.file.parent} is not there.",
            code="folder-missing",
            hint="Choose a folder that exists for the project file.",
            where={"file": str(spec.file)},
        )


def check_paths(spec: NewProject) -> None:
    """Refuse an input or output folder that will not do."""
    check_input(spec.input)
    if spec.output.resolve() == spec.input.resolve():
        raise UsageError(
            "The output folder must not be the input folder: originals are never mixed with"
            " what HDP makes.",
            code="same-folder",
            hint="Choose another folder for the output.",
        )
    if spec.output.exists() and not spec.output.is_dir():
        raise InvalidInput(f"{spec.output} is a file, not a folder.", code="output-not-folder")


def preview(
    spec: NewProject,
    progress: Callable[[int, int | None, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    plugins: Sequence[PluginFunction] = (),
) -> ScanResult:
    """What a scan would find; nothing is written. `plugins` are their checkers."""
    from hdp.ingest.scan import scan

    check_input(spec.input)
    result = scan(scan_options(spec), progress=progress, cancelled=cancelled)
    return checking.check_result(
        spec.input, result, progress=progress, cancelled=cancelled, plugins=plugins
    )


def check_input(folder: Path, hint: str = "Choose the folder that holds your files.") -> None:
    """Refuse a folder that is not there."""
    if not folder.is_dir():
        raise InvalidInput(
            f"The input folder {folder} is not there.",
            code="input-missing",
            hint=hint,
            where={"file": str(folder)},
        )


def create_project(app: Application, spec: NewProject) -> Project:
    """Make the project file and open it; the scan is a job of its own."""
    check_new(spec)
    options = scan_options(spec)
    try:
        spec.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            f"The output folder {spec.output} cannot be made: {error.strerror}.",
            code="output-not-writable",
            hint="Choose a folder that you may write to.",
        ) from error
    project = Project.create(
        spec.file,
        home=app.home,
        name=spec.name.strip(),
        code=spec.code.strip(),
        input_dir=spec.input,
        output_dir=spec.output,
        values={
            "scan": to_keep(options, _folder_of(spec.file)),
            "modalities": list(spec.modalities),
            setting_aside.SETTING: dict(spec.set_aside),
        },
    )
    project.write(lambda c: _keep_by_hand(c, options.by_hand))
    return app.take_project(project)


def _folder_of(file: Path) -> Path:
    return Path(os.path.abspath(file.expanduser())).parent  # noqa: PTH100 - links stay links


def _keep_by_hand(connection: sqlite3.Connection, made: ByHand) -> None:
    labels: dict[str, str] = {}
    for path, label in made.groups.items():
        if label not in labels:
            labels[label] = by_hand.new_label(connection)
        by_hand.put(connection, [place_of(path)], labels[label], made.keys.get(label) or None)
    for path in made.primaries:
        by_hand.make_primary(connection, place_of(path))


def start_scan(app: Application, *, then_check: bool = False) -> int:
    """Scan the open project as a job; returns the job's id.

    With `then_check` a second job that opens the new files starts when it is done.
    """
    project = app.project
    subjects = [(0, project.root_dir("input").name)]

    def work(task: Task) -> None:
        task.say(scan_project(app, task))
        if then_check:
            app.pictures.start(after=checking.check_files(app))

    return app.jobs.submit("scan", "Scan the folder", subjects, work, lane=SCAN_LANE)


def scan_project(app: Application, task: Task | None = None) -> str:
    """Scan the open project's input folder and bring its items to what is there.

    Where nothing changed since the last scan, nothing is read or written.
    """
    project = app.project
    options, result = find(project, task)
    if result is None:
        return _unchanged(project)
    check = task.check_cancelled if task else _go_on
    changes = storing.store(project, options, result, check)
    if changes.regroup:  # files grouped by hand were moved: now it is known where they are
        options, again = find(project, task, always=True)
        result = again or result
        changes = changes.followed_by(storing.store(project, options, result, check))
    app.bus.emit(Changed(("files", "items")))
    said = said_counts(result.counts)
    return f"{said} ({changes})" if str(changes) else said


def _go_on() -> None:
    """Nobody can cancel."""


def find(
    project: Project, task: Task | None = None, *, always: bool = False
) -> tuple[ScanOptions, ScanResult | None]:
    """What is in the folders of the open project; None where it is as it was, unless `always`."""
    from hdp.ingest.fingerprint import fingerprint
    from hdp.ingest.scan import scan
    from hdp.ingest.walk import walk

    check_input(
        project.root_dir("input"),
        "Connect the drive, or say where it is now: hdp project set --input DIR.",
    )
    options = project_options(project)
    cancelled = task.is_cancelled if task else None
    walked = walk(options, cancelled=cancelled)
    if not always and fingerprint(options, walked) == project.setting(storing.PRINT):
        return options, None
    result = scan(
        options,
        known=storing.known_of(project),
        known_references=storing.references_known(project),
        progress=task.progress if task else None,
        cancelled=cancelled,
        walked=walked,
    )
    if task is not None:
        task.check_cancelled()
    return options, result


def _unchanged(project: Project) -> str:
    counts = (project.setting("last_scan") or {}).get("counts", {})
    return f"{said_counts(counts)} (nothing changed)"


def said_counts(counts: Mapping[str, Any]) -> str:
    """How many items and files there are, as a scan says it."""
    items, files = counts.get("items", 0), counts.get("files", 0)
    return f"{counted(items, 'item')}, {counted(files, 'file')}"
