"""What a person grouped by hand; it stands above all rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hdp.sdk import UsageError


@dataclass(frozen=True)
class ByHand:
    """Files that belong together whatever the rules say.

    `groups`: relpath -> label, files of one label being one item; `keys`: label -> key as
    shown ("" or absent: the rules' key of its first file); `primaries`: relpaths that are
    primary in their item.
    """

    groups: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    primaries: frozenset[str] = frozenset()

    @classmethod
    def from_json(cls, data: Any) -> ByHand:
        """What `to_json` gave; UsageError where it has another shape."""
        if not isinstance(data, dict) or set(data) - {"groups", "keys", "primaries"}:
            raise _wrong()
        groups, keys = data.get("groups") or {}, data.get("keys") or {}
        primaries = data.get("primaries") or []
        if not (_texts(groups) and _texts(keys) and isinstance(primaries, list)):
            raise _wrong()
        if not all(isinstance(one, str) for one in primaries):
            raise _wrong()
        return cls(dict(groups), dict(keys), frozenset(primaries))

    def to_json(self) -> dict[str, Any]:
        """The groups as JSON, sorted."""
        return {
            "groups": dict(sorted(self.groups.items())),
            "keys": dict(sorted(self.keys.items())),
            "primaries": sorted(self.primaries),
        }


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(one, str) for pair in value.items() for one in pair
    )


def _wrong() -> UsageError:
    return UsageError(
        "“by_hand” must have the parts groups and keys (texts by text) and primaries (a list).",
        code="bad-request",
        hint="Group the files again.",
        where={"field": "by_hand"},
    )
