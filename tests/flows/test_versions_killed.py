"""kill -9 and faults while many new versions are made: each once, each exactly its manifest."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hdp.project import deposits
from hdp.uploads.version_metadata import carry_metadata
from hdp.uploads.version_order import NewFile, Order

COUNT = 200 if os.environ.get("HDP_SOAK") else 8
ROOT = Path(__file__).resolve().parents[2]
CODE = """
import json, sys
from pathlib import Path
from hdp.application import Application, Selection, actions
home, project, args, faults = sys.argv[1:]
app = Application(Path(home), practice_faults=faults)
app.open_project(Path(project))
given = json.loads(Path(args).read_text())
started = actions.start(app, actions.Action("version", "practice", Selection(all=True), args=given))
app.jobs.wait(started.job)
app.close()
"""


def _order(app, item: int, folder: Path, pipeline: str) -> tuple[Order, dict[str, str]]:
    """Every third carries the old file over, every third replaces it, the others drop it."""
    base = app.project.read(lambda c: deposits.latest_published(c, item, "practice"))
    (old,) = app.project.read(lambda c: deposits.list_files(c, base.id))
    data = f"new {item}".encode()
    name = old.name if item % 3 == 1 else f"new_{item}.txt"
    path = folder / str(item) / name
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    md5 = hashlib.md5(data).hexdigest()
    file = NewFile(str(path), name, len(data), hashlib.sha256(data).hexdigest(), md5)
    decisions = {} if item % 3 == 1 else {old.name: "carry" if item % 3 == 0 else "remove"}
    fields, origins = carry_metadata(base, 2)
    wanted = {name: md5} | ({old.name: old.md5} if item % 3 == 0 else {})
    order = Order(item, base.id, (file,), decisions, pipeline, {}, fields, origins)
    return order, wanted


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pipeline", "faults"),
    [
        ("no-processing", ""),
        ("no-processing", "503:newversion,lost-answer:import,cut-upload,429:metadata"),
        ("cite-with-doi", "503:newversion,lost-answer:metadata,cut-upload,lost-answer:import"),
    ],
)
def test_killed_while_versions_are_made(
    app, open_project, do, practice, tmp_path, pipeline, faults
):
    project = open_project(COUNT)
    for step in ("prepare", "create", "upload", "publish"):
        assert do(step)["done"] == COUNT
    remote = app.remotes.open(app.environment("practice"))
    ids = [one.item_id for one in project.read(deposits.list_deposits)]
    made = {item: _order(app, item, tmp_path / "new", pipeline) for item in ids}
    before = {one.remote_id: {f.name: f.checksum for f in remote.list_record_files(one.remote_id)}
              for one in project.read(deposits.list_deposits)}  # fmt: skip
    args = {"orders": [order.to_json() for order, _ in made.values()]}
    (tmp_path / "args.json").write_text(json.dumps(args))
    paths = os.pathsep.join([str(ROOT), str(ROOT / "plugins")])
    with subprocess.Popen(
        [sys.executable, "-c", CODE, str(app.home), str(project.path), str(tmp_path / "args.json"),
         "slow=0.03:newversion*"],
        env={**os.environ, "PYTHONPATH": paths},
    ) as worker:  # fmt: skip
        while len(remote.list_drafts()) < COUNT // 3:
            assert worker.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        worker.send_signal(signal.SIGKILL)
    practice.faults.add(faults)
    for _ in range(4):
        job = do("version", args=args)
        if job["state"] == "done":
            break
    assert job["state"] == "done", [task["error"] for task in job["tasks"] if task["error"]]
    assert len(remote.list_drafts()) == COUNT
    assert do("publish")["done"] == COUNT
    for item, (order, wanted) in made.items():
        newest = project.read(lambda c, i=item: deposits.latest_published(c, i, "practice"))
        assert newest.previous == order.base
        held = {one.name: one.checksum for one in remote.list_record_files(newest.remote_id)}
        cited = {name: held.pop(name) for name in ("CITATION.cff", "README.txt") if name in held}
        assert held == {name: f"md5:{md5}" for name, md5 in wanted.items()}
        assert len(cited) == (0 if pipeline == "no-processing" else 2)
        versions = remote.list_versions(newest.concept_id)
        assert versions[0].id == newest.remote_id and len(versions) == 2
    for record, files in before.items():
        assert {f.name: f.checksum for f in remote.list_record_files(record)} == files
