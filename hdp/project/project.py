"""A project as the other parts hold it: the database, this process's session, its folders."""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from hdp.events import now
from hdp.project import db, deposits, files, jobs, sessions, settings
from hdp.project.kept import Kept
from hdp.project.overview import Overview, list_overview
from hdp.sdk import Finding, InvalidInput, ProjectError

T = TypeVar("T")


@dataclass(frozen=True)
class About:
    """What a project says of itself."""

    uuid: str
    name: str
    code: str
    created: str
    place: str


class Project:
    """An open project file.

    Made by `create` or `open`; `close` must be called. `warnings` is what a person
    should know on opening (read-only, open on another computer, moved, copied).
    """

    def __init__(self, database: db.Database, session: sessions.Session) -> None:
        self.db = database
        self.session = session
        self.path = database.path
        self.folder = database.path.parent
        self.warnings: list[Finding] = []
        self._overviews = Kept(database.version, list_overview)
        self._published = Kept(database.version, deposits.list_published)
        self.about = database.read(_about)
        self.roots = {root.name: root for root in database.read(files.list_roots)}

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        home: Path,
        name: str,
        code: str,
        input_dir: Path,
        output_dir: Path,
        values: Mapping[str, Any],
    ) -> Project:
        """Make a project file; nothing of an existing file or folder is ever replaced."""
        path = _absolute(path)

        def fill(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO project (id, uuid, name, code, created, place)"
                " VALUES (1, ?, ?, ?, ?, ?)",
                (str(uuid.uuid4()), name, code, now(), str(path)),
            )
            files.insert_root(connection, "input", "input", relative(input_dir, path.parent))
            files.insert_root(connection, "output", "output", relative(output_dir, path.parent))
            for key, value in values.items():
                settings.set_setting(connection, key, value)

        db.create_file(path, fill)
        return cls.open(path, home=home)

    @classmethod
    def open(cls, path: Path, *, home: Path) -> Project:
        """Open a project file; ProjectError or Refused when it cannot or must not be opened."""
        path = _absolute(path)
        database = db.open_file(path)
        session = sessions.start_session(home)
        try:
            project = cls(database, session)
            project._begin()
        except BaseException:
            database.close()
            session.end()
            raise
        return project

    def _begin(self) -> None:
        if not self.db.read_only:
            self._note_place()
        if self.db.read_only:
            if not self.warnings:
                self._warn("read-only", f"{self.path.name} is open for reading only.")
            return
        self.write(lambda c: sessions.insert_session(c, self.session))
        self.write(lambda c: jobs.interrupt_jobs(c, sessions.dead_owners(c, self.session.id)))
        for host in self.read(sessions.other_computers):
            self._warn(
                "open-elsewhere",
                f"The computer {host} has (or had) this project open.",
                "Work on it from one computer at a time.",
            )

    def _note_place(self) -> None:
        old = Path(self.about.place)
        if self.about.place == str(self.path):
            return
        if self._is_copy_of(old):
            self.db.read_only = True
            self._warn(
                "project-copied",
                f"This is a copy of {old}; two files must not own the same drafts.",
                f'Say which it is: hdp project relocate "{self.path}" --copied (or --moved).',
            )
            return
        self.write(lambda c: c.execute("UPDATE project SET place = ?", (str(self.path),)))

    def _is_copy_of(self, old: Path) -> bool:
        try:
            if not old.is_file() or old.samefile(self.path):
                return False
            db.check_file(old)
            connection = db.connect(old, read_only=True)
            try:
                return _about(connection).uuid == self.about.uuid
            finally:
                connection.close()
        except (OSError, sqlite3.Error, ProjectError):
            return False

    def _warn(self, code: str, message: str, hint: str = "") -> None:
        self.warnings.append(
            Finding("warning", code, message, hint, where={"file": str(self.path)})
        )

    def close(self) -> None:
        """Write down that this process is done, and let go of the file."""
        self.db.on_foreign_change = lambda: None
        try:
            if not self.db.read_only:
                self.write(lambda c: sessions.end_session(c, self.session.id))
        finally:
            self.db.close()
            self.session.end()

    def read(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run a query function on this thread's read-only connection."""
        return self.db.read(function)

    def write(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function alone in one write transaction."""
        return self.db.write(function)

    def overview(self, env: str) -> list[Overview]:
        """A row for each item, set-aside ones too, as they are now; not to be changed."""
        return self._overviews.get(env, self.read)

    def published(self, env: str) -> list[deposits.PublishedRow]:
        """A row for each published record of an environment as it is now; not to be changed."""
        return self._published.get(env, self.read)

    def setting(self, key: str) -> Any:
        """The value of a setting, or its default."""
        return self.read(lambda c: settings.get_setting(c, key))

    def root_dir(self, name: str) -> Path:
        """The folder of a root on this computer."""
        if name not in self.roots:  # added since, here or by another process
            self.roots = {root.name: root for root in self.read(files.list_roots)}
        root = self.roots[name]
        return Path(os.path.normpath(self.folder / root.path))

    def file_path(self, root: str, path: str) -> Path:
        """A file of the project on this computer; a path that leaves its root is refused."""
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts:
            raise InvalidInput(
                f"The project names a file outside its folder: {path}.",
                code="path-outside",
                hint="The project file was changed by other hands; restore a backup.",
                where={"file": path},
            )
        return self.root_dir(root) / pure


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - links stay links


def relative(path: Path, folder: Path) -> str:
    """`path` as it is stored: relative to the project's folder where they share a drive."""
    try:
        return PurePosixPath(Path(os.path.relpath(_absolute(path), folder))).as_posix()
    except ValueError:
        return str(_absolute(path))


def _about(connection: sqlite3.Connection) -> About:
    row = connection.execute("SELECT uuid, name, code, created, place FROM project").fetchone()
    if row is None:
        raise ProjectError(
            "The project file is empty inside.",
            code="project-damaged",
            hint="Restore a backup (.bak) beside it.",
        )
    return About(**dict(row))


def relocate(path: Path, *, copied: bool) -> None:
    """Settle that a project file was moved, or that it is a copy with a life of its own.

    A copy gets a new identity and no open drafts: those belong to the file it was copied from.
    """
    db.check_file(path)
    connection = db.connect(path)
    try:
        with db.transaction(connection):
            connection.execute("UPDATE project SET place = ?", (str(_absolute(path)),))
            if copied:
                connection.execute("UPDATE project SET uuid = ?", (str(uuid.uuid4()),))
                connection.execute(
                    "UPDATE deposit SET key = key || '-' || lower(hex(randomblob(8)))"
                )
                connection.execute(
                    "UPDATE deposit SET state = 'discarded', doing = NULL, owner = NULL"
                    " WHERE state IN ('prepared', 'draft', 'in_review')"
                )
    finally:
        connection.close()
