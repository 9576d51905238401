"""Activity: every call to a repository, a line each, a file a day; no secret is ever in it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from hdp.net import CallMade
from hdp.remote import Doing

log = logging.getLogger(__name__)
KEPT = timedelta(days=90)
_BLOCK = 64 << 10


class Activity:
    """The calls of one HDP home, written by all its processes at once.

    A line is written in one piece, so that two processes never mix theirs.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "activity"
        self._lock = threading.Lock()
        self._open: tuple[str, IO[bytes]] | None = None

    def note(self, env: str, call: CallMade, doing: Doing, *, project: str = "") -> None:
        """Write a call down; that it cannot be written stops no upload."""
        at = datetime.now(UTC)
        parts = urlsplit(call.url)
        line = {
            "at": at.isoformat(timespec="milliseconds"), "env": env, "project": project,
            "what": doing.what, "title": doing.about, "remote_id": doing.remote_id,
            "method": call.method, "host": parts.netloc, "path": parts.path,
            "status": call.status, "seconds": round(call.seconds, 3),
            "sent": call.sent, "received": call.received,
        }  # fmt: skip
        try:
            with self._lock:
                self._file(at).write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        except OSError as error:
            log.warning("A call could not be noted in %s: %s", self._folder, error)

    def _file(self, at: datetime) -> IO[bytes]:
        name = f"{at:%Y-%m-%d}.jsonl"
        if self._open is None or self._open[0] != name:
            self.close()
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._forget_old(at)
            self._open = (name, (self._folder / name).open("ab", buffering=0))
        return self._open[1]

    def _forget_old(self, at: datetime) -> None:
        oldest = f"{at - KEPT:%Y-%m-%d}.jsonl"
        for path in self._folder.glob("????-??-??.jsonl"):
            if path.name < oldest:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file; it is opened again when a call is noted."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def read(
        self,
        *,
        project: str = "",
        env: str = "",
        search: str = "",
        failed: bool = False,
        offset: int = 0,
        limit: int = 100,
    ) -> tuple[list[dict[str, Any]], bool]:
        """A page of calls, the newest first, and whether there are more.

        `search` is looked for in title, record id, path and what was done; `failed` leaves out
        what was answered well.
        """
        wanted = search.casefold()
        found: list[dict[str, Any]] = []
        for line in self._lines():
            if not _fits(line, project, env, wanted, failed):
                continue
            found.append(line)
            if len(found) > offset + limit:
                return found[offset : offset + limit], True
        return found[offset:], False

    def _lines(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self._folder.glob("????-??-??.jsonl"), reverse=True):
            try:
                with path.open("rb") as file:
                    for text in _backwards(file):
                        line = _parse(text)
                        if line is not None:
                            yield line
            except OSError as error:
                log.warning("%s cannot be read: %s", path, error)


def _backwards(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file, the last first, without reading it whole."""
    end = file.seek(0, 2)
    rest = b""
    while end > 0:
        start = max(0, end - _BLOCK)
        file.seek(start)
        lines = (file.read(end - start) + rest).split(b"\n")
        rest, end = lines[0], start
        yield from reversed(lines[1:])
    yield rest


def _parse(text: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None  # cut off by a full disk, or no line of ours
    return line if isinstance(line, dict) and "at" in line else None


def _fits(line: dict[str, Any], project: str, env: str, search: str, failed: bool) -> bool:
    if (project and line.get("project") != project) or (env and line.get("env") != env):
        return False
    if failed and (line.get("status") or 599) < 400:
        return False
    texts = (line.get("title"), line.get("remote_id"), line.get("path"), line.get("what"))
    return not search or any(search in str(one or "").casefold() for one in texts)
