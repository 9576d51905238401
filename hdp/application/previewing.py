"""What a scan of a folder would find, looked at before there is a project; nothing is written."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hdp.application import scanning
from hdp.application.found import Found
from hdp.events import PreviewChanged
from hdp.ingest.hashing import Hashes
from hdp.ingest.options import ScanOptions
from hdp.plugin_catalogue import Catalogue
from hdp.plugin_formats import PluginFunction
from hdp.sdk import Cancelled, HdpError, NotFound

if TYPE_CHECKING:
    from hdp.application.app import Application
    from hdp.application.scanning import NewProject
    from hdp.ingest.checks import Checked

log = logging.getLogger(__name__)
Key = tuple[str, int, int, int]
_SECONDS_BETWEEN_EVENTS = 0.25
# Said of the circumstances, or of other files too: looked at again each time.
_PASSING = {"unreadable", "missing", "worker-died", "worker-timeout", "worker-memory",
            "plugin-raised"}  # fmt: skip
_AGAIN = (".gltf", ".obj", ".mtl", ".dae")


@dataclass
class _Memory:
    """What is known of the files of one folder from the preview before."""

    place: tuple[Any, ...] = ()
    hashes: dict[Key, Hashes] = field(default_factory=dict)
    checks: dict[Key, Checked] = field(default_factory=dict)

    def turn_to(self, options: ScanOptions, checkers: Iterable[PluginFunction]) -> None:
        """Forget everything where another folder is looked at, or by other checkers."""
        place = (options.input, options.texture_dirs, *checkers)
        if place != self.place:
            self.place, self.hashes, self.checks = place, {}, {}


class Previews:
    """The one preview at a time; a later one ends the earlier."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._memory = _Memory()
        self._count = 0
        self._now: Preview | None = None

    def start(
        self, spec: NewProject, set_aside: Mapping[str, str], closing: Callable[[], bool]
    ) -> Preview:
        """Begin to look at a folder; UsageError at once where the options cannot be."""
        scanning.check_input(spec.input)
        options = scanning.scan_options(spec)
        with self._lock:
            if self._now is not None:
                self._now.end()
            self._memory.turn_to(options, self._app.catalogue.checkers)
            self._count += 1
            emit = self._app.bus.emit
            self._now = Preview(
                f"p{self._count}", options, dict(set_aside), self._memory,
                lambda told: emit(PreviewChanged(told)), closing, self._app.catalogue,
            )  # fmt: skip
            self._now.start()
            return self._now

    def get(self, preview_id: str) -> Preview:
        """The preview; NotFound for an earlier one."""
        now = self._now
        if now is None or now.id != preview_id:
            raise NotFound(
                "This list of found files is an old one.", code="no-preview", hint="Scan again."
            )
        return now

    def end(self) -> None:
        """Stop what runs and keep nothing."""
        with self._lock:
            if self._now is not None:
                self._now.end()
            self._now, self._memory = None, _Memory()


class Preview:
    """One look at a folder: first the items, soon after what their files hold.

    `state` is running, done, cancelled or failed; `stage` listing, checking or reading.
    """

    def __init__(
        self, preview_id: str, options: ScanOptions, set_aside: dict[str, str], memory: _Memory,
        tell: Callable[[dict[str, Any]], None], closing: Callable[[], bool],
        plugins: Catalogue,
    ) -> None:  # fmt: skip
        self.id, self.options, self.set_aside = preview_id, options, set_aside
        self.state, self.stage = "running", "listing"
        self.error: HdpError | None = None
        self.found: Found | None = None
        self.done, self.total = 0, 0
        self._memory, self._tell, self._closing = memory, tell, closing
        self._checkers, self._thumbnailers = plugins.checkers, plugins.thumbnailers
        self._ended = threading.Event()
        self._told = 0.0
        self._thread = threading.Thread(target=self._run, name=f"preview-{preview_id}")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Stop; returns when nothing goes on any more."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()

    def wait(self, timeout: float) -> bool:
        """Whether it came to its end in so many seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def facts(self) -> dict[str, Any]:
        """How far it is, as an event tells it."""
        return {
            "id": self.id, "state": self.state, "stage": self.stage,
            "done": self.done, "total": self.total, "ready": self.found is not None,
        }  # fmt: skip

    def _stopped(self) -> bool:
        return self._ended.is_set() or self._closing()

    def _run(self) -> None:
        try:
            self._list()
            self._check()
            self._read()
            self.state = "done"
        except Cancelled:
            self.state = "cancelled"
        except HdpError as error:
            self.state, self.error = "failed", error
        except Exception as error:
            log.exception("The preview failed")
            self.state = "failed"
            message = f"HDP made a mistake here ({type(error).__name__}); the log has the details."
            self.error = HdpError(message, code="bug")
        self._say()

    def _list(self) -> None:
        from hdp.ingest.scan import scan

        known = self._memory.hashes
        found = scan(self.options, known=known, cancelled=self._stopped, hashed=False)
        self.found = Found(found, self.set_aside, self._thumbnailers)
        self._say()

    def _check(self) -> None:
        from hdp.ingest.checker import Checker

        found, memory = self._all(), self._memory
        seen, memory.checks = memory.checks, {}
        waiting = []
        for one in found.files.values():
            key = (one.relpath, one.size, one.mtime_ns, one.inode)
            if key in seen:
                memory.checks[key] = seen[key]
                found.note(one.relpath, seen[key])
            elif one.status != "missing":
                waiting.append(key)
        if not waiting:
            return
        self._begin("checking", len(waiting))
        paths = [(self.options.path_of(key[0]), key[0]) for key in waiting]
        with Checker(plugins=self._checkers) as checker:
            shown = checker.check_many(paths, cancelled=self._stopped)
            for number, (key, checked) in enumerate(zip(waiting, shown, strict=True), 1):
                if _lasts(key[0], checked):
                    memory.checks[key] = checked
                found.note(key[0], checked)
                self._progress(number, len(waiting))
                if self._stopped():
                    raise Cancelled("The preview was stopped.")

    def _read(self) -> None:
        """Read what was not read before, so that the new project need not do it."""
        from hdp.ingest.scan import scan

        found, memory = self._all(), self._memory
        self._begin("reading", sum(one.size for one in found.files.values()))
        known = memory.hashes
        result = scan(
            self.options, known=known, cancelled=self._stopped,
            progress=lambda done, total, _: self._progress(done, total or 0),
        )  # fmt: skip
        if self._stopped():
            raise Cancelled("The preview was stopped.")
        self.found = found.renewed(result)
        memory.hashes = {
            (one.relpath, one.size, one.mtime_ns, one.inode): Hashes(
                one.sha256, one.md5, one.media_type
            )
            for one in self.found.files.values()
            if one.sha256
        }

    def _all(self) -> Found:
        if self.found is None:
            raise Cancelled("The preview was stopped.")
        return self.found

    def _begin(self, stage: str, total: int) -> None:
        self.stage, self.done, self.total = stage, 0, total
        self._say()

    def _progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if time.monotonic() - self._told >= _SECONDS_BETWEEN_EVENTS:
            self._say()

    def _say(self) -> None:
        self._told = time.monotonic()
        self._tell(self.facts())


def _lasts(relpath: str, one: Checked) -> bool:
    passing = any(finding.code in _PASSING for finding in one.findings)
    return not passing and not relpath.lower().endswith(_AGAIN)
