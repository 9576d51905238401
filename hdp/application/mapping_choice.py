"""Which mapping an item uses: by its number, its folder, its modality, or the active one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from hdp.ingest.modalities import known_modalities, modalities
from hdp.project.mappings import MappingRow
from hdp.sdk import Modality, UsageError

_THEIRS = "extensions"  # of modalities that plugins bring


@dataclass(frozen=True)
class Facts:
    """What the choice depends on; `path` is the primary file's, below its folder."""

    id: int
    path: str

    @property
    def modality(self) -> str:
        """The kind of collection that the primary file belongs to, or ""."""
        return _modality_of().get(PurePosixPath(self.path).suffix.lower(), "")


@cache
def _modality_of() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, one in modalities().items():
        for extension in one["extensions"]:
            found.setdefault(extension, name)
    return found


def make_rule(
    folders: Sequence[str] = (),
    kinds: Sequence[str] = (),
    items: Sequence[int] = (),
    plugins: Mapping[str, Modality] | None = None,
) -> dict[str, Any]:
    """A rule on which items a mapping is for; UsageError where a modality is unknown.

    The extensions of `plugins`' modalities stay in the rule: it means the same without them.
    """
    known = known_modalities(plugins)
    for one in kinds:
        if one not in known:
            raise UsageError(
                f"There is no modality {one}.", code="unknown-modality",
                hint=f"It can be {', '.join(known)}.", where={"field": "modality"},
            )  # fmt: skip
    rule: dict[str, Any] = {}
    if folders:
        rule["folders"] = [one.replace("\\", "/").strip("/") or "*" for one in folders]
    if kinds:
        rule["modality"] = list(kinds)
        if theirs := {one: list(known[one].extensions) for one in kinds if one not in modalities()}:
            rule[_THEIRS] = theirs
    if items:
        rule["items"] = sorted(set(items))
    return rule


def choose_mapping(rows: Sequence[MappingRow], item: Facts) -> MappingRow | None:
    """The mapping of an item: one that names it, then the first whose rule fits, then the active.

    `rows` are all mappings in their order.
    """
    for row in rows:
        if item.id in row.applies.get("items", ()):
            return row
    for row in rows:
        if _fits(row.applies, item):
            return row
    return next((row for row in rows if row.active), None)


def _fits(rule: Mapping[str, Any], item: Facts) -> bool:
    """Folders and modality must both fit where both are said; a rule of items alone never."""
    folders, kinds = rule.get("folders", ()), rule.get("modality", ())
    if not folders and not kinds:
        return False
    if kinds and not _is_of(item, kinds, rule.get(_THEIRS, {})):
        return False
    return not folders or any(_in_folder(item.path, one) for one in folders)


def shown_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule as a person says it."""
    return {name: one for name, one in rule.items() if name != _THEIRS}


def _is_of(item: Facts, kinds: Sequence[str], theirs: Mapping[str, Sequence[str]]) -> bool:
    extension = PurePosixPath(item.path).suffix.lower()
    return item.modality in kinds or any(extension in theirs.get(one, ()) for one in kinds)


def _in_folder(path: str, glob: str) -> bool:
    """Whether a path is the glob's, or lies in a folder that is."""
    whole = PurePosixPath(path)
    places = [whole, *whole.parents][:-1]
    return any(fnmatchcase(one.as_posix(), glob) for one in places)


def describe_rule(rule: Mapping[str, Any]) -> str:
    """A rule in words: "images in scans/*"; "" where there is none."""
    parts = []
    if kinds := rule.get("modality"):
        parts.append(" and ".join(kinds))
    if folders := rule.get("folders"):
        parts.append("in " + " or ".join(folders))
    text = " ".join(parts)
    if items := rule.get("items"):
        named = f"{'item' if len(items) == 1 else 'items'} {', '.join(map(str, items))}"
        text = f"{text} and {named}" if text else named
    return text
