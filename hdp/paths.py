"""Where things are on this computer, and how the app replaces small files of its own."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def home_dir() -> Path:
    """The folder of the app's own files; `$HDP_HOME` moves all of it to one place."""
    moved = os.environ.get("HDP_HOME")
    if moved:
        return Path(moved).expanduser().resolve()
    return Path(platformdirs.user_data_dir("HDP", appauthor=False))


def log_dir() -> Path:
    """The folder of the log files."""
    return home_dir() / "logs"


def frontend_dir() -> Path:
    """The folder of the built page; it may be missing in a checkout that was never built."""
    return _PACKAGE / "_frontend"


def sample_dir() -> Path:
    """The folder of the sample data that is shipped."""
    return _PACKAGE / "_samples"


def template_dir() -> Path:
    """The folder of the templates that new things are written from."""
    return _PACKAGE / "_templates"


def pipelines_dir() -> Path:
    """The folder of the example pipelines: the checkout's own before the installed copy."""
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "pipelines").is_dir():
        return checkout / "pipelines"
    return _PACKAGE / "_pipelines"


def program() -> list[str]:
    """The command that starts this very HDP once more, packaged or not."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "hdp"]


def replace_text(path: Path, text: str) -> None:
    """Write a small file of the app's own, whole or not at all, readable by the person only.

    Raises OSError; then what was there before is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
