"""A plugin written to disk, and a runner with everything but the pipeline filled in."""

import textwrap

import pytest

from hdp.pipelines.model import read
from hdp.pipelines.runner import run
from hdp.plugins import load
from hdp.sdk import LocalFile, Record

PLUGIN = """
import ctypes, errno, os, sys, time
from pathlib import Path
from dataclasses import dataclass, field
from hdp.sdk import *

@dataclass(frozen=True)
class Words(Params):
    text: str = field(default="hello", metadata={"help": "What is written."})

class Base(Component):
    title = "Test"
    inputs = (Port("files", ("*/*",)),)
    outputs = (Port("files", ("*/*",)),)

class Copy(Base):
    id = "trial.copy"
    params = Words
    def run(self, step):
        file = step.inputs["files"][0]
        path = step.workdir / file.name
        path.write_bytes(file.path.read_bytes() + step.params.text.encode())
        return Result({"files": [path]}, metadata={"keywords": [file.name], "title": "T"},
                      values={"size": path.stat().st_size})

class Bomb(Base):
    id = "trial.bomb"
    isolation = "process"
    def run(self, step):
        if "bad" in step.inputs["files"][0].name:
            ctypes.string_at(0)
        path = step.workdir / step.inputs["files"][0].name
        print("noise on stdout")
        step.progress(1, 2, "half")
        path.write_text(str(os.getpid()))
        return Result({"files": [path]})

class Slow(Base):
    id = "trial.slow"
    isolation = "process"
    def run(self, step):
        time.sleep(60)

class Outside(Base):
    id = "trial.outside"
    def run(self, step):
        return Result({"files": [Path(__file__)]})

class Link(Base):
    id = "trial.link"
    def run(self, step):
        (step.workdir / "x.txt").symlink_to(__file__)
        return Result({"files": [step.workdir / "x.txt"]})

class Cheat(Base):
    id = "trial.cheat"
    def run(self, step):
        step.inputs["files"][0].path.write_text("gone")
        return Result()

class Raises(Base):
    id = "trial.raises"
    def run(self, step):
        raise ZeroDivisionError("by nought")

class Odd(Exception):
    def __init__(self, a, b):
        super().__init__(a)

class RaisesOdd(Base):
    id = "trial.odd"
    isolation = "process"
    def run(self, step):
        raise Odd(1, 2)

class Greedy(Base):
    id = "trial.greedy"
    isolation = "process"
    def run(self, step):
        kept = []
        for _ in range(4000):
            kept.append(b"x" * (1 << 20))
            time.sleep(0.002)
        return Result()

class Deaf(Base):
    id = "trial.deaf"
    def run(self, step):
        time.sleep(5)
        return Result()

class Polite(Base):
    id = "trial.polite"
    def run(self, step):
        while True:
            step.check_cancelled()
            time.sleep(0.01)

class Quits(Base):
    id = "trial.quits"
    def run(self, step):
        if "bad" in step.inputs["files"][0].name:
            sys.exit(3)
        return Result()

class QuitsAlone(Quits):
    id = "trial.quitsalone"
    isolation = "process"

class Full(Base):
    id = "trial.full"
    def run(self, step):
        raise OSError(errno.ENOSPC, "No space left on device", str(step.workdir / "x"))

class Opens(Base):
    id = "trial.opens"
    count = 0
    def open(self):
        self.count += 1
    def run(self, step):
        return Result(values={"opened": self.count})

class Reader(Base):
    id = "trial.reader"
    reads = ("title",)
    def run(self, step):
        mark(step)
        return Result(values={"fields": sorted(step.record.fields)})

class Counts(Base):
    id = "trial.counts"
    params = Words
    def run(self, step):
        mark(step)
        file = step.inputs["files"][0]
        (step.workdir / "deep").mkdir()
        path = step.workdir / "deep" / file.name
        path.write_bytes(file.path.read_bytes() + step.params.text.encode())
        return Result({"files": [Output(path, relpath="deep/" + file.name)]}, values={"n": 1},
                      metadata={"title": "T"}, evidence={"title": {"text": "seen"}})

def mark(step):
    place = os.environ.get("TRIAL_MARKS")
    if place:
        with open(place, "a") as stream:
            stream.write(step.inputs["files"][0].name + chr(10))

ALL = (Greedy, Deaf, Polite, Quits, QuitsAlone, Full, Opens, Reader, Counts,
       Copy, Bomb, Slow, Outside, Link, Cheat, Raises, RaisesOdd)

@hookimpl
def hdp_components():
    return ALL
"""
NAMES = ("copy", "bomb", "slow", "outside", "link", "cheat", "raises", "odd",
         "greedy", "deaf", "polite", "quits", "quitsalone", "full", "opens", "reader",
         "counts")  # fmt: skip
IDS = [f"trial.{one}" for one in NAMES]


@pytest.fixture
def catalogue(tmp_path):
    folder = tmp_path / "trial"
    folder.mkdir()
    (folder / "__init__.py").write_text(PLUGIN)
    (folder / "plugin.toml").write_text(
        f'id = "trial"\nname = "T"\nversion = "1"\nsdk = ["1"]\ncomponents = {IDS!r}\n'
    )
    found = load(tmp_path / "home", extra=[folder])
    assert found.plugin("trial").reason == ""
    return found


@pytest.fixture
def source(tmp_path):
    def write(name, text="original", role="primary", media_type="text/plain"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return LocalFile(path, path.name, media_type, role, relpath=name)

    return write


@pytest.fixture
def play(catalogue, tmp_path):
    def go(steps, files, *, top="", fields=None, **more):
        text = textwrap.dedent(
            "hdp: 1\nname: Trial\ninputs: {all: ['*/*']}\n" + top + "steps:\n"
        ) + "".join(f"  - {one}\n" for one in steps)
        pipeline = read(text, source="trial.yaml", catalogue=catalogue)
        return run(
            pipeline, files=files, record=Record(fields or {}), catalogue=catalogue,
            to=more.pop("to", tmp_path / "out"), http=None, workroot=tmp_path / "work", **more,
        )  # fmt: skip

    return go
