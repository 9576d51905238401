"""Where calls run: in a thread, or in a process that may die alone; kept for the next item."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import threading
import time
from collections.abc import Callable
from typing import Any

from hdp.pipelines.calls import Call, Tell, failure
from hdp.pipelines.guests import Guest
from hdp.pipelines.limits import resident_bytes
from hdp.pipelines.threads import GRACE, Thread, is_true
from hdp.pipelines.worker import serve
from hdp.sdk import Cancelled, Component, ComponentError, Finding, HdpError, Http, Result

_POLL_S = 0.1
_MB = 1 << 20


class Pool:
    """Threads and processes that wait for the next run, `size` of each at most; close it.

    Components stay open in them: a model is loaded once, not once for each item.
    """

    def __init__(self, size: int | None = None, *, log: logging.Logger | None = None) -> None:
        self._size = size or max(1, min(4, os.cpu_count() or 1))
        self._log = log or logging.getLogger(__name__)
        self._lock = threading.Lock()
        self._threads: list[Thread] = []
        self._workers: list[Worker] = []
        self._guests: list[Guest] = []
        self._is_closed = False
        # What components said of this computer: it does not change from item to item.
        self.checked: dict[str, list[Finding]] = {}

    def thread(self) -> Thread:
        """A thread for one run; give it back."""
        with self._lock:
            return self._threads.pop() if self._threads else Thread()

    def worker(self) -> Worker:
        """A living process for one run; give it back."""
        with self._lock:
            while self._workers:
                one = self._workers.pop()
                if one.is_alive():
                    return one
                one.kill()
        return Worker()

    def guest(self, python: str) -> Guest:
        """A living process of an environment for one run; give it back."""
        with self._lock:
            waiting = [one for one in self._guests if one.python == python and one.is_alive()]
            if waiting:
                self._guests.remove(waiting[0])
                return waiting[0]
        return Guest(python)

    def give_guest(self, one: Guest) -> None:
        """Keep it for the next run, or end it."""
        with self._lock:
            usable = one.is_alive() and not self._is_closed
            if usable and len(self._guests) < self._size:
                self._guests.append(one)
                return
        one.stop()

    def give_thread(self, one: Thread) -> None:
        """Keep it for the next run, or end it."""
        with self._lock:
            if not (one.is_lost or self._is_closed or len(self._threads) >= self._size):
                self._threads.append(one)
                return
        one.close(self._log)

    def give_worker(self, one: Worker) -> None:
        """Keep it for the next run, or end it."""
        with self._lock:
            usable = one.is_alive() and not self._is_closed
            if usable and len(self._workers) < self._size:
                self._workers.append(one)
                return
        one.stop()

    def close(self) -> None:
        """End all that wait; those at work end when they are given back."""
        with self._lock:
            self._is_closed = True
            threads, self._threads = self._threads, []
            workers, self._workers = self._workers, []
            guests, self._guests = self._guests, []
        for thread in threads:
            thread.close(self._log)
        for worker in workers:
            worker.stop()
        for guest in guests:
            guest.stop()


class Executor:
    """Runs the calls of one run; close it at the end."""

    def __init__(
        self, *, http: Http, cancelled: Callable[[], bool], log: logging.Logger,
        pool: Pool | None = None,
    ) -> None:  # fmt: skip
        self._http = http
        self._cancelled = cancelled
        self._log = log
        self._own = Pool(log=log) if pool is None else None
        self._pool = pool or self._own or Pool(log=log)
        self.checked = self._pool.checked
        self._thread: Thread | None = None
        self._worker: Worker | None = None
        self._guests: dict[str, Guest] = {}

    def run(self, kind: type[Component[Any]], call: Call, tell: Tell) -> Result:
        """The call's result; every failure is an HdpError."""
        if kind.isolation == "process":
            return self._run_in_worker(call, tell)
        if kind.isolation == "environment":
            return self._run_in_guest(call, tell)
        if self._thread is None or self._thread.is_lost:
            self._thread = self._pool.thread()
        return self._thread.run(
            kind, call, http=self._http, tell=tell, cancelled=self._cancelled, log=self._log
        )

    def _run_in_worker(self, call: Call, tell: Tell) -> Result:
        if self._worker is None or not self._worker.is_alive():
            self._drop_worker()
            self._worker = self._pool.worker()
        try:
            return self._worker.run(call, _sendable(self._http), tell, self._cancelled)
        finally:
            if not self._worker.is_alive():
                self._drop_worker()

    def _run_in_guest(self, call: Call, tell: Tell) -> Result:
        python = call.origin.python
        there = self._guests.get(python)
        if there is None or not there.is_alive():
            try:
                there = self._guests[python] = self._pool.guest(python)
            except OSError as error:
                raise failure(
                    call, f"its environment cannot be used ({error.strerror}).",
                    "environment-missing", f"Make it: hdp plugin environment {call.origin.plugin}",
                ) from None  # fmt: skip
        return there.run(call, tell, self._cancelled)

    def _drop_worker(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def close(self) -> None:
        """Give back the thread and the process."""
        if self._thread is not None:
            self._pool.give_thread(self._thread)
        if self._worker is not None:
            self._pool.give_worker(self._worker)
        self._thread = self._worker = None
        for one in self._guests.values():
            self._pool.give_guest(one)
        self._guests = {}
        if self._own is not None:
            self._own.close()


def _sendable(http: Http) -> Http | None:
    try:
        pickle.dumps(http)
    except Exception:  # noqa: BLE001 - pickling raises whatever the objects inside raise
        return None
    return http


class Worker:
    """One child process; after a crash or a kill it is not used again."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # fork hangs after some native libraries ran
        self._pipe, theirs = context.Pipe()
        self._flag = context.Event()
        self._process = context.Process(target=serve, args=(theirs, self._flag), daemon=True)
        self._process.start()
        theirs.close()

    def is_alive(self) -> bool:
        """Whether it can take another call."""
        return not self._pipe.closed and self._process.is_alive()

    def run(
        self, call: Call, http: Http | None, tell: Tell, cancelled: Callable[[], bool]
    ) -> Result:
        """Send the call and wait; a crash or a limit ends the worker and the call only."""
        deadline = time.monotonic() + call.timeout if call.timeout else None
        self._flag.clear()
        try:
            self._pipe.send_bytes(pickle.dumps((call, http)))
            while True:
                kind, value = self._next(call, deadline, cancelled)
                if kind == "progress":
                    tell(*value)
                elif kind == "done":
                    return _as_result(value)
                else:
                    raise _as_error(*value)
        except (EOFError, OSError, pickle.UnpicklingError):
            self._process.join(GRACE)
            raise failure(
                call,
                f"it stopped unexpectedly{_how(self._process.exitcode)}.",
                "component-crashed",
                "Nothing else is harmed. Check the file, or leave it out.",
            ) from None

    def _next(
        self, call: Call, deadline: float | None, cancelled: Callable[[], bool]
    ) -> tuple[str, Any]:
        asked: float | None = None
        while not self._pipe.poll(_POLL_S):
            now = time.monotonic()
            if deadline is not None and now > deadline:
                self.kill()
                text = f"it took longer than its limit of {call.timeout:g} seconds."
                raise failure(call, text, "step-timeout", "Give the step a longer `timeout:`.")
            self._check_memory(call)
            if asked is None and is_true(cancelled):
                self._flag.set()
                asked = now
            if asked is not None and now - asked > GRACE:
                self.kill()
                raise Cancelled("The run was cancelled.")
        answer: tuple[str, Any] = pickle.loads(self._pipe.recv_bytes())
        return answer

    def _check_memory(self, call: Call) -> None:
        if not call.memory or resident_bytes(self._process.pid or 0) <= call.memory:
            return
        self.kill()
        raise failure(
            call,
            f"it needed more memory than its limit of {call.memory // _MB} MB.",
            "step-memory",
            "Give the step more with `memory:` (in MB), or leave the file out.",
        )

    def stop(self) -> None:
        """End it in order, and by force where that takes too long."""
        try:
            self._pipe.send_bytes(pickle.dumps(None))
            self._process.join(GRACE)
        except OSError:
            pass  # it is gone already
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._pipe.close()


def _how(exitcode: int | None) -> str:
    return f" (signal {-exitcode})" if exitcode is not None and exitcode < 0 else ""


def _as_result(value: Any) -> Result:
    if not isinstance(value, Result):
        raise ComponentError("The component gave back no Result.")
    return value


def _as_error(kind: str, data: dict[str, Any]) -> HdpError:
    error = Cancelled if kind == Cancelled.code else ComponentError
    return error(
        data["message"],
        code=data["code"],
        hint=data["hint"],
        where=data["where"],
        values=data["args"],
        findings=[Finding(**one) for one in data["findings"]],
    )
