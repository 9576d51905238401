"""Counts requests in a window of time, for the headers and, when asked, for real refusals."""

from __future__ import annotations

import re
import threading
import time

from hdp.sdk.errors import UsageError

_GENEROUS = 1_000_000
_NAMES = {1: "1 second", 60: "1 minute", 3600: "1 hour"}


class Limiter:
    """Allows `limit` requests in each window of `seconds`; without a rate it only counts."""

    def __init__(self, rate: str | float | None) -> None:
        self.enforced = rate is not None
        self.limit, self.seconds = (_GENEROUS, 60) if rate is None else parse_rate(rate)
        self._lock = threading.Lock()
        self._ends = 0.0
        self._used = 0

    def take(self) -> tuple[bool, dict[str, str]]:
        """Whether this request may pass, and the headers that go with its answer."""
        with self._lock:
            present = time.time()
            if present >= self._ends:
                self._ends, self._used = present + self.seconds, 0
            allowed = self._used < self.limit
            self._used += 1 if allowed else 0
            left = max(1, round(self._ends - present))
            return allowed, {
                "X-RateLimit-Limit": str(self.limit),
                "X-RateLimit-Remaining": str(self.limit - self._used),
                "X-RateLimit-Reset": str(int(self._ends) + 1),
                "Retry-After": str(left),
            }

    @property
    def sentence(self) -> str:
        """The message of the 429, such as `133 per 1 minute`."""
        return f"{self.limit} per {_NAMES.get(self.seconds, f'{self.seconds} second')}"


def limiters(rate: str | float | None) -> tuple[Limiter, Limiter]:
    """For all requests, and for searching the public records; `zenodo` means as it does."""
    if rate == "zenodo":
        return Limiter("133/60"), Limiter("30/60")
    general = Limiter(rate)
    return general, general


def parse_rate(rate: str | float) -> tuple[int, int]:
    """`N/S` as N requests in S seconds; a number alone means that many in a second."""
    match = re.fullmatch(r"(\d+)(?:\.0+)?(?:/(\d+))?", str(rate).strip())
    if not match or int(match[1]) < 1 or int(match[2] or 1) < 1:
        raise UsageError(
            f"“{rate}” is no rate.",
            hint="Write N/S: N requests in S seconds, such as 133/60; or zenodo.",
        )
    return int(match[1]), int(match[2] or 1)
