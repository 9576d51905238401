"""Runs of pipelines whose process died."""

from __future__ import annotations

from hdp.project import runs
from hdp.project.project import Project


def close_orphans(project: Project) -> None:
    """Close such runs and put their folders in order; jobs must read interrupted already."""
    if project.db.read_only or not project.read(runs.has_running):
        return
    from hdp.uploads import piping  # opening a project must not load the pipelines each time

    piping.close_orphans(project)
