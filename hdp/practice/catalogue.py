"""The practice repository's catalogue: one SQLite file that several servers may use at once.

A record has up to two sides: a draft and what is public. Both point to a bucket, which holds
file rows; the bodies lie beside the catalogue, named by their MD5.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from hdp.practice.translation import from_native, to_native

CatalogueError = sqlite3.Error
SideName = Literal["draft", "public"]

_PATIENCE = 10  # seconds to wait for another process
_SCHEMA = """
CREATE TABLE IF NOT EXISTS counter (next INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS record (
  id INTEGER PRIMARY KEY, concept INTEGER NOT NULL, owner INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS side (
  record INTEGER NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  name TEXT NOT NULL CHECK (name IN ('draft', 'public')),
  metadata TEXT NOT NULL, problems TEXT NOT NULL, bucket TEXT NOT NULL,
  created TEXT NOT NULL, modified TEXT NOT NULL, revision INTEGER NOT NULL,
  PRIMARY KEY (record, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (
  bucket TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL,
  size INTEGER NOT NULL, md5 TEXT NOT NULL, mimetype TEXT NOT NULL,
  created TEXT NOT NULL, updated TEXT NOT NULL,
  pending INTEGER NOT NULL DEFAULT 0, announced TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (bucket, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS community (
  id TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, owner INTEGER NOT NULL, data TEXT NOT NULL,
  created TEXT NOT NULL, updated TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inclusion (
  concept INTEGER NOT NULL, community TEXT NOT NULL, PRIMARY KEY (concept, community)
  ) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS request (
  id TEXT PRIMARY KEY, number INTEGER NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL,
  title TEXT NOT NULL, record INTEGER NOT NULL, community TEXT NOT NULL, creator INTEGER NOT NULL,
  created TEXT NOT NULL, updated TEXT NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS comment (
  id TEXT PRIMARY KEY, request TEXT NOT NULL, author INTEGER NOT NULL, content TEXT NOT NULL,
  type TEXT NOT NULL, created TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS request_record ON request (record);
CREATE INDEX IF NOT EXISTS comment_request ON comment (request);
CREATE INDEX IF NOT EXISTS record_concept ON record (concept);
CREATE INDEX IF NOT EXISTS side_bucket ON side (bucket);
CREATE INDEX IF NOT EXISTS file_md5 ON file (md5);
INSERT INTO counter SELECT 1000 WHERE NOT EXISTS (SELECT 1 FROM counter);
"""


_VERSION = 1
_DOI = "json_extract(metadata, '$.pids.doi.identifier')"
_FROM_0 = """
ALTER TABLE record ADD COLUMN owner INTEGER NOT NULL DEFAULT 1;
ALTER TABLE file ADD COLUMN pending INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN announced TEXT NOT NULL DEFAULT '{}'"""


@dataclass
class Side:
    """A draft, or the public state, of a record; times are ISO 8601 UTC.

    `data` is InvenioRDM's record (see `translation`); replace it, never change it in place.
    """

    data: dict[str, Any]
    problems: list[list[str]]
    bucket: str
    created: str
    modified: str
    revision: int = 4

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """The record in the deposit API's words."""
        return from_native(self.data)

    def replace(self, data: dict[str, Any]) -> None:
        """Put another record in the place of this one."""
        self.data = data
        self.__dict__.pop("metadata", None)


@dataclass(frozen=True)
class File:
    """A file row; `md5` is bare hex.

    A file begun by the records API is pending until it is committed: without content its `md5`
    is empty. `announced` is the JSON of the size and checksum that were said beforehand.
    """

    key: str
    id: str
    version: str
    size: int
    md5: str
    mimetype: str
    created: str
    updated: str
    pending: bool = False
    announced: str = "{}"


@dataclass
class Deposition:
    """A record with its sides and the files of the side that is shown."""

    id: int
    concept: int
    draft: Side | None = None
    public: Side | None = None
    files: list[File] = field(default_factory=list)
    concept_published: bool = False
    owner: int = 1
    communities: list[str] = field(default_factory=list)

    @property
    def shown(self) -> Side:
        """The draft where there is one, else what is public."""
        side = self.draft or self.public
        if side is None:
            raise LookupError(f"record {self.id} has no side")
        return side

    @property
    def finished(self) -> list[File]:
        """The files whose content is there."""
        return [file for file in self.files if not file.pending]


def now() -> str:
    """The present time as answers spell it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def new_uuid() -> str:
    """A fresh id for a bucket, a file or a version of a file."""
    return str(uuid.uuid4())


_mind = threading.local()


@contextmanager
def pretending() -> Iterator[None]:
    """What this thread writes meanwhile is forgotten: the fault of an answer without effect."""
    _mind.pretends = True
    try:
        yield
    finally:
        _mind.pretends = False


def is_pretending() -> bool:
    """Whether nothing that this thread does may last."""
    return bool(getattr(_mind, "pretends", False))


class Catalogue:
    """Opens `catalogue.sqlite` in the folder; reads and writes run in short transactions."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "catalogue.sqlite"
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._use_wal()
        with self.write() as db:
            _upgrade(db)
            for statement in _SCHEMA.split(";\n"):
                db.execute(statement)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000}")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _use_wal(self) -> None:
        """Switch to a write-ahead log; SQLite does not wait by itself when others do the same."""
        deadline = time.monotonic() + _PATIENCE
        with self._connection() as db:
            while True:
                try:
                    db.execute("PRAGMA journal_mode = WAL").fetchall()
                    return
                except sqlite3.OperationalError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._connect()
        try:
            yield connection
        finally:
            with self._lock:
                self._idle.append(connection)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that has the write lock from its start, across processes."""
        with self._transaction("BEGIN IMMEDIATE") as db:
            yield db

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one state of the catalogue."""
        with self._transaction("BEGIN") as db:
            yield db

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._connection() as db:
            db.execute(begin)
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("ROLLBACK" if is_pretending() else "COMMIT")


def _upgrade(db: sqlite3.Connection) -> None:
    """Bring a catalogue of an earlier HDP, which kept the deposit API's words, up to date."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    there = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'record'").fetchall()
    if version < _VERSION and there:
        for statement in _FROM_0.split(";\n"):
            db.execute(statement)
        for row in db.execute("SELECT record, name, metadata FROM side").fetchall():
            data = json.dumps(to_native(json.loads(row["metadata"])))
            db.execute(
                "UPDATE side SET metadata = ? WHERE record = ? AND name = ?",
                (data, row["record"], row["name"]),
            )
    db.execute(f"PRAGMA user_version = {_VERSION}")


def last_number(db: sqlite3.Connection) -> int:
    """The number that was given last."""
    return int(db.execute("SELECT next FROM counter").fetchone()[0])


def go_on_after(db: sqlite3.Connection, number: int) -> None:
    """Give only numbers after this one: an emptied repository must not use one again."""
    db.execute("UPDATE counter SET next = MAX(next, ?)", (number,))


def remove_all(db: sqlite3.Connection) -> None:
    """Forget every record, its files and its requests."""
    for table in ("side", "record", "file", "inclusion", "comment", "request"):
        db.execute(f"DELETE FROM {table}")


def allocate(db: sqlite3.Connection, count: int) -> int:
    """The first of `count` new ids, never given before."""
    row = db.execute("UPDATE counter SET next = next + ? RETURNING next", (count,)).fetchall()
    return int(row[0][0]) - count + 1


def add_record(
    db: sqlite3.Connection, concept: int | None = None, *, owner: int = 1
) -> tuple[int, int]:
    """A new record's id and its concept's, which is new unless given."""
    first = allocate(db, 1 if concept else 2)
    record, concept = (first, concept) if concept else (first + 1, first)
    db.execute("INSERT INTO record VALUES (?, ?, ?)", (record, concept, owner))
    return record, concept


def save_side(db: sqlite3.Connection, record: int, name: SideName, side: Side) -> None:
    """Write one side, replacing what was there."""
    db.execute(
        "INSERT OR REPLACE INTO side VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (record, name, json.dumps(side.data), json.dumps(side.problems), side.bucket,
         side.created, side.modified, side.revision),
    )  # fmt: skip


def drop_draft(db: sqlite3.Connection, deposition: Deposition) -> None:
    """Remove the draft, and the record too where nothing of it is public."""
    if deposition.draft:
        db.execute("DELETE FROM file WHERE bucket = ?", (deposition.draft.bucket,))
    db.execute("DELETE FROM side WHERE record = ? AND name = 'draft'", (deposition.id,))
    if not deposition.public:
        db.execute("DELETE FROM record WHERE id = ?", (deposition.id,))


def find(db: sqlite3.Connection, record: int) -> Deposition | None:
    """The record, or None."""
    rows = db.execute("SELECT * FROM record WHERE id = ?", (record,)).fetchall()
    return _load(db, rows[0]) if rows else None


def all_records(db: sqlite3.Connection) -> list[Deposition]:
    """Every record, newest first."""
    rows = db.execute("SELECT * FROM record ORDER BY id DESC").fetchall()
    return [_load(db, row) for row in rows]


def versions(db: sqlite3.Connection, concept: int) -> list[Deposition]:
    """All records of a concept, newest first."""
    rows = db.execute(
        "SELECT * FROM record WHERE concept = ? ORDER BY id DESC", (concept,)
    ).fetchall()
    return [_load(db, row) for row in rows]


def find_bucket(db: sqlite3.Connection, bucket: str) -> tuple[Deposition, SideName] | None:
    """Whose bucket it is, and of which side."""
    rows = db.execute("SELECT record, name FROM side WHERE bucket = ?", (bucket,)).fetchall()
    found = find(db, rows[0]["record"]) if rows else None
    return (found, rows[0]["name"]) if found else None


def files_of(db: sqlite3.Connection, bucket: str) -> list[File]:
    """The files of a bucket, in the order they were added."""
    rows = db.execute(
        "SELECT key, id, version, size, md5, mimetype, created, updated, pending, announced "
        "FROM file WHERE bucket = ? ORDER BY created, key",
        (bucket,),
    ).fetchall()
    return [File(**{**dict(row), "pending": bool(row["pending"])}) for row in rows]


def save_file(db: sqlite3.Connection, bucket: str, file: File) -> None:
    """Add a file row, replacing one of the same key."""
    db.execute(
        "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (bucket, file.key, file.id, file.version, file.size, file.md5, file.mimetype,
         file.created, file.updated, file.pending, file.announced),
    )  # fmt: skip


def delete_file(db: sqlite3.Connection, bucket: str, key: str) -> None:
    """Remove a file row."""
    db.execute("DELETE FROM file WHERE bucket = ? AND key = ?", (bucket, key))


def copy_files(db: sqlite3.Connection, source: str, goal: str) -> None:
    """Give a bucket the files of another one; bodies are shared."""
    for one in files_of(db, source):
        save_file(db, goal, one)


def in_use(db: sqlite3.Connection, md5: str) -> bool:
    """Whether any file row still points to this body."""
    return bool(db.execute("SELECT 1 FROM file WHERE md5 = ? LIMIT 1", (md5,)).fetchall())


def dois_in_use(db: sqlite3.Connection, *, except_record: int) -> set[str]:
    """The DOIs of all published records but one."""
    rows = db.execute(
        f"SELECT {_DOI} FROM side WHERE name = 'public' AND record != ?",
        (except_record,),
    ).fetchall()
    return {str(row[0]).lower() for row in rows if row[0]}


def communities_of(db: sqlite3.Connection, concept: int) -> list[str]:
    """The slugs of the communities that all versions of a record are in."""
    rows = db.execute(
        "SELECT slug FROM inclusion JOIN community ON community.id = community WHERE concept = ? "
        "ORDER BY slug",
        (concept,),
    ).fetchall()
    return [row[0] for row in rows]


def _load(db: sqlite3.Connection, row: sqlite3.Row) -> Deposition:
    sides = _sides(db, row["id"])
    found = Deposition(row["id"], row["concept"], sides.get("draft"), sides.get("public"))
    found.files = files_of(db, found.shown.bucket)
    published: Sequence[Any] = db.execute(
        "SELECT 1 FROM side JOIN record ON record.id = side.record WHERE name = 'public' "
        f"AND concept = ? AND {_DOI} LIKE '10.5072/%' LIMIT 1",
        (row["concept"],),
    ).fetchall()
    found.concept_published = bool(published)
    found.owner = row["owner"]
    found.communities = communities_of(db, row["concept"])
    return found


def _sides(db: sqlite3.Connection, record: int) -> dict[str, Side]:
    rows = db.execute("SELECT * FROM side WHERE record = ?", (record,)).fetchall()
    return {
        row["name"]: Side(
            json.loads(row["metadata"]), json.loads(row["problems"]), row["bucket"],
            row["created"], row["modified"], row["revision"],
        )
        for row in rows
    }  # fmt: skip
