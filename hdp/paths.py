"""Where things are on this computer; the only module that asks "are we frozen?"."""

from __future__ import annotations

import os
import sys
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


def practice_dir() -> Path:
    """The folder of the practice repository."""
    return home_dir() / "practice"


def frontend_dir() -> Path:
    """The folder of the built page; it may be missing in a checkout that was never built."""
    return _PACKAGE / "_frontend"


def sample_dir() -> Path:
    """The folder of the sample data that is shipped."""
    return _PACKAGE / "_samples"


def pipelines_dir() -> Path:
    """The folder of the example pipelines: the checkout's own before the installed copy."""
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "pipelines").is_dir():
        return checkout / "pipelines"
    return _PACKAGE / "_pipelines"


def is_frozen() -> bool:
    """Whether this is the packaged app."""
    return bool(getattr(sys, "frozen", False))
