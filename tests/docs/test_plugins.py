"""docs/plugins: nothing of the contract lacks its page, and what the tutorials say works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hdp.application.plugin_checking import check_folder
from hdp.pipelines.model import check
from hdp.plugins import load
from hdp.sdk import HdpSpecs

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools import write_plugin_docs  # noqa: E402

FOLDER = ROOT / "docs" / "plugins"


def test_every_hook_parameter_and_error_has_its_page():
    assert write_plugin_docs.untold() == []


def test_the_reference_is_what_the_docstrings_say():
    assert write_plugin_docs.outdated() == [], "run: python -m tools.write_plugin_docs"


def test_a_name_without_words_is_noticed(monkeypatch):
    monkeypatch.delitem(write_plugin_docs.ATTRIBUTES, "Port.many")
    monkeypatch.delitem(write_plugin_docs.MANIFEST, "hosts")
    monkeypatch.setattr(write_plugin_docs.HdpSpecs.hdp_observe, "__doc__", "Hear.")
    monkeypatch.setitem(write_plugin_docs.PAGES, "http", ("The network", ["Http"]))
    told = " ".join(write_plugin_docs.untold())
    for words in ("Port.many", "hosts", "`event`", "hdp.sdk.Response"):
        assert words in told


def test_every_hook_has_a_page_that_shows_it():
    """The list of hooks is whole, and the page behind each of them says how it is written."""
    rows = re.compile(r"^\| `(hdp_\w+)` .*\]\(([^)]+)\) \|$", re.M)
    listed = dict(rows.findall((FOLDER / "README.md").read_text("utf-8")))
    assert set(listed) == {one for one in vars(HdpSpecs) if one.startswith("hdp_")}
    for hook, page in listed.items():
        assert hook in (FOLDER / page).read_text("utf-8"), f"{page} does not show {hook}"


def test_links_lead_somewhere():
    for page in FOLDER.rglob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_component_of_the_tutorial_works_as_it_says(tmp_path, hdp_command):
    """A newcomer: the commands and the code of the page, nothing else."""
    page = (FOLDER / "component.md").read_text("utf-8")
    code, tests = re.findall(r"```python\n(.*?)```", page, re.S)
    pipeline = re.search(r"```yaml\n(.*?)```", page, re.S)[1]
    hdp_command("plugin", "new", "sums", "--kind", "component")
    folder = tmp_path / "sums"
    inside = folder / "sums" / "component.py"
    inside.write_text(inside.read_text("utf-8").split("@dataclass")[0] + code, "utf-8")
    for name, old, new in (
        ("__init__.py", "Checksum", "Lines"), ("plugin.toml", "sums.checksum", "sums.lines"),
    ):  # fmt: skip
        one = folder / "sums" / name
        one.write_text(one.read_text("utf-8").replace(old, new), "utf-8")
    (folder / "tests" / "test_sums.py").write_text(tests, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "plugins")))}
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout
    (folder / "lines.yaml").write_text(pipeline, "utf-8")
    assert "sums: ready" in hdp_command("plugin", "check", ".", cwd=folder)
    assert "Count lines" in hdp_command(
        "--plugin", ".", "component", "show", "sums.lines", cwd=folder
    )
    hdp_command("--plugin", ".", "pipeline", "run", "lines.yaml", "--files", "README.md", "--to",
                "results", cwd=folder)  # fmt: skip
    (made,) = (folder / "results").rglob("README.md.count")
    assert int(made.read_text()) > 5
    hdp_command("plugin", "install", ".", cwd=folder)
    assert "sums: ready" in hdp_command("plugin", "enable", "sums", cwd=folder)


def test_the_target_of_the_tutorial_works_as_it_says(tmp_path, hdp_command):
    hdp_command("plugin", "new", "my-archive", "--kind", "target")
    folder = tmp_path / "my-archive"
    (tmp_path / "archive").mkdir()
    url = (tmp_path / "archive").as_uri()
    hdp_command("--plugin", ".", "env", "add", "mine", "--target", "my-archive", "--url", url,
                cwd=folder)  # fmt: skip
    hdp_command("--plugin", ".", "env", "check", "mine", cwd=folder)


EXAMPLES = sorted((ROOT / "examples" / "plugins").iterdir())


def test_the_tests_of_the_examples_pass():
    """As their authors run them, but all in one go."""
    places = [*EXAMPLES, *(one / "tests" for one in EXAMPLES), ROOT, ROOT / "plugins"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c",
               EXAMPLES[0] / "pyproject.toml", "--import-mode=importlib",
               *(one / "tests" for one in EXAMPLES)]  # fmt: skip
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda one: one.name)
def test_the_examples_are_in_order(folder, tmp_path):
    status, found = check_folder(folder, load(tmp_path, safe=True))
    assert (status.status, found) == ("ready", [])


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda one: one.name)
def test_the_pipelines_of_the_examples_can_be_used(folder, tmp_path):
    catalogue = load(tmp_path, extra=[folder])
    for text in re.findall(r"```yaml\n(.*?)```", (folder / "README.md").read_text("utf-8"), re.S):
        pipeline, findings = check(text, source="README.md", catalogue=catalogue)
        assert findings == []
        assert pipeline is not None
