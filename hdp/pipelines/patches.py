"""Metadata from steps: what the pipeline's policy allows, and how it is applied."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from hdp.pipelines.definition import Policy
from hdp.pipelines.results import How, Patch

_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())


def allow_patches(
    policies: Sequence[Policy], step: str, found: Mapping[str, Any],
    evidence: Mapping[str, Mapping[str, Any]] = {},
) -> list[Patch]:  # fmt: skip
    """The patches of a step that a policy allows; everything else is left out."""
    allowed = [
        (name, how)
        for policy in policies
        if not policy.sources or step in policy.sources
        for names, how in _permissions(policy)
        for name in names
    ]
    return [
        Patch(name, found[name], how, step, evidence.get(name))
        for name, how in allowed
        if name in found
    ]


def _permissions(policy: Policy) -> tuple[tuple[tuple[str, ...], How], ...]:
    return (policy.fill, "fill"), (policy.overwrite, "overwrite"), (policy.append, "append")


def evidence_of(patches: Iterable[Patch], name: str) -> dict[str, Any]:
    """What a field's value rests on, for its origin; empty where no step told."""
    told = [dict(one.evidence) for one in patches if one.field == name and one.evidence]
    return {"evidence": told} if told else {}


def apply_patches(
    fields: Mapping[str, Any], patches: Iterable[Patch], locks: Container[str] = ()
) -> dict[str, Any]:
    """The fields with the patches applied in order; locked fields stay as they are.

    `fill` touches empty fields only; `append` adds what is not there yet; an empty
    value never replaces anything.
    """
    changed = dict(fields)
    for patch in patches:
        if patch.field in locks or patch.value in _EMPTY:
            continue
        there = changed.get(patch.field)
        if there in _EMPTY or patch.how == "overwrite":
            changed[patch.field] = patch.value
        elif patch.how == "append":
            changed[patch.field] = _appended(there, patch.value)
    return changed


def _appended(there: Any, value: Any) -> Any:
    if isinstance(there, list):
        more = value if isinstance(value, list) else [value]
        return [*there, *(one for one in more if one not in there)]
    if isinstance(there, str) and isinstance(value, str):
        return there if value in there else f"{there}\n\n{value}"
    return there
