"""What was prepared in one environment, used in another: what is taken, what stays, and why."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdp.pipelines.patches import apply_patches, evidence_of
from hdp.pipelines.results import Patch
from hdp.project.deposits import Deposit, DepositFile
from hdp.project.overrides import ByHand
from hdp.project.runs import Run
from hdp.uploads.strangers import GONE, Strangers

# Each repository has its own of these.
BOUND = ("communities", "grants", "doi")
_DATE = "publication_date"
Fields = dict[str, Any]


@dataclass(frozen=True)
class There:
    """What another environment holds of an item.

    `only` are the fields that were set by hand for that environment alone, `strangers` the DOIs
    and addresses that mean nothing outside it.
    """

    deposit: Deposit
    files: Sequence[DepositFile]
    only: Collection[str]
    strangers: Strangers


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


def take(there: There, here: Taken, hand: ByHand, known: Collection[str]) -> Taken:
    """The fields of an item here with those of another environment in their place.

    What people set or locked here stays, and so does what belongs to one environment; `known`
    are the fields that this environment's target has.
    """
    found = _Taking(there, here, hand, known)
    for name in dict.fromkeys([*here.fields, *there.deposit.metadata]):
        found.look_at(name)
    return Taken(found.fields, found.origins, found.differences, found.names)


class _Taking:
    def __init__(self, there: There, here: Taken, hand: ByHand, known: Collection[str]) -> None:
        self.there, self.hand, self.known = there, hand, known
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
        _put(self.fields, name, value)

    def _why(self, name: str, origin: Mapping[str, Any], fit: Any) -> str:
        """Why the value from there is not for here, as a sentence; "" where it is taken."""
        if name not in self.known:
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


def _put(fields: Fields, name: str, value: Any) -> None:
    if value in (None, "", [], {}):
        fields.pop(name, None)
    else:
        fields[name] = value


def plain(value: Any) -> Any:
    """The value as the project file would give it back."""
    return json.loads(json.dumps(value))


def with_kept(
    fields: Mapping[str, Any], origins: Mapping[str, Any], deposit: Deposit | None,
    hand: ByHand, done: Sequence[Run], given_back: Collection[str] = (),
) -> Taken:  # fmt: skip
    """Fields and origins with what the deposit has from another environment.

    It stays until somebody sets the field by hand, gives it back, or a pipeline that ran later
    changes it.
    """
    after, told = dict(fields), dict(origins)
    if deposit is None:
        return Taken(after, told)
    gone = {*hand.values, *given_back}
    names = [name for name in kept_names(deposit) if name not in gone]
    for name in names:
        _put(after, name, deposit.metadata.get(name))
        told[name] = deposit.origins[name]
    for run in done if names else ():
        if (run.finished or "") > deposit.prepared:
            _run_over(run, after, told, set(names), hand)
    for name, origin in deposit.origins.items():
        # The mapping says the same: it still came from there.
        same = name in told and plain(after.get(name)) == deposit.metadata.get(name)
        if same and name not in gone and "env" in origin:
            told[name] = origin
    return Taken(after, told, names=names)


def kept_names(deposit: Deposit | None) -> list[str]:
    """The fields whose value came from another environment and was another one here."""
    origins = deposit.origins if deposit is not None else {}
    return [one for one, origin in origins.items() if isinstance(origin, dict) and "kept" in origin]


def _run_over(run: Run, fields: Fields, origins: Fields, names: set[str], hand: ByHand) -> None:
    patches = [Patch(**one) for one in run.metadata]
    patches = [one for one in patches if one.field.partition(".")[0] in names]
    for name, value in apply_patches(fields, patches, hand.locks).items():
        if value != fields.get(name):
            fields[name] = value
            told = evidence_of(patches, name)
            origins[name] = {"rule": "pipeline", "pipeline": run.pipeline, **told}


def give_back(deposit: Deposit, names: Iterable[str]) -> Fields | None:
    """The deposit's origins once these fields are the mapping's again; None where all were."""
    back = set(names) & set(kept_names(deposit))
    if not back:
        return None
    return {
        name: {key: one for key, one in origin.items() if key != "kept"} if name in back else origin
        for name, origin in deposit.origins.items()
    }


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
