"""Which files go where: an item's files to inputs, and inputs to calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from hdp.pipelines import media
from hdp.pipelines.definition import Input, Pipeline, StepDefinition
from hdp.sdk import InvalidInput, LocalFile, Port

Files = Mapping[str, Sequence[LocalFile]]


def bind_inputs(pipeline: Pipeline, files: Sequence[LocalFile]) -> dict[str, list[LocalFile]]:
    """The files of each input of the pipeline."""
    return {
        name: [one for one in files if _fits(one, wanted)]
        for name, wanted in pipeline.inputs.items()
    }


def _fits(file: LocalFile, wanted: Input) -> bool:
    return (
        file.role in wanted.roles
        and media.matches(file.media_type, wanted.media)
        and _named(file, (wanted.pattern,))
    )


def _named(file: LocalFile, patterns: Sequence[str]) -> bool:
    name = file.name.casefold()
    return any(fnmatchcase(name, one.casefold()) for one in patterns)


def select_for_port(
    step: StepDefinition, port: Port, files: Sequence[LocalFile]
) -> list[LocalFile]:
    """Those of `files` that the port takes and the step's `select:` names."""
    fitting = [one for one in files if media.matches(one.media_type, port.media)]
    return [one for one in fitting if not step.select or _named(one, step.select)]


def fan_out(step: StepDefinition, ports: Sequence[Port], given: Files) -> list[Files]:
    """One set of inputs for each call: ports with many=False get one file at a time."""
    single = [one.name for one in ports if not one.many and given.get(one.name)]
    count = max((len(given[one]) for one in single), default=1)
    for name in single:
        if len(given[name]) not in (1, count):
            raise InvalidInput(
                f"Step {step.id}: {len(given[name])} files at {name} cannot be matched with"
                f" {count} files.",
                code="pipeline-fan-out",
                hint="Narrow the inputs by name or with `select:`.",
            )
    return [
        {
            name: [files[min(number, len(files) - 1)]] if name in single else list(files)
            for name, files in given.items()
        }
        for number in range(count)
    ]
