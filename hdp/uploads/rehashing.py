"""An item's files read once more, before what was prepared elsewhere is used for them."""

from __future__ import annotations

from hdp.ingest.hashing import hash_file
from hdp.jobs import Task
from hdp.project.items import Item, ItemFileRow
from hdp.project.project import Project
from hdp.sdk import InvalidInput


def check_unchanged(task: Task, project: Project, item: Item) -> None:
    """InvalidInput where a file is not what the last scan saw; can be cancelled meanwhile."""
    for file in item.files:
        if not file.sha256 or item.accepts(file):
            continue
        task.check_cancelled()
        _check(project, item, file)


def _check(project: Project, item: Item, file: ItemFileRow) -> None:
    try:
        now = hash_file(project.file_path(file.root, file.path))
    except OSError as error:
        raise InvalidInput(
            f"{file.path} cannot be read: {error.strerror}. Nothing was prepared.",
            code="file-missing",
            hint="Put it back where it was, then prepare again.",
            where={"item": item.id, "file": file.path},
        ) from error
    if now.sha256 != file.sha256:
        raise InvalidInput(
            f"{file.path} was changed since the last scan. Nothing was prepared.",
            code="file-changed",
            hint="Scan the project again, look at what changed, then prepare.",
            where={"item": item.id, "file": file.path},
        )
