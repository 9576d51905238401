"""DOIs and addresses of a place for trying out, which mean nothing anywhere else."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

TEST_PREFIX = "10.5072/"  # registered for tests: such a DOI leads nowhere
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"'<>]+")
GONE = object()  # stands for a value of which nothing is left


@dataclass(frozen=True)
class Strangers:
    """What of one environment must not come along into another.

    `dois` in small letters; `host` is the environment's, "" where its addresses may be named.
    """

    dois: Collection[str] = ()
    host: str = ""

    def without(self, value: Any) -> Any:
        """The value without list entries that name a stranger; GONE where it is one as a whole."""
        if isinstance(value, list):
            kept = [one for one in value if not self._names_one(one)]
            return kept if kept or not value else GONE
        return GONE if self._names_one(value) else value

    def _names_one(self, value: Any) -> bool:
        if isinstance(value, Mapping):
            return any(self._names_one(one) for one in value.values())
        if isinstance(value, list):
            return any(self._names_one(one) for one in value)
        return isinstance(value, str) and self._is_named_in(value.casefold())

    def _is_named_in(self, text: str) -> bool:
        if TEST_PREFIX in text or (self.host and self.host in text):
            return True
        return any(one.rstrip(".,;:)]}") in self.dois for one in _DOI.findall(text))
