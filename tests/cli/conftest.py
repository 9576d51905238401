"""A command line in a folder of its own, run in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hdp.__main__ import main


class Ran:
    """How a command ended and what it printed."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        """Its only document on stdout."""
        return json.loads(self.out)


Hdp = Callable[..., Ran]


@pytest.fixture
def hdp(home: Path, tmp_path: Path, capfd, monkeypatch) -> Hdp:
    """Runs `hdp` with arguments in the test's folder."""
    monkeypatch.chdir(tmp_path)

    def run(*args: object) -> Ran:
        capfd.readouterr()
        code = main([str(one) for one in args])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return Ran(code, out, err)

    return run


@pytest.fixture
def folder(make_folder, tmp_path: Path) -> Path:
    """Three photographs with a table and a mapping."""
    return make_folder(3)


@pytest.fixture
def made(hdp: Hdp, folder: Path, tmp_path: Path) -> Path:
    """A project of three photographs, scanned and mapped."""
    file = tmp_path / "test.hdpc"
    ran = hdp("project", "new", file, "--name", "Test", "--code", "TST", "--input", folder,
              "--output", tmp_path / "output", "--extensions", ".jpg")  # fmt: skip
    assert ran.code == 0, ran.err
    assert hdp("mapping", "set", folder / "mapping.yaml").code == 0
    return file


@pytest.fixture
def uploaded(hdp: Hdp, made: Path) -> Path:
    """The same with drafts and verified files."""
    assert hdp("prepare", "--all").code == 0
    assert hdp("draft", "create", "--all", "--upload").code == 0
    return made
