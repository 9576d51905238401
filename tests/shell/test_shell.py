"""What the window decides, without one."""

import pytest

from hdp import shell
from hdp.application import Application
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


def test_no_display_is_told_plainly(app, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError) as caught:
        shell.run(app)
    assert caught.value.name == "no-display" and "hdp serve --open" in caught.value.hint


def test_a_missing_window_library_is_told_plainly(app, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setitem(__import__("sys").modules, "webview", None)
    with pytest.raises(UsageError) as caught:
        shell.run(app)
    assert caught.value.name == "no-window" and "[app]" in caught.value.hint


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
