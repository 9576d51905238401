"""Calls of components: each with its own folder, the fields it may read, secrets and limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hdp.pipelines.calls import Call
from hdp.pipelines.definition import StepDefinition
from hdp.pipelines.limits import memory_limit, time_limit
from hdp.plugins import Catalogue
from hdp.sdk import Component, LocalFile, NotFound, Record

Secret = Callable[[str, str], str]
Settings = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True)
class CallMaker:
    """Makes the calls of one run, whose work folders are below `work`."""

    record: Record
    catalogue: Catalogue
    work: Path
    secret: Secret | None
    settings: Settings

    def make(
        self, step: StepDefinition, component: type[Component[Any]],
        inputs: Mapping[str, Sequence[LocalFile]], settings: Mapping[str, Any], number: int,
    ) -> Call:  # fmt: skip
        """The call number `number` of a step."""
        origin = self.catalogue.origin(component.id)
        return Call(
            component.id, origin, component.__module__, component.__qualname__, settings, inputs,
            self._record_for(component), self.work / step.id / str(number),
            dict(self._secrets(origin.plugin)), time_limit(step, component.resources),
            self.settings(origin.plugin), memory_limit(step, component.resources),
        )  # fmt: skip

    def _record_for(self, component: type[Component[Any]]) -> Record:
        """The record with the fields that the component declares to read, and no other."""
        extra = self.record.extra if "*" in component.reads else {}
        return replace(self.record, fields=read_fields(component, self.record), extra=extra)

    def _secrets(self, plugin: str) -> Iterator[tuple[str, str]]:
        for name in self.catalogue.plugin(plugin).secrets if self.secret else ():
            try:
                yield name, self.secret(plugin, name) if self.secret else ""
            except NotFound:
                continue  # the component says what it needs it for, when it asks


def read_fields(component: type[Component[Any]], record: Record) -> dict[str, Any]:
    """The fields that the component's `reads` names; "*" names all of them."""
    if "*" in component.reads:
        return dict(record.fields)
    return {one: record.fields[one] for one in component.reads if one in record.fields}
