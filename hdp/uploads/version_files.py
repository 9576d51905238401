"""The manifest of a new version: what each file of the old one and each new one becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hdp.project.deposits import DepositFile
from hdp.sdk import InvalidInput
from hdp.uploads.version_order import Order


@dataclass(frozen=True)
class Manifest:
    """The files of a new version, each with its plan, and those that are left behind.

    `unchanged` are the names of new files whose bytes the record has already.
    """

    files: list[DepositFile]
    removed: list[dict[str, Any]]
    unchanged: list[str]


def make_manifest(
    old: Sequence[DepositFile], order: Order, sources: Sequence[DepositFile],
    derived: Sequence[DepositFile],
) -> Manifest:  # fmt: skip
    """What the new version holds; InvalidInput where anything is undecided or in the way.

    `sources` are the new files that go into the record, `derived` what the pipeline made.
    """
    before = {one.name: one for one in old}
    new = _by_name([*sources, *derived])
    for one in derived:
        if one.name in before and order.decisions.get(one.name) == "carry":
            raise _in_the_way(one.name)
    planned = [_planned(one, before.get(one.name)) for one in new.values()]
    left = [one for one in old if one.name not in new]
    carried = [one for one in left if _decided(one, order.decisions) == "carry"]
    removed = [one for one in left if one not in carried]
    if any(order.decisions[one.name] == "regenerate" for one in removed):
        raise _not_made(next(o.name for o in removed if order.decisions[o.name] == "regenerate"))
    kept = [replace(one, id=0, plan="carry", status="pending", error=None) for one in carried]
    return Manifest(
        [*kept, *planned],
        [{"name": one.name, "size": one.size, "md5": one.md5} for one in removed],
        [one.name for one in planned if one.plan == "carry"],
    )


def _by_name(files: Sequence[DepositFile]) -> dict[str, DepositFile]:
    found: dict[str, DepositFile] = {}
    for one in files:
        if one.name in found:
            raise InvalidInput(
                f"Two files of the new version would have the name {one.name}.",
                code="same-name",
                hint="Rename one of them, or leave it out.",
                where={"file": one.name},
            )
        found[one.name] = one
    return found


def is_same(one: DepositFile, other: DepositFile) -> bool:
    """Whether two files have the same bytes, as far as size and MD5 tell."""
    return (one.size, one.md5) == (other.size, other.md5)


def _planned(one: DepositFile, before: DepositFile | None) -> DepositFile:
    if before is None:
        return replace(one, plan="add")
    return replace(one, plan="carry" if is_same(one, before) else "replace")


def _decided(one: DepositFile, decisions: Mapping[str, str]) -> str:
    if one.name not in decisions:
        raise InvalidInput(
            f"It is not decided what becomes of {one.name} in the new version.",
            code="undecided-files",
            hint="Say for each file of the version before whether it is carried over or removed"
            " (--carry-over).",
            where={"file": one.name},
        )
    return decisions[one.name]


def _in_the_way(name: str) -> InvalidInput:
    return InvalidInput(
        f"The pipeline makes a file {name}, but the one that the record has is to be carried over.",
        code="version-name-taken",
        hint="Let it be made anew (--regenerate), or choose a pipeline that gives other names.",
        where={"file": name},
    )


def _not_made(name: str) -> InvalidInput:
    return InvalidInput(
        f"{name} was to be made anew, but the pipeline made no file of that name.",
        code="not-regenerated",
        hint="Carry it over or remove it, or choose the pipeline that made it.",
        where={"file": name},
    )
