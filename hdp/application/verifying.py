"""Looks at every file of the project again: is it there, is it what it was, does it open."""

from __future__ import annotations

import sqlite3  # noqa: TID251 - the type of a connection only
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.application import storing
from hdp.ingest.hashing import hash_file
from hdp.project import checks, files
from hdp.project.files import FileRow
from hdp.sdk import Finding

if TYPE_CHECKING:
    from hdp.application.app import Application

_PORTION = 500
Progress = Callable[[int, int], None]


@dataclass
class Verified:
    """How many files were looked at, and those with something to say."""

    files: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[dict[str, Any]] = field(default_factory=list)


def verify(app: Application, progress: Progress | None = None) -> Verified:
    """Read every file of every item again and open it, whatever is known of it.

    Nothing is judged anew in the project; what has other content than the last scan saw is
    read again by the next one.
    """
    from hdp.ingest.checker import Checker

    total = app.project.read(lambda c: sum(files.count_statuses(c).values()))
    done = Verified()
    other: list[int] = []
    rows = _rows(app)
    with Checker(plugins=app.catalogue.checkers) as checker:
        while portion := list(islice(rows, _PORTION)):
            told = {row.id: one for row in portion if (one := _differs(app, row))}
            other += [number for number, one in told.items() if one.code == "changed"]
            sound = [row for row in portion if row.id not in told]
            paths = [(_path(app, row), row.path) for row in sound]
            shown = dict(zip((row.id for row in sound), checker.check_many(paths), strict=True))
            for row in portion:
                done.files += 1
                found = [told[row.id]] if row.id in told else list(shown[row.id].findings)
                bad = row.id in told or shown[row.id].status != "valid"
                said = [one.to_json() for one in found]
                if said:
                    where = {"file": row.path, "root": row.root, "problems": said}
                    (done.problems if bad else done.remarks).append(where)
            if progress:
                progress(done.files, total)
    if other and not app.project.db.read_only:
        app.project.write(lambda c: _read_again(c, other))
    return done


def _rows(app: Application) -> Iterator[FileRow]:
    after = 0
    while rows := app.project.read(
        lambda c, after=after: checks.list_members(c, after, _PORTION)  # type: ignore[misc]
    ):
        after = rows[-1].id
        yield from rows


def _path(app: Application, row: FileRow) -> Path:
    return app.project.file_path(row.root, row.path)


def _differs(app: Application, row: FileRow) -> Finding | None:
    where = {"file": row.path}
    try:
        sha256 = hash_file(_path(app, row)).sha256
    except FileNotFoundError:
        return Finding(
            "error", "missing", f"{row.path} is not there.",
            "Find it again (hdp item find), or scan.", where,
        )  # fmt: skip
    except OSError as error:
        why = error.strerror or str(error)
        return Finding(
            "error", "unreadable", f"{row.path} cannot be read: {why}.",
            "Check its permissions and the disk.", where,
        )  # fmt: skip
    if sha256 == row.sha256:
        return None
    return Finding(
        "error", "changed", f"{row.path} has other content than when it was scanned.",
        "Scan again if the change was meant; else restore it from a copy.", where,
    )  # fmt: skip


def _read_again(connection: sqlite3.Connection, file_ids: list[int]) -> None:
    files.distrust(connection, file_ids)
    storing.forget_print(connection)
