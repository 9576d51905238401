"""A thread that components run in, which is left behind where one of them does not come back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

from hdp.pipelines.calls import Call, Tell, failure, named, perform
from hdp.sdk import Cancelled, Component, HdpError, Http, Result

# How long a component may take to notice that it was cancelled, or that its time is up.
GRACE = 3.0
_POLL_S = 0.1


@dataclass
class _Ticket:
    work: Callable[[], Result]
    done: threading.Event = field(default_factory=threading.Event)
    result: Result | None = None
    error: BaseException | None = None


class Thread:
    """One thread and the components that were opened in it."""

    def __init__(self) -> None:
        self._opened: dict[str, Component[Any]] = {}
        self._queue: SimpleQueue[_Ticket | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self.is_lost = False

    def run(
        self, kind: type[Component[Any]], call: Call, *, http: Http, tell: Tell,
        cancelled: Callable[[], bool], log: logging.Logger,
    ) -> Result:  # fmt: skip
        """The call's result; a component past its limit is cancelled, and then left behind."""
        over = threading.Event()

        def say(done: int, total: int | None, message: str) -> None:
            if not over.is_set():
                tell(done, total, message)

        def work() -> Result:
            return perform(
                self._component(kind, call), call, http=http, tell=say,
                is_cancelled=lambda: over.is_set() or cancelled(), log=log,
            )  # fmt: skip

        ticket = _Ticket(work)
        self._start()
        self._queue.put(ticket)
        try:
            self._wait(ticket, call, cancelled)
        finally:
            over.set()
        if ticket.error is not None:
            raise ticket.error
        assert ticket.result is not None  # a ticket that is done has one or the other
        return ticket.result

    def _wait(self, ticket: _Ticket, call: Call, cancelled: Callable[[], bool]) -> None:
        asked: float | None = None
        deadline = time.monotonic() + call.timeout if call.timeout else None
        while not ticket.done.wait(_POLL_S):
            now = time.monotonic()
            if deadline is not None and now > deadline + GRACE:
                self.is_lost = True
                text = f"it took longer than its limit of {call.timeout:g} seconds"
                raise failure(
                    call, f"{text} and does not react; it was left behind.", "step-timeout",
                    "Give the step a longer `timeout:`. What it still does is thrown away.",
                )  # fmt: skip
            if asked is None and is_true(cancelled):
                asked = now
            if asked is not None and now - asked > GRACE:
                self.is_lost = True
                raise Cancelled("The run was cancelled.")

    def _component(self, kind: type[Component[Any]], call: Call) -> Component[Any]:
        if call.component not in self._opened:
            self._opened[call.component] = _open(kind, call)
        return self._opened[call.component]

    def _start(self) -> None:
        if self._thread is None:
            # A daemon: HDP must be able to end though a component hangs.
            self._thread = threading.Thread(target=self._serve, name="component", daemon=True)
            self._thread.start()

    def _serve(self) -> None:
        while (ticket := self._queue.get()) is not None:
            try:
                ticket.result = ticket.work()
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                ticket.error = error
            ticket.done.set()

    def close(self, log: logging.Logger) -> None:
        """Let components close what they opened; one that hangs is not touched any more."""
        if self.is_lost:
            return
        for one in self._opened.values():
            try:
                one.close()
            except Exception as error:  # noqa: BLE001 - the work is done; a bad end changes nothing
                log.warning("%s did not close: %s", one.id, error)
        self._opened.clear()
        self._queue.put(None)


def _open(kind: type[Component[Any]], call: Call) -> Component[Any]:
    try:
        component = kind()
        component.open()
    except HdpError as error:
        raise named(error, call) from error
    except (Exception, SystemExit) as error:
        raise failure(call, f"it cannot start: {error}.", "component-failed") from error
    return component


def is_true(cancelled: Callable[[], bool]) -> bool:
    """Whether it was cancelled, for those who say so and those who raise it."""
    try:
        return cancelled()
    except Cancelled:
        return True
