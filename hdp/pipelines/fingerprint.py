"""What names a whole run: the same again would give the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from hdp.pipelines.definition import FromRecord, Pipeline
from hdp.plugins import Catalogue
from hdp.sdk import LocalFile, Record

_WITHOUT = ("place", "source", "help")  # nothing in a run comes from these


def fingerprint(
    pipeline: Pipeline, record: Record, catalogue: Catalogue, params: Mapping[str, Any],
    settings: Callable[[str], Mapping[str, str]],
) -> str:  # fmt: skip
    """A SHA-256 over the pipeline, the answers, the files, components and what they read."""
    components = [catalogue.component(one.uses) for one in pipeline.steps]
    plugins = sorted({catalogue.origin(one.id).plugin for one in components})
    wanted = set(_read(pipeline)).union(*(one.reads for one in components))
    told = {
        "pipeline": _plain(pipeline), "params": dict(params), "item": record.key,
        "components": [(one.id, one.version) for one in components],
        "plugins": [(one, catalogue.plugin(one).version, dict(settings(one))) for one in plugins],
        "fields": {name: value for name, value in record.fields.items()
                   if name in wanted or "*" in wanted},
        "extra": dict(record.extra) if "*" in wanted else {},
        "files": [_file(one) for one in record.files],
    }  # fmt: skip
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _read(pipeline: Pipeline) -> Iterator[str]:
    """The fields of the record that the pipeline itself looks at."""
    if pipeline.needs:
        yield "doi"
    for step in pipeline.steps:
        if step.when is not None and step.when.left[0] == "record":
            yield step.when.left[1]
        for value in step.params.values():
            if isinstance(value, FromRecord):
                yield value.field


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        told = {one.name: _plain(getattr(value, one.name)) for one in fields(value)
                if one.name not in _WITHOUT}  # fmt: skip
        return {"": type(value).__name__, **told}
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value


def _file(one: LocalFile) -> list[Any]:
    return [one.name, one.relpath, one.role, one.media_type, one.sha256,
            [_file(below) for below in one.references]]  # fmt: skip
