"""What the runner of pipelines adds to the work of components, and what a second worker brings."""

from __future__ import annotations

import hashlib
import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hdp.net import Client
from hdp.pipelines.calls import Call, perform
from hdp.pipelines.executors import Pool
from hdp.pipelines.keeping import Kept
from hdp.pipelines.model import read
from hdp.pipelines.runner import run
from hdp.plugins import Catalogue, load
from hdp.sdk import LocalFile, Record

GOAL_MS = 30.0
GOAL_WORKERS = 1.8
ITEMS = 30
_PLUGIN = """
import hashlib
from hdp.sdk import *

class Copy(Component):
    id = "bench.copy"
    title = "Copy"
    inputs = (Port("files", ("*/*",)),)
    outputs = (Port("files", ("*/*",)),)
    def run(self, step):
        file = step.inputs["files"][0]
        path = step.workdir / file.name
        path.write_bytes(file.path.read_bytes())
        return Result({"files": [path]})

class Alone(Copy):
    id = "bench.alone"
    isolation = "process"

class Heavy(Copy):
    id = "bench.heavy"
    isolation = "process"
    def run(self, step):
        found = b""
        for _ in range(250_000):
            found = hashlib.sha256(found).digest()
        return super().run(step)

@hookimpl
def hdp_components():
    return [Copy, Alone, Heavy]
"""
_MANIFEST = """
id = "bench"
name = "Bench"
version = "1"
sdk = ["1"]
components = ["bench.copy", "bench.alone", "bench.heavy"]
"""
_TOP = "hdp: 1\nname: Bench\ninputs: {all: ['*/*']}\nsteps:\n"


def measure() -> Iterator[tuple[str, float, float, str]]:
    """Yields the name, seconds of ours, seconds of the peer, and what was done."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        catalogue = _catalogue(folder)
        files = _files(folder)
        for component, what in (("copy", "in a thread"), ("alone", "in a process")):
            yield _overhead(folder, catalogue, files, component, what)
        yield _two_workers(folder, catalogue, files)


def _catalogue(folder: Path) -> Catalogue:
    plugin = folder / "bench"
    plugin.mkdir()
    (plugin / "__init__.py").write_text(_PLUGIN, encoding="utf-8")
    (plugin / "plugin.toml").write_text(_MANIFEST, encoding="utf-8")
    return load(folder / "home", extra=[plugin])


def _files(folder: Path) -> list[LocalFile]:
    found = []
    for number in range(ITEMS):
        path = folder / f"{number}.txt"
        path.write_bytes(bytes([number]) * 100_000)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        found.append(LocalFile(path, path.name, "text/plain", sha256=sha256, relpath=path.name))
    return found


def _overhead(
    folder: Path, catalogue: Catalogue, files: Sequence[LocalFile], component: str, what: str
) -> tuple[str, float, float, str]:
    direct = _direct(folder, catalogue, files)
    sources = ["inputs.all", "s0.files", "s1.files"]
    steps = [f"{{id: s{number}, uses: bench.{component}, in: {{files: {source}}}}}"
             for number, source in enumerate(sources)]  # fmt: skip
    ours = _runner(folder / component, catalogue, files, steps) / len(steps)
    over = (ours - direct) * 1000
    text = f"an item-step {what} / a direct call: {over:.1f} ms more (goal: under {GOAL_MS:g})"
    return f"runner, {what}", ours, direct, text


def _direct(folder: Path, catalogue: Catalogue, files: Sequence[LocalFile]) -> float:
    kind = catalogue.component("bench.copy")
    component: Any = kind()
    times = []
    for number, one in enumerate(files):
        work = folder / f"direct-{number}"
        work.mkdir(exist_ok=True)
        call = Call(kind.id, catalogue.origin(kind.id), kind.__module__, kind.__qualname__, {},
                    {"files": [one]}, Record({}), work)  # fmt: skip
        times.append(_timed(lambda call=call: perform(  # type: ignore[misc]
            component, call, http=Client(), tell=lambda *_: None, is_cancelled=lambda: False,
            log=logging.getLogger("bench"),
        )))  # fmt: skip
    return statistics.median(times)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _runner(
    folder: Path, catalogue: Catalogue, files: Sequence[LocalFile], steps: Sequence[str],
    workers: int = 1, *, whole: bool = False,
) -> float:  # fmt: skip
    """Seconds for an item: the median, or by the time that all of them took."""
    text = _TOP + "".join(f"  - {one}\n" for one in steps)
    pipeline = read(text, source="bench.yaml", catalogue=catalogue)
    pool, kept, http = Pool(workers), Kept(folder / "kept"), Client()

    def do(one: LocalFile) -> float:
        return _timed(lambda: run(
            pipeline, files=[one], record=Record({}), catalogue=catalogue,
            to=folder / one.name / "out", http=http, workroot=folder / "work", pool=pool, kept=kept,
        ))  # fmt: skip

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(do, files[:workers]))  # starts the workers, as a batch's first items do
        rest = files[workers:]
        times: list[float] = []
        took = _timed(lambda: times.extend(threads.map(do, rest)))
    pool.close()
    return took / len(rest) if whole else statistics.median(times)


def _two_workers(
    folder: Path, catalogue: Catalogue, files: Sequence[LocalFile]
) -> tuple[str, float, float, str]:
    steps = ["{id: s, uses: bench.heavy, in: {files: inputs.all}}"]
    one = _runner(folder / "one", catalogue, files, steps, 1, whole=True)
    two = _runner(folder / "two", catalogue, files, steps, 2, whole=True)
    text = f"an item by two workers / by one: {one / two:.2f} times as fast (goal: {GOAL_WORKERS})"
    return "runner, two workers", two, one, text
