"""What came from another environment stays until it is set by hand, given back or run over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from hdp.pipelines.patches import apply_patches, evidence_of
from hdp.pipelines.results import Patch
from hdp.project.deposits import Deposit
from hdp.project.overrides import ByHand
from hdp.project.runs import Run
from hdp.uploads.reusing import Fields, Taken, plain, put


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
        put(after, name, deposit.metadata.get(name))
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
