"""`--on slurm`: real jobs in a real queue of one node (make test-slurm)."""

from __future__ import annotations

import subprocess

import pytest

from hdp.application import Selection, actions

pytest.importorskip("dask_jobqueue", reason="cluster: dask-jobqueue is not installed")


@pytest.fixture(autouse=True)
def _jobqueue_yaml(slurm, tmp_path):
    import dask

    dask.config.refresh(paths=[str(tmp_path / "dask")])
    yield
    dask.config.refresh()


def test_items_run_as_jobs_of_the_queue(slurm, app, open_project):
    project = open_project(4)
    args = {"pipeline": "web-copies", "params": {}, "on": "slurm:2"}
    action = actions.Action("pipeline", "practice", Selection(all=True), args=args)
    started = actions.start(app, action)
    assert started.job and app.jobs.wait(started.job, timeout=180)
    job = app.jobs.get(started.job)
    told = [one.get("error") for one in app.jobs.tasks(started.job)[0]]
    assert (job["state"], job["done"]) == ("done", 4), told
    made = [one.name for one in project.root_dir("output").rglob("*_web.jpg")]
    assert len(made) == 4
    asked = subprocess.run(
        ["scontrol", "show", "jobs", "-o"], capture_output=True, text=True, check=True
    ).stdout
    assert asked.count("JobId=") == 2 and "JobState=PENDING" not in asked
