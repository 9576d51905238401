"""Records through three steps: a crash, a hang, a full disk, and a kill of HDP half-way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

# A few here, and as many as the soak asks for (200 in `make soak`).
COUNT = min(200, int(os.environ.get("HDP_SOAK", "12")))
BAD = {"photo_001.jpg": "crash", "photo_004.jpg": "hang", "photo_007.jpg": "full"}

PLUGIN = """
import ctypes, os, time
from pathlib import Path
from hdp.sdk import *

BAD = %r

class Base(Component):
    title = "Drill"
    inputs = (Port("files", ("*/*",)),)
    outputs = (Port("files", ("*/*",)),)

    def copy(self, step, word):
        file = step.inputs["files"][0]
        path = step.workdir / file.name
        path.write_bytes(file.path.read_bytes() + word.encode())
        with open(os.environ["DRILL_MARKS"], "a") as stream:
            stream.write(f"{word} {file.name}" + chr(10))
        return Result({"files": [path]})

class Copy(Base):
    id = "drill.copy"
    def run(self, step):
        return self.copy(step, "copy")

class Risky(Base):
    id = "drill.risky"
    isolation = "process"
    def run(self, step):
        bad = BAD.get(step.inputs["files"][0].name)
        if bad == "crash":
            ctypes.string_at(0)
        if bad == "hang":
            time.sleep(600)
        if bad == "full":
            with open("/dev/full", "w") as disk:
                disk.write("x")
        return self.copy(step, "risky")

class Describe(Base):
    id = "drill.describe"
    def run(self, step):
        made = self.copy(step, "describe")
        return Result(made.files, metadata={"keywords": [step.inputs["files"][0].name]})

@hookimpl
def hdp_components():
    return [Copy, Risky, Describe]
"""
MANIFEST = """
id = "drill"
name = "Drill"
version = "1"
sdk = ["1"]
components = ["drill.copy", "drill.risky", "drill.describe"]
"""
PIPELINE = """
hdp: 1
name: Drill
inputs: {all: [image/*]}
steps:
  - {id: a, uses: drill.copy, in: {files: inputs.all}}
  - {id: b, uses: drill.risky, in: {files: a.files}, timeout: 4}
  - {id: c, uses: drill.describe, in: {files: b.files}, names: "{stem}_made{ext}"}
upload: [inputs.all, c.files]
metadata: {from: c, fill: [keywords]}
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.path.exists("/dev/full"),  # noqa: PTH110 - a device
        reason="on purpose: this system has no disk that is always full",
    ),
]


@pytest.fixture
def drill(open_project, do, app, tmp_path, monkeypatch):
    """Starts `hdp pipeline draft` on all items in a process of its own."""
    plugin = tmp_path / "plugins" / "drill"
    plugin.mkdir(parents=True)
    (plugin / "__init__.py").write_text(PLUGIN % BAD)
    (plugin / "plugin.toml").write_text(MANIFEST)
    (tmp_path / "drill.yaml").write_text(PIPELINE)
    path = open_project(COUNT).path
    assert do("prepare")["done"] == COUNT
    app.close_project()
    env = {"PYTHONPATH": os.pathsep.join(sys.path), "DRILL_MARKS": str(tmp_path / "marks")}
    (tmp_path / "marks").write_text("")

    def start():
        return subprocess.Popen(
            [sys.executable, "-m", "hdp", "-p", path, "pipeline", "draft", tmp_path / "drill.yaml",
             "--all", "--on", "local:2", "--plugin", plugin],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | env,
        )  # fmt: skip

    return path, start


def marks(tmp_path) -> Counter[str]:
    return Counter((tmp_path / "marks").read_text().splitlines())


def described(tmp_path) -> int:
    return sum(one.startswith("describe") for one in marks(tmp_path))


def kill_half_way(process, tmp_path) -> None:
    until = time.monotonic() + 60 + COUNT
    while described(tmp_path) < COUNT // 3 and time.monotonic() < until:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_all_but_three_are_enriched_drafts_and_nothing_runs_twice(drill, app, tmp_path):
    path, start = drill
    kill_half_way(start(), tmp_path)
    at_kill = marks(tmp_path)
    app.open_project(path)
    remote = app.remotes.open(app.environment("practice"))
    early = {one.metadata["title"] for one in remote.list_drafts()}
    app.close_project()

    second = start()
    said, _ = second.communicate(timeout=120 + COUNT)
    assert second.returncode == 1, said
    for words in ("stopped unexpectedly", "longer than its limit of 4", "no room left"):
        assert words in said

    app.open_project(path)
    drafts = list(app.remotes.open(app.environment("practice")).list_drafts())
    titles = Counter(one.metadata["title"] for one in drafts)
    assert len(drafts) == len(titles) == COUNT - len(BAD), said
    for one in drafts:
        assert one.metadata["keywords"] == [f"photo_{int(one.metadata['title'][11:]):03}.jpg"]
    # What was at work when it was killed is done again; two items at most were.
    done = marks(tmp_path)
    doubles = {one for one, count in done.items() if count > 1}
    assert len(doubles) <= 2 and all(count <= 2 for count in done.values()), doubles
    assert not [one for one in doubles if f"Photograph {int(one[-7:-4])}" in early]
    assert set(at_kill) <= set(done)
    assert sum(one.startswith("describe") for one in done) == COUNT - len(BAD)
    assert leftovers(tmp_path) == []

    third = start()
    third.communicate(timeout=120)
    after = marks(tmp_path)
    assert after == done  # what is done is done, and the three fail again without their first step


def leftovers(tmp_path) -> list[str]:
    hidden = [one.name for one in (tmp_path / "output" / "TST").glob("*/.*")]
    return hidden + [one.name for one in (tmp_path / "home" / "work").glob("run-*")]
