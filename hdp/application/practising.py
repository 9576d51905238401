"""The practice repository as a whole: what is in it, and beginning anew."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from hdp.practice import catalogue
from hdp.sdk import Refused

if TYPE_CHECKING:
    from hdp.application.app import Application


def count_practice(app: Application) -> tuple[int, int]:
    """How many drafts and how many published records the practice repository holds."""
    with app.remotes.practice().repository.catalogue.read() as db:
        found = catalogue.all_records(db)
    published = sum(1 for one in found if one.public)
    return len(found) - published, published


def reset_practice(app: Application) -> None:
    """Throw everything in the practice repository away; refused while another HDP is open."""
    if _others(app.home / "locks"):
        raise Refused(
            "Another HDP has a project open, which may use the practice repository.",
            code="practice-in-use",
            hint="Close the other window or command, then try again.",
        )
    folder = app.home / "practice"
    if not folder.exists():
        return
    with app.remotes.practice().repository.catalogue.read() as db:
        last = catalogue.last_number(db)
    app.remotes.close()
    aside = folder.with_name(f"practice-removed-{uuid.uuid4().hex[:8]}")
    try:
        folder.rename(aside)
    except OSError as error:
        raise Refused(
            f"The practice repository cannot be removed: {error.strerror}.",
            code="practice-in-use",
            hint="Close other HDP windows and commands, then try again.",
        ) from error
    shutil.rmtree(aside, ignore_errors=True)
    # Projects remember the numbers of their records, so none may be given a second time.
    with app.remotes.practice().repository.catalogue.write() as db:
        catalogue.go_on_after(db, last)


def _others(folder: Path) -> bool:
    return any(_held(one) for one in folder.glob("*.lock"))


def _held(path: Path) -> bool:
    try:
        with FileLock(path, thread_local=False).acquire(timeout=0):
            return False
    except (Timeout, OSError):
        return True
