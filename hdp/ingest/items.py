"""What a scan gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hdp.sdk import Finding

_WORST = (
    "missing", "invalid", "changed", "conflict", "material-missing", "textures-missing",
    "problems", "valid",
)  # fmt: skip


def worst(*statuses: str) -> str:
    """The status that says most about what is wrong."""
    return min(statuses, key=_WORST.index)


@dataclass(frozen=True)
class ScannedFile:
    """A file of an item; `parent` is the relpath of the file that refers to it, or ""."""

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

    def to_json(self) -> dict[str, Any]:
        """The file in the shape that the command line prints."""
        return {
            "path": self.relpath,
            "role": self.role,
            "size": self.size,
            "sha256": self.sha256,
            "md5": self.md5,
            "media_type": self.media_type,
            "parent": self.parent,
            "status": self.status,
            "problems": [one.to_json() for one in self.findings],
        }


@dataclass(frozen=True)
class ScannedItem:
    """What would become one record: primary first, then members, each with its references."""

    key: str
    primary: str
    files: tuple[ScannedFile, ...]
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The item in the shape that the command line prints, without an id."""
        return {
            "id": None,
            "key": self.key,
            "title": self.key,
            "primary": self.primary,
            "files": [one.to_json() for one in self.files],
            "state": "new",
            "env_states": {},
        }


@dataclass(frozen=True)
class ScanResult:
    """All items of a folder, what was counted, and what a person should know.

    `skipped`: reason (hidden, litter, link, excluded, never, special, extension, subfolder,
    unreadable) -> number of files or folders.
    """

    items: tuple[ScannedItem, ...]
    counts: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The result in the shape of `project scan --dry-run --json`."""
        return {
            "items": [one.to_json() for one in self.items],
            "counts": self.counts,
            "findings": [one.to_json() for one in self.findings],
        }
