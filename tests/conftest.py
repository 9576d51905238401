"""Fixtures for all tests: a private HDP home, an application, folders of small photographs."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from hdp.application import Application, Selection, actions, describing, scanning
from hdp.practice.server import Practice
from hdp.project.project import Project

MAPPING = """\
hdp-mapping: 1
table: objects.csv
key: filename
fields:
  title: {column: title}
  upload_type: {literal: image}
  image_type: {literal: photo}
  description: {template: "<p>{title}</p>"}
  creators:
    - {name: {column: creator}}
  publication_date: {literal: "2026-11-22"}
  access_right: {choose: open}
  license: {literal: cc-by-4.0}
"""


def pytest_collection_finish() -> None:
    """Look for garbage less often: the thousands of tests themselves are no garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A private home of the app; the person's keyring and tokens stay out of it."""
    home = tmp_path / "home"
    monkeypatch.setenv("HDP_HOME", str(home))
    monkeypatch.setenv("HDP_PICTURES", "off")  # tests that want pictures ask for them
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in ("HDP_PROJECT", "HDP_TOKEN_SANDBOX", "HDP_TOKEN_PRODUCTION"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between tries as in life, only fifty times shorter."""
    monkeypatch.setattr("hdp.remote.FIRST_BACKOFF", 0.02)


@pytest.fixture
def app(home: Path) -> Iterator[Application]:
    """An application with nothing open."""
    app = Application(home)
    yield app
    app.close()


MakeFolder = Callable[[int], Path]


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """Makes an input folder with so many photographs, a table and a mapping."""

    def make(count: int) -> Path:
        folder = tmp_path / "input"
        folder.mkdir(exist_ok=True)
        rows = ["filename,title,creator"]
        for number in range(count):
            name = f"photo_{number:03}.jpg"
            color = (number * 7 % 255, 80, number * 31 % 255)
            Image.new("RGB", (32, 24), color).save(folder / name)
            rows.append(f'{name},Photograph {number},"Müller, Anna"')
        (folder / "objects.csv").write_text("\n".join(rows), encoding="utf-8")
        (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def open_project(
    app: Application, make_folder: MakeFolder, tmp_path: Path
) -> Callable[[int], Project]:
    """Makes and opens a project of so many photographs, scanned and mapped."""

    def make(count: int) -> Project:
        folder = make_folder(count)
        spec = scanning.NewProject(
            tmp_path / "test.hdpc", "Test", "TST", folder, tmp_path / "output",
            {"extensions": [".jpg"], "bundle": "stem"},
        )  # fmt: skip
        project = scanning.create_project(app, spec)
        scanning.scan_project(app)
        describing.set_mapping(app, folder / "mapping.yaml")
        return project

    return make


@pytest.fixture
def project(open_project: Callable[[int], Project]) -> Project:
    """An open project of three photographs."""
    return open_project(3)


@pytest.fixture
def practice(app: Application) -> Practice:
    """The application's own practice repository, with faults on demand."""
    return app.remotes.practice()


class Doer:
    """Runs batch actions to their end and says how they went."""

    def __init__(self, app: Application) -> None:
        self.app = app

    def __call__(self, kind: str, *ids: int, env: str = "practice", **options) -> dict:
        selection = Selection(ids=ids, all=not ids)
        started = actions.start(self.app, actions.Action(kind, env, selection, **options))
        if started.job is None:
            return {"state": "nothing", "tasks": []}
        assert self.app.jobs.wait(started.job, timeout=60)
        tasks, _ = self.app.jobs.tasks(started.job)
        return {**self.app.jobs.get(started.job), "tasks": tasks}


@pytest.fixture
def do(app: Application) -> Doer:
    """Runs a batch action on items (all it can act on, where no ids are given)."""
    return Doer(app)
