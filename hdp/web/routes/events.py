"""The event stream: one for each window."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict

from bottle import HTTPResponse, request

from hdp.events import Bus, Event
from hdp.web.api import Api, Ask, json_answer

MOST_STREAMS = 16  # each holds one of the server's threads


def add(api: Api) -> None:
    """Make the route known."""
    places = threading.BoundedSemaphore(MOST_STREAMS)

    def events(ask: Ask) -> HTTPResponse:
        after = ask.integer("after", 0)
        if not places.acquire(blocking=False):
            return json_answer({"error": _FULL}, 503)
        stream = Stream(api.page.bus, after, request.environ["hdp.closing"], places)
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        return HTTPResponse(stream, 200, headers)

    api.get("/events", events)


_FULL = {
    "code": "too-many-windows",
    "message": "Too many windows show this page.",
    "hint": "Close some of them.",
    "where": {}, "args": {}, "findings": [],
}  # fmt: skip


class Stream:
    """Events as lines of text until the window or the server closes; then its place is free."""

    def __init__(
        self, bus: Bus, after: int, closing: threading.Event, places: threading.Semaphore
    ) -> None:
        self._lines = _lines(bus, after, closing)
        self._places = places
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        return self._lines

    def close(self) -> None:
        """Called by the server at the end, however it came."""
        if self._open:
            self._open = False
            self._places.release()


def _lines(bus: Bus, after: int, closing: threading.Event) -> Iterator[bytes]:
    yield b": here\n\n"
    for events in bus.follow(after, closing):
        # a comment now and then: only by writing is a window noticed that has gone
        yield b"".join(map(_message, events)) or b": still here\n\n"


def _message(event: Event) -> bytes:
    data = json.dumps({"type": event.type, **asdict(event)}, ensure_ascii=False, default=str)
    return f"id: {event.seq}\ndata: {data}\n\n".encode()
