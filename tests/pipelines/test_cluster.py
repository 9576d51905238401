"""Items on a Dask cluster: a real scheduler and two real workers on this computer."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hdp import __version__
from hdp.pipelines import elsewhere
from hdp.pipelines.cluster import Cluster
from hdp.pipelines.elsewhere import Order
from hdp.pipelines.model import read
from hdp.pipelines.places import Place
from hdp.plugins import load
from hdp.sdk import Cancelled, ComponentError, LocalFile, Record, Unreachable

pytest.importorskip("distributed", reason="cluster: dask is not installed")

PLUGIN = """
import os, signal, time
from pathlib import Path
from hdp.sdk import *

class Base(Component):
    title = "Test"
    inputs = (Port("files", ("*/*",)),)
    outputs = (Port("files", ("*/*",)),)

class Copy(Base):
    id = "remote.copy"
    isolation = "process"
    def run(self, step):
        file = step.inputs["files"][0]
        step.progress(1, 2, "half")
        path = step.workdir / file.name
        path.write_bytes(file.path.read_bytes() + str(os.getppid()).encode())
        return Result({"files": [path]}, metadata={"title": file.name})

class Slow(Base):
    id = "remote.slow"
    def run(self, step):
        for _ in range(600):
            step.check_cancelled()
            time.sleep(0.1)
        return Result()

class Killer(Base):
    id = "remote.killer"
    def run(self, step):
        mark = Path(step.inputs["files"][0].path.read_text())
        if not mark.exists():
            mark.write_text("once")
            os.kill(os.getpid(), signal.SIGKILL)
        path = step.workdir / "after.txt"
        path.write_text("alive")
        return Result({"files": [path]})

class Secret(Base):
    id = "remote.secret"
    def run(self, step):
        path = step.workdir / "told.txt"
        path.write_text(step.secret("key") + step.setting("colour"))
        return Result({"files": [path]})
"""
MANIFEST = """
id = "remote"
name = "Remote"
version = "1"
sdk = ["1"]
components = ["remote.copy", "remote.slow", "remote.killer", "remote.secret"]
secrets = ["key"]
[settings.colour]
help = "A colour."
"""


@pytest.fixture(scope="module")
def plugin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plugins") / "remote"
    folder.mkdir()
    (folder / "plugin.toml").write_text(MANIFEST)
    (folder / "__init__.py").write_text(
        textwrap.dedent(PLUGIN)
        + "\n\n@hookimpl\ndef hdp_components():\n    return [Copy, Slow, Killer, Secret]\n"
    )
    return folder


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """A scheduler and two workers, each a process of its own; the address."""
    folder = tmp_path_factory.mktemp("dask")
    where = folder / "scheduler.json"
    env = os.environ | {
        "DASK_DISTRIBUTED__WORKER__DAEMON": "False", "HDP_HOME": str(folder / "home"),
        "DASK_TEMPORARY_DIRECTORY": str(folder),
    }  # fmt: skip
    common = ["--scheduler-file", str(where), "--no-dashboard"]
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1",
                 "--port", "0", *common]  # fmt: skip
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--host",
              "127.0.0.1", *common]  # fmt: skip
    log = (folder / "log").open("w")
    started = []
    try:
        for command in (scheduler, worker, worker):
            started.append(
                subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
            )
            while not where.exists() or not where.read_text().strip():
                assert started[0].poll() is None, (folder / "log").read_text()
                time.sleep(0.05)
        yield json.loads(where.read_text())["address"]
    finally:
        for one in reversed(started):
            os.killpg(one.pid, signal.SIGKILL)  # a worker is a nanny and its child
            one.wait(20)
        log.close()


@pytest.fixture
def cluster(dask):
    one = Cluster(Place("dask", dask))
    yield one
    one.close()


@pytest.fixture
def order(plugin, tmp_path):
    """An order to run one component of the plugin on a text file."""

    def make(component, text="abc", name="ä b.txt", **more):
        catalogue = load(tmp_path / "home", extra=[plugin])
        source = (
            f"hdp: 1\nname: t\ninputs: {{all: ['*/*']}}\nsteps:\n"
            f"  - {{id: s, uses: {component}, in: {{files: inputs.all}}, names: 'new {{name}}'}}\n"
            "upload: [inputs.all, s.files]\nmetadata: {from: s, fill: [title]}\n"
        )
        path = tmp_path / "in" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        file = LocalFile(path, path.name, "text/plain", relpath=path.name)
        pipeline = read(source, source="t.yaml", catalogue=catalogue)
        given = Order(
            __version__, pipeline, (file,), Record({}, (file,)),
            tmp_path / "out" / "t", {}, {component: 1}, (str(plugin),),
            {("remote", "key"): "s3cret"}, {"remote": {"colour": "red"}},
        )  # fmt: skip
        return replace(given, **more)

    return make


def go(cluster, order, tell=lambda *one: None, cancelled=lambda: False):
    return cluster.run(order, tell=tell, cancelled=cancelled)


def test_an_item_runs_there_and_its_results_are_here(cluster, order, tmp_path):
    result = go(cluster, order("remote.copy"))
    made = tmp_path / "out" / "t" / "new ä b.txt"
    assert [one.path for one in result.outputs] == [made]
    assert made.read_text().startswith("abc") and str(os.getpid()) not in made.read_text()
    assert [one.path for one in result.upload] == [tmp_path / "in" / "ä b.txt", made]
    assert [(one.field, one.value) for one in result.metadata] == [("title", "ä b.txt")]
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["t"]  # no mark is left


def test_files_are_sent_to_workers_that_do_not_see_them(cluster, order, tmp_path):
    cluster._shared[tmp_path / "out"] = False  # as on computers with other folders
    result = go(cluster, order("remote.copy"))
    made = tmp_path / "out" / "t" / "new ä b.txt"
    assert [one.path for one in result.outputs] == [made] == [result.upload[1].path]
    assert hashlib.sha256(made.read_bytes()).hexdigest() == result.outputs[0].sha256
    assert (tmp_path / "out" / "t" / "paradata.json").is_file()
    assert result.upload[0].path == tmp_path / "in" / "ä b.txt"


def test_a_lost_workers_item_runs_again(cluster, order, tmp_path):
    result = go(cluster, order("remote.killer", text=str(tmp_path / "mark")))
    assert (tmp_path / "mark").read_text() == "once"
    assert [one.name for one in result.outputs] == ["new after.txt"]


def test_it_can_be_cancelled(cluster, order):
    stop = threading.Event()
    threading.Timer(1.5, stop.set).start()
    begin = time.monotonic()
    with pytest.raises(Cancelled):
        go(cluster, order("remote.slow"), cancelled=stop.is_set)
    assert time.monotonic() - begin < 40


def test_secrets_stay_on_this_computer_unless_the_way_is_private(cluster, order, monkeypatch):
    result = go(cluster, order("remote.secret"))
    assert result.outputs[0].path.read_text() == "s3cretred"
    monkeypatch.setattr(Cluster, "is_private", False)
    with pytest.raises(ComponentError, match="only go to a cluster over tls"):
        go(cluster, order("remote.secret"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"hdp": "0.0"}, "has HDP"),
        ({"components": {"remote.copy": 2}}, "has remote.copy@1"),
        ({"components": {"remote.other": 1}}, "no component remote.other"),
    ],
)
def test_other_versions_are_refused(cluster, order, changed, words):
    with pytest.raises(ComponentError, match=words) as caught:
        go(cluster, order("remote.copy", **changed))
    assert caught.value.name == "cluster-version"


def test_a_missing_file_is_a_sentence(cluster, order, tmp_path):
    wanted = order("remote.copy")
    go(cluster, wanted)
    (tmp_path / "in" / "ä b.txt").unlink()
    with pytest.raises(ComponentError, match=r"does not see ä b\.txt"):
        go(cluster, wanted)


def test_nobody_answers():
    with pytest.raises(Unreachable, match="No Dask scheduler answers"):
        Cluster(Place("dask", "tcp://127.0.0.1:9"), wait_s=0.5)._connected()


def test_several_drives_and_one(tmp_path):
    places = elsewhere._side_by_side([Path("/a/b/x.obj"), Path("/a/b/t/x.png")], tmp_path)
    assert sorted(str(one.relative_to(tmp_path)) for one in places.values()) == [
        "t/x.png", "x.obj",
    ]  # fmt: skip
    assert elsewhere._side_by_side([], tmp_path) == {}


def test_a_projects_items_run_there(dask, app, open_project, tmp_path):
    from hdp.application import Selection, actions

    project = open_project(3)
    args = {"pipeline": "web-copies", "params": {}, "on": f"dask:{dask}"}
    started = actions.start(
        app, actions.Action("pipeline", "practice", Selection(all=True), args=args)
    )
    assert started.job and app.jobs.wait(started.job, timeout=60)
    job = app.jobs.get(started.job)
    assert (job["state"], job["done"]) == ("done", 3)
    made = sorted(one.name for one in project.root_dir("output").rglob("*_web.jpg"))
    assert made == ["photo_000_web.jpg", "photo_001_web.jpg", "photo_002_web.jpg"]
