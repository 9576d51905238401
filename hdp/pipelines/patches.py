"""Metadata from steps: what the pipeline's policy allows, and how it is applied."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from hdp.pipelines.definition import Policy
from hdp.pipelines.results import Patch

_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())


def allow_patches(policies: Sequence[Policy], step: str, found: Mapping[str, Any]) -> list[Patch]:
    """The patches of a step that a policy allows; everything else is left out."""
    patches = []
    for policy in policies:
        if policy.sources and step not in policy.sources:
            continue
        for name in policy.fill:
            patches += [Patch(name, found[name], "fill", step)] if name in found else []
        for name in policy.overwrite:
            patches += [Patch(name, found[name], "overwrite", step)] if name in found else []
        for name in policy.append:
            patches += [Patch(name, found[name], "append", step)] if name in found else []
    return patches


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
