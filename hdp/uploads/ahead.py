"""What is stored of the items of a batch, read many at a time and shortly before it is used."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from hdp.project.known import Known, read_many
from hdp.project.project import Project

_TOGETHER = 200


class Ahead:
    """Reads the next items of a batch in one go when one of them is asked for.

    Each is given once: who asks again reads anew, and so sees what was changed meanwhile.
    """

    def __init__(self, project: Project, env: str, item_ids: Sequence[int]) -> None:
        self._project, self._env = project, env
        self._order = {item_id: place for place, item_id in enumerate(item_ids)}
        self._ids = list(item_ids)
        self._given: set[int] = set()
        self._ready: dict[int, Known] = {}
        self._lock = threading.Lock()

    def take(self, item_id: int) -> Known | None:
        """What is stored of an item; None where it is no part of the batch, or was given."""
        with self._lock:
            if item_id not in self._order or item_id in self._given:
                return None
            self._given.add(item_id)
            if item_id not in self._ready:
                self._read(self._order[item_id])
            return self._ready.pop(item_id, None)

    def _read(self, start: int) -> None:
        wanted = [
            one for one in self._ids[start : start + _TOGETHER]
            if one not in self._ready and (one not in self._given or one == self._ids[start])
        ]  # fmt: skip
        self._ready |= self._project.read(lambda c: read_many(c, wanted, self._env))
