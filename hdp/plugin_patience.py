"""Calls of a plugin's hooks that may never come back: they are waited for, but not for ever."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

SECONDS = 20.0
_Queue = queue.SimpleQueue[tuple[Callable[[], Any], queue.SimpleQueue[Any]] | None]


class StuckError(Exception):
    """A hook did not come back; the plugin is not asked any more in this run."""


class Patience:
    """One plugin's hooks, called one after the other in a thread of their own."""

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin
        self.stuck = ""
        self._calling = threading.Lock()
        self._work: _Queue = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def call(self, hook: str, function: Callable[[], Any]) -> Any:
        """What it returns or raises; StuckError where it does not end in time."""
        with self._calling:
            if self.stuck:
                raise StuckError(self.stuck)
            answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
            self._start()
            self._work.put((function, answers))
            try:
                value, error = answers.get(timeout=SECONDS)
            except queue.Empty:
                self.stuck = f"{hook} did not come back after {SECONDS:g} seconds"
                raise StuckError(self.stuck) from None
        if error is not None:
            raise error
        return value

    def end(self) -> None:
        """Let the thread end after what it does now."""
        with self._calling:
            if self._thread is not None:
                self._work.put(None)
                self._thread = None

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, name=f"hooks of {self.plugin}", daemon=True
            )
            self._thread.start()

    def _run(self) -> None:
        while True:
            task = self._work.get()
            if task is None:
                return
            function, answers = task
            try:
                answers.put((function(), None))
            except BaseException as error:  # noqa: BLE001 - raised again where it was called
                answers.put((None, error))
