"""What the window decides, without one."""

import os
import sys
import threading

import pytest

from hdp import shell
from hdp.application import Application
from hdp.application.config import Config
from hdp.application.scanning import SCAN_LANE
from hdp.project.project import Project
from hdp.sdk import UsageError


@pytest.fixture
def app(tmp_path):
    running = Application(tmp_path / "home")
    (tmp_path / "in").mkdir()
    running.take_project(
        Project.create(
            tmp_path / "p.hdpc", home=tmp_path / "home", name="P", code="P",
            input_dir=tmp_path / "in", output_dir=tmp_path / "out", values={},
        )
    )  # fmt: skip
    yield running
    running.close()


def test_closes_at_once_when_nothing_runs(app):
    assert shell.may_close(app, lambda text: pytest.fail(text))
    app.close_project()
    assert shell.may_close(app, lambda text: pytest.fail(text))


def test_asks_while_jobs_run_and_cancels_only_after_a_yes(app):
    import threading

    began, asked = threading.Event(), []

    def work(task):
        began.set()
        while not task.is_cancelled():
            began.wait(0.01)
        task.check_cancelled()

    job = app.jobs.submit("scan", "Long", [(0, "x")], work, lane=SCAN_LANE)
    assert began.wait(10)
    assert shell.may_close(app, lambda text: bool(asked.append(text))) is False
    assert "A job is running" in asked[0]
    assert app.jobs.running() == [job]
    assert shell.may_close(app, lambda text: True)
    assert app.jobs.wait(job, 10)
    assert app.jobs.get(job)["state"] == "cancelled"


def test_the_window_asks_in_the_language_of_the_page(app):
    Config(app.home).set("language", "de")
    assert shell.words_of(app)["running"](2).startswith("2 Aufträge laufen noch.")
    Config(app.home).set("language", "en")
    assert shell.words_of(app)["running"](1).startswith("A job is running.")
    (app.home / "config.json").write_text("[")
    assert shell.words_of(app)["close"] in ("Close", "Schließen")


def test_no_display_is_told_plainly(app, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError) as caught:
        shell.run(app)
    assert caught.value.name == "no-display" and "hdp serve --open" in caught.value.hint


def test_a_missing_window_library_is_told_plainly(app, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("QTWEBENGINE_DISABLE_SANDBOX", "1")
    monkeypatch.setattr(shell, "missing_packages", lambda **_: [])
    monkeypatch.setitem(__import__("sys").modules, "webview", None)
    with pytest.raises(UsageError) as caught:
        shell.run(app)
    assert caught.value.name == "no-window" and "[app]" in caught.value.hint


def test_missing_libraries_of_the_system_are_named_by_package(app, monkeypatch):
    from hdp.application import system_libraries

    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("QTWEBENGINE_DISABLE_SANDBOX", "1")
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    lacks = ("libxcb-cursor.so.0", "libnss3.so")
    monkeypatch.setattr(system_libraries, "_loads", lambda name: name not in lacks)
    monkeypatch.setattr("shutil.which", lambda name: name == "apt-get")
    with pytest.raises(UsageError) as caught:
        shell.load_webview()
    assert caught.value.name == "no-window"
    assert "sudo apt-get install libnss3 libxcb-cursor0. " in caught.value.hint
    monkeypatch.setattr("shutil.which", lambda name: name == "dnf")
    assert "xcb-util-cursor" in system_libraries.missing_packages()
    monkeypatch.setattr("os.access", lambda place, _how: str(place) != "/dev/shm")
    with pytest.raises(UsageError) as caught:
        shell.load_webview()
    assert "chmod 1777 /dev/shm" in caught.value.hint


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="on purpose: there is no root here")
def test_root_is_told_before_chromium_ends_the_program(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    for name in ("QTWEBENGINE_DISABLE_SANDBOX", "QTWEBENGINE_CHROMIUM_FLAGS"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError) as caught:
        shell.load_webview()
    assert caught.value.name == "no-window-for-root"


def test_without_a_window_the_page_opens_in_the_browser(tmp_path, monkeypatch, capsys):
    from hdp.cli.main import run

    monkeypatch.setenv("HDP_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("QTWEBENGINE_DISABLE_SANDBOX", "1")
    monkeypatch.setattr(shell, "missing_packages", lambda **_: [])
    monkeypatch.setitem(sys.modules, "webview", None)
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    monkeypatch.setattr("threading.Event.wait", _stop_at_once(threading.Event.wait, opened))
    assert run(["app"]) == 0
    assert "opens in your browser instead" in capsys.readouterr().err
    assert opened[0].startswith("http://127.0.0.1:")


def _stop_at_once(wait, opened):
    def stop(self, timeout=None):
        if opened and timeout is None and threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt
        return wait(self, timeout)

    return stop


@pytest.mark.parametrize(
    ("kept", "size"),
    [
        ('{"width": 1000, "height": 700}', (1000, 700)),
        ('{"width": 1, "height": 999999}', (900, 8000)),
        ("{", (1280, 860)), ("[]", (1280, 860)), ('{"width": null, "height": 1}', (1280, 860)),
        ('{"width": 1e999, "height": 1}', (1280, 860)), (None, (1280, 860)),
    ],
)  # fmt: skip
def test_size_of_the_window(tmp_path, kept, size):
    path = tmp_path / "home" / "window.json"
    if kept is not None:
        path.parent.mkdir()
        path.write_text(kept)
    state = shell.WindowState(path)
    assert state.read() == size
    state.write(1111, 777)
    assert state.read() == (1111, 777)


class _Signal:
    def connect(self, function):
        self.function = function


class _Request:
    def __init__(self, url):
        self.address, self.answer = url, None

    def url(self):
        return self

    def toString(self):
        return self.address

    def accept(self):
        self.answer = True

    def reject(self):
        self.answer = False


def test_the_window_shows_our_page_only(monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    page = type("Page", (), {"navigationRequested": _Signal()})()
    shell.keep_inside(page, "http://127.0.0.1:8000")

    def answer(url):
        request = _Request(url)
        page.navigationRequested.function(request)
        return request.answer

    assert answer("http://127.0.0.1:8000/?token=x") and answer("http://127.0.0.1:8000/")
    for url in ("https://zenodo.org/records/1", "http://127.0.0.1:80001/", "file:///etc/passwd"):
        assert answer(url) is False
    assert opened == ["https://zenodo.org/records/1", "http://127.0.0.1:80001/"]
