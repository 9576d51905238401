"""Runs that need not be done again: the same was done, and what it made is still there."""

from __future__ import annotations

from pathlib import Path

from hdp.pipelines.definition import Pipeline
from hdp.pipelines.output import hash_file
from hdp.pipelines.results import Artifact, Patch, RunResult
from hdp.project import runs
from hdp.project.items import Item
from hdp.project.project import Project


def finished_run(
    project: Project, item: Item, pipeline: Pipeline, key: str, purpose: str = ""
) -> RunResult | None:
    """What the item's last run of the pipeline made; None where it must be done (again)."""
    done = [one for one in project.read(lambda c: runs.list_runs(c, item.id, purpose))
            if one.pipeline == pipeline.name and one.key == key]  # fmt: skip
    if not done:
        return None
    output = project.root_dir("output")
    if not all(_is_there(output / one.path, one.sha256) for one in done[-1].artifacts):
        return None
    return RunResult(
        outputs=[_artifact(one, output) for one in done[-1].artifacts],
        metadata=[Patch(**one) for one in done[-1].metadata],
    )


def _is_there(path: Path, sha256: str) -> bool:
    try:
        return hash_file(path)[1] == sha256
    except OSError:
        return False


def _artifact(row: runs.ArtifactRow, output: Path) -> Artifact:
    return Artifact(
        row.step,
        row.port,
        output / row.path,
        row.name,
        row.role,
        row.size,
        row.sha256,
        row.md5,
        row.media_type,
        tuple(row.derived_from),
        row.path,
    )
