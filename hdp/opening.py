"""Addresses and folders handed to the system's own programs: browser and file manager."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import webbrowser
from pathlib import Path
from urllib.parse import urlsplit

from hdp import paths
from hdp.plugin_environments import clean_environment

# What the packaged app's window sets for itself; a browser or file manager made with Qt
# would load the app's libraries by it.
_OURS = ("QT_PLUGIN_PATH", "QT_API", "QML2_IMPORT_PATH", "QTWEBENGINE_")
_PATIENCE_S = 3.0


def open_page(url: str) -> bool:
    """Show a web address in the person's own browser; nothing but http and https."""
    if urlsplit(url).scheme not in ("http", "https"):
        return False
    packaged = len(paths.program()) == 1
    if packaged and sys.platform.startswith("linux") and _start(url):
        return True
    return webbrowser.open(url)


def open_folder(path: Path) -> bool:
    """Show a folder in the system's file manager; whether there was one to ask."""
    if not path.is_dir():
        return False
    if sys.platform == "win32":
        os.startfile(path)  # type: ignore[attr-defined,unused-ignore]
        return True
    return _start(str(path))


def _start(what: str) -> bool:
    names = ("open",) if sys.platform == "darwin" else ("xdg-open", "gio")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        return False
    command = [program, *(["open"] if program.endswith("gio") else []), what]
    kept = {name: value for name, value in clean_environment().items()
            if not name.startswith(_OURS)}  # fmt: skip
    try:
        done = subprocess.Popen(
            command, env=kept, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return done.wait(_PATIENCE_S) == 0
    except subprocess.TimeoutExpired:
        return True  # some stay until their window is closed
    except OSError:
        return False
