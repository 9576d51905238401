"""`hdp` as a person runs it, in a folder of the test's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hdp.__main__ import main


@pytest.fixture
def hdp_command(home, tmp_path, capfd, monkeypatch):
    """Runs a command, which must succeed; what it printed."""

    def run(*args: str, cwd: Path = tmp_path) -> str:
        monkeypatch.chdir(cwd)
        capfd.readouterr()
        code = main([os.fspath(one) for one in args])
        out, err = capfd.readouterr()
        assert code == 0, out + err
        return out

    return run
