"""What a person confirmed for the new version of one record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from hdp.sdk import InvalidInput, LocalFile

Decision = Literal["carry", "remove", "regenerate"]
DECISIONS: tuple[str, ...] = get_args(Decision)


@dataclass(frozen=True)
class NewFile:
    """A file for the new version: `path` is absolute, `name` the one it has in the record.

    `references` are the paths of others of these files that it needs (a model's textures),
    `relpath` its place below the folder that was chosen, as pipelines lay it out.
    """

    path: str
    name: str
    size: int
    sha256: str
    md5: str
    media_type: str = "application/octet-stream"
    role: str = "member"
    references: tuple[str, ...] = ()
    relpath: str = ""


@dataclass(frozen=True)
class Order:
    """The new version of the record `base` (a deposit's id) of `item`.

    `decisions` say what becomes of each file of the base that no new file replaces, by name.
    `metadata` and `origins` are the new version's in full. `adopt` is the id of an open draft of
    the next version that may be used although HDP did not make it.
    """

    item: int
    base: int
    files: tuple[NewFile, ...]
    decisions: Mapping[str, Decision]
    pipeline: str
    params: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    adopt: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a job keeps it."""
        told: dict[str, Any] = json.loads(json.dumps(asdict(self), ensure_ascii=False))
        return told

    @classmethod
    def from_json(cls, data: Any) -> Order:
        """The order of a job; InvalidInput where it is none."""
        try:
            known = {one.name: data[one.name] for one in fields(cls) if one.name in data}
            files = tuple(_file(one) for one in known.pop("files"))
            order = cls(files=files, **known)
        except (TypeError, KeyError, AttributeError) as error:
            raise _bad(str(error)) from None
        _check(order)
        return order

    @property
    def digest(self) -> str:
        """Names what was ordered; the same again, on another day too, would make the same."""
        told = self.to_json()
        for name in ("adopt", "origins"):
            del told[name]
        told["metadata"].pop("publication_date", None)
        text = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def local_files(self) -> list[LocalFile]:
        """The new files as pipelines get them, each with all that it refers to."""
        by_path = {one.path: one for one in self.files}

        def local(one: NewFile, above: frozenset[str]) -> LocalFile:
            inside = above | {one.path}  # a circle of references ends where it began
            named = [by_path[path] for path in one.references
                     if path in by_path and path not in inside]  # fmt: skip
            below = [local(child, inside) for child in named]
            return to_local(one, [file for child in below for file in (child, *child.references)])

        return [local(one, frozenset()) for one in self.files]


def to_local(one: NewFile, references: Sequence[LocalFile] = ()) -> LocalFile:
    """A new file as the plugins know files."""
    return LocalFile(
        path=Path(one.path), name=one.name, media_type=one.media_type, role=one.role,
        size=one.size, sha256=one.sha256, md5=one.md5, relpath=one.relpath or one.name,
        references=list(references),
    )  # fmt: skip


def _file(data: Mapping[str, Any]) -> NewFile:
    return NewFile(**{**data, "references": tuple(data.get("references", ()))})


def _check(order: Order) -> None:
    wrong = [name for name, one in order.decisions.items() if one not in DECISIONS]
    if wrong:
        raise _bad(f"nothing is known to do with {wrong[0]}")
    if any(not isinstance(one, int) for one in (order.item, order.base)) or not order.pipeline:
        raise _bad("item, base and pipeline are needed")
    if any(not Path(one.path).is_absolute() for one in order.files):
        raise _bad("the paths of files must be whole ones")


def _bad(why: str) -> InvalidInput:
    return InvalidInput(
        f"This is no order of a new version: {why}.",
        code="version-order",
        hint="Choose the files anew: Create New Version from Files...",
    )
