"""New files looked at: grouped as the project groups files, and matched to published records."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from hdp.application.scan_settings import project_options
from hdp.application.version_table import check_names, read_names
from hdp.ingest.hashing import hash_file
from hdp.ingest.items import ScannedFile, ScannedItem
from hdp.ingest.matching import (
    BY,
    Candidate,
    Held,
    How,
    Published,
    Traits,
    Unit,
    choose,
    match_units,
)
from hdp.ingest.options import ByHand, ScanOptions
from hdp.ingest.scan import scan
from hdp.ingest.traits import read_traits
from hdp.limited import LimitedWorker, WorkerDied
from hdp.project import deposits, items
from hdp.project.deposits import Deposit, DepositFile
from hdp.sdk import Cancelled, Finding, HdpError, InvalidInput, UsageError
from hdp.uploads.version_order import NewFile

if TYPE_CHECKING:
    from hdp.application.app import Application

log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
_TRAIT_SECONDS = 20.0
_LEFT_OUT = ("skipped", "link-outside")


@dataclass(frozen=True)
class Wanted:
    """Where the new files are, and how they are matched.

    A `folder` or single `paths`; `table` says which file is for which record; `items` restricts
    the records that may get a version.
    """

    folder: Path | None = None
    paths: tuple[Path, ...] = ()
    table: Path | None = None
    sheet: str | None = None
    by: tuple[How, ...] = BY
    items: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Newcomer:
    """New files that belong together, with the records they may be for; `ticked` is proposed."""

    id: str
    label: str
    files: tuple[NewFile, ...]
    findings: tuple[dict[str, Any], ...] = ()
    candidates: tuple[Candidate, ...] = ()
    ticked: int | None = None


@dataclass(frozen=True)
class Base:
    """A published record that may get a new version: its newest version here, and its files.

    `names` mean the record too: DOIs, ids and addresses of its earlier versions.
    """

    deposit: Deposit
    key: str
    files: Sequence[DepositFile] = field(default=(), compare=False)
    names: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Looked:
    """What was found: new files, and the records of the environment by item.

    `left_out` are findings on what lies in the folder and was not taken.
    """

    newcomers: tuple[Newcomer, ...]
    bases: Mapping[int, Base]
    left_out: tuple[dict[str, Any], ...] = ()


def look(
    app: Application, env: str, wanted: Wanted, *, progress: Progress = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Looked:  # fmt: skip
    """Group, read and match the new files; nothing is written or sent."""
    bases = list_bases(app, env, wanted.items)
    options, found, left_out = _group(app, wanted, cancelled)
    newcomers = _read(options, found, progress, cancelled)
    table = read_names(wanted.table, wanted.sheet) if wanted.table else {}
    with LimitedWorker() as worker:
        units = [_unit(one, worker) for one in newcomers]
        records = [_record(app, one, worker) for one in bases.values()]
        left_out = [*left_out, *check_names(table, units, records)]
        matches = match_units(units, records, by=wanted.by, table=table)
    ticked = choose(matches)
    return Looked(
        tuple(
            replace(one, candidates=tuple(matches[one.id]), ticked=ticked.get(one.id))
            for one in newcomers
        ),
        bases,
        tuple(one.to_json() for one in left_out),
    )


def list_bases(app: Application, env: str, only: Sequence[int] | None = None) -> dict[int, Base]:
    """item -> the newest published version of its record in an environment."""
    name = app.environment(env).name
    published = app.project.read(lambda c: deposits.list_deposits(c, name, ["published"], only))
    newest = {one.item_id: one for one in published}  # by id, so the last one counts
    files = app.project.read(
        lambda c: deposits.files_by_deposit(c, [one.id for one in newest.values()])
    )
    keys = {
        one.id: one.key for one in app.project.read(lambda c: items.list_items(c, list(newest)))
    }
    names: dict[int, list[str]] = {}
    for one in published:
        names.setdefault(one.item_id, []).extend(_names_of(one))
    return {
        item: Base(one, keys.get(item, one.title), files.get(one.id, ()), tuple(names[item]))
        for item, one in newest.items()
    }


def _group(
    app: Application, wanted: Wanted, cancelled: Callable[[], bool]
) -> tuple[ScanOptions, list[ScannedItem], list[Finding]]:
    folder = _folder_of(wanted)
    # Whatever the project's items begin with: a new version may bring any kind of file.
    options = replace(
        project_options(app.project), input=folder, extensions=(), texture_dirs=(), exclude=(),
        by_hand=ByHand(), added=(),
    )  # fmt: skip
    if options.bundle == "table":
        options = replace(options, bundle="stem", table=None, key="", group="")
    scanned = scan(options, hashed=False, cancelled=cancelled)
    found = list(scanned.items)
    left_out = [one for one in scanned.findings if one.code in _LEFT_OUT]
    if wanted.paths:
        left_out = []
        chosen = {str(one.absolute()) for one in wanted.paths}
        found = [kept for one in found if (kept := _chosen_of(options, one, chosen)).files]
        _check_all(options, found, chosen)
    if not found:
        raise InvalidInput(
            f"No files were found in {folder}.",
            code="no-new-files",
            hint="Choose the folder that holds the files of the new versions. Folders in it are"
            " looked into as your project does with its own.",
            where={"file": str(folder)}, findings=left_out,
        )  # fmt: skip
    return options, found, left_out


def _chosen_of(options: ScanOptions, item: ScannedItem, chosen: set[str]) -> ScannedItem:
    """The item with the files that were chosen, and what those refer to; not what lies beside."""
    kept = {one.relpath for one in item.files if str(options.path_of(one.relpath)) in chosen}
    while more := {one.relpath for one in item.files if one.parent in kept} - kept:
        kept |= more
    return replace(item, files=tuple(one for one in item.files if one.relpath in kept))


def _check_all(options: ScanOptions, found: Sequence[ScannedItem], chosen: set[str]) -> None:
    seen = {str(options.path_of(file.relpath)) for one in found for file in one.files}
    if passed := sorted(chosen - seen):
        raise InvalidInput(
            f"{Path(passed[0]).name} is passed over when folders are read: it is hidden,"
            " temporary or a link to elsewhere.",
            code="file-passed-over", hint="Leave it out, or choose the file itself.",
            where={"file": passed[0]},
        )  # fmt: skip


def _folder_of(wanted: Wanted) -> Path:
    if wanted.folder is not None:
        if not wanted.folder.is_dir():
            raise InvalidInput(
                f"The folder {wanted.folder} is not there.", code="input-missing",
                hint="Choose the folder that holds the new files.",
                where={"file": str(wanted.folder)},
            )  # fmt: skip
        return wanted.folder.absolute()
    missing = [one for one in wanted.paths if not one.is_file()]
    if missing or not wanted.paths:
        raise InvalidInput(
            f"The file {missing[0]} is not there." if missing else "No files were chosen.",
            code="input-missing",
            hint="Choose the files, or the folder that holds them.",
        )
    parents = {one.absolute().parent for one in wanted.paths}
    if len(parents) > 1:
        raise UsageError(
            "The files lie in different folders.", code="several-folders",
            hint="Choose files of one folder, or the folder above them.",
        )  # fmt: skip
    return parents.pop()


def _read(
    options: ScanOptions, found: Sequence[ScannedItem], progress: Progress,
    cancelled: Callable[[], bool],
) -> list[Newcomer]:  # fmt: skip
    total, done = sum(file.size for one in found for file in one.files), 0
    newcomers: list[Newcomer] = []
    for number, one in enumerate(found, 1):
        made = []
        for file in one.files:
            if file.status == "missing":
                continue  # a reference that leads nowhere: told among the findings
            made.append(_new_file(options, one, file, cancelled))
            done += file.size
            progress(done, total)
        told = [*one.findings, *(each for file in one.files for each in file.findings)]
        newcomers.append(
            Newcomer(f"u{number}", one.key, tuple(made), tuple(each.to_json() for each in told))
        )
    return newcomers


def _new_file(
    options: ScanOptions, item: ScannedItem, file: ScannedFile, cancelled: Callable[[], bool]
) -> NewFile:
    path = options.path_of(file.relpath)
    try:
        hashes = hash_file(path, cancelled=cancelled)
        size = path.stat().st_size
    except OSError as error:
        raise InvalidInput(
            f"{file.relpath} cannot be read: {error.strerror}.", code="file-unreadable",
            hint="Look at its permissions, or leave it out.", where={"file": str(path)},
        ) from error  # fmt: skip
    below = tuple(str(options.path_of(one.relpath)) for one in item.files
                  if one.parent == file.relpath and one.status != "missing")  # fmt: skip
    return NewFile(
        str(path), PurePosixPath(file.path).name, size, hashes.sha256, hashes.md5,
        hashes.media_type, file.role, below, file.path,
    )  # fmt: skip


def _unit(one: Newcomer, worker: LimitedWorker) -> Unit:
    held = tuple(Held(file.name, file.size, file.md5) for file in one.files)
    return Unit(one.id, one.label, held, lambda: _traits(worker, one.files[0].path if held else ""))


def _record(app: Application, base: Base, worker: LimitedWorker) -> Published:
    one = base.deposit
    names = (*base.names, str(one.item_id))
    held = tuple(Held(file.name, file.size, file.md5) for file in base.files)

    def traits() -> Traits:
        local = [file for file in base.files if file.path and file.role in ("primary", "member")]
        return _traits(worker, str(app.project.file_path(local[0].root, local[0].path))
                       if local else "")  # fmt: skip

    return Published(one.item_id, base.key, held, names, _once(traits))


def _names_of(one: Deposit) -> list[str]:
    told = (one.doi, one.concept_doi, one.concept_id, one.remote_id, one.url)
    return [name for name in told if name]


def _once(ask: Callable[[], Traits]) -> Callable[[], Traits]:
    kept: list[Traits] = []

    def asked() -> Traits:
        if not kept:
            kept.append(ask())
        return kept[0]

    return asked


def _traits(worker: LimitedWorker, path: str) -> Traits:
    if not path or not Path(path).is_file():
        return Traits()
    try:
        return worker.call(read_traits, path, seconds=_TRAIT_SECONDS)
    except WorkerDied:
        return Traits()


class Looks:
    """Looks in the background, by id; those of a closed project are forgotten."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._looks: dict[str, Look] = {}

    def start(self, env: str, wanted: Wanted) -> Look:
        """Begin one; earlier ones are ended."""
        self.end()
        one = Look(self._app, env, wanted)
        with self._lock:
            self._looks[one.id] = one
        one.start()
        return one

    def get(self, look_id: str) -> Look:
        """One of them; UsageError where it is forgotten."""
        one = self._looks.get(look_id)
        if one is None or one.project is not self._app.project:
            raise UsageError(
                "These files were chosen too long ago.", code="no-look", hint="Choose them anew."
            )
        return one

    def end(self) -> None:
        """Stop and forget all."""
        with self._lock:
            looks, self._looks = list(self._looks.values()), {}
        for one in looks:
            one.end()


class Look:
    """One look at new files. `state` is looking, ready, failed or cancelled."""

    def __init__(self, app: Application, env: str, wanted: Wanted) -> None:
        self.id = uuid.uuid4().hex[:12]
        self.env, self.wanted, self.project = env, wanted, app.project
        self.state, self.done, self.total = "looking", 0, 0
        self.error: HdpError | None = None
        self.found: Looked | None = None
        self._app, self._ended = app, threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"look-{self.id}")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Stop; returns when nothing goes on any more."""
        self._ended.set()
        self._thread.join()

    def result(self) -> Looked:
        """What was found; UsageError while it is not there yet."""
        if self.found is None:
            raise UsageError("The files are still being looked at.", code="not-looked-yet")
        return self.found

    def _progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def _run(self) -> None:
        try:
            self.found = look(
                self._app, self.env, self.wanted, progress=self._progress,
                cancelled=self._ended.is_set,
            )  # fmt: skip
            self.state = "ready"
        except Cancelled:
            self.state = "cancelled"
        except HdpError as error:
            self.state, self.error = "failed", error
        except Exception as error:
            log.exception("Looking at new files failed")
            message = f"HDP made a mistake here ({type(error).__name__}); the log has the details."
            self.state, self.error = "failed", HdpError(message, code="bug")
