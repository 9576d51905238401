"""Events: what happened, told after it was committed, kept for a short while."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar


def now() -> str:
    """This moment as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Event:
    """Base of all events; `seq` is given by the bus."""

    type: ClassVar[str] = "event"
    seq: int = field(default=0, kw_only=True)
    at: str = field(default_factory=now, kw_only=True)


@dataclass(frozen=True)
class JobChanged(Event):
    """A job's state or progress changed; at most five a second, the last one always."""

    type: ClassVar[str] = "job"
    job: Mapping[str, Any]


@dataclass(frozen=True)
class TaskFinished(Event):
    """One task of a job changed its state or moved on."""

    type: ClassVar[str] = "task"
    job_id: int
    task: Mapping[str, Any]


@dataclass(frozen=True)
class Changed(Event):
    """Something in the project changed; whoever shows it should fetch it again."""

    type: ClassVar[str] = "changed"
    kinds: Sequence[str]
    ids: Sequence[int] | None = None
    by: str = ""


@dataclass(frozen=True)
class PreviewChanged(Event):
    """A preview of a folder moved on; at most four a second, the last one always."""

    type: ClassVar[str] = "preview"
    preview: Mapping[str, Any]


@dataclass(frozen=True)
class Dropped(Event):
    """Files or folders were dropped on the window, which alone knows where they lie."""

    type: ClassVar[str] = "dropped"
    paths: Sequence[str]


@dataclass(frozen=True)
class Asked(Event):
    """HDP was started once more, with a project file: the window that is open is to show it."""

    type: ClassVar[str] = "asked"
    path: str


@dataclass(frozen=True)
class Said(Event):
    """A line for the log."""

    type: ClassVar[str] = "said"
    level: str
    message: str


@dataclass(frozen=True)
class Reset(Event):
    """Too much was missed, or another project is open: fetch everything again."""

    type: ClassVar[str] = "reset"


class Bus:
    """Hands events to listeners in order, and remembers the latest for who comes late."""

    def __init__(self, memory: int = 2000) -> None:
        self._events: deque[Event] = deque(maxlen=memory)
        self._listeners: list[Callable[[Event], None]] = []
        self._changed = threading.Condition()
        self._seq = 0

    @property
    def seq(self) -> int:
        """The number of the latest event."""
        return self._seq

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` for each event from now on; returns how to stop it."""
        with self._changed:
            self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, event: Event) -> None:
        """Number the event, keep it and tell everybody."""
        with self._changed:
            self._seq += 1
            object.__setattr__(event, "seq", self._seq)
            self._events.append(event)
            listeners = list(self._listeners)
            self._changed.notify_all()
        for listener in listeners:
            listener(event)

    def since(self, after: int) -> list[Event]:
        """The events after number `after`; a single Reset where some are forgotten."""
        with self._changed:
            if after > self._seq or (self._events and after < self._events[0].seq - 1):
                return [Reset(seq=self._seq)]
            return [event for event in self._events if event.seq > after]

    def wake(self) -> None:
        """Let everybody who follows look at once whether it is closing."""
        with self._changed:
            self._changed.notify_all()

    def follow(self, after: int, closing: threading.Event) -> Iterator[list[Event]]:
        """Batches of events after `after`, an empty one every few seconds, until `closing`."""
        while not closing.is_set():
            events = self.since(after)
            if not events:
                with self._changed:
                    self._changed.wait(timeout=1.0)
                events = self.since(after)
            if events:
                after = events[-1].seq
            yield events
