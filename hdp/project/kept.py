"""What was read of a project file and still holds."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Query = Callable[[sqlite3.Connection], T]


class Kept(Generic[T]):
    """Lists of the environments of one project file, read again only after a change.

    `version` is another one after each change, whoever made it.
    """

    def __init__(
        self, version: Callable[[], int], query: Callable[[sqlite3.Connection, str], T]
    ) -> None:
        self._version, self._query = version, query
        self._kept: dict[str, tuple[int, T]] = {}
        self._lock = threading.Lock()

    def get(self, env: str, read: Callable[[Query[T]], T]) -> T:
        """What the query gives now; whoever gets it does not change it."""
        with self._lock:  # several windows that ask at once are answered by one reading
            now = self._version()  # before reading: what changes meanwhile is read next time
            kept = self._kept.get(env)
            if kept is not None and kept[0] == now:
                return kept[1]
            found = read(lambda connection: self._query(connection, env))
            self._kept[env] = (now, found)
        return found
