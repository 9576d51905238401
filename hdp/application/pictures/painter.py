"""Has pictures made in limited processes: a broken file or driver costs its picture only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from hdp.application.pictures.store import Store, Subject
from hdp.ingest.pictures.foreign import lost_with
from hdp.ingest.pictures.making import (
    BY_PLUGIN,
    about_file,
    be_nice,
    can_draw_models,
    make_picture,
)
from hdp.limited import LimitedWorker, WorkerDied
from hdp.sdk import HdpError

Asks = Callable[[], bool]
_SECONDS = {"image": 30.0, "document": 20.0, "model": 45.0, BY_PLUGIN: 30.0}
_PROBE_S = 30.0
_MEMORY = 3 * 1024**3
_NO_GL = "OpenGL does not work here"


class Painter:
    """Workers for images and documents, for models, and for plugins, started when first needed.

    A `quiet` one leaves the processor to everything else.
    """

    def __init__(self, store: Store, *, quiet: bool = False) -> None:
        self._store = store
        self._quiet = quiet
        self._workers: dict[str, LimitedWorker] = {}
        self._lock = threading.Lock()

    def make(
        self, one: Subject, sizes: Sequence[int], page: int = 1, *, cancelled: Asks | None = None
    ) -> bool:
        """Whether there are pictures of these sizes now; Cancelled where it was stopped."""
        missing = [size for size in sizes if not self._store.path(one.key, size, page).is_file()]
        if not missing:
            return True
        if self._store.reason(one.key, page) or (one.kind == "model" and models_refused()):
            return False
        if one.kind == "model" and not self.models_work(cancelled):
            return False
        try:
            wanted = self._store.wanted(one, missing, page)
            reason = self._call(one.kind, make_picture, wanted, cancelled=cancelled)
        except WorkerDied as error:
            reason = lost_with(one.plugin, error.message) if one.plugin else error.message
        except (HdpError, OSError):
            return False  # something is not installed, the disk is full: another time perhaps
        if reason:
            self._store.note_none(one.key, reason, page)
        return not reason

    def models_work(self, cancelled: Asks | None = None) -> bool:
        """Whether models can be drawn on this computer; tried once in this run."""
        with _trial.lock:
            if _trial.refused is None:
                try:
                    _trial.refused = self._call(
                        "model", can_draw_models, seconds=_PROBE_S, cancelled=cancelled
                    )
                except WorkerDied:
                    _trial.refused = _NO_GL
        return not _trial.refused

    def about(self, one: Subject) -> dict[str, Any]:
        """Pages and size of a file by its header."""
        try:
            told: dict[str, Any] = self._call(
                one.kind, about_file, one.kind, str(one.source), seconds=10.0
            )
            return told
        except WorkerDied as error:
            return {"note": error.message}

    def _call(
        self,
        kind: str,
        function: Callable[..., Any],
        *args: Any,
        seconds: float | None = None,
        cancelled: Asks | None = None,
    ) -> Any:
        name = kind if kind in ("model", BY_PLUGIN) else "flat"
        with self._lock:
            worker = self._workers.setdefault(name, LimitedWorker(memory=_MEMORY))
        if self._quiet:
            worker.call(be_nice, cancelled=cancelled)
        seconds = seconds or _SECONDS[kind]
        return worker.call(function, *args, seconds=seconds, cancelled=cancelled)

    def close(self) -> None:
        """End the processes; a later call starts others."""
        with self._lock:
            workers, self._workers = self._workers, {}
        for one in workers.values():
            one.close()


class _Trial:
    """What the one trial of this run showed: None before it, "" for well, else the reason."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.refused: str | None = None


_trial = _Trial()


def models_refused() -> str:
    """Why models are not drawn on this computer; "" where they are, or nobody tried yet."""
    return _trial.refused or ""
