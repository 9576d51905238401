"""What was prepared in one environment, used in another: what is taken, what stays, and why."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdp.project.deposits import Deposit, DepositFile
from hdp.project.overrides import ByHand
from hdp.uploads.strangers import GONE, Strangers

# Each repository has its own of these.
BOUND = ("communities", "grants", "doi")
_DATE = "publication_date"
Fields = dict[str, Any]


@dataclass(frozen=True)
class There:
    """What another environment holds of an item.

    `only` are the fields that were set by hand for that environment alone, `strangers` the DOIs
    and addresses that mean nothing outside it, `known` the fields that the repository here has.
    """

    deposit: Deposit
    files: Sequence[DepositFile]
    only: Collection[str]
    strangers: Strangers
    known: Collection[str]


@dataclass(frozen=True)
class Reused:
    """A field that differs: its value here and there; `why` it stays, or "" where it is taken.

    `left` is how many entries of the list there stay behind.
    """

    field: str
    here: Any
    there: Any
    why: str = ""
    left: int = 0

    def to_json(self) -> dict[str, Any]:
        """As the page and the command line show it."""
        return {
            "field": self.field, "before": self.here, "after": self.there,
            "taken": not self.why, "why": self.why, "left": self.left,
        }  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """Fields and origins with what was taken from another environment, and what differs.

    `names` are the fields that are no longer the mapping's.
    """

    fields: Fields
    origins: Fields
    differences: Sequence[Reused] = ()
    names: Collection[str] = ()


def take(there: There, here: Taken, hand: ByHand) -> Taken:
    """The fields of an item here with those of another environment in their place.

    What people set or locked here stays, and so does what belongs to one environment.
    """
    found = _Taking(there, here, hand)
    for name in dict.fromkeys([*here.fields, *there.deposit.metadata]):
        found.look_at(name)
    return Taken(found.fields, found.origins, found.differences, found.names)


class _Taking:
    def __init__(self, there: There, here: Taken, hand: ByHand) -> None:
        self.there, self.hand = there, hand
        self.fields, self.origins = dict(here.fields), dict(here.origins)
        self.differences: list[Reused] = []
        self.names = set(here.names)

    def look_at(self, name: str) -> None:
        deposit = self.there.deposit
        here, value = plain(self.fields.get(name)), deposit.metadata.get(name)
        origin = dict(deposit.origins.get(name) or {"rule": "repository"})
        if _is_today(name, origin) and _is_today(name, self.origins.get(name)):
            return
        fit = self.there.strangers.without(value)
        why = self._why(name, origin, fit)
        if here == (value if why else fit):
            if not why and value is not None:
                self._tell_same(name, _from(origin, deposit.env))
            return
        left = 0 if why or not isinstance(value, list) else len(value) - len(fit)
        self.differences.append(Reused(name, here, value if why else fit, why, left))
        if not why:
            self._take(name, fit, _from(origin, deposit.env) | {"kept": True})

    def _tell_same(self, name: str, origin: Fields) -> None:
        """It came from there; where it is not the mapping's anyway, that stays so."""
        kept = {"kept": True} if "kept" in self.origins.get(name, {}) else {}
        self.origins[name] = origin | kept

    def _take(self, name: str, value: Any, origin: Fields) -> None:
        self.names.add(name)
        self.origins[name] = origin
        put(self.fields, name, value)

    def _why(self, name: str, origin: Mapping[str, Any], fit: Any) -> str:
        """Why the value from there is not for here, as a sentence; "" where it is taken."""
        if name not in self.there.known:
            return "This repository has no such field."
        if name in BOUND:
            return "Each repository has its own."
        if name in self.hand.locks:
            return "It is locked here."
        if name in self.hand.values:
            return "It is set by hand here."
        if name in self.there.only:
            return "It was set for that environment only."
        if _is_today(name, origin):
            return "It is the day of preparing."
        return "It names a record of that environment." if fit is GONE else ""


def _is_today(name: str, origin: Mapping[str, Any] | None) -> bool:
    return name == _DATE and (origin or {}).get("rule") == "default"


def _from(origin: Mapping[str, Any], env: str) -> Fields:
    """The origin of a value that came through another environment, the nearest one named."""
    return {name: value for name, value in origin.items() if name != "kept"} | {"env": env}


def put(fields: Fields, name: str, value: Any) -> None:
    """Set a field, or take it away where the value is empty."""
    if value in (None, "", [], {}):
        fields.pop(name, None)
    else:
        fields[name] = value


def plain(value: Any) -> Any:
    """The value as the project file would give it back."""
    return json.loads(json.dumps(value))


@dataclass(frozen=True)
class OtherFile:
    """A file that is not what the other environment's record holds: changed, new or gone."""

    name: str
    what: str


def compare_files(there: Sequence[DepositFile], here: Sequence[DepositFile]) -> list[OtherFile]:
    """How the files of a record here are others than there, by name and content."""
    then, now = {one.name: one for one in there}, {one.name: one for one in here}
    found = [OtherFile(name, "new") for name in now if name not in then]
    found += [OtherFile(name, "gone") for name in then if name not in now]
    found += [OtherFile(name, "changed") for name in now
              if name in then and _is_other(then[name], now[name])]  # fmt: skip
    return sorted(found, key=lambda one: one.name)


def _is_other(one: DepositFile, other: DepositFile) -> bool:
    # archives that are still to be made have no checksum yet
    return bool(one.sha256 and other.sha256 and one.sha256 != other.sha256)
