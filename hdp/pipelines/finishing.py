"""The end of a run: how it was made is written down, what is uploaded chosen, all moved in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hdp.pipelines import crate, output
from hdp.pipelines.definition import INPUTS, Pipeline, Ref
from hdp.pipelines.paradata import describe_run, now
from hdp.pipelines.results import RunResult
from hdp.pipelines.sources import Sources
from hdp.sdk import InvalidInput, LocalFile

Inputs = Mapping[str, Sequence[LocalFile]]


def files_of(ref: Ref, inputs: Inputs, result: RunResult) -> Sequence[LocalFile]:
    """The files that a reference means: of an input, or of a step that is done."""
    if ref.step == INPUTS:
        return inputs[ref.port]
    made = result.outputs
    return [one.as_file() for one in made if (one.step, one.port) == (ref.step, ref.port)]


def tell_how(
    pipeline: Pipeline, params: Mapping[str, Any], result: RunResult,
    bound: Sequence[LocalFile], sources: Sources, new: Path, started: str,
) -> None:  # fmt: skip
    """Write how the files were made; those that are to be uploaded are files of the run."""
    wanted = dict.fromkeys(one.port for one in pipeline.upload if pipeline.tells(one))
    if result.outputs or wanted:
        paradata = describe_run(pipeline, params, result, bound, sources, started, now())
        output.write_paradata(new, paradata, crate.describe(paradata))
    told = [output.tell(new, one) for one in wanted]
    sources.remember([one.as_file() for one in told])
    result.outputs += told


def choose_upload(pipeline: Pipeline, result: RunResult, inputs: Inputs, sources: Sources) -> None:
    """Note which files belong into the record; InvalidInput where two would have one name."""
    seen: dict[str, str] = {}
    for file in (one for ref in pipeline.upload for one in files_of(ref, inputs, result)):
        there = seen.setdefault(file.name.casefold(), str(file.path))
        if there != str(file.path):
            raise InvalidInput(
                f"Two files would be called {file.name} in the record.",
                code="pipeline-same-name",
                hint='Give the step names of its own, for example "{stem}_web{ext}".',
                where={"file": file.name},
            )
        if all(one.path != file.path for one in result.upload):
            result.upload.append(sources.completed(file))


def move_in(result: RunResult, new: Path, to: Path) -> None:
    """Put what was made where it belongs, all at once."""
    if result.outputs:
        output.swap_in(new, to)
    final = {one.path: to / one.relpath for one in result.outputs}
    result.outputs = [replace(one, path=final[one.path]) for one in result.outputs]
    result.upload = [replace(one, path=final.get(one.path, one.path)) for one in result.upload]
