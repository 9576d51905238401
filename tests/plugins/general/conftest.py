"""A step for the general components: real files, a work folder, the person's settings."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from hdp.sdk import LocalFile, NotFound, Record


@pytest.fixture
def source(tmp_path):
    def write(name, content=b"abc", *, relpath="", media_type="text/plain", **more):
        path = tmp_path / "in" / (relpath or name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return LocalFile(path, Path(name).name, media_type, relpath=relpath or name,
                         size=len(content), **more)  # fmt: skip

    return write


@pytest.fixture
def play(tmp_path):
    """Runs a component on files with parameters."""

    def go(
        kind, files, *, settings=None, fields=None, key="SH-1", cancelled=lambda: None, **params
    ):
        work = Path(tempfile.mkdtemp(dir=tmp_path))

        def setting(name):
            if name not in (settings or {}):
                raise NotFound(name)
            return settings[name]

        step = SimpleNamespace(
            inputs={"files": list(files)}, params=kind.params(**params),
            record=Record(fields or {}, files, key=key), workdir=work, log=logging.getLogger("t"),
            progress=lambda *one: None, check_cancelled=cancelled, setting=setting,
        )  # fmt: skip
        return kind().run(step)

    return go
