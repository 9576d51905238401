"""Finding what models name and what is not there: by name, below a folder of a person's choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from hdp.application.scan_settings import change_options, project_options
from hdp.ingest.names import fold
from hdp.project.items import Item
from hdp.project.project import Project

_CODES = ("material-missing", "textures-missing", "buffer-missing")


def names_missing(wanted: Iterable[Item]) -> set[str]:
    """The names, without folders, of all that files of the items refer to in vain."""
    texts = (
        str(problem.get("args", {}).get("name", ""))
        for item in wanted
        for file in item.files
        for problem in file.problems
        if problem["code"] in _CODES
    )
    names = (PurePosixPath(one.replace("\\", "/")).name for one in texts)
    return {one for one in names if one}


def take_folders(project: Project, names: set[str], files: Iterator[Path]) -> list[Path]:
    """Make texture folders of the project of those among `files` that hold one of the names.

    Returns the files that were found; the next scan takes them.
    """
    folded = {fold(one) for one in names}
    found = [path for path in files if fold(path.name) in folded]
    folders = sorted({one.parent for one in found})
    options = project_options(project)
    known = [options.texture_root(one) for one in range(len(options.texture_dirs))]
    new = _new(known, folders)
    if new:
        change_options(project, {"texture_dirs": [str(one) for one in [*known, *new]]})
    return found


def _new(known: Sequence[Path], folders: Sequence[Path]) -> list[Path]:
    there = {one.resolve() for one in known}
    return [one for one in folders if one.resolve() not in there]
