"""A new plugin works at once; what is wrong with one is told with its place, all of it at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hdp.application.plugin_checking import check_folder
from hdp.application.plugin_writing import KINDS, write_plugin
from hdp.plugins import Catalogue, load
from hdp.sdk import Conflict, Finding, UsageError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return load(tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize("kind", KINDS)
def test_its_own_test_passes_at_once(tmp_path, known, kind):
    folder = write_plugin("my-first", kind, tmp_path, known)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "plugins")))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_in_order(tmp_path, known, kind):
    folder = write_plugin("my-first", kind, tmp_path, known)
    status, found = check_folder(folder, known)
    assert (status.id, status.status, found) == ("my_first", "ready", [])
    for one in folder.rglob("*"):
        assert "{{" not in one.name
        ours = one.is_file() and one.suffix != ".pyc"  # Python's own, where it may write
        assert not ours or "{{" not in one.read_text("utf-8")


@pytest.mark.parametrize(
    "name", ["class", "json", "hdp", "9lives", "a b", "ä", "../x", "", "x" * 60]
)
def test_names_that_cannot_be(tmp_path, known, name):
    with pytest.raises(UsageError):
        write_plugin(name, "component", tmp_path, known)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path, known):
    (tmp_path / "mine").mkdir()
    with pytest.raises(Conflict, match="is there already"):
        write_plugin("mine", "component", tmp_path, known)
    with pytest.raises(Conflict, match="There is a plugin image already"):
        write_plugin("image", "component", tmp_path, known)


def written(folder: Path, code: str, **manifest: str) -> Path:
    """A plugin `mine` with this code."""
    folder.mkdir()
    values = {"id": '"mine"', "name": '"M"', "version": '"1"', "sdk": '["1"]', "summary": '"S."'}
    lines = [f"{key} = {value}" for key, value in (values | manifest).items() if value]
    (folder / "plugin.toml").write_text("\n".join(lines))
    (folder / "__init__.py").write_text(code)
    return folder


def told(found: list[Finding]) -> list[tuple[str, str, int | None]]:
    return [
        (one.code, Path(str(one.where.get("file"))).name, one.where.get("line")) for one in found
    ]


def test_all_of_a_bad_manifest_with_its_lines(tmp_path):
    folder = written(tmp_path / "mine", "def", id="7", sdk="", componets="[]", imports='"PIL"')
    status, found = check_folder(folder, Catalogue())
    assert status.status == "broken"
    assert told(found) == [
        ("plugin-manifest", "plugin.toml", 5),
        ("plugin-manifest", "plugin.toml", 1),
        ("plugin-manifest", "plugin.toml", None),
        ("plugin-manifest", "plugin.toml", 6),
        ("plugin-syntax", "__init__.py", 1),
    ]


def test_what_is_needed_and_not_there(tmp_path, known):
    folder = written(tmp_path / "mine", "", sdk='["9"]', imports='["no_such_thing"]', summary="")
    (folder / "later.py").write_text("x = 1\nif:\n")
    status, found = check_folder(folder, Catalogue())
    assert status.status == "incompatible"
    assert [one.code for one in found] == [
        "plugin-incompatible", "plugin-incomplete", "plugin-style", "plugin-syntax",
    ]  # fmt: skip
    assert all(one.message and (one.hint or one.code == "plugin-incomplete") for one in found)


MANY = """
from hdp.sdk import *
from dataclasses import dataclass, field

@dataclass(frozen=True)
class P(Params):
    size: int = 1

class Copy(Component):
    id = "mine.copy"
    title = "Copy"
    params = P
    inputs = (Port("files", "image"),)
    def run(self, step):
        return Result()
    def check(self):
        raise ZeroDivisionError("in check")

class Place(Target):
    id, title = "mine", "Mine"
    can = Can.DISCARD
    @classmethod
    def schema(cls):
        return {"properties": {}}
    def validate(self, record):
        return [record.fields["title"].strip()]

for name in Target.__abstractmethods__ - {"schema", "validate"}:
    setattr(Place, name, lambda *a, **k: None)
Place.__abstractmethods__ = frozenset()

@hookimpl
def hdp_components():
    return [Copy]

@hookimpl
def hdp_targets():
    return [Place]

@hookimpl
def hdp_pipelines():
    raise OSError("no pipelines")

@hookimpl
def hdp_check_record(record):
    return record.fields["nothing"]

@hookimpl
def hdp_observes(event):
    pass
"""


def test_all_of_a_bad_plugin_at_once(tmp_path):
    folder = written(
        tmp_path / "mine", MANY, components='["mine.copy", "mine.other"]', targets='["mine"]'
    )
    _status, found = check_folder(folder, Catalogue())
    messages = "\n".join(one.message for one in found)
    for words in (
        "Did you mean hdp_observe?", "hdp_pipelines fails: OSError: no pipelines",
        "parameter size has no help", "needs a list of media types", "names at least one",
        "mine.other is in plugin.toml", "mine.copy cannot be checked: ZeroDivisionError",
        "mine says that it can DISCARD, and has no discard", "its schema() has none",
        "validate fails for {}: KeyError", "hdp_check_record fails: KeyError",
    ):  # fmt: skip
        assert words in messages
    lines = {one.message: one.where.get("line") for one in found}
    assert lines["hdp_pipelines fails: OSError: no pipelines."] == MANY.splitlines().index(
        '    raise OSError("no pipelines")'
    ) + 1  # fmt: skip
    assert all(one.where.get("file") for one in found)


@pytest.mark.parametrize(
    "code", ["while True: pass", "import os\nos._exit(0)", "import ctypes\nctypes.string_at(0)"]
)
def test_checking_outlives_the_plugin(tmp_path, code):
    folder = written(tmp_path / "mine", code)
    status, (found,) = check_folder(folder, Catalogue(), seconds=2)
    assert status.status == "broken"
    assert found.code == "plugin-raised"
    assert "come to an end" in found.message or "crashed" in found.message


def test_an_id_that_is_taken_is_told(tmp_path, known):
    folder = written(tmp_path / "image", "", id='"image"')
    _status, (found,) = check_folder(folder, known)
    assert (found.code, found.severity) == ("plugin-id-taken", "warning")
    assert known.plugin("image").where in found.message


def test_the_repository_of_a_plugin_is_enough(tmp_path, known):
    repository = write_plugin("my-first", "component", tmp_path, known)
    assert check_folder(repository, known)[0].where == str(repository / "my_first")
    assert load(tmp_path / "home", extra=[repository]).plugin("my_first").status == "ready"
