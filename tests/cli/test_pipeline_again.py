"""A finished run is used again in every environment, and done anew when asked."""

import json
import sqlite3
from contextlib import closing

import pytest

PLUGIN = """
import os
from dataclasses import dataclass, field
from hdp.sdk import *

@dataclass(frozen=True)
class Words(Params):
    text: str = field(default="x", metadata={"help": "What is written."})

class Describe(Component):
    id = "again.describe"
    title = "Describe"
    inputs = (Port("files", ("*/*",)),)
    outputs = (Port("files", ("*/*",)),)
    params = Words
    reads = ("keywords",)

    def run(self, step):
        with open(os.environ["AGAIN_MARKS"], "a") as stream:
            stream.write(step.inputs["files"][0].name + " ")
        if os.environ.get("AGAIN_FAILS"):
            raise ValueError("not today")
        path = step.workdir / "words.txt"
        path.write_text(step.params.text)
        return Result({"files": [path]}, metadata={"keywords": ["made"]})

@hookimpl
def hdp_components():
    return [Describe]
"""
PIPELINE = """
hdp: 1
name: Describe
params: {text: {default: one, help: Words.}}
inputs: {all: [image/*]}
steps:
  - {id: d, uses: again.describe, in: {files: inputs.all}, with: {text: {param: text}},
     names: "{step}.txt", when: 'record.keywords == ""'}
upload: [inputs.all, d.files]
metadata: {from: d, fill: [keywords]}
"""


@pytest.fixture
def run(hdp, made, tmp_path, monkeypatch):
    plugin = tmp_path / "plugins" / "again"
    plugin.mkdir(parents=True)
    (plugin / "__init__.py").write_text(PLUGIN)
    (plugin / "plugin.toml").write_text(
        'id = "again"\nname = "A"\nversion = "1"\nsdk = ["1"]\ncomponents = ["again.describe"]\n'
    )
    (tmp_path / "describe.yaml").write_text(PIPELINE)
    marks = tmp_path / "marks"
    monkeypatch.setenv("AGAIN_MARKS", str(marks))

    def go(*args, code=0):
        marks.write_text("")
        ran = hdp("pipeline", args[0], "describe.yaml", *args[1:], "--plugin", plugin, "--json")
        assert ran.code == code, ran.out + ran.err
        return len(marks.read_text().split())

    return go


def rows(made):
    with closing(sqlite3.connect(made)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(one) for one in connection.execute("SELECT * FROM run ORDER BY id")]


def test_nothing_is_done_twice_unasked(run, hdp, made, tmp_path):
    assert run("run", "--all") == 3
    assert run("run", "--all") == 0
    assert run("run", "--all", "--env", "sandbox") == 0
    assert run("run", 1, "--again") == 1
    assert run("run", "--all", "--param", "text=two") == 3
    assert hdp("prepare", "--all").code == 0
    assert run("draft", "--all", "--param", "text=two") == 0
    listed = hdp("draft", "list", "--json").json
    assert json.dumps(listed).count('"draft"') >= 3
    assert [one["state"] for one in rows(made)] == ["done"] * 3


def test_a_lost_result_is_made_again_without_doing_the_step_again(run, tmp_path):
    assert run("run", "--all") == 3
    (lost,) = (tmp_path / "output").glob("TST/1-*/Describe/d.txt")
    lost.unlink()
    assert run("run", "--all") == 0
    assert lost.read_text() == "one"


def test_what_was_forgotten_is_not_needed_for_a_finished_run(run, tmp_path):
    import shutil

    assert run("run", "--all") == 3
    shutil.rmtree(tmp_path / "output" / ".hdp")
    assert run("run", "--all") == 0


def test_a_failed_run_is_closed_with_what_it_did(run, made, monkeypatch):
    monkeypatch.setenv("AGAIN_FAILS", "1")
    assert run("run", 1, code=1) == 1
    (row,) = rows(made)
    assert row["state"] == "failed" and "not today" in row["error"]
    assert json.loads(row["steps"])[0]["state"] == "failed"


def test_runs_of_dead_processes_are_closed_at_the_next_opening(run, hdp, made, tmp_path):
    assert run("run", 1) == 1
    (folder,) = (tmp_path / "output").glob("TST/1-*")
    with closing(sqlite3.connect(made)) as connection, connection:
        connection.execute(
            "INSERT INTO run (item_id, pipeline, source, state, started)"
            " VALUES (1, 'Describe', '', 'running', '2026-01-01')"
        )
    (folder / "Describe").rename(folder / ".Describe.old-0123abcd")
    (folder / ".Describe.new-0123abcd").mkdir()
    assert hdp("item", "list").code == 0
    assert [one["state"] for one in rows(made)] == ["done", "failed"]
    assert json.loads(rows(made)[1]["error"])["code"] == "run-interrupted"
    assert [one.name for one in folder.iterdir()] == ["Describe"]
