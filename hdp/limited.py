"""A process that may crash, hang or eat memory alone: for parsers of files from anywhere."""

from __future__ import annotations

import multiprocessing
import pickle
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from hdp.limited_child import MEMORY, serve
from hdp.sdk import Cancelled, HdpError

T = TypeVar("T")
SECONDS = 60.0
_POLL_S = 0.1  # how soon a cancel is seen
_GRACE_S = 2.0
_START_S = 120.0  # a process and its imports, on a computer that is busy with other things


class WorkerDied(HdpError):
    """The work crashed its process; nothing else is harmed."""

    code = "worker-died"


class WorkerTimeout(WorkerDied):
    """The work took longer than it may, and was stopped."""

    code = "worker-timeout"


class WorkerMemory(WorkerDied):
    """The work needed more memory than it may have, and was stopped."""

    code = "worker-memory"


class LimitedWorker:
    """One child process, started with the first call and replaced after it was lost.

    `memory` in bytes is enforced by Linux, is checked now and then on macOS, and is
    not limited on Windows; the time limit holds everywhere. Functions are top-level
    ones that can be pickled; what they raise is raised here. One call at a time.
    """

    def __init__(self, *, memory: int = MEMORY) -> None:
        self._memory = memory
        self._child: _Child | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> LimitedWorker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(
        self,
        function: Callable[..., T],
        *args: Any,
        seconds: float = SECONDS,
        cancelled: Callable[[], bool] | None = None,
    ) -> T:
        """What the function returns; WorkerDied, WorkerTimeout or WorkerMemory where it is lost."""
        with self._lock:
            value: T = next(self._answers(("call", function, args), seconds, cancelled))
            return value

    def stream(
        self,
        function: Callable[..., Iterable[T]],
        *args: Any,
        seconds: float = SECONDS,
        cancelled: Callable[[], bool] | None = None,
    ) -> Iterator[T]:
        """What the function yields, as it yields it; `seconds` is the limit for each next one."""
        with self._lock:
            whole = False
            try:
                yield from self._answers(("stream", function, args), seconds, cancelled)
                whole = True
            finally:
                if not whole:
                    self._drop()  # it may still be sending what nobody wants

    def close(self) -> None:
        """End the child; a later call starts another one."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()

    def _answers(
        self, task: tuple[Any, ...], seconds: float, cancelled: Callable[[], bool] | None
    ) -> Iterator[Any]:
        try:
            if self._child is None or not self._child.is_alive():
                self._drop()
                self._child = _Child(self._memory)
            self._child.send((*task, seconds))
            kind, value = self._child.receive(_START_S, cancelled)
            if kind == "raised":
                raise _Raised(value)
            while True:
                kind, value = self._child.receive(seconds, cancelled)
                if kind == "end":
                    return
                if kind == "raised":
                    raise _Raised(value)
                yield value
                if kind == "done":
                    return
        except _Raised as raised:
            raise raised.error from None
        except (Cancelled, WorkerDied):
            self._drop()
            raise


class _Raised(Exception):
    """Carries what the function raised past the handling of the worker's own end."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class _Child:
    """The process and the pipe to it."""

    def __init__(self, memory: int) -> None:
        context = multiprocessing.get_context("spawn")  # fork hangs after some native libraries ran
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, memory), daemon=True)
        self._process.start()
        theirs.close()

    def is_alive(self) -> bool:
        return self._process.is_alive() and not self._pipe.closed

    def send(self, task: tuple[Any, ...]) -> None:
        data = pickle.dumps(task)
        try:
            self._pipe.send_bytes(data)
        except OSError:
            raise self._lost() from None

    def receive(self, seconds: float, cancelled: Callable[[], bool] | None) -> tuple[str, Any]:
        deadline = time.monotonic() + seconds
        try:
            while not self._pipe.poll(_POLL_S):
                if cancelled is not None and cancelled():
                    raise Cancelled("Cancelled.")
                if time.monotonic() > deadline:
                    raise _too_long(seconds)
            answer: tuple[str, Any] = pickle.loads(self._pipe.recv_bytes())
        except (EOFError, OSError, pickle.UnpicklingError):
            raise self._lost() from None
        if answer[0] == "memory":
            raise _too_big()
        return answer

    def _lost(self) -> WorkerDied:
        self._process.join(_GRACE_S)
        code = self._process.exitcode
        how = f" (signal {-code})" if code is not None and code < 0 else ""
        return WorkerDied(
            f"It crashed the program that reads it{how}.",
            hint="Nothing else is harmed. Open it in another program and save it anew.",
        )

    def kill(self) -> None:
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._pipe.close()


def _too_long(seconds: float) -> WorkerTimeout:
    return WorkerTimeout(
        f"It took longer than its limit of {seconds:g} seconds and was stopped.",
        hint="Open it in another program and save it anew.",
    )


def _too_big() -> WorkerMemory:
    return WorkerMemory(
        "It needs more memory than is allowed for one file and was stopped.",
        hint="Open it in another program and look whether it is as large as it should be.",
    )
