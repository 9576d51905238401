"""The pace against a host in simulated time: never refused, and hardly slower than one who knows.

The host counts as Flask-Limiter does: a window begins with a request, and ends so long after.
"""

from __future__ import annotations

import heapq
import random
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from email.utils import format_datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.pacing import Limiter

LIMIT, LENGTH = 133, 3
WINDOWS = 14
AT_ONCE = 4
BEGIN = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp()


class Waits(Exception):
    """Somebody has to wait, so many seconds."""


def waits(seconds: float) -> None:
    raise Waits(seconds)


class Host:
    """Its clock is another than ours; tells what Zenodo tells."""

    def __init__(self, ahead: float) -> None:
        self.ahead, self.ends, self.used, self.refused = BEGIN + ahead, 0.0, 0, 0

    def has_room(self, now: float) -> bool:
        return now + self.ahead >= self.ends or self.used < LIMIT

    def answer(self, now: float) -> dict[str, str]:
        present = now + self.ahead
        if present >= self.ends:
            self.ends, self.used = present + LENGTH, 0
        if self.used < LIMIT:
            self.used += 1
        else:
            self.refused += 1
        return {
            "X-RateLimit-Limit": str(LIMIT), "X-RateLimit-Remaining": str(LIMIT - self.used),
            "X-RateLimit-Reset": str(int(self.ends) + 1),
            "Retry-After": str(max(1, round(self.ends - present))),
            "Date": format_datetime(datetime.fromtimestamp(int(present), UTC)),
        }  # fmt: skip


class Run:
    """Workers that send one request after another, as the limiter lets them, or as they may."""

    def __init__(self, seed: int, answer_s: float, work_s: float, *, knowing: bool) -> None:
        self.now, self.knowing, self.left = 0.0, knowing, LIMIT * WINDOWS
        self.chance = random.Random(seed)
        self.answer_s, self.work_s = answer_s, work_s
        self.host = Host(self.chance.random())
        self.limiter = Limiter(AT_ONCE, clock=lambda: self.now)
        self._events: list[tuple[float, int, str, object]] = []
        self._count = self.on_their_way = 0

    def after(self, seconds: float, what: str, more: object = None) -> None:
        self._count += 1
        heapq.heappush(self._events, (self.now + seconds, self._count, what, more))

    def last(self) -> float:
        """When the last answer was there."""
        with self.limiter.slot(waits):
            for _ in range(AT_ONCE):
                self.after(0, "try_to_send")
            while self._events:
                self.now, _, what, more = heapq.heappop(self._events)
                getattr(self, what)(more)
        return self.now

    def try_to_send(self, _: object) -> None:
        if not self.left:
            return
        request = self.limiter.request()
        try:
            if not self.knowing:
                request.__enter__()
            elif not self.host.has_room(self.now):
                raise Waits(0.001)
        except Waits as waiting:
            self.after(waiting.args[0], "try_to_send")
            return
        self.left -= 1
        way = self.some(self.answer_s)
        self.after(0 if self.knowing else way, "arrive", (request, way))

    def arrive(self, more: tuple[object, float]) -> None:
        request, way = more
        headers = self.host.answer(self.now)
        back = self.some(self.answer_s) + (way if self.knowing else 0)
        self.after(back, "hear", (request, headers))

    def hear(self, more: tuple[AbstractContextManager[None], dict[str, str]]) -> None:
        request, headers = more
        if not self.knowing:
            self.limiter.heed(200, headers)
            request.__exit__(None, None, None)
        gap = 0.7 if self.chance.random() < 0.004 else self.some(self.work_s)
        self.after(gap, "try_to_send")

    def some(self, seconds: float) -> float:
        return seconds * (0.5 + self.chance.random())


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 1 << 30), st.sampled_from([0.002, 0.01, 0.025]),
       st.sampled_from([0.0, 0.01, 0.04, 0.08]))  # fmt: skip
def test_nothing_is_refused_and_the_allowed_rate_is_used(seed, answer_s, work_s):
    run = Run(seed, answer_s, work_s, knowing=False)
    took = run.last()
    assert run.host.refused == 0
    best = Run(seed, answer_s, work_s, knowing=True).last()
    assert best / took >= 0.95
