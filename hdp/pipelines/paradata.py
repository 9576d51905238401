"""What a run tells of itself: who made what of what, with which settings, when and where."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hdp import __version__
from hdp.pipelines.definition import Pipeline
from hdp.pipelines.results import RunResult
from hdp.pipelines.sources import Sources
from hdp.sdk import LocalFile


def now() -> str:
    """The time in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def describe_run(
    pipeline: Pipeline, params: Mapping[str, Any], result: RunResult, bound: Sequence[LocalFile],
    sources: Sources, started: str, finished: str,
) -> dict[str, Any]:  # fmt: skip
    """The paradata of a run; `bound` are the files that came in."""
    return {
        "hdp": __version__,
        "pipeline": pipeline.name,
        "params": dict(params),
        "started": started,
        "finished": finished,
        "machine": {
            "system": platform.system(),
            "release": platform.release(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
        },
        "inputs": [
            {"name": one.name, "sha256": sources.sha256(one)}
            for one in {file.path: file for file in bound}.values()
        ],
        "steps": [vars(one) for one in result.steps],
        "outputs": [
            {
                "path": one.relpath, "name": one.name, "role": one.role, "size": one.size,
                "sha256": one.sha256, "md5": one.md5, "media_type": one.media_type,
                "step": one.step, "derived_from": list(one.derived_from),
            }
            for one in result.outputs
        ],
    }  # fmt: skip
