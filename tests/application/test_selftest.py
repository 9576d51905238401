"""The self-test of an installation: what is whole is told so, and what is not is no success."""

import sys

from hdp import paths
from hdp.application import selftest
from hdp.cli.main import run


def _examined(monkeypatch, *, without=("_check_demo",)):
    for name in without:  # the way to published records has tests of its own
        monkeypatch.setattr(selftest, name, lambda home: "not tried here")
    return {one.part: one for one in selftest.examine(window=False)}


def test_this_checkout_is_whole(home, monkeypatch):
    found = _examined(monkeypatch)
    assert {one.state for one in found.values()} == {"works"}, found
    assert "zenodo" in found["plugins"].message
    assert "files" in found["page"].message
    assert not home.exists()  # nothing of the person's was touched


def test_a_broken_installation_is_no_success(home, tmp_path, monkeypatch, capsys):
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit('Segments are missing.')")
    monkeypatch.setattr(paths, "program", lambda: [sys.executable, str(broken)])
    monkeypatch.setattr(paths, "frontend_dir", lambda: tmp_path / "no page")
    assert run(["selftest", "--no-window"]) == 1
    told = capsys.readouterr().out
    assert "plugins: failed - ValueError: `hdp plugin` ended with 1: Segments are missing." in told
    assert "page: failed" in told
    assert "files to published records: failed" in told


def test_a_plugin_that_is_not_ready_is_named(home, monkeypatch):
    told = [{"id": "mesh", "status": "incomplete", "reason": "trimesh is missing"}]
    monkeypatch.setattr(selftest, "_ask", lambda home, *words: {"plugins": told, "components": []})
    found = _examined(monkeypatch, without=("_check_demo", "_check_page"))
    assert found["plugins"].state == "failed"
    assert "mesh (incomplete: trimesh is missing)" in found["plugins"].message
    assert found["other people's plugins"].state == "failed"


def test_a_window_that_cannot_be_is_skipped_unless_asked_for(home, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name in ("_check_demo", "_check_page", "_check_plugins", "_check_dropped"):
        monkeypatch.setattr(selftest, name, lambda home: "not tried here")
    monkeypatch.setattr(sys, "platform", "linux")
    *_, window = selftest.examine()
    assert (window.state, window.message) == (
        "skipped", "There is no display to show a window on.",
    )  # fmt: skip
    *_, window = selftest.examine(window=True)
    assert window.state == "failed"
