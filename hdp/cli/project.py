"""`hdp project`: make, scan and look at projects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hdp.cli import running
from hdp.cli.base import Group, example, pass_session
from hdp.cli.main import FAILED, OK
from hdp.cli.picturing import make_pictures
from hdp.cli.project_report import report_command
from hdp.cli.scan_options import given_options, read_scan, scan_options
from hdp.cli.session import finding_lines
from hdp.wording import counted

if TYPE_CHECKING:
    from hdp.application import Application, storing
    from hdp.application.scanning import NewProject
    from hdp.cli.session import Session
    from hdp.ingest.items import ScannedItem, ScanResult

_PATH = click.Path(path_type=Path)


@click.group(cls=Group, epilog=example("hdp project info"))
def project_command() -> None:
    """Make, scan and look at projects."""


@project_command.command(
    epilog=example(
        "hdp project new coins.hdpc --name Coins --code COINS --input scans --output out"
    )
)
@click.argument("file", type=_PATH)
@click.option("--name", required=True, help="What the project is called.")
@click.option("--code", required=True, help="A short code; it names the output folder.")
@click.option("--input", "input_", required=True, type=_PATH, metavar="DIR",
              help="The folder of your files; nothing in it is changed.")  # fmt: skip
@click.option("--output", required=True, type=_PATH, metavar="DIR",
              help="Where pipelines put what they make.")  # fmt: skip
@scan_options
@pass_session
def new(session: Session, /, file: Path, name: str, code: str, input_: Path, output: Path,
        **given: Any) -> int:  # fmt: skip
    """Make a project and scan its input folder."""
    from hdp.application import scanning

    scan, modalities = read_scan(session, given)
    spec = scanning.NewProject(_with_ending(file), name, code, input_, output, scan, modalities)
    app = session.app
    scanning.create_project(app, spec)
    return _scan(session, app)


def _with_ending(file: Path) -> Path:
    return file if file.suffix == ".hdpc" else file.with_name(f"{file.name}.hdpc")


@project_command.command(epilog=example("hdp project scan --dry-run --input scans --json"))
@click.argument("file", type=_PATH, required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be found; write nothing.")
@click.option("--input", "input_", type=_PATH, metavar="DIR", help="With --dry-run: this folder.")
@click.option("--output", type=_PATH, metavar="DIR", hidden=True)
@click.option("--name", hidden=True)
@click.option("--code", hidden=True)
@scan_options
@pass_session
def scan(session: Session, /, file: Path | None, dry_run: bool, input_: Path | None,
         output: Path | None, name: str | None, code: str | None, **given: Any) -> int:  # fmt: skip
    """Find new, changed and missing files; an item with a record is never forgotten."""
    from hdp.sdk import UsageError

    if input_ is not None and file is None and dry_run:
        return _preview_folder(session, input_, output, given)
    if input_ is not None or given_options(given) or given["modalities"]:
        raise UsageError(
            "A project is scanned as it was made.",
            hint="Options of the scan go with: hdp project scan --dry-run --input DIR",
        )
    app = session.open(file)
    return _preview_project(session, app) if dry_run else _scan(session, app)


def _preview_folder(
    session: Session, folder: Path, output: Path | None, given: dict[str, Any]
) -> int:
    from hdp.application import scanning

    options, modalities = read_scan(session, given)
    # Without a project there is no file and maybe no output folder: names that cannot be there.
    nowhere = folder / ".no-such-project.hdpc"
    spec: NewProject = scanning.NewProject(
        nowhere, "Preview", "PREVIEW", folder, output or nowhere, options, modalities
    )
    bar = running.Progress(session)
    try:
        result = scanning.preview(
            spec, lambda done, total, what: bar.tell(what, done, total or 0),
            plugins=session.app.catalogue.checkers,
        )  # fmt: skip
    finally:
        bar.end()
    return _print_scan(session, result, {})


def _preview_project(session: Session, app: Application) -> int:
    from hdp.application import scanning, storing
    from hdp.application.scan_settings import relpath_of
    from hdp.project import items

    options, result = scanning.find(app.project, always=True)
    assert result is not None  # `always` was said
    changes = storing.compare(app.project, options, result)
    stored = app.project.read(items.list_items)
    ids = {relpath_of((one.primary.root, one.primary.path)): one.id for one in stored}
    return _print_scan(session, result, ids, changes)


def _print_scan(
    session: Session,
    result: ScanResult,
    ids: Mapping[str, int],
    changes: storing.Changes | None = None,
) -> int:
    from hdp.application import scanning

    if not session.json:
        rows = [(one.primary, len(one.files), _statuses(one)) for one in result.items]
        session.table(("primary", "files", "status"), rows, "No items.")
    for line in finding_lines([one.to_json() for one in result.findings]):
        session.tell(line)
    session.write(f"{scanning.said_counts(result.counts)}.")
    if changes is not None:
        session.write(f"Changes: {changes}." if str(changes) else "Nothing would change.")
        for name, some in changes.to_json().items():
            for one in some if isinstance(some, list) else ():
                session.write(f"  {name}: {_change(one)}")
    session.emit_parts(_parts(result, ids, changes))
    return OK


def _change(one: Any) -> str:
    return "{item}: {old} -> {new}".format_map(one) if isinstance(one, dict) else str(one)


def _parts(
    result: ScanResult, ids: Mapping[str, int], changes: storing.Changes | None
) -> Iterator[str]:
    """The text of the JSON, with the changes before its last brace."""
    held = ""
    for part in result.json_parts(ids):
        yield held
        held = part
    if changes is not None:
        yield f',\n"changes": {json.dumps(changes.to_json(), ensure_ascii=False)}'
    yield held


def _statuses(item: ScannedItem) -> str:
    found = {one.status for one in item.files} - {"valid"}
    return ", ".join(sorted(found)) or "valid"


def _scan(session: Session, app: Application) -> int:
    from hdp.application import checking, scanning, views

    job = scanning.start_scan(app)
    cancelled = running.wait(session, app, job)
    document = running.job_document(app, job)
    code = running.job_exit(document, cancelled=cancelled)
    checks = None
    if code == OK:
        checks = checking.check_files(app)
    if checks is not None:
        cancelled = running.wait(session, app, checks)
        code = running.job_exit(running.job_document(app, checks), cancelled=cancelled)
        code = code if cancelled else OK  # what the checks found is told of the files, not here
    if code == OK:
        make_pictures(session, app)
    report = app.project.setting("last_scan") or {"findings": [], "counts": {}}
    for task in document["tasks"]:
        (session.tell if task["state"] == "failed" else session.write)(task["message"])
        if task["error"] and task["error"]["hint"]:
            session.tell(f"  {task['error']['hint']}")
    for line in finding_lines(report["findings"]):
        session.tell(line)
    if troubled := views.count_troubled(app):
        have = counted(troubled, "item has", "items have")
        session.tell(f"{have} problems: hdp item list")
    session.emit(document | report | {"project": _about(app)})
    return code


def _about(app: Application) -> dict[str, Any]:
    project = app.project
    return {
        "file": str(project.path),
        "uuid": project.about.uuid,
        "name": project.about.name,
        "code": project.about.code,
        "created": project.about.created,
        "input": str(project.root_dir("input")),
        "output": str(project.root_dir("output")),
        "environment": project.setting("environment"),
        "read_only": project.db.read_only,
    }


@project_command.command(epilog=example("hdp project info coins.hdpc --json"))
@click.argument("file", type=_PATH, required=False)
@pass_session
def info(session: Session, file: Path | None) -> int:
    """Tell what a project is and how far its items are."""
    from hdp.application import views
    from hdp.project import files, mappings

    app = session.open(file)
    about = _about(app)
    env = session.env_name
    counts = views.counts(views.overview(app, env))
    views_of = _Statuses(app, env)
    mapping = app.project.read(mappings.get_mapping)
    document = about | {
        "env": env,
        "counts": counts,
        "items": sum(counts.values()),
        "mapping": mapping.name if mapping else None,
        "modalities": app.project.setting("modalities") or [],
        "scan": app.project.setting("scan"),
        "added": _added(app),
        "statuses": views_of.statuses,
        "set_aside": views_of.set_aside,
        "files": app.project.read(files.count_statuses),
        "found": (app.project.setting("last_scan") or {}).get("counts", {}),
        "warnings": [one.to_json() for one in app.project.warnings],
    }
    for name in ("name", "code", "file", "input", "output", "environment", "mapping"):
        session.write(f"{name + ':':<13} {document[name] or ''}")
    stages = ", ".join(f"{count} {stage}" for stage, count in counts.items())
    session.write(f"{'items:':<13} {document['items']} in {env} ({stages})")
    _write_found(session, document)
    session.emit(document)
    return OK


class _Statuses:
    """How many items there are of each status, and how many are set aside."""

    def __init__(self, app: Application, env: str) -> None:
        from hdp.project import listing

        shown = listing.ListFilter(env=env)
        self.statuses = app.project.read(lambda c: listing.count_statuses(c, shown))
        self.set_aside = app.project.read(listing.count_set_aside)


def _added(app: Application) -> list[dict[str, Any]]:
    from hdp.application.scan_settings import project_options

    return [one.to_json() for one in project_options(app.project).added]


def _write_found(session: Session, document: Mapping[str, Any]) -> None:
    def line(name: str, counts: Mapping[str, int]) -> None:
        if counts:
            session.write(
                f"{name + ':':<13} {', '.join(f'{n} {what}' for what, n in counts.items())}"
            )

    line("statuses", document["statuses"])
    if document["set_aside"]:
        session.write(f"{'set aside:':<13} {document['set_aside']}")
    found = document["found"]
    line("kinds", {kind: sum(one.values()) for kind, one in found.get("by_kind", {}).items()})
    if found.get("office"):
        session.write(f"{'office:':<13} {found['office']} office documents among the files")
    line("skipped", found.get("skipped", {}))


@project_command.command(epilog=example("hdp project check --json"))
@click.argument("file", type=_PATH, required=False)
@pass_session
def check(session: Session, file: Path | None) -> int:
    """Read and open all files of all items again; exit 1 where something is wrong."""
    from hdp.application import verifying

    app = session.open(file)
    bar = running.Progress(session)
    found = verifying.verify(app, lambda done, total: bar.tell("Files", done, total))
    bar.end()
    for one in (*found.problems, *found.remarks):
        for text in finding_lines(one["problems"]):
            session.write(text)
    bad = len(found.problems)
    said = "all as they were" if found.files != 1 else "as it was"
    said = f"{bad} with problems" if bad else said
    session.write(f"{counted(found.files, 'file')}, {said}.")
    session.emit({"files": found.files, "problems": found.problems, "remarks": found.remarks})
    return FAILED if bad else OK


@project_command.command("set", epilog=example("hdp project set --env sandbox --name 'Coins II'"))
@click.option("--name", help="What the project is called.")
@click.option("--input", "input_", type=_PATH, metavar="DIR", help="Where the files are now.")
@click.option("--output", type=_PATH, metavar="DIR", help="Where pipelines put what they make.")
@click.option("--publishing", type=click.Choice(["on", "off"]),
              help="Off: drafts only, in the environment of --env.")  # fmt: skip
@scan_options
@pass_session
def set_values(session: Session, /, name: str | None, input_: Path | None,
               output: Path | None, publishing: str | None, **given: Any) -> int:  # fmt: skip
    """Change a project's environment (--env), name, folders, or how it is scanned."""
    from hdp.application import scan_settings, settling_in
    from hdp.sdk import UsageError

    options, modalities = given_options(given), tuple(given["modalities"])
    if publishing is not None:
        return _set_publishing(session, publishing == "on")
    if not (name or input_ or output or session.env or options or modalities):
        raise UsageError(
            "Nothing is to be set.", code="nothing-selected", hint="See: hdp project set --help"
        )
    app = session.open()
    if options or modalities:
        scan_settings.change_options(app.project, options, modalities, app.catalogue)
        session.tell("Scan again to group anew: hdp project scan (--dry-run shows what changes)")
    settling_in.change_project(app, name=name, input_dir=input_, output_dir=output, env=session.env)
    about = _about(app)
    session.write(f"{about['name']}: environment {about['environment']}, input {about['input']}")
    session.emit(about)
    return OK


def _set_publishing(session: Session, on: bool) -> int:
    from hdp.application import settling_in

    app = session.open()
    env = session.env_name
    settling_in.set_publishing(app, env, on)
    word = "on" if on else "off: drafts only"
    session.emit({"environment": env, "publishing": on}, f"{env}: publishing is {word}.")
    return OK


@project_command.command(epilog=example("hdp project backup --to coins-2026.hdpc.bak"))
@click.argument("file", type=_PATH, required=False)
@click.option("--to", type=_PATH, metavar="FILE", help="Where; beside the project if left out.")
@pass_session
def backup(session: Session, file: Path | None, to: Path | None) -> int:
    """Write a whole copy of the project file; nothing is overwritten."""
    app = session.open(file)
    path = app.project.path
    if to is None:
        from datetime import datetime

        to = path.with_name(f"{path.stem}.{datetime.now():%Y%m%d-%H%M%S}.bak")
    written = app.project.db.backup(to)
    session.write(f"Written: {written}")
    session.emit({"file": str(written)})
    return OK


@project_command.command(epilog=example("hdp project relocate coins.hdpc --moved"))
@click.argument("file", type=_PATH, required=False)
@click.option("--moved", is_flag=True, help="It is the same project in another place.")
@click.option("--copied", is_flag=True, help="It is a copy with a life of its own.")
@pass_session
def relocate(session: Session, file: Path | None, moved: bool, copied: bool) -> int:
    """Settle whether a project file was moved or copied."""
    from hdp.project.project import relocate as settle
    from hdp.sdk import UsageError

    if moved == copied:
        raise UsageError("Was it moved or copied?", hint="Say --moved or --copied.")
    path = file or session.project_file()
    settle(path, copied=copied)
    session.write(f"{path} is " + ("a project of its own now." if copied else "the project now."))
    session.emit(_about(session.open(path)))
    return OK


project_command.add_command(report_command)
