"""Pipeline components: what a plugin author subclasses."""

from __future__ import annotations

import dataclasses
import typing
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from logging import Logger
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from hdp.sdk.http import Http
from hdp.sdk.model import Finding, LocalFile, Record


@dataclass(frozen=True)
class Params:
    """Base of a component's or target's settings: a frozen dataclass.

    Every field has a default and `metadata={"help": ...}`; `min`, `max`, `choices`
    and `unit` are understood too. Form, YAML schema and checks come from the fields.
    """

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """The fields as a JSON Schema object."""
        hints = typing.get_type_hints(cls)
        fields = dataclasses.fields(cls)
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {one.name: _field_schema(one, hints[one.name]) for one in fields},
        }


_TYPES: dict[Any, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}


def _field_schema(one: dataclasses.Field[Any], hint: Any) -> dict[str, Any]:
    schema = _type_schema(hint)
    names = (("help", "description"), ("min", "minimum"), ("max", "maximum"), ("choices", "enum"))
    for ours, theirs in names:
        if ours in one.metadata:
            value = one.metadata[ours]
            schema[theirs] = list(value) if ours == "choices" else value
    if one.default is not dataclasses.MISSING:
        schema["default"] = one.default
    elif one.default_factory is not dataclasses.MISSING:
        schema["default"] = list(one.default_factory())
    return schema


def _type_schema(hint: Any) -> dict[str, Any]:
    origin = typing.get_origin(hint)
    if origin in (list, tuple, Sequence):
        return {"type": "array", "items": _type_schema(typing.get_args(hint)[0])}
    if origin is Literal:
        return {"enum": list(typing.get_args(hint))}
    options = [one for one in typing.get_args(hint) if one is not type(None)]
    if options:
        return {"type": [_TYPES.get(options[0], "string"), "null"]}
    return {"type": _TYPES.get(hint, "string")}


@dataclass(frozen=True)
class Port:
    """A named way in or out of a component; `media` are patterns such as image/*.

    With `many=False` the host calls the component once for each file.
    """

    name: str
    media: Sequence[str] = ("*/*",)
    many: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Output:
    """A file a component made, where its path alone does not say enough."""

    path: Path
    role: str = "derived"
    relpath: str = ""
    derived_from: Sequence[str] = ()


@dataclass(frozen=True)
class Result:
    """What a step gives back.

    `files`: output port -> paths inside the work folder (or Output); `metadata`: a
    patch for the record; `values`: named values for later steps; `evidence`: field of the
    patch -> what its value rests on (`text`, `file`, `confidence` from 0 to 1), shown to
    the person who accepts it.
    """

    files: Mapping[str, Sequence[Path | Output]] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


P = TypeVar("P", bound=Params)
P_co = TypeVar("P_co", bound=Params, covariant=True)


class Step(Protocol[P_co]):
    """One call of a component: everything it may read, and its private empty folder."""

    @property
    def inputs(self) -> Mapping[str, Sequence[LocalFile]]: ...
    @property
    def params(self) -> P_co: ...
    @property
    def record(self) -> Record: ...
    @property
    def workdir(self) -> Path: ...
    @property
    def log(self) -> Logger: ...
    @property
    def http(self) -> Http: ...

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Tell how far it is; may be called as often as you like."""

    def check_cancelled(self) -> None:
        """Raise Cancelled when the person has stopped the job."""

    def secret(self, name: str) -> str:
        """A secret that the manifest declares; raises NotFound when it is not set."""
        ...

    def setting(self, name: str) -> str:
        """What the person chose for a setting of the manifest, or its default."""
        ...


class Setup(Protocol):
    """What a person chose for a plugin on this computer, and the way to its server."""

    @property
    def http(self) -> Http: ...

    def secret(self, name: str) -> str:
        """A secret that the manifest declares; raises NotFound when it is not set."""
        ...

    def setting(self, name: str) -> str:
        """What the person chose for a setting of the manifest, or its default."""
        ...


class Component(ABC, Generic[P]):
    """A pipeline step. Same inputs, params, reads and version give the same result.

    `reads` names the fields of the record that a call gets to see ("*": all of them); a result
    is used again as long as these, the files, params and `version` are the same. `resources`:
    `minutes` and `memory` (MB, not for isolation "thread") that one call may take.

    `isolation`: "thread" runs in HDP itself and may use `step.http`; "process" may crash alone;
    "environment" runs in a Python of the plugin's own, with what its requirements.txt names:
    import that inside `open` and `run`, never at the top of a module.
    """

    id: ClassVar[str]
    version: ClassVar[int] = 1
    title: ClassVar[str]
    inputs: ClassVar[Sequence[Port]] = ()
    outputs: ClassVar[Sequence[Port]] = ()
    params: ClassVar[type[Params]] = Params
    isolation: ClassVar[Literal["thread", "process", "environment"]] = "thread"
    reads: ClassVar[Sequence[str]] = ()
    resources: ClassVar[Mapping[str, float]] = {}

    def check(self) -> Iterable[Finding]:
        """What is missing on this machine; no side effects."""
        return ()

    def try_settings(self, setup: Setup) -> Iterable[Finding]:
        """Whether what the person chose works: asks its server, and sends nothing of theirs."""
        return ()

    def open(self) -> None:
        """Called once in each worker before the first run (load a model here)."""

    def close(self) -> None:
        """Called once when the worker ends."""

    @abstractmethod
    def run(self, step: Step[P]) -> Result:
        """Do the work inside `step.workdir`; inputs are never written."""
