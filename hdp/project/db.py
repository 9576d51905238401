"""The SQLite file of a project: one writer thread, read-only readers, migrations, backup."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import pathname2url

from hdp.project.migrate import APPLICATION_ID, latest_version, migrate
from hdp.sdk import ProjectError, Refused

T = TypeVar("T")
log = logging.getLogger(__name__)
_POLL_S = 0.5
_TOGETHER = 64
_READERS = 16  # connections that are kept for the next reader
_Job = tuple[Callable[[sqlite3.Connection], Any], "Future[Any]"]


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection with the project's settings: foreign keys, 10 s patience, plain transactions.

    A reader opens a writable file for writing all the same: only so can it clean up after
    a process that was killed while it wrote. `query_only` keeps it from changing anything.
    """
    mode = "ro" if read_only and not _writable(path) else "rw"
    uri = f"file:{pathname2url(str(path))}?mode={mode}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=10, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def check_file(path: Path) -> int:
    """The schema version of a project file; ProjectError or Refused when it is not ours to open."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        raise ProjectError(
            f"{path} {what}.",
            code="project-missing",
            hint="Name a project file (.hdpc), or make one with: hdp project new",
            where={"file": str(path)},
        )
    try:
        with contextlib.closing(connect(path, read_only=True)) as connection:
            ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except (sqlite3.Error, OSError) as error:
        raise _foreign(path, f"it cannot be read ({error})") from error
    if not ours or version == 0:
        raise _foreign(path, "it was not made by HDP")
    if version > latest_version():
        raise Refused(
            f"{path} was made by a newer HDP (file format {version}, this one knows"
            f" {latest_version()}).",
            code="project-newer",
            hint="Install the newer HDP; nothing was changed.",
            where={"file": str(path)},
        )
    return version


def _foreign(path: Path, why: str) -> ProjectError:
    return ProjectError(
        f"{path} is not a project file: {why}.",
        code="project-unreadable",
        hint="Choose a file that ends in .hdpc, or restore a backup (.bak) beside it.",
        where={"file": str(path)},
    )


class Database:
    """One open project file.

    `write` runs a function alone, inside BEGIN IMMEDIATE, on the one writer thread;
    `read` runs one on a read-only connection, which must fetch its results whole.
    `on_foreign_change` is called when another process changed the file.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self.on_foreign_change: Callable[[], None] = lambda: None
        self._jobs: queue.Queue[_Job | None] = queue.Queue()
        self._idle: queue.Queue[sqlite3.Connection] = queue.Queue(_READERS)
        self._watch: sqlite3.Connection | None = None  # sees the changes of all others
        self._watching = threading.Lock()
        self._closed = False
        self._writer = threading.Thread(target=self._write_loop, name="project-writer", daemon=True)
        self._writer.start()

    def write(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run `function` in one write transaction and give back its result."""
        if self.read_only:
            raise Refused(
                f"{self.path.name} is open for reading only.",
                code="read-only",
                hint="Close it elsewhere, make the file writable, or work on a copy.",
            )
        if self._closed:
            raise ProjectError("The project is closed.", code="project-closed")
        future: Future[T] = Future()
        self._jobs.put((function, future))
        return future.result()

    def read(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run `function` on a read-only connection and give back its result, fetched whole."""
        if self._closed:
            raise ProjectError("The project is closed.", code="project-closed")
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = connect(self.path, read_only=True)
        try:
            return function(connection)
        finally:
            self._give_back(connection)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        try:
            if self._closed:
                raise queue.Full
            self._idle.put_nowait(connection)
        except queue.Full:
            connection.close()

    def version(self) -> int:
        """A number that is another one after each change of the file, by whomever."""
        if self._closed:
            raise ProjectError("The project is closed.", code="project-closed")
        with self._watching:
            if self._watch is None:
                self._watch = connect(self.path, read_only=True)
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def rehearse(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function that writes on a copy in memory; the file stays as it is."""
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
            copy.row_factory = sqlite3.Row
            self.read(lambda connection: connection.backup(copy))
            copy.execute("PRAGMA foreign_keys = ON")
            with transaction(copy):
                return function(copy)

    def backup(self, target: Path) -> Path:
        """Write a whole, compact copy to `target`, which must not exist yet."""
        return copy_file(self.path, target)

    def close(self) -> None:
        """Finish what is being written and let go of the file."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        self._writer.join()
        while not self._idle.empty():
            self._idle.get_nowait().close()
        with self._watching:
            if self._watch is not None:
                self._watch.close()

    def _write_loop(self) -> None:
        connection = connect(self.path, read_only=self.read_only)
        seen, looked = _data_version(connection), time.monotonic()
        journal = _Journal(connection)
        while True:
            job: _Job | None | queue.Empty
            try:
                job = self._jobs.get(timeout=_POLL_S)
            except queue.Empty as nothing:
                job = nothing
                journal.leave()
            if job is None:
                break
            if not isinstance(job, queue.Empty):
                journal.keep()
                _run_together(connection, [job, *self._waiting()])
            # Also between writes: a busy process hears of others just as soon.
            if time.monotonic() - looked >= _POLL_S:
                seen, looked = self._look(connection, seen), time.monotonic()
        journal.leave()
        connection.close()
        self._refuse_rest()

    def _look(self, connection: sqlite3.Connection, seen: int) -> int:
        """Notice what other processes changed; the file's version as it is now."""
        current = _data_version(connection)
        if current != seen:
            # Not here: whoever hears it may read, write or fail, and the writer must live.
            threading.Thread(target=self._tell_foreign_change, daemon=True).start()
        return current

    def _refuse_rest(self) -> None:
        while not self._jobs.empty():
            job = self._jobs.get_nowait()
            if job is not None:
                job[1].set_exception(ProjectError("The project is closed.", code="project-closed"))

    def _tell_foreign_change(self) -> None:
        try:
            self.on_foreign_change()
        except Exception:
            log.exception("A change of another process could not be heeded")

    def _waiting(self) -> Iterator[_Job]:
        """What else is to be written just now; writing it together costs one sync of the disk."""
        for _ in range(_TOGETHER):
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is None:
                self._jobs.put(None)
                return
            yield job


def _data_version(connection: sqlite3.Connection) -> int:
    with contextlib.suppress(sqlite3.Error):
        return int(connection.execute("PRAGMA data_version").fetchone()[0])
    return -1


class _Journal:
    """Keeps the rollback journal as an empty file between writes that follow each other.

    That is six times as fast as deleting it each time, and safer: that it is empty is synced,
    that it is deleted is not, so a power cut could bring it back and undo the last commit.
    Nobody who looks a moment later finds more than the one file.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._kept = False

    def keep(self) -> None:
        """Several writes may follow."""
        self._set(kept=True)

    def leave(self) -> None:
        """Delete the file, unless another process is writing just now, which then does it."""
        self._set(kept=False)

    def _set(self, *, kept: bool) -> None:
        if kept != self._kept:
            self._kept = kept
            # Only speed is lost where it cannot be done.
            with contextlib.suppress(sqlite3.Error):
                mode = "TRUNCATE" if kept else "DELETE"
                self._connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()


def _run_together(connection: sqlite3.Connection, group: Sequence[_Job]) -> None:
    """Run functions in one transaction, each as a savepoint: one that raises undoes itself only."""
    outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
    try:
        with transaction(connection):
            for function, future in group:
                outcomes.append((future, *_run_one(connection, function)))
    except BaseException as error:  # noqa: BLE001 - nothing was written; all callers hear it
        outcomes = [(future, None, error) for _, future in group]
    for future, result, failed in outcomes:
        if failed is None:
            future.set_result(result)
        else:
            future.set_exception(_told(failed))


def _run_one(
    connection: sqlite3.Connection, function: Callable[[sqlite3.Connection], Any]
) -> tuple[Any, BaseException | None]:
    connection.execute("SAVEPOINT one")
    try:
        result = function(connection)
    except BaseException as error:
        if not connection.in_transaction:  # a full disk: SQLite has undone all of it
            raise
        connection.execute("ROLLBACK TO one")
        connection.execute("RELEASE one")
        return None, error
    connection.execute("RELEASE one")
    return result, None


def _told(error: BaseException) -> BaseException:
    if not isinstance(error, sqlite3.OperationalError):
        return error
    return ProjectError(
        f"The project file could not be written: {error}.",
        code="project-write-failed",
        hint="Check that the disk is not full and the file is not locked by another program.",
    )


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE ... COMMIT, or ROLLBACK when the body raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        _commit(connection)
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _commit(connection: sqlite3.Connection) -> None:
    """Commit, waiting for readers of other processes up to three times as long as usual."""
    for _ in range(2):
        try:
            connection.execute("COMMIT")
            return
        except sqlite3.OperationalError:
            if not connection.in_transaction:
                raise
    connection.execute("COMMIT")


def create_file(path: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
    """Make a new project file at `path`, which must not exist; `fill` writes its first rows."""
    try:
        path.open("xb").close()
    except FileExistsError as error:
        raise Refused(
            f"{path} exists already; it was not touched.",
            code="file-exists",
            hint="Choose another file name.",
            where={"file": str(path)},
        ) from error
    except OSError as error:
        raise ProjectError(
            f"{path} cannot be written: {error.strerror}.",
            code="project-not-writable",
            hint="Choose a folder that exists and that you may write to.",
            where={"file": str(path)},
        ) from error
    try:
        with contextlib.closing(connect(path)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            migrate(connection)
            with transaction(connection):
                fill(connection)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def open_file(path: Path) -> Database:
    """Open a project file, migrated to this version after a backup of the old one."""
    version = check_file(path)
    read_only = not _writable(path)
    if version < latest_version() and not read_only:
        copy_file(path, path.with_name(f"{path.stem}.v{version}.bak"))
        with contextlib.closing(connect(path)) as connection:
            migrate(connection)
    return Database(path, read_only=read_only)


def copy_file(source: Path, target: Path) -> Path:
    """Write a consistent copy of a project file to `target`, which must not exist yet."""
    if target.exists():
        raise Refused(
            f"{target} exists already; it was not touched.",
            code="file-exists",
            hint="Choose another file name.",
        )
    try:
        with contextlib.closing(connect(source, read_only=not _writable(source))) as connection:
            connection.execute("PRAGMA query_only = OFF")
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise ProjectError(
            f"The copy {target} could not be written: {error}.",
            code="backup-failed",
            hint="Choose a folder that exists and has room.",
        ) from error
    return target
