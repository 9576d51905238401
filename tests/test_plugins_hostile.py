"""Plugins that do harm: HDP starts, says which and why, and everything else works."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from hdp import plugin_patience, plugin_trial
from hdp.plugins import Catalogue, load, set_enabled
from hdp.sdk import NotFound, Record

COMPONENT = """
from hdp.sdk import Component, Port, Result, hookimpl

class Copy(Component):
    id = "{id}.copy"
    title = "Copy"
    inputs = (Port("files", ("*/*",)),)
    def run(self, step):
        return Result()

@hookimpl
def hdp_components():
    return [Copy]
"""
TARGET = """
from hdp.sdk import *
class Mine(Target):
    id = "{target}"
    title = "Mine"
    environments = (Environment("mine"),)
    @classmethod
    def schema(cls):
        {schema}
for name in Target.__abstractmethods__ - {"schema"}:
    setattr(Mine, name, lambda *a, **k: None)
Mine.__abstractmethods__ = frozenset()
@hookimpl
def hdp_targets():
    return [Mine]
"""


def drop(home: Path, name: str, code: str, manifest: str | None = None) -> Path:
    """A plugin in the plugins folder, switched on."""
    folder = home / "plugins" / name
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(code.replace("{id}", name))
    declared = f'components = ["{name}.copy"]' if "hdp_components" in code else ""
    told = manifest or f'id = "{name}"\nname = "N"\nversion = "1"\nsdk = ["1"]\n{declared}\n'
    (folder / "plugin.toml").write_text(told)
    set_enabled(home, name, True)
    return folder


def assert_others_work(catalogue: Catalogue) -> None:
    """That the built-in plugins and a good one of a person's are there."""
    assert {"image", "zenodo", "general"} <= {
        one.id for one in catalogue.plugins if one.status == "ready"
    }
    assert catalogue.component("good.copy").title == "Copy"


HOSTILE = {
    "bad manifest": ("pass", "id = ", "broken", "plugin.toml cannot be read"),
    "manifest of bytes": ("pass", "\x00\x01", "broken", "plugin.toml cannot be read"),
    "wrong contract": (
        "raise SystemExit", 'id = "bad"\nname = "B"\nversion = "1"\nsdk = ["7"]\n',
        "incompatible", "made for version 7 of the plugin contract; this HDP has version 1",
    ),
    "import error": ("import surely_not_there", None, "broken", "surely_not_there is missing"),
    "raises": ("raise RuntimeError('out of luck')", None, "broken", "RuntimeError: out of luck"),
    "odd error": (
        "class E(BaseException): pass\nraise E('odd')", None, "broken", "E: odd",
    ),
    "sys.exit": ("import sys\nsys.exit(0)", None, "broken", "SystemExit"),
    "os._exit": ("import os\nos._exit(0)", None, "broken", "ended the whole program"),
    "segfault": ("import ctypes\nctypes.string_at(0)", None, "broken", "ended the whole program"),
    "endless": ("while True: pass", None, "broken", "not loaded after 3 seconds"),
    "deep": ("def f(): f()\nf()", None, "broken", "RecursionError"),
}  # fmt: skip


@pytest.mark.parametrize("case", [one for one in HOSTILE if one != "endless"])
def test_whatever_it_does_while_it_is_loaded(home, monkeypatch, case):
    monkeypatch.setattr(plugin_trial, "SECONDS", 3.0)
    code, manifest, status, reason = HOSTILE[case]
    drop(home, "good", COMPONENT)
    folder = drop(home, "bad", code, manifest)
    catalogue = load(home)
    found = catalogue.plugin("bad")
    assert (found.status, found.where) == (status, str(folder))
    assert reason in found.reason
    assert_others_work(catalogue)


@pytest.mark.parametrize(
    "hook",
    ["components", "targets", "pipelines", "modalities", "checkers", "thumbnailers", "sources"],
)
@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("raise KeyError('x')", "KeyError"),
        ("yield 7", "7"),
        ("raise SystemExit(1)", "SystemExit"),
        ("return 7", "which is no list"),
    ],
)
def test_hooks_that_declare_nonsense(home, hook, does, reason):
    drop(home, "good", COMPONENT)
    drop(home, "bad", f"from hdp.sdk import hookimpl\n@hookimpl\ndef hdp_{hook}():\n    {does}\n")
    catalogue = load(home)
    found = catalogue.plugin("bad")
    assert found.status == "broken"
    assert reason in found.reason
    assert_others_work(catalogue)


def test_hooks_that_never_come_back(home, monkeypatch):
    monkeypatch.setattr(plugin_trial, "SECONDS", 3.0)
    monkeypatch.setattr(plugin_patience, "SECONDS", 0.5)
    drop(home, "good", COMPONENT)
    drop(home, "declares", COMPONENT + "    \n" + COMPONENT.split("@hookimpl")[0]
         + "@hookimpl\ndef hdp_components():\n    while True: pass\n")  # fmt: skip
    forever = "    import threading\n    threading.Event().wait()\n"
    drop(home, "checks", "from hdp.sdk import hookimpl\n@hookimpl\ndef hdp_check_record(record):\n"
         + forever + "@hookimpl\ndef hdp_observe(event):\n" + forever)  # fmt: skip
    catalogue = load(home)
    assert "not loaded after" in catalogue.plugin("declares").reason
    findings = catalogue.check_record(Record({}), "zenodo")
    (told,) = [one for one in findings if one.code == "plugin-raised"]
    assert "checks failed" in told.message
    assert "hdp_check_record did not come back" in told.message
    begun = time.monotonic()
    for _ in range(50):
        catalogue.observe("an event")  # asked no more: it would take its time each time
    assert time.monotonic() - begun < plugin_patience.SECONDS * 10
    assert_others_work(catalogue)


def test_hooks_that_give_something_else(home):
    drop(home, "good", COMPONENT)
    drop(home, "bad", "from hdp.sdk import hookimpl\n@hookimpl\ndef hdp_check_record():\n"
         "    return ['no finding']\n")  # fmt: skip
    (told,) = load(home).check_record(Record({}), "zenodo")
    assert (told.code, "'no finding'" in told.message) == ("plugin-raised", True)


def test_a_trial_is_remembered_until_the_plugin_changes(home, monkeypatch):
    monkeypatch.setattr(plugin_trial, "SECONDS", 3.0)
    folder = drop(home, "bad", "import os\nos._exit(0)")
    assert load(home).plugin("bad").status == "broken"
    kept = json.loads((home / plugin_trial.FILE).read_text("utf-8"))
    assert len(kept) == 1

    def never(*_args):
        raise AssertionError("it was tried again")

    with monkeypatch.context() as patch:
        patch.setattr(plugin_trial, "_try_all", never)
        assert "ended the whole program" in load(home).plugin("bad").reason
    (folder / "__init__.py").write_text("FINE = True  # corrected")
    assert load(home).plugin("bad").status == "ready"
    set_enabled(home, "bad", True)
    assert not (home / plugin_trial.FILE).exists()


def test_a_plugin_id_that_is_taken(home):
    """Both places are named; the first is used."""
    folder = drop(home, "image", COMPONENT)
    catalogue = load(home)
    (loser,) = [one for one in catalogue.plugins if one.where == str(folder)]
    assert loser.status == "disabled"
    assert catalogue.plugin("image").where in loser.reason
    assert str(folder) in loser.reason
    with pytest.raises(NotFound):
        catalogue.component("image.copy")


def test_a_component_id_of_another_plugin(home):
    drop(home, "good", COMPONENT)
    manifest = 'id = "bad"\nname = "B"\nversion = "1"\nsdk = ["1"]\ncomponents = ["image.resize"]\n'
    folder = drop(home, "bad", COMPONENT.replace("{id}.copy", "image.resize"), manifest)
    catalogue = load(home)
    reason = catalogue.plugin("bad").reason
    assert "There is a component image.resize already: that of the plugin image" in reason
    assert catalogue.plugin("image").where in reason
    assert str(folder) in reason
    assert catalogue.component("image.resize").title == "Resize images"
    assert_others_work(catalogue)


def test_a_target_id_of_another_plugin(home):
    drop(home, "good", COMPONENT)
    code = TARGET.replace("{target}", "zenodo").replace("{schema}", "return {'properties': {}}")
    manifest = 'id = "bad"\nname = "B"\nversion = "1"\nsdk = ["1"]\ntargets = ["zenodo"]\n'
    folder = drop(home, "bad", code, manifest)
    catalogue = load(home)
    reason = catalogue.plugin("bad").reason
    for told in ("target zenodo", "plugin zenodo", catalogue.plugin("zenodo").where, str(folder)):
        assert told in reason
    assert "bad" not in catalogue.targets["zenodo"].__module__
    assert_others_work(catalogue)


@pytest.mark.parametrize("schema", ["1 / 0", "return None", "return {'properties': [1]}"])
def test_a_target_whose_fields_cannot_be_shown(home, schema):
    code = TARGET.replace("{target}", "mine").replace("{schema}", schema)
    drop(home, "bad", code, 'id = "bad"\nname = "B"\nversion = "1"\nsdk = ["1"]\n'
         'targets = ["mine"]\n')  # fmt: skip
    catalogue = load(home)
    assert "schema()" in catalogue.plugin("bad").reason
    assert "mine" not in catalogue.targets


def test_two_hundred_at_once(home, monkeypatch):
    """One process tries them all; those that do harm are named, the others work."""
    monkeypatch.setattr(plugin_trial, "SECONDS", 3.0)
    harm = {17: "import os\nos._exit(1)", 99: "1/0", 150: "import ctypes\nctypes.string_at(0)"}
    for number in range(200):
        folder = home / "plugins" / f"p{number}"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(
            harm.get(number, COMPONENT).replace("{id}", folder.name)
        )
        listed = "" if number in harm else f'components = ["{folder.name}.copy"]'
        (folder / "plugin.toml").write_text(
            f'id = "{folder.name}"\nname = "N"\nversion = "1"\nsdk = ["1"]\n{listed}\n'
        )
    (home / "plugins.json").write_text(
        json.dumps({"enabled": {f"p{number}": True for number in range(200)}})
    )
    drop(home, "good", COMPONENT)
    catalogue = load(home)
    ours = {one.id: one.status for one in catalogue.plugins if one.id.startswith("p")}
    assert {one for one, status in ours.items() if status != "ready"} == {"p17", "p99", "p150"}
    assert len(ours) == 200
    assert_others_work(catalogue)
    for name in [one for one in sys.modules if one.startswith("hdp_user_plugins.p")]:
        del sys.modules[name]


def test_the_command_line_starts_with_all_of_them(home, monkeypatch, capfd):
    from hdp.__main__ import main

    monkeypatch.setattr(plugin_trial, "SECONDS", 3.0)
    drop(home, "good", COMPONENT)
    for name, (code, manifest, _status, _reason) in HOSTILE.items():
        word = "".join(filter(str.isalpha, name))
        drop(home, word, code, (manifest or "").replace('"bad"', f'"{word}"') or None)
    assert main(["plugin", "list", "--json"]) == 0
    out = json.loads(capfd.readouterr().out)["plugins"]
    told = {one["id"]: one for one in out}
    assert told["good"]["status"] == "ready"
    for name, (_code, _manifest, status, reason) in HOSTILE.items():
        one = told["".join(filter(str.isalpha, name))]
        assert one["status"] == status
        assert reason in one["reason"]


@pytest.mark.parametrize("does", ["1 / 0", "raise SystemExit(1)", "yield 7"])
def test_a_component_that_cannot_be_asked_what_it_needs(home, does, capfd):
    from hdp.__main__ import main

    drop(
        home,
        "bad",
        COMPONENT.replace("    def run", f"    def check(self):\n        {does}\n    def run"),
    )
    assert main(["component", "show", "bad.copy", "--json"]) == 0
    (told,) = json.loads(capfd.readouterr().out)["findings"]
    assert (told["code"], "bad.copy cannot be checked" in told["message"]) == (
        "component-failed",
        True,
    )
