"""Jobs of other processes: where one of these dies, its job reads interrupted in open windows."""

from __future__ import annotations

import logging
import threading

from hdp.application.orphans import close_orphans
from hdp.events import Bus, Changed
from hdp.project import jobs, sessions
from hdp.project.project import Project
from hdp.sdk import HdpError

log = logging.getLogger(__name__)
_EVERY_S = 5.0


class Lookout:
    """Looks after what other processes run on a project, as long as they run anything."""

    def __init__(self, project: Project, bus: Bus) -> None:
        self._project, self._bus = project, bus
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Begin to look where another process runs a job; returns at once."""
        with self._lock:
            looks = self._thread is not None and self._thread.is_alive()
            if looks or self._stopped.is_set() or not self._others_run():
                return
            self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _others_run(self) -> bool:
        ours = self._project.session.id
        return not self._project.db.read_only and self._project.read(
            lambda c: jobs.others_run(c, ours)
        )

    def _run(self) -> None:
        try:
            while not self._stopped.wait(_EVERY_S) and self._others_run():
                self._interrupt()
        except HdpError:
            log.exception("The jobs of other processes could not be looked at")

    def _interrupt(self) -> None:
        ours = self._project.session.id
        # Read first: who lives is given a moment to answer, and no writer may wait for that.
        dead = self._project.read(lambda c: sessions.dead_owners(c, ours))
        ended = self._project.write(lambda c: jobs.interrupt_jobs(c, dead)) if dead else []
        if ended:
            close_orphans(self._project)
            self._bus.emit(Changed(("files", "items", "deposits", "jobs", "settings")))
