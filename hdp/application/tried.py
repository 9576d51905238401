"""What a try made, for the page: files before and after, and the metadata as a difference."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from hdp.pipelines.definition import INPUTS, Pipeline
from hdp.pipelines.patches import apply_patches, evidence_of
from hdp.pipelines.results import Artifact, Patch, RunResult
from hdp.sdk import LocalFile

_SHOWN = 20_000
_TEXTS = ("text/", "application/json", "application/xml", "application/yaml")


def describe_trial(
    result: RunResult, fields: Mapping[str, Any], locks: Container[str], pipeline: Pipeline,
    files: Sequence[LocalFile],
) -> dict[str, Any]:  # fmt: skip
    """Everything that came out, as JSON."""
    upload = {one.path for one in result.upload}
    return {
        "before": [_source(one, upload) for one in files],
        "after": [_output(number, one, upload) for number, one in enumerate(result.outputs)],
        "metadata": list(_differences(result.metadata, fields, locks)),
        "policy": bool(pipeline.metadata),
        "values": {step: {name: str(one) for name, one in given.items()}
                   for step, given in result.values.items()},
        "steps": [
            {"id": one.id, "component": one.component, "state": one.state,
             "error": dict(one.error) if one.error else None}
            for one in result.steps
        ],
        "findings": [one.to_json() for one in result.findings],
        "sources_uploaded": any(ref.step == INPUTS for ref in pipeline.upload),
    }  # fmt: skip


def _source(one: LocalFile, upload: Container[Any]) -> dict[str, Any]:
    return {
        "name": one.name, "path": one.relpath or one.name, "media_type": one.media_type,
        "role": one.role, "size": one.size, "upload": one.path in upload,
        "text": _text(one.path, one.media_type),
    }  # fmt: skip


def _output(number: int, one: Artifact, upload: Container[Any]) -> dict[str, Any]:
    return {
        "number": number, "name": one.name, "path": one.relpath, "media_type": one.media_type,
        "role": one.role, "size": one.size, "step": one.step, "port": one.port,
        "from": list(one.derived_from), "upload": one.path in upload,
        "text": _text(one.path, one.media_type),
    }  # fmt: skip


def _text(path: Any, media_type: str) -> str | None:
    """The beginning of a text; None where it is none."""
    if not media_type.startswith(_TEXTS):
        return None
    try:
        with path.open("rb") as file:
            return str(file.read(_SHOWN).decode("utf-8", "replace"))
    except OSError:
        return None


def _differences(
    patches: Sequence[Patch], fields: Mapping[str, Any], locks: Container[str]
) -> Iterator[dict[str, Any]]:
    after = apply_patches(fields, patches, locks)
    for name in dict.fromkeys(one.field for one in patches):
        found = [one for one in patches if one.field == name]
        changed = after.get(name) != fields.get(name)
        yield {
            "field": name, "before": fields.get(name), "after": after.get(name),
            "found": found[-1].value, "how": found[-1].how, "step": found[-1].step,
            "state": "changed" if changed else "locked" if name in locks else "kept",
            **evidence_of(patches, name),
        }  # fmt: skip
