"""Where calls run: in this thread, or in a process that may die alone."""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from hdp.pipelines.calls import Call, Tell, failure, named, perform
from hdp.pipelines.worker import serve
from hdp.sdk import Cancelled, Component, ComponentError, Finding, HdpError, Http, Result

# How long a component may take to notice that it was cancelled.
GRACE = 3.0


class Executor:
    """Runs the calls of one run; close it at the end."""

    def __init__(self, *, http: Http, cancelled: Callable[[], bool], log: logging.Logger) -> None:
        self._http = http
        self._cancelled = cancelled
        self._log = log
        self._opened: dict[str, Component[Any]] = {}
        self._worker: Worker | None = None

    def run(self, kind: type[Component[Any]], call: Call, tell: Tell) -> Result:
        """The call's result; every failure is an HdpError."""
        if kind.isolation == "process":
            return self._run_in_worker(call, tell)
        component = self._opened.get(call.component) or self._open(kind, call)
        return perform(
            component, call, http=self._http, tell=tell, is_cancelled=self._cancelled, log=self._log
        )

    def _open(self, kind: type[Component[Any]], call: Call) -> Component[Any]:
        try:
            component = kind()
            component.open()
        except HdpError as error:
            raise named(error, call) from error
        except Exception as error:
            raise failure(call, f"it cannot start: {error}.", "component-failed") from error
        self._opened[call.component] = component
        return component

    def _run_in_worker(self, call: Call, tell: Tell) -> Result:
        if self._worker is None:
            self._worker = Worker()
        try:
            return self._worker.run(call, _sendable(self._http), tell, self._cancelled)
        finally:
            if not self._worker.is_alive():
                self._worker.kill()
                self._worker = None

    def close(self) -> None:
        """Let components close what they opened, and end the worker."""
        for one in self._opened.values():
            try:
                one.close()
            except Exception as error:  # noqa: BLE001 - the work is done; a bad end changes nothing
                self._log.warning("%s did not close: %s", one.id, error)
        if self._worker is not None:
            self._worker.stop()


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
        return self._process.is_alive() and not self._pipe.closed

    def run(
        self, call: Call, http: Http | None, tell: Tell, cancelled: Callable[[], bool]
    ) -> Result:
        """Send the call and wait; a crash or the time limit ends the worker and the call only."""
        deadline = time.monotonic() + call.timeout if call.timeout else None
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
        while not self._pipe.poll(0.1):
            now = time.monotonic()
            if deadline is not None and now > deadline:
                self.kill()
                text = f"it took longer than its limit of {call.timeout:g} seconds."
                raise failure(call, text, "step-timeout", "Give the step a longer `timeout:`.")
            if asked is None and _is_true(cancelled):
                self._flag.set()
                asked = now
            if asked is not None and now - asked > GRACE:
                self.kill()
                raise Cancelled("The run was cancelled.")
        answer: tuple[str, Any] = pickle.loads(_receive(self._pipe))
        return answer

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


def _is_true(cancelled: Callable[[], bool]) -> bool:
    try:
        return cancelled()
    except Cancelled:
        return True


def _receive(pipe: Connection) -> bytes:
    return pipe.recv_bytes()


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
