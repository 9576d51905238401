"""Who works on what in this process: one at a time on a deposit, and on creates that are alike."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hdp.project.deposits import Deposit
from hdp.sdk import Conflict


class Busy:
    """Which deposits a session works on right now; their intents are not left-overs."""

    def __init__(self) -> None:
        self._ids: set[tuple[str, int]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def held(self, session: str, deposit: Deposit) -> Iterator[None]:
        """Be the only one at work on a deposit; Conflict where another thread is."""
        key = (session, deposit.id)
        with self._lock:
            if key in self._ids:
                raise busy(deposit)
            self._ids.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._ids.discard(key)

    def __contains__(self, key: tuple[str, int]) -> bool:
        with self._lock:
            return key in self._ids


class Alike:
    """Creates of equal metadata one after the other: a lost one is found only if it is alone.

    Looking for a lost one counts as a create: what another thread is just making must not be
    taken for it. Whoever holds it may hold it again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[tuple[str, str, str], tuple[threading.RLock, int]] = {}

    @contextmanager
    def held(self, session: str, deposit: Deposit) -> Iterator[None]:
        """Be the only one in this session who makes or looks for a draft of this metadata."""
        key = (session, deposit.env, json.dumps(deposit.metadata, sort_keys=True))
        with self._lock:
            lock, users = self._locks.get(key, (threading.RLock(), 0))
            self._locks[key] = (lock, users + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, users = self._locks[key]
                if users == 1:
                    del self._locks[key]
                else:
                    self._locks[key] = (lock, users - 1)


BUSY = Busy()
ALIKE = Alike()


def busy(deposit: Deposit) -> Conflict:
    """The error of a deposit that somebody else works on."""
    return Conflict(
        "Something else is being done to this record just now.",
        code="busy",
        hint="Look again in a moment.",
        where={"item": deposit.item_id},
    )
