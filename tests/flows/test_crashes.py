"""kill -9 in the middle, and two processes at once: every draft and every file exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hdp.application import views
from hdp.project import deposits
from hdp.sdk import Draft, Missing

COUNT = 30
WORKER = Path(__file__).with_name("worker.py")


def start_worker(app, action: str, faults: str = "") -> subprocess.Popen[str]:
    root = WORKER.parents[2]
    paths = os.pathsep.join([str(root), str(root / "plugins")])
    return subprocess.Popen(
        [sys.executable, str(WORKER), str(app.home), str(app.project.path), action, faults],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_when(process: subprocess.Popen[str], condition: Callable[[], bool]) -> None:
    try:
        while not condition():
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def drafts_of(app) -> list[Draft]:
    return list(app.remotes.open(app.environment("practice")).list_drafts())


def stored_files(app) -> list[str]:
    remote = app.remotes.open(app.environment("practice"))
    return [file.name for draft in drafts_of(app) for file in remote.list_files(draft.id)]


@pytest.fixture
def prepared(open_project, do):
    project = open_project(COUNT)
    assert do("prepare")["done"] == COUNT
    return project


@pytest.mark.slow
@pytest.mark.parametrize("seen", [1, 11])
def test_killed_while_creating_drafts(app, prepared, do, practice, seen):
    worker = start_worker(app, "create", "slow=0.02:create*")
    kill_when(worker, lambda: len(drafts_of(app)) >= seen)
    assert seen <= len(drafts_of(app)) < COUNT
    job = do("create")
    assert job["state"] == "done", [task for task in job["tasks"] if task["error"]]
    assert len(drafts_of(app)) == COUNT
    assert views.counts(views.overview(app, "practice"))["drafts"] == COUNT


@pytest.mark.slow
def test_killed_while_uploading(app, prepared, do, practice):
    assert do("create")["done"] == COUNT
    worker = start_worker(app, "upload", "slow=0.1:upload*")
    kill_when(worker, lambda: len(stored_files(app)) >= 7)
    assert len(stored_files(app)) < COUNT
    assert do("upload")["state"] == "done"
    assert sorted(stored_files(app)) == [f"photo_{number:03}.jpg" for number in range(COUNT)]
    assert do("publish")["done"] == COUNT


@pytest.mark.slow
def test_two_processes_create_one_draft_each(app, prepared, do, practice):
    worker = start_worker(app, "create", "slow=0.01:create*")
    assert worker.stdout is not None
    worker.stdout.readline()
    do("create")
    worker.communicate()
    do("create")
    assert worker.returncode == 0
    assert len(drafts_of(app)) == COUNT
    assert views.counts(views.overview(app, "practice"))["drafts"] == COUNT


@pytest.mark.slow
def test_an_interrupted_job_says_so(app, prepared, practice):
    worker = start_worker(app, "create", "slow=0.05:create*")
    kill_when(worker, lambda: len(drafts_of(app)) >= 2)
    path = app.project.path
    app.close_project()
    app.open_project(path)
    jobs, _ = app.jobs.page()
    assert jobs[0]["state"] == "interrupted"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["metadata", "publish"])
def test_killed_while_correcting_published_records(app, open_project, do, practice, kind):
    project = open_project(3)
    for step in ("prepare", "create", "upload", "publish"):
        assert do(step)["done"] == 3
    before = {one.remote_id for one in project.read(deposits.list_deposits)}
    table = project.root_dir("input") / "objects.csv"
    table.write_text(table.read_text("utf-8").replace("Photograph", "Plate"), "utf-8")
    worker = start_worker(app, "update", f"slow=900:{kind}*")
    kill_when(worker, lambda: any(one.doing == "edit" and edit_is_open(app, one.remote_id)
                                  for one in project.read(deposits.list_deposits)))  # fmt: skip
    job = do("update")
    assert job["failed"] == 0, [task["error"] for task in job["tasks"]]
    found = project.read(deposits.list_deposits)
    assert {one.remote_id for one in found} == before
    assert all(one.doing is None and one.title.startswith("Plate") for one in found)
    remote = app.remotes.open(app.environment("practice"))
    shown = [remote.get_record(one.remote_id).raw["metadata"]["title"] for one in found]
    assert sorted(shown) == ["Plate 0", "Plate 1", "Plate 2"]
    assert not any(edit_is_open(app, one.remote_id) for one in found)
    assert drafts_of(app) == []


def edit_is_open(app, record_id: str) -> bool:
    try:
        app.remotes.open(app.environment("practice")).get_draft(record_id)
    except Missing:
        return False
    return True
