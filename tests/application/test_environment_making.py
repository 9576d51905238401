"""Plugins with a requirements.txt run in a Python of their own; nothing here asks the network."""

from __future__ import annotations

import os
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from hdp.application import environment_tools
from hdp.application.environment_making import make_environment
from hdp.application.plugin_installing import enable_plugin, install_plugin, remove_plugin
from hdp.pipelines.model import read
from hdp.pipelines.runner import run
from hdp.plugin_environments import PluginEnvironment
from hdp.sdk import Cancelled, HdpError, LocalFile, NotFound, Record

CODE = '''
import os, sys, time
from dataclasses import dataclass, field
from hdp.sdk import *

@dataclass(frozen=True)
class P(Params):
    words: tuple[str, ...] = field(default=("a", "b"), metadata={"help": "Words."})
    does: str = field(default="", metadata={"help": "What it does."})

class Heavy(Component):
    """Uses a library that HDP does not have."""
    id, title, isolation, params = "heavy.use", "Heavy", "environment", P
    inputs = (Port("files", ("*/*",)),)
    outputs = (Port("files", ("*/*",)),)
    reads = ("title",)
    def open(self):
        import tiny_for_heavy
        self.tiny = tiny_for_heavy
    def run(self, step):
        file = step.inputs["files"][0]
        print("noise on stdout")
        step.progress(1, 2, "half")
        if step.params.does == "exit": os._exit(7)
        if step.params.does == "raise": raise ValueError("out of luck")
        if step.params.does == "refuse": raise ComponentError("not this one", hint="another")
        if step.params.does == "sleep":
            while True: time.sleep(0.05)
        if step.params.does == "hear":
            while True:
                step.check_cancelled()
                time.sleep(0.05)
        if step.params.does == "net": step.http.request("GET", "https://example.org")
        made = step.workdir / "made.txt"
        made.write_text(self.tiny.shout(file.path.read_text()) + step.secret("key"))
        return Result({"files": [made]}, {"keywords": list(step.params.words)},
                      values={"python": sys.prefix, "pid": os.getpid(),
                              "title": step.record.fields["title"]})

@hookimpl
def hdp_components():
    return [Heavy]
'''
PIPELINE = """hdp: 1
name: P
inputs:
  all: {media: ['*/*']}
steps:
  - {id: one, uses: heavy.use@1, in: {files: inputs.all}, with: {does: "DOES"}LIMIT}
upload: [one.files]
metadata:
  - {from: one, fill: [keywords]}
"""


def heavy(place: Path, requirements: str = "./tiny_for_heavy-1.0-py3-none-any.whl\n") -> Path:
    """A plugin with a library of its own beside it, as a wheel."""
    place.mkdir()
    (place / "__init__.py").write_text(CODE)
    (place / "plugin.toml").write_text(
        'id = "heavy"\nname = "H"\nversion = "1"\nsdk = ["1"]\ncomponents = ["heavy.use"]\n'
        'secrets = ["key"]\n'
    )
    (place / "requirements.txt").write_text(requirements)
    about = "tiny_for_heavy-1.0.dist-info"
    with zipfile.ZipFile(place / "tiny_for_heavy-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_for_heavy.py", "def shout(text):\n    return text.upper()\n")
        wheel.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny-for-heavy\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/RECORD", "")
    return place


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("UV_INDEX_URL", "http://127.0.0.1:9/simple")


def perform(app, tmp_path, does="", *, cancelled=lambda: False, told=None, limit=""):
    (tmp_path / "a.txt").write_text("amphora ")
    file = LocalFile(tmp_path / "a.txt", "a.txt", "text/plain", size=8)
    text = PIPELINE.replace("DOES", does).replace("LIMIT", limit)
    from hdp.net import Client

    with Client() as http:
        return run(
            read(text, source="p.yaml", catalogue=app.catalogue), files=[file],
            record=Record({"title": "T"}), catalogue=app.catalogue, to=tmp_path / f"out{does}",
            http=http, workroot=tmp_path / "work", secret=lambda *_: "!", cancelled=cancelled,
            progress=told or (lambda *_: None),
        )  # fmt: skip


def test_a_heavy_component_runs_in_its_own_python(app, home, tmp_path):
    """The one test that makes a real environment: all that can happen in it happens here."""
    install_plugin(app, heavy(tmp_path / "heavy"))
    found = enable_plugin(app, "heavy", on=True)
    assert found.status == "incomplete"
    assert "hdp plugin environment heavy" in found.reason
    with pytest.raises(NotFound, match="incomplete"):
        app.catalogue.component("heavy.use")

    lines: list[str] = []
    make_environment(app.environment_making.environment("heavy"), lines.append, lambda: False)
    assert any("tiny" in one for one in lines)
    app.reload_plugins()
    assert app.catalogue.plugin("heavy").status == "ready"

    heard = []
    result = perform(app, tmp_path, told=lambda *one: heard.append(one))
    (made,) = (tmp_path / "out").rglob("*.txt")
    assert made.read_text() == "AMPHORA !"
    assert "a" in str(result.metadata)
    assert any("half" in str(one) for one in heard)

    for does, words in (
        ("raise", "ValueError: out of luck"), ("refuse", "not this one"), ("exit", "status 7"),
        ("net", "no network through HDP"),
    ):  # fmt: skip
        with pytest.raises(HdpError) as caught:
            perform(app, tmp_path, does)
        assert words in caught.value.message
        assert "heavy.use" in caught.value.message
    with pytest.raises(HdpError) as caught:
        perform(app, tmp_path, "sleep", limit=", timeout: 1")
    assert "longer than its limit" in caught.value.message
    with pytest.raises(Cancelled):
        perform(app, tmp_path, "hear", cancelled=lambda: True)

    place = app.environment_making.environment("heavy")
    (place.requirements).write_text("# others now\n")
    app.reload_plugins()
    assert app.catalogue.plugin("heavy").status == "incomplete", "the list has changed"
    remove_plugin(app, "heavy")
    assert not (home / "plugin-environments").exists()


def test_without_a_network_there_is_a_sentence_and_nothing_else(app, home, tmp_path):
    install_plugin(app, heavy(tmp_path / "heavy", "surely-not-there==1\n"))
    enable_plugin(app, "heavy", on=True)
    with pytest.raises(HdpError) as caught:
        make_environment(app.environment_making.environment("heavy"), lambda _: None, lambda: False)
    assert caught.value.name == "environment-offline"
    assert not (home / "plugin-environments").exists()


def script(place: Path, text: str) -> str:
    place.write_text(f"#!{sys.executable}\n{text}")
    place.chmod(place.stat().st_mode | stat.S_IXUSR)
    return str(place)


needs_posix = pytest.mark.skipif(os.name != "posix", reason="on purpose: programs are scripts here")


@needs_posix
def test_it_is_made_in_the_background_and_can_be_cancelled(app, home, tmp_path, monkeypatch):
    install_plugin(app, heavy(tmp_path / "heavy"))
    enable_plugin(app, "heavy", on=True)
    slow = script(tmp_path / "uv", "import time\nprint('a slow one', flush=True)\ntime.sleep(60)\n")
    tool = environment_tools.Tool("uv", slow, "uv")
    monkeypatch.setattr("hdp.application.environment_making.find_tool", lambda _oldest: tool)
    making = app.environment_making
    making.start("heavy")
    with pytest.raises(HdpError, match="being made already"):
        making.start("heavy")
    while "a slow one" not in making.now("heavy")["lines"]:
        assert making.now("heavy")["state"] == "running"
    making.cancel("heavy")
    making._works["heavy"].thread.join(20)
    assert making.now("heavy")["state"] == "cancelled"
    assert making.now("heavy", after=10_000)["lines"] == []
    assert not (home / "plugin-environments").exists()


@needs_posix
def test_a_tool_that_fails_says_its_last_words(app, home, tmp_path, monkeypatch):
    install_plugin(app, heavy(tmp_path / "heavy"))
    bad = script(tmp_path / "uv", "print('no room for this')\nraise SystemExit(3)\n")
    monkeypatch.setattr(
        "hdp.application.environment_making.find_tool",
        lambda _oldest: environment_tools.Tool("uv", bad, "uv"),
    )
    with pytest.raises(HdpError) as caught:
        make_environment(app.environment_making.environment("heavy"), lambda _: None, lambda: False)
    assert caught.value.name == "environment-failed"
    assert "no room for this" in caught.value.message
    assert not (home / "plugin-environments").exists()


def test_without_any_tool_there_is_a_way_out(app, tmp_path, monkeypatch):
    monkeypatch.setattr("hdp.application.environment_making.find_tool", lambda _oldest: None)
    place = PluginEnvironment(tmp_path, "heavy", tmp_path)
    with pytest.raises(NotFound) as caught:
        make_environment(place, lambda _: None, lambda: False)
    assert "uv" in caught.value.hint


@needs_posix
def test_what_makes_environments_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert environment_tools.find_tool().program == sys.executable
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert environment_tools.find_tool() is None
    assert environment_tools.describe_tool()["works"] is False
    script(tmp_path / "python3.12", "print(3, 10)")
    assert environment_tools.find_tool() is None, "too old"
    script(tmp_path / "python3", "print(3, 12)")
    assert "Python 3.12" in environment_tools.find_tool().title
    script(tmp_path / "uv", "")
    found = environment_tools.find_tool()
    assert found.kind == "uv"
    # left alone it would take any Python, or fetch one that is too new for heavy libraries
    made = found.make(tmp_path / "e")
    assert made[made.index("--python") + 1] == environment_tools.UV_PYTHONS
