"""Which processes have the project open, and whether they still live."""

from __future__ import annotations

import os
import platform
import sqlite3
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from hdp.events import now

_LOOKING = threading.Lock()


@dataclass
class Session:
    """This process's hold on one project: a row, and a lock file the system frees with us."""

    id: str
    lock: FileLock

    def end(self) -> None:
        """Let go of the lock file and remove it."""
        self.lock.release()
        Path(self.lock.lock_file).unlink(missing_ok=True)


def start_session(home: Path) -> Session:
    """Take a lock file of our own under `home`."""
    folder = home / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    name = uuid.uuid4().hex
    lock = FileLock(folder / f"{name}.lock", thread_local=False)
    lock.acquire(timeout=0)
    return Session(name, lock)


def insert_session(connection: sqlite3.Connection, session: Session) -> None:
    """Write down that this process has the project open."""
    connection.execute(
        "INSERT INTO session (id, host, pid, lock, started) VALUES (?, ?, ?, ?, ?)",
        (session.id, platform.node(), os.getpid(), session.lock.lock_file, now()),
    )


def end_session(connection: sqlite3.Connection, session_id: str) -> None:
    """Write down that the process closed the project as it should."""
    connection.execute("UPDATE session SET ended = ? WHERE id = ?", (now(), session_id))


def dead_owners(connection: sqlite3.Connection, ours: str) -> list[str]:
    """The sessions whose process is gone; those of other computers count as alive until ended."""
    rows = connection.execute(
        """SELECT id, host, lock, ended FROM session WHERE id != ? AND id IN (
             SELECT owner FROM deposit WHERE doing IS NOT NULL
             UNION SELECT owner FROM job WHERE state IN ('queued', 'running'))""",
        (ours,),
    ).fetchall()
    return [row["id"] for row in rows if row["ended"] or _is_dead(row["host"], row["lock"])]


def other_computers(connection: sqlite3.Connection) -> list[str]:
    """The names of other computers that have the project open, as far as the file tells."""
    rows = connection.execute(
        "SELECT DISTINCT host FROM session WHERE ended IS NULL AND host != ?", (platform.node(),)
    )
    return [row["host"] for row in rows.fetchall()]


def _is_dead(host: str, lock: str) -> bool:
    if host != platform.node():
        return False
    if not Path(lock).exists():
        return True
    # To look, the lock is taken for a moment: another who looks then must not be taken for
    # the owner. Threads of ours wait for each other; for other processes there is patience.
    try:
        with _LOOKING, FileLock(lock, thread_local=False).acquire(timeout=0.3, poll_interval=0.02):
            return True
    except (Timeout, OSError):
        return False
