"""Pipelines `for: collection`: one run for all items together, of which no record is part."""

from __future__ import annotations

from collections.abc import Sequence

from hdp.jobs import Task
from hdp.pipelines.results import RunResult
from hdp.pipelines.runner import run
from hdp.sdk import Record
from hdp.uploads.folders import safe_name
from hdp.uploads.piping import PipelineWork, local_files
from hdp.wording import counted


def run_collection(work: PipelineWork, task: Task, items: Sequence[int]) -> RunResult:
    """Run it on the files of all items, into `<output>/<short code>/collection/<pipeline>`.

    It runs on this computer, also where items would run on a cluster.
    """
    project = work.desk.project
    files = [one for item in items for one in local_files(work.desk, work.desk.item(item))]
    record = Record({"title": project.about.name}, files, key=project.about.code)
    folder = project.root_dir("output") / safe_name(project.about.code) / "collection"
    to = folder / safe_name(work.pipeline.name)
    result = run(
        work.pipeline, files=files, record=record, catalogue=work.catalogue,
        to=to, http=work.http, workroot=work.workroot,
        params=work.params, progress=task.progress, cancelled=task.is_cancelled,
        secret=work.secret, settings=work.settings, pool=work.pool, again=work.again,
    )  # fmt: skip
    made = counted(len(result.outputs), "file")
    unused = " Its `metadata:` is for no record and was not used." if work.pipeline.metadata else ""
    task.say(f"{made} made of {counted(len(items), 'item')}: {to}.{unused}")
    return result
