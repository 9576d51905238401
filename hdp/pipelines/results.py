"""What a run of a pipeline leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from hdp.sdk import Finding, LocalFile

How = Literal["fill", "overwrite", "append"]
StepState = Literal["done", "failed", "skipped"]


@dataclass(frozen=True)
class Artifact:
    """A file that a step made, in its final place; hashes are lower-case hex."""

    step: str
    port: str
    path: Path
    name: str
    role: str
    size: int
    sha256: str
    md5: str
    media_type: str
    derived_from: tuple[str, ...] = ()
    relpath: str = ""

    def as_file(self) -> LocalFile:
        """The file as a record or a later step takes it."""
        return LocalFile(
            self.path, self.name, self.media_type, self.role, self.size, self.sha256, self.md5,
            self.relpath,
        )  # fmt: skip


@dataclass(frozen=True)
class StepRun:
    """One call of a component; times are ISO 8601 in UTC, hashes SHA-256 by name.

    `reused`: it was not done again in this run; its times are those of when it was done.
    """

    id: str
    component: str
    version: int
    params: Mapping[str, Any]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    started: str
    finished: str
    state: StepState
    error: Mapping[str, Any] | None = None
    reused: bool = False


@dataclass(frozen=True)
class Patch:
    """One field's value from a step, what may be done with it, and what it rests on."""

    field: str
    value: Any
    how: How
    step: str = ""
    evidence: Mapping[str, Any] | None = None


@dataclass
class RunResult:
    """Everything a run made; `upload` are the files that belong into the record."""

    outputs: list[Artifact] = field(default_factory=list)
    metadata: list[Patch] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    steps: list[StepRun] = field(default_factory=list)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    upload: list[LocalFile] = field(default_factory=list)
