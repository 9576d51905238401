"""Crates on disk: a folder for each record, whole or with its metadata only."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from hdp.exports.facts import Exported
from hdp.exports.formats import dump, to_json
from hdp.exports.ro_crate import METADATA, place_names
from hdp.sdk import InvalidInput, LocalFile, Refused, UsageError

_BLOCK = 1 << 20


def write_crates(records: Sequence[Exported], goal: Path, *, with_files: bool) -> list[Path]:
    """Write a folder below `goal` for each record, or one record as a ZIP where it ends so.

    Files are copied and compared with their checksums. Refused where something of that name
    exists; what was begun is taken away again where a file cannot be copied.
    """
    if goal.suffix.lower() == ".zip":
        return [_write_zip(records, goal, with_files=with_files)]
    begun: list[Path] = []
    made = _make_folder(goal)
    try:
        for record in records:
            folder = goal / folder_name(record)
            folder.mkdir()
            begun.append(folder)
            _fill(record, folder, with_files=with_files)
    except BaseException as error:
        for folder in begun:
            shutil.rmtree(folder, ignore_errors=True)
        if made:
            goal.rmdir()
        if isinstance(error, FileExistsError):
            raise _exists(folder) from error
        if isinstance(error, OSError):
            raise _not_written(goal, error) from error
        raise
    return begun


def folder_name(record: Exported) -> str:
    """A name that every file system takes: the item's number and its key."""
    safe = re.sub(r"[^\w-]+", "-", record.key).strip("-")[:60]
    return f"{record.item}-{safe}".rstrip("-")


def _fill(record: Exported, folder: Path, *, with_files: bool) -> None:
    if with_files:
        for file, name in zip(record.files, place_names(record), strict=True):
            _copy(file, folder / name)
    (folder / METADATA).write_text(dump(to_json(record, "ro-crate")), encoding="utf-8")


def _copy(file: LocalFile, goal: Path) -> None:
    digest = hashlib.sha256()
    try:
        source = file.path.open("rb")
    except OSError as error:
        raise InvalidInput(
            f"{file.name or file.path.name} cannot be read: {error.strerror}.",
            code="file-missing",
            hint="Put it back where it was, or export without --files.",
            where={"file": str(file.path)},
        ) from error
    with source, goal.open("xb") as target:
        while block := source.read(_BLOCK):
            digest.update(block)
            target.write(block)
    if file.sha256 and digest.hexdigest() != file.sha256:
        raise InvalidInput(
            f"{file.name or file.path.name} was changed after its record was prepared.",
            code="file-changed",
            hint="Scan the project and prepare the item again, or export without --files.",
            where={"file": str(file.path)},
        )


def _write_zip(records: Sequence[Exported], goal: Path, *, with_files: bool) -> Path:
    if len(records) != 1:
        raise UsageError(
            f"A ZIP holds one crate, and {len(records)} items are selected.",
            hint="Name a folder instead: it gets a crate for each item.",
        )
    import tempfile

    with tempfile.TemporaryDirectory(prefix="hdp-crate-") as name:
        folder = Path(name)
        _fill(records[0], folder, with_files=with_files)
        try:
            with goal.open("xb") as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
                for one in sorted(folder.iterdir()):
                    archive.write(one, one.name)
        except FileExistsError as error:
            raise _exists(goal) from error
        except OSError as error:
            raise _not_written(goal, error) from error
    return goal


def _make_folder(goal: Path) -> bool:
    try:
        goal.mkdir()
    except FileExistsError as error:
        if not goal.is_dir():
            raise _exists(goal) from error
        return False
    except OSError as error:
        raise _not_written(goal, error) from error
    return True


def _exists(goal: Path) -> Refused:
    return Refused(
        f"{goal} exists already; it was not touched.",
        code="file-exists",
        hint="Choose another name.",
        where={"file": str(goal)},
    )


def _not_written(goal: Path, error: OSError) -> InvalidInput:
    return InvalidInput(
        f"{goal} cannot be written: {error.strerror or error}.",
        code="not-written",
        hint="Choose a folder that is there, may be written to and has room.",
        where={"file": str(goal)},
    )
