"""The real window on a display of its own: it paints, it obeys, and it closes."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hdp import paths

ROOT = Path(__file__).resolve().parents[2]
TITLE = "Heritage Data Processor"
NEEDS = ("Xvfb", "xdotool", "import", "convert", "openbox")
FLAGS = "--ignore-gpu-blocklist --disable-gpu-compositing"

pytestmark = [pytest.mark.shell, pytest.mark.timeout(180)]


def _missing():
    absent = [one for one in NEEDS if shutil.which(one) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    if not sys.platform.startswith("linux"):
        return "this test drives an X display"
    try:
        import PySide6.QtWebEngineWidgets  # noqa: F401
        import webview  # noqa: F401
    except ImportError as error:
        return f"the app extra is not installed ({error})"
    if not (paths.frontend_dir() / "index.html").is_file():
        return "the page is not built"
    return ""


def _wait(look, what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come")


@pytest.fixture
def display(tmp_path):
    if why := _missing():
        pytest.skip(why)
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*command, "-nolisten", "tcp"], pass_fds=[writing], **quiet) as server:
        os.close(writing)
        with os.fdopen(reading) as answer:
            name = f":{answer.readline().strip()}"
        manager = subprocess.Popen(["openbox"], env={**os.environ, "DISPLAY": name}, **quiet)
        yield name
        manager.terminate()
        manager.wait(10)
        server.terminate()


class Screen:
    def __init__(self, env, tmp_path):
        self.env, self._file = env, tmp_path / "screen.png"

    def tool(self, *args):
        done = subprocess.run(["xdotool", *args], env=self.env, capture_output=True, text=True)
        return done.stdout.strip()

    def look(self):
        """The digest of what is shown, and how many colours it has."""
        subprocess.run(["import", "-window", "root", self._file], env=self.env, check=True)
        seen = subprocess.run(
            ["convert", self._file, "-format", "%# %k", "info:"], capture_output=True, text=True
        )
        digest, colours = seen.stdout.split()
        return digest, int(colours)


@pytest.fixture
def app(display, tmp_path):
    env = {
        **os.environ, "DISPLAY": display, "HDP_HOME": str(tmp_path / "home"), "QT_API": "pyside6",
        "QTWEBENGINE_DISABLE_SANDBOX": "1", "QTWEBENGINE_CHROMIUM_FLAGS": FLAGS,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")]),
    }  # fmt: skip
    env.pop("WAYLAND_DISPLAY", None)
    log = (tmp_path / "app.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "hdp", "app"], env=env, stdout=log, stderr=log, cwd=tmp_path
    )
    screen = Screen(env, tmp_path)
    yield process, screen
    process.kill()
    process.wait(10)
    log.close()


def _is_recent(folder):
    file = folder / "home" / "recents.json"
    return file.is_file() and str(folder / "p.hdpc") in file.read_text()


def test_a_second_start_goes_to_the_window_and_a_signal_ends_it(app, tmp_path):
    process, screen = app
    _wait(lambda: screen.look()[1] > 120, "the painted page")
    hdp = [sys.executable, "-m", "hdp"]
    (tmp_path / "files").mkdir()
    shutil.copy(next(paths.sample_dir().glob("*.jpg")), tmp_path / "files")
    made = [*hdp, "project", "new", "p.hdpc", "--name", "P", "--code", "P", "--input", "files"]
    made += ["--output", "out"]
    subprocess.run(made, env=screen.env, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "home" / "recents.json").unlink(missing_ok=True)
    again = subprocess.run(
        [*hdp, "p.hdpc"], env=screen.env, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (again.returncode, "open already" in again.stderr) == (0, True), again.stderr
    _wait(lambda: _is_recent(tmp_path), "the project in the window that was open")
    assert process.poll() is None
    process.terminate()
    assert process.wait(20) == 0


def test_the_window_paints_obeys_and_closes(app, tmp_path):
    process, screen = app

    def window():
        assert process.poll() is None, (tmp_path / "app.log").read_text()
        return screen.tool("search", "--onlyvisible", "--name", TITLE).split("\n")[0]

    number = _wait(window, "the window")
    # a blank window has two colours and its frame some; text and icons make hundreds
    _wait(lambda: screen.look()[1] > 120, "the painted page")
    _wait(lambda: screen.look() == screen.look(), "a still picture")
    before = screen.look()[0]
    screen.tool("windowactivate", "--sync", number)
    screen.tool("mousemove", "--window", number, "10", "10", "click", "1")
    screen.tool("key", "Tab", "key", "Return")  # the first button of the welcome screen
    _wait(lambda: screen.look()[0] != before, "another screen after the first key")
    screen.tool("windowactivate", "--sync", number, "key", "alt+F4")
    assert process.wait(30) == 0, (tmp_path / "app.log").read_text()
    size = json.loads((tmp_path / "home" / "window.json").read_text())
    assert size["width"] >= 900 and size["height"] >= 600
