"""What a scan gives back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hdp.ingest.formats.reference import Reference
from hdp.sdk import Finding

_WORST = (
    "missing", "invalid", "changed", "conflict", "material-missing", "textures-missing",
    "problems", "valid",
)  # fmt: skip


def worst(*statuses: str) -> str:
    """The status that says most about what is wrong."""
    return min(statuses, key=_WORST.index)


INPUT = "input"


def root_of(relpath: str) -> str:
    """The name of the folder that a scan's path lies below."""
    if not relpath.startswith("//"):
        return INPUT
    number = relpath[2:].partition("/")[0]
    return f"added-{number[1:]}" if number.startswith("+") else f"textures-{number}"


def below_root(relpath: str) -> str:
    """The path below that folder."""
    return relpath[2:].partition("/")[2] if relpath.startswith("//") else relpath


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A file of an item; `parent` is the relpath of the file that refers to it, or "".

    A file of the n-th texture folder outside the input folder has the relpath `//<n>/...`, one
    of an added folder `//+<n>/...`.
    """

    relpath: str
    role: str = "primary"
    size: int = 0
    mtime_ns: int = 0
    inode: int = 0
    media_type: str = "application/octet-stream"
    status: str = "valid"
    findings: tuple[Finding, ...] = ()
    parent: str = ""
    sha256: str = ""
    md5: str = ""

    @property
    def root(self) -> str:
        """`input`, `textures-<n>` for the n-th texture folder outside of it, or `added-<n>`."""
        return root_of(self.relpath)

    @property
    def path(self) -> str:
        """The path below that root."""
        return below_root(self.relpath)

    def with_hashes(self, sha256: str, md5: str, media_type: str) -> ScannedFile:
        """The file with what its bytes say."""
        return ScannedFile(
            self.relpath, self.role, self.size, self.mtime_ns, self.inode, media_type,
            self.status, self.findings, self.parent, sha256, md5,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """The file in the shape that the command line prints; `root` where it is not the input."""
        root = {} if self.root == INPUT else {"root": self.root}
        return root | {
            "path": self.path,
            "role": self.role,
            "size": self.size,
            "sha256": self.sha256,
            "md5": self.md5,
            "media_type": self.media_type,
            "parent": below_root(self.parent),
            "status": self.status,
            "problems": [one.to_json() for one in self.findings],
        }


@dataclass(frozen=True, slots=True)
class ScannedItem:
    """What would become one record: primary first, then members, each with its references."""

    key: str
    primary: str
    files: tuple[ScannedFile, ...]
    findings: tuple[Finding, ...] = ()

    def to_json(self, item_id: int | None = None) -> dict[str, Any]:
        """The item in the shape that the command line prints."""
        return {
            "id": item_id,
            "key": self.key,
            "title": self.key,
            "primary": below_root(self.primary),
            "files": [one.to_json() for one in self.files],
            "state": "new",
            "env_states": {},
            "problems": [one.to_json() for one in self.findings],
        }


@dataclass(frozen=True)
class ScanResult:
    """All items of a folder, what was counted, and what a person should know.

    `skipped`: reason (see `hdp.ingest.review`) -> number of files or folders; `roots`: the
    texture folders outside the input folder by name; `fingerprint`: of everything the result
    depends on but the bytes, "" where a file could not be read (see `hdp.ingest.fingerprint`);
    `references`: relpath -> what that file names, to be known at the next scan.
    """

    items: tuple[ScannedItem, ...]
    counts: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)
    roots: dict[str, Path] = field(default_factory=dict)
    fingerprint: str = ""
    references: dict[str, list[Reference]] = field(default_factory=dict, repr=False)

    def to_json(self) -> dict[str, Any]:
        """The result in the shape of `project scan --dry-run --json`."""
        return {"items": [one.to_json() for one in self.items]} | self._rest()

    def json_parts(self, ids: Mapping[str, int] | None = None) -> Iterator[str]:
        """The text of `to_json` in parts, so that 100,000 items need not be text all at once.

        `ids`: primary -> id of those items that have one.
        """
        ids = ids or {}
        yield '{"items": ['
        for number, item in enumerate(self.items):
            document = item.to_json(ids.get(item.primary))
            yield (",\n" if number else "\n") + json.dumps(document, ensure_ascii=False)
        yield "\n]"
        for name, value in self._rest().items():
            yield f",\n{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
        yield "}"

    def _rest(self) -> dict[str, Any]:
        rest: dict[str, Any] = {
            "counts": self.counts,
            "findings": [one.to_json() for one in self.findings],
        }
        roots = {name: str(path) for name, path in self.roots.items()}
        return rest | ({"roots": roots} if roots else {})
