"""The commands that show things, their help, and how several values are read."""

from __future__ import annotations

import io
import subprocess
import sys

import click
import pytest

from hdp.cli.base import Group, spread
from hdp.cli.main import root


def every_command(group: click.Group, path: tuple[str, ...] = ()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name), command
        if isinstance(command, Group):
            yield from every_command(command, (*path, name))


COMMANDS = dict(every_command(root))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(hdp, path):
    ran = hdp(*path, "--help")
    assert ran.code == 0
    assert "Example:" in ran.out
    assert "hdp " in ran.out.split("Example:")[1]
    assert COMMANDS[path].help


def test_lists(hdp, made):
    shapes = {
        ("item", "list"): "items", ("draft", "list"): "deposits", ("job", "list"): "jobs",
        ("mapping", "list"): "mappings", ("env", "list"): "environments",
        ("pipeline", "list"): "pipelines", ("component", "list"): "components",
        ("plugin", "list"): "plugins", ("record", "list"): "groups",
    }  # fmt: skip
    for command, name in shapes.items():
        ran = hdp(*command, "--json")
        assert (ran.code, set(ran.json) >= {name, "total"}) == (0, True), ran.out
        assert hdp(*command).out


def test_component_and_plugin(hdp):
    shown = hdp("component", "show", "image.resize", "--json").json
    assert shown["params"]["type"] == "object"
    assert hdp("component", "show", "image.resise").code == 2
    assert hdp("plugin", "disable", "mesh", "--json").json["status"] == "disabled"
    assert hdp("plugin", "enable", "mesh", "--json").json["status"] == "ready"
    assert hdp("plugin", "enable", "nonsense").code == 2
    assert hdp("pipeline", "schema", "--json").json["type"] == "object"
    assert hdp("pipeline", "show", "web-copies").out.count("image.resize") == 1


def test_tokens_come_from_stdin_and_are_not_shown(hdp, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("very-secret\n"))
    ran = hdp("env", "token", "sandbox", "--json")
    assert (ran.code, ran.json["token"]) == (0, True)
    assert "very-secret" not in ran.out + ran.err
    assert hdp("env", "token", "sandbox", "--remove", "--json").json["token"] is False


def test_project_info_and_set(hdp, made, tmp_path):
    info = hdp("project", "info", "--json").json
    assert (info["items"], info["mapping"], info["environment"]) == (3, "mapping", "practice")
    assert hdp("project", "set", "--env", "sandbox", "--name", "New", "--json").code == 0
    assert hdp("project", "info", "--json").json["environment"] == "sandbox"
    assert hdp("project", "set").code == 2
    assert hdp("project", "backup", "--to", "copy.bak").code == 0


def test_doctor_says_facts(hdp):
    found = hdp("doctor", "--json").json
    assert {"window", "keyring", "disk", "environments", "plugins", "practice"} <= set(found)
    assert found["practice"]["works"] is True


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(hdp, shell):
    assert "_HDP_COMPLETE" in hdp("completion", shell).out


def test_several_values_after_one_option():
    new = COMMANDS["project", "new"]
    given = ["--extensions", ".jpg", ".obj", "a.hdpc", "--modality", "image", "model", "b"]
    assert spread(new.params, given) == [
        "--extensions", ".jpg", "--extensions", ".obj", "a.hdpc",
        "--modality", "image", "--modality", "model", "b",
    ]  # fmt: skip


def test_nothing_heavy_for_help():
    script = (
        "import sys; from hdp.__main__ import main; main(['--help']);"
        "heavy = {'pandas', 'numpy', 'PIL', 'requests', 'hdp.application', 'trimesh', 'keyring'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
