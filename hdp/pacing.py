"""The pace for each host: as fast as it allows, and never a request that it would refuse."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 300.0
_A_MOMENT_S = 0.004
Pause = Callable[[float], None]
_PAUSE: ContextVar[Pause] = ContextVar("pause", default=time.sleep)


@dataclass
class _Window:
    """What a host still allows until a moment: `closes` by our clock, `reset` by the host's."""

    reset: float
    left: int
    closes: float


class Limiter:
    """The pace for one host: at most `at_once` verbs, and none of their requests too many.

    A request begins only where the host has room for it and for all that are under way. The
    host tells when its window ends in whole seconds, up to two late; but a window begins with
    a request. Of one that began with ours, the length is known, and none ends later than that
    after any of its answers. Where a window was used up, one request goes alone after it and
    opens the next; where it was not, nobody has to wait.
    """

    def __init__(self, at_once: int = 6, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.at_once = at_once
        self._slots = threading.BoundedSemaphore(at_once)
        self._clock = clock
        self._lock = threading.Lock()
        self._until = 0.0
        self._ahead: float | None = None  # the host's clock less ours
        self._windows: dict[int, _Window] = {}  # by their limit: a host may have several
        self._lengths: dict[int, float] = {}  # seconds, by limit; where a whole one was seen
        self._under_way = 0
        self._alone = False

    def heed(self, _status: int, headers: Mapping[str, str]) -> None:
        """Hear an answer's X-RateLimit headers; the client calls this after each answer."""
        try:
            limit = int(headers.get("X-RateLimit-Limit", "0"))
            left = int(headers["X-RateLimit-Remaining"])
            reset, date = float(headers["X-RateLimit-Reset"]), _date(headers)
        except (KeyError, ValueError, TypeError, IndexError):
            return
        with self._lock:
            now, known = self._clock(), self._windows.get(limit)
            if left == limit - 1:
                seen = self._lengths.get(limit, 0.0)
                self._lengths[limit] = max(seen, _length(reset, date, headers))
            latest = now + self._lengths.get(limit, LONGEST_WAIT)  # it has begun already
            if known is not None and known.reset == reset:
                known.left = min(known.left, left)  # answers overtake each other
                known.closes = min(known.closes, latest)
            elif known is None or reset > known.reset:
                told = now + min(max(0.0, reset - self._host_time(date)), LONGEST_WAIT)
                self._windows[limit] = _Window(reset, left, min(told, latest))

    def _host_time(self, date: float) -> float:
        """The host's clock now; its Date is cut to seconds, so the one furthest ahead is best."""
        ahead = date - self._clock()
        # One far behind that is a clock which was put right.
        if self._ahead is None or not -2 < ahead - self._ahead <= 0:
            self._ahead = ahead
        return self._clock() + self._ahead

    def hold(self, seconds: float) -> None:
        """Let nobody begin a request for so long (at most five minutes)."""
        with self._lock:
            self._until = max(self._until, self._clock() + min(seconds, LONGEST_WAIT))

    def left(self) -> float:
        """Seconds until a request may begin; 0 too where only an answer is waited for."""
        with self._lock:
            full = [one.closes for one in self._windows.values() if one.left <= 0]
            return max(0.0, max([self._until, *full]) - self._clock())

    @contextmanager
    def slot(self, pause: Pause) -> Iterator[None]:
        """Take part in the pace; `pause` waits and may raise Cancelled."""
        while not self._slots.acquire(timeout=0.2):
            pause(0)
        try:
            while seconds := self.left():
                pause(seconds)
            token = _PAUSE.set(pause)
            try:
                yield
            finally:
                _PAUSE.reset(token)
        finally:
            self._slots.release()

    @contextmanager
    def request(self) -> Iterator[None]:
        """Send one request, and hear its answer; waits as the slot says until there is room."""
        pause = _PAUSE.get()
        while (alone := self._begin()) is None:
            pause(self.left() or _A_MOMENT_S)
        try:
            yield
        except BaseException:
            self._count_lost()
            raise
        finally:
            with self._lock:
                self._under_way -= 1
                if alone:
                    self._alone = False

    def _count_lost(self) -> None:
        """A request without an answer may have been counted by the host."""
        with self._lock:
            for one in self._windows.values():
                one.left -= 1

    def _begin(self) -> bool | None:
        """Whether the caller goes alone, to open the next window; None where it must wait."""
        with self._lock:
            now = self._clock()
            if self._alone or self._until > now:
                return None
            # One that ended with room left gives it still: the host has it now, or a new window.
            used_up = {k: one for k, one in self._windows.items() if one.left <= self._under_way}
            if used_up and (self._under_way or any(one.closes > now for one in used_up.values())):
                return None
            for limit in used_up:
                del self._windows[limit]
            self._under_way += 1
            self._alone = bool(used_up)
            return self._alone


def _length(reset: float, date: float, headers: Mapping[str, str]) -> float:
    """Seconds of a window that has just begun: its end is told cut to seconds, and one more."""
    after = headers.get("Retry-After", "")
    return max(reset - 1 - date, float(after) if after.isdecimal() else 0.0)


def _date(headers: Mapping[str, str]) -> float:
    date = headers.get("Date")
    return parsedate_to_datetime(date).timestamp() if date else time.time()


class Limits:
    """The limiters by host, shared by all that talk to the same one."""

    def __init__(self, at_once: int = 6) -> None:
        self._at_once = at_once
        self._lock = threading.Lock()
        self._by_host: dict[str, Limiter] = {}

    def of(self, host: str) -> Limiter:
        """The limiter of a host, made when first asked for."""
        with self._lock:
            return self._by_host.setdefault(host, Limiter(self._at_once))
