"""New projects, and what is found in their folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import checking
from hdp.application.grouping_table import with_table
from hdp.events import Changed
from hdp.ingest.items import ScannedFile, ScannedItem, ScanResult
from hdp.ingest.options import ScanOptions
from hdp.jobs import Lane, Task
from hdp.project import files, items, mappings, settings
from hdp.project.project import Project
from hdp.sdk import InvalidInput, Refused, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

SCAN_LANE = Lane("scan", 1)


@dataclass(frozen=True)
class NewProject:
    """What the New Project wizard asks for; `scan` holds the options of the scan by name."""

    file: Path
    name: str
    code: str
    input: Path
    output: Path
    scan: Mapping[str, Any] = field(default_factory=dict)
    modalities: tuple[str, ...] = ()


def scan_options(spec: NewProject) -> ScanOptions:
    """The options of the first scan; refuses what cannot be."""
    values = {"input": str(spec.input), **dict(spec.scan)}
    options = ScanOptions.from_json(values)
    return _with_never(options, [spec.file, spec.output])


def _with_never(options: ScanOptions, never: list[Path]) -> ScanOptions:
    return with_table(replace(options, never=(*options.never, *never)))


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
    _check_input(spec.input)
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
) -> ScanResult:
    """What a scan would find; nothing is written."""
    from hdp.ingest.scan import scan

    _check_input(spec.input)
    result = scan(scan_options(spec), progress=progress, cancelled=cancelled)
    return checking.check_result(spec.input, result, cancelled=cancelled)


def _check_input(folder: Path, hint: str = "Choose the folder that holds your files.") -> None:
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
    options = scan_options(spec).to_json()
    for name in ("input", "never"):
        options.pop(name, None)
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
        values={"scan": options, "modalities": list(spec.modalities)},
    )
    return app.take_project(project)


def project_options(project: Project) -> ScanOptions:
    """How the open project is scanned: its own files are never members of an item."""
    values = {"input": str(project.root_dir("input")), **project.setting("scan")}
    never = [project.path, project.root_dir("output"), *project.folder.glob("*.bak")]
    for mapping in project.read(mappings.list_mappings):
        if mapping.table_path:
            never.append(project.folder / mapping.table_path)
        if mapping.file:
            never.append(project.folder / mapping.file)
    return _with_never(ScanOptions.from_json(values), never)


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
    """Scan the open project's input folder and bring its items to what is there."""
    from hdp.ingest.scan import scan

    project = app.project
    root = project.roots["input"]
    _check_input(
        project.root_dir("input"),
        "Connect the drive, or say where it is now: hdp project set --input DIR.",
    )
    known = project.read(lambda c: files.known_hashes(c, root.id))
    result = scan(
        project_options(project),
        known=to_known(known),
        progress=task.progress if task else None,
        cancelled=task.is_cancelled if task else None,
    )
    if task is not None:
        task.check_cancelled()
    return store_scan(app, project, root.id, result)


def to_known(known: files.Known) -> Any:
    """Stored hashes as the scan takes them."""
    from hdp.ingest.hashing import Hashes

    return {key: Hashes(*value) for key, value in known.items()}


def store_scan(app: Application, project: Project, root_id: int, result: ScanResult) -> str:
    """Write what a scan found in one transaction; returns a sentence on what changed."""
    facts = {one.relpath: _file_fact(one) for item in result.items for one in item.files}

    def store(connection: Any) -> tuple[files.FileChanges, list[int], list[int]]:
        changes = files.store_files(connection, root_id, facts.values())
        new, removed = items.store_items(
            connection, changes.ids, [_item_fact(item) for item in result.items]
        )
        report = {"findings": [one.to_json() for one in result.findings], "counts": result.counts}
        settings.set_setting(connection, "last_scan", report)
        return changes, new, removed

    changes, new, removed = project.write(store)
    app.bus.emit(Changed(("files", "items")))
    counts = (
        (len(new), "new items"), (len(removed), "items gone"), (len(changes.changed), "changed"),
        (len(changes.moved), "moved"), (len(changes.missing), "missing files"),
    )  # fmt: skip
    said = [f"{count} {what}" for count, what in counts if count]
    return f"{len(result.items)} items, {len(facts)} files" + (
        f" ({', '.join(said)})" if said else ""
    )


def _file_fact(one: ScannedFile) -> files.FileFact:
    return files.FileFact(
        path=one.relpath, size=one.size, mtime_ns=one.mtime_ns, inode=one.inode,
        sha256=one.sha256, md5=one.md5, media_type=one.media_type, status=one.status,
        problems=[finding.to_json() for finding in one.findings],
    )  # fmt: skip


def _item_fact(item: ScannedItem) -> items.ItemFact:
    return items.ItemFact(
        key=item.key,
        primary=item.primary,
        files=[items.ItemFile(one.relpath, one.role, one.parent or None) for one in item.files],
        problems=[finding.to_json() for finding in item.findings],
    )
