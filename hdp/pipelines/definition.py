"""What a pipeline file says, as plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Place = tuple[int, int]
OnError = Literal["stop", "skip", "retry"]

ITEM_ROLES = ("primary", "member")
INPUTS = "inputs"
# What a run tells of itself, for `upload:`; a step of this name goes first.
RUN = "run"
TOLD = ("paradata", "crate")


@dataclass(frozen=True)
class Parameter:
    """A value that is asked for at the start."""

    name: str
    default: Any
    help: str = ""
    choices: tuple[Any, ...] = ()
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True)
class Input:
    """Which of an item's files come in under this name; `pattern` is a glob."""

    name: str
    media: tuple[str, ...]
    roles: tuple[str, ...] = ITEM_ROLES
    pattern: str = "*"
    place: Place = (1, 1)


@dataclass(frozen=True)
class Ref:
    """`inputs.scan` or `web.mesh`: files of an input, or of a step's output port."""

    step: str
    port: str
    place: Place = (1, 1)

    def __str__(self) -> str:
        return f"{self.step}.{self.port}"


@dataclass(frozen=True)
class FromParam:
    """A setting that is taken from a parameter of the pipeline."""

    name: str


@dataclass(frozen=True)
class FromRecord:
    """A setting that is taken from a field of the record."""

    field: str


@dataclass(frozen=True)
class FromValue:
    """A setting that is taken from a named value of an earlier step."""

    step: str
    name: str


@dataclass(frozen=True)
class Condition:
    """One comparison; `left` is split at its dots."""

    left: tuple[str, ...]
    operator: str
    right: Any


@dataclass(frozen=True)
class StepDefinition:
    """One step; times in seconds, `memory` in MB."""

    id: str
    component: str
    version: int | None = None
    inputs: Mapping[str, tuple[Ref, ...]] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    names: str = ""
    when: Condition | None = None
    on_error: OnError = "stop"
    timeout: float | None = None
    memory: float | None = None
    retries: int = 0
    select: tuple[str, ...] = ()
    place: Place = (1, 1)

    @property
    def uses(self) -> str:
        """The component as the file names it."""
        return f"{self.component}@{self.version}" if self.version else self.component


@dataclass(frozen=True)
class Policy:
    """What the metadata of the steps `sources` may do to the record."""

    sources: tuple[str, ...] = ()
    fill: tuple[str, ...] = ()
    overwrite: tuple[str, ...] = ()
    append: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pipeline:
    """A checked pipeline file."""

    name: str
    params: Mapping[str, Parameter] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    steps: tuple[StepDefinition, ...] = ()
    upload: tuple[Ref, ...] = ()
    metadata: tuple[Policy, ...] = ()
    needs: tuple[str, ...] = ()
    scope: Literal["item", "collection"] = "item"
    help: str = ""
    source: str = ""

    def tells(self, ref: Ref) -> bool:
        """Whether `ref` means what a run tells of itself, as `run.paradata`."""
        return ref.step == RUN and all(one.id != RUN for one in self.steps)
