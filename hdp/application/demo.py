"""The sample project: a small invented collection with its table and mapping, to try things."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from hdp import paths
from hdp.application import describing, scanning
from hdp.application.scanning import SCAN_LANE, NewProject
from hdp.events import Changed
from hdp.jobs import Task
from hdp.project.project import Project
from hdp.sdk import InvalidInput

if TYPE_CHECKING:
    from hdp.application.app import Application

NAME, CODE = "Sammlung Holzhausen", "HOLZ"
_BESIDE = ("objects.xlsx", "mapping.yaml")  # not part of the input folder


def create_sample(app: Application, folder: Path | None = None) -> Project:
    """Copy the sample data to a new folder, make a project there and open it; no scan yet.

    Without `folder` it is made below the app's own folder. Nothing is ever replaced.
    """
    folder = _free_folder(app.home / "samples") if folder is None else folder
    copy_samples(folder)
    spec = NewProject(
        file=folder / "sample.hdpc",
        name=NAME,
        code=CODE,
        input=folder / "files",
        output=folder / "output",
        scan={"extensions": [".jpg", ".obj", ".glb", ".pdf"]},
        modalities=("image", "model", "document"),
    )
    return scanning.create_project(app, spec)


def copy_samples(folder: Path) -> None:
    """Copy table and mapping into `folder`, the rest into its subfolder `files`."""
    shipped = paths.sample_dir()
    if not shipped.is_dir():
        raise InvalidInput(
            "The sample data is missing in this installation.",
            code="samples-missing",
            hint="Install HDP again.",
        )
    try:
        (folder / "files").mkdir(parents=True)
        for one in sorted(shipped.iterdir()):
            shutil.copyfile(one, folder / ("" if one.name in _BESIDE else "files") / one.name)
    except OSError as error:
        raise InvalidInput(
            f"The sample data cannot be copied to {folder}: {error.strerror}.",
            code="output-not-writable",
            hint="Choose a new folder that you may write to.",
        ) from error


def _free_folder(parent: Path) -> Path:
    number = 1
    while (parent / f"sample-{number}").exists():
        number += 1
    return parent / f"sample-{number}"


def fill_sample(app: Application, task: Task | None = None) -> str:
    """Scan the open sample project and set its mapping; returns a sentence on it."""
    said = scanning.scan_project(app, task)
    describing.set_mapping(app, app.project.folder / "mapping.yaml")
    return said


def start_sample(app: Application) -> int:
    """Scan and map the open sample project as a job; returns the job's id."""

    def work(task: Task) -> None:
        task.say(fill_sample(app, task))
        app.bus.emit(Changed(("project", "items", "files", "deposits")))

    return app.jobs.submit("demo", "Make the sample project", [(0, NAME)], work, lane=SCAN_LANE)
