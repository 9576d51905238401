"""Plugins: one status each, whatever is wrong with them."""

import subprocess
import sys

import pytest

from hdp.plugins import check_plugin, load, set_enabled
from hdp.sdk import NotFound, Record

GOOD = """
from hdp.sdk import *

class Copy(Component):
    id = "{id}.copy"
    title = "Copy"
    inputs = (Port("files", ("*/*",)),)
    def run(self, step):
        return Result()

@hookimpl
def hdp_components():
    yield Copy
"""


def write(parent, name, code=GOOD, manifest="", components="['{id}.copy']", sdk="['1']"):
    folder = parent / name
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(code.replace("{id}", name))
    head = f'id = "{name}"\nname = "N"\nversion = "1.0"\nsdk = {sdk}\n'
    (folder / "plugin.toml").write_text(
        head + f"components = {components}\n".replace("{id}", name) + manifest
    )
    return folder


def test_built_ins_are_ready_and_light(tmp_path):
    code = (
        "import sys, pathlib; from hdp import plugins;"
        f"c = plugins.load(pathlib.Path({str(tmp_path)!r}));"
        "assert {'image', 'mesh'} <= {p.id for p in c.plugins if p.status == 'ready'};"
        "print([m for m in ('PIL', 'trimesh', 'numpy', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_component_by_id_and_version(tmp_path):
    catalogue = load(tmp_path)
    assert catalogue.component("image.resize") is catalogue.component("image.resize@1")
    with pytest.raises(NotFound, match=r"Did you mean image\.resize\?"):
        catalogue.component("image.rezise")
    with pytest.raises(NotFound, match="installed in version 1, not in version 2"):
        catalogue.component("image.resize@2")


def test_folder_plugins_are_off_until_switched_on(tmp_path):
    write(tmp_path / "plugins", "mine", GOOD + "raise RuntimeError('must not be imported')")
    assert load(tmp_path).plugin("mine").status == "disabled"
    set_enabled(tmp_path, "mine", True)
    assert load(tmp_path).plugin("mine").status == "broken"
    (tmp_path / "plugins/mine/__init__.py").write_text(GOOD.replace("{id}", "mine"))
    catalogue = load(tmp_path)
    assert catalogue.component("mine.copy").title == "Copy"
    assert load(tmp_path, enabled=()).plugin("mine").status == "disabled"
    assert [one.id for one in load(tmp_path, safe=True).plugins if one.id == "mine"] == []
    set_enabled(tmp_path, "mine", False)
    with pytest.raises(NotFound, match="which is disabled"):
        load(tmp_path).component("mine.copy")


def test_a_built_in_can_be_switched_off(tmp_path):
    set_enabled(tmp_path, "image", False)
    assert load(tmp_path).plugin("image").status == "disabled"


def test_a_damaged_list_of_plugins_is_told(tmp_path):
    (tmp_path / "plugins.json").write_text("{")
    catalogue = load(tmp_path)
    assert catalogue.findings[0].code == "plugins-file"
    assert "image.resize" in catalogue.components


HOOK = "from hdp.sdk import *\n@hookimpl\ndef {}:\n    return ()\n"
PARAMS = GOOD.replace("class Copy", (
    "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass P(Params):\n"
    "    size: int = 1\n\nclass Copy")).replace("title =", "params = P\n    title =")  # fmt: skip


@pytest.mark.parametrize(
    ("options", "status", "reason"),
    [
        ({}, "ready", ""),
        ({"sdk": "['2']"}, "incompatible", "made for version 2"),
        ({"manifest": "imports = ['no_such_thing']"}, "incomplete", "packages: no_such_thing"),
        ({"manifest": "programs = ['no-such-program']"}, "incomplete", "no-such-program"),
        ({"manifest": "componets = []"}, "broken", 'did you mean "components"?'),
        ({"manifest": "imports = 'PIL'"}, "broken", '"imports" must be a list'),
        ({"manifest": "= ="}, "broken", "cannot be read"),
        ({"code": "1/0"}, "broken", "ZeroDivisionError"),
        ({"code": "import sys; sys.exit(3)"}, "broken", "SystemExit"),
        ({"code": "def"}, "broken", "SyntaxError"),
        ({"code": "import no_such_thing"}, "broken", "no_such_thing is missing"),
        ({"components": "[]"}, "broken", "declared but is not in plugin.toml"),
        ({"components": "['{id}.copy', '{id}.b']"}, "broken", "{id}.b is in plugin.toml"),
        ({"code": GOOD.replace("{id}.copy", "Other.Copy")}, "broken", 'must be "{id}." and'),
        ({"code": GOOD.replace("def run", "def walk")}, "broken", "does not implement run"),
        ({"code": GOOD.replace('("*/*",)', '"image"')}, "broken", "needs a list of media types"),
        ({"code": PARAMS}, "broken", "parameter size has no help"),
        ({"code": GOOD + "    raise OSError('full')\n"}, "broken", "OSError: full"),
        (
            {"code": HOOK.format("hdp_component()"), "components": "[]"},
            "broken",
            "Did you mean hdp_components?",
        ),
        (
            {"code": HOOK.format("hdp_check_record(recrod)"), "components": "[]"},
            "broken",
            "does not give",
        ),
    ],
)
def test_status(tmp_path, options, status, reason):
    found = check_plugin(write(tmp_path, "trial", **options))
    assert (found.id, found.status) == ("trial", status)
    assert reason.replace("{id}", "trial") in found.reason
    assert found.where == str(tmp_path / "trial")


def test_one_bad_plugin_leaves_the_others_alone(tmp_path):
    extra = [write(tmp_path, "bad", "1/0"), write(tmp_path, "good"), tmp_path / "nothing"]
    catalogue = load(tmp_path / "home", extra=extra)
    assert catalogue.plugin("bad").status == "broken"
    assert "ZeroDivisionError" in catalogue.plugin("bad").traceback
    assert catalogue.plugin("nothing").status == "broken"
    assert catalogue.component("good.copy")


def test_the_first_of_two_with_one_id_wins(tmp_path):
    extra = [write(tmp_path, "image"), write(tmp_path / "a", "mine"), write(tmp_path / "b", "mine")]
    catalogue = load(tmp_path / "home", extra=extra)
    losers = [one for one in catalogue.plugins if "is used" in one.reason]
    assert [one.id for one in losers] == ["image", "mine"]
    assert str(tmp_path / "a" / "mine") in losers[1].reason
    assert str(tmp_path / "b" / "mine") in losers[1].reason
    assert catalogue.plugin("mine").status == "ready"


def test_own_packages_of_a_plugin(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    folder = write(tmp_path, "trial", "import vendored_for_trial\n" + GOOD,
                   "imports = ['vendored_for_trial']")  # fmt: skip
    (folder / "_vendor").mkdir()
    (folder / "_vendor/vendored_for_trial.py").write_text("")
    assert check_plugin(folder).status == "ready"


def test_hooks_that_raise_are_isolated_and_named(tmp_path):
    code = (
        "from hdp.sdk import *\nseen = []\n@hookimpl\ndef hdp_check_record(record):\n    {check}\n"
    )
    code += "@hookimpl\ndef hdp_observe(event):\n    {observe}\n"
    raising = code.replace("{check}", "yield 1 / 0").replace("{observe}", "raise SystemExit")
    fine = code.replace("{check}", "return [Finding('info', 'x', record.key)]")
    extra = [
        write(tmp_path, "aaa", raising, components="[]"),
        write(tmp_path, "bbb", fine.replace("{observe}", "seen.append(event)"), components="[]"),
        write(tmp_path, "ccc", raising, components="[]"),
    ]
    catalogue = load(tmp_path / "home", extra=extra)
    findings = catalogue.check_record(Record({}, key="k"), "nowhere")
    ours = [one for one in findings if one.code in ("x", "plugin-raised")]
    assert sorted((one.code, one.args.get("plugin")) for one in ours) == [
        ("plugin-raised", "aaa"), ("plugin-raised", "ccc"), ("x", None),
    ]  # fmt: skip
    catalogue.observe("something")
    assert sys.modules["hdp_user_plugins.bbb"].seen == ["something"]
