"""What plugins and HDP hand to each other: files, records, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

Json: TypeAlias = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Severity = Literal["error", "warning", "info"]
Role = Literal[
    "primary", "member", "material", "texture", "buffer", "sidecar",
    "documentation", "archive", "derived", "metadata",
]  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """Something a person should know before going on; an error stops the item.

    `where` may hold item, file, field, table, row, line, column; `args` are the
    words of a translation of `code`.
    """

    severity: Severity
    code: str
    message: str
    hint: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    args: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The finding in the shape that the command line and the page print."""
        return {
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "where": dict(self.where),
            "args": dict(self.args),
        }


@dataclass(frozen=True)
class LocalFile:
    """A file on this computer that takes part in a record or a pipeline.

    `size` in bytes, hashes as lower-case hex; `name` is the name in the record,
    `relpath` the path below the input folder with `/`; `references` are the files
    this one needs beside it (an OBJ: its MTL and textures).
    """

    path: Path
    name: str = ""
    media_type: str = "application/octet-stream"
    role: str = "primary"
    size: int = 0
    sha256: str = ""
    md5: str = ""
    relpath: str = ""
    references: Sequence[LocalFile] = ()


@dataclass(frozen=True)
class Record:
    """What will be described and archived as one citable thing.

    `fields` use the words of Zenodo's deposit API plus the documented extensions;
    `key` is ours and never sent; `extra[target_id]` holds a target's own fields.
    """

    fields: Mapping[str, Any]
    files: Sequence[LocalFile] = ()
    key: str = ""
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
