"""What ended or broke a run unexpectedly, kept in the home folder until the person was told.

Nothing of it is ever sent anywhere.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import secrets
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from filelock import FileLock, Timeout

from hdp import __version__
from hdp.paths import replace_text

log = logging.getLogger(__name__)
FOLDER = "crashes"
_MOST, _LONGEST = 5, 64 * 1024


@dataclass(frozen=True)
class Crash:
    """One crash: `when` is ISO 8601 in UTC, `what` its name, `trace` where it was."""

    id: str
    when: str
    version: str
    what: str
    trace: str


class Watch:
    """Looks after one run from `start` to `stop`, and notes what goes wrong in it.

    A run that ends without `stop` leaves what the interpreter wrote as it fell; the next
    `start` finds that.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._stem = self._folder / f"run-{secrets.token_hex(6)}"
        self._lock: FileLock | None = None
        self._faults: IO[str] | None = None
        self._before: tuple[Any, Any] | None = None

    def start(self) -> None:
        """Gather what earlier runs left, and begin; a home that cannot be written is no reason
        not to run."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _gather(self._folder)
            # Let go of by the system, whatever becomes of the process.
            self._lock = FileLock(self._stem.with_suffix(".lock"))
            self._lock.acquire(timeout=0)
            self._faults = self._stem.with_suffix(".txt").open("w", encoding="utf-8")
            faulthandler.enable(self._faults)
        except (OSError, Timeout, RuntimeError) as error:
            log.warning("Crashes cannot be kept: %s", error)
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook, threading.excepthook = self._on_error, self._on_thread

    def stop(self) -> None:
        """End well: nothing is left of this run but what was noted."""
        if self._before is not None:
            sys.excepthook, threading.excepthook = self._before
            self._before = None
        if self._faults is not None:
            faulthandler.disable()
            self._faults.close()
            self._faults = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        for suffix in (".txt", ".lock"):
            with suppress(OSError):
                self._stem.with_suffix(suffix).unlink(missing_ok=True)

    def note(self, error: BaseException) -> None:
        """Keep an error that nobody expected; never raises."""
        trace = "".join(traceback.format_exception(error))
        self.note_words(_told(error), trace)

    def note_words(self, what: str, trace: str = "") -> None:
        """Keep what went wrong outside of Python; never raises."""
        try:
            _keep(self._folder, what, trace, datetime.now(UTC))
        except OSError as problem:
            log.warning("A crash could not be kept: %s", problem)

    def _on_error(self, kind: Any, error: BaseException, tb: Any) -> None:
        before = self._before[0] if self._before else sys.__excepthook__
        if not issubclass(kind, (KeyboardInterrupt, SystemExit)):
            log.error("Nobody caught this", exc_info=(kind, error, tb))
            self.note(error)
        before(kind, error, tb)

    def _on_thread(self, args: Any) -> None:
        before = self._before[1] if self._before else threading.__excepthook__
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            name = args.thread.name if args.thread else "?"
            log.error("The thread %s ended with this", name, exc_info=args.exc_value)
            self.note(args.exc_value)
        before(args)


def left(home: Path) -> list[Crash]:
    """The crashes that nobody was told of yet, the newest first."""
    found = []
    for path in sorted((home / FOLDER).glob("crash-*.json"), reverse=True):
        with suppress(OSError, ValueError, TypeError):
            read = json.loads(path.read_text(encoding="utf-8"))
            values = {name: str(read[name]) for name in Crash.__dataclass_fields__ if name in read}
            found.append(Crash(**{**values, "id": path.stem}))
    return found


def forget(home: Path) -> None:
    """The person was told: nothing is kept of any of them."""
    for path in (home / FOLDER).glob("crash-*.json"):
        with suppress(OSError):
            path.unlink()


def _told(error: BaseException) -> str:
    words = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _keep(folder: Path, what: str, trace: str, when: datetime) -> None:
    name = f"crash-{when:%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"
    stamp = when.isoformat(timespec="seconds")
    crash = Crash(name, stamp, __version__, what, trace[-_LONGEST:])
    replace_text(folder / f"{name}.json", json.dumps(asdict(crash), indent=1))
    for old in sorted(folder.glob("crash-*.json"))[:-_MOST]:
        old.unlink(missing_ok=True)


def _gather(folder: Path) -> None:
    """Turn what the interpreter wrote in runs that are gone into crashes."""
    for path in _of_gone(folder):
        text = path.with_suffix(".txt")
        with suppress(OSError):
            words = text.read_text(encoding="utf-8", errors="replace")[:_LONGEST].strip()
            if words:  # nothing was written where the computer was switched off
                when = datetime.fromtimestamp(text.stat().st_mtime, UTC)
                _keep(folder, words.splitlines()[0].rstrip(":"), words, when)
        with suppress(OSError):
            text.unlink(missing_ok=True)
            path.unlink(missing_ok=True)


def _of_gone(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.glob("run-*.lock")):
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except (OSError, Timeout):
            continue  # that run goes on
        try:
            yield path
        finally:
            lock.release()
