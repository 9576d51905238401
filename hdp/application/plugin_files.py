"""Others' files into a folder of ours: archives and folders from anywhere, judged first."""

from __future__ import annotations

import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from hdp.ingest.names import fold
from hdp.sdk import InvalidInput

MOST_FILES = 5000
MOST_BYTES = 1 << 30
MOST_RATIO = 200  # text of a program does not shrink to less than this part
_SMALL = 1 << 20
_LONGEST = 400
_BLOCK = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# What lies beside a plugin while it is being written, and is no part of it.
_BESIDE = (
    "__pycache__", ".git", ".hg", ".venv", "venv", ".env", ".mypy_cache", ".pytest_cache",
    ".ruff_cache", ".idea", ".vscode", "node_modules",
)  # fmt: skip


def unpack(archive: Path, to: Path) -> None:
    """Unpack a ZIP or wheel into the new folder `to`; what could do harm is refused as a whole."""
    try:
        with zipfile.ZipFile(archive) as source:
            members = [one for one in source.infolist() if not one.is_dir()]
            _judge(archive, members)
            _write(source, members, to)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError,
            RuntimeError, UnicodeDecodeError) as error:  # fmt: skip
        raise _refused(archive, f"it cannot be read ({error})", "Fetch it once more.") from None
    except OSError as error:
        raise unusable(archive, error) from None


def copy_folder(folder: Path, to: Path) -> None:
    """Copy a folder without what lies beside a plugin while it is written; links are refused."""
    try:
        found = list(_walk(folder, folder))
        _judge_numbers(folder, len(found), sum(one.stat().st_size for one in found))
        for one in found:
            place = to / one.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(one, place)
    except OSError as error:
        raise unusable(folder, error) from None


def _walk(folder: Path, top: Path) -> Iterator[Path]:
    for one in sorted(folder.iterdir()):
        if one.name in _BESIDE or one.suffix == ".pyc":
            continue
        if one.is_symlink() or not (one.is_file() or one.is_dir()):
            name = one.relative_to(top).as_posix()
            raise _refused(top, f"{name} is a link or no file", "Put the file itself there.")
        if one.is_dir():
            yield from _walk(one, top)
        else:
            yield one


def _judge(archive: Path, members: list[zipfile.ZipInfo]) -> None:
    size = sum(one.file_size for one in members)
    _judge_numbers(archive, len(members), size)
    packed = sum(one.compress_size for one in members)
    if size > _SMALL and size > MOST_RATIO * max(packed, archive.stat().st_size):
        raise _refused(archive, f"it would grow to {size >> 20} MB when it is unpacked")
    for one in members:
        if why := _why_bad(one):
            raise _refused(archive, f"it holds “{one.orig_filename[:80]}”, {why}")
    _judge_names(archive, [one.filename for one in members])


def _judge_numbers(source: Path, count: int, size: int) -> None:
    if count > MOST_FILES:
        raise _refused(source, f"it holds {count} files; at most {MOST_FILES} are taken")
    if size > MOST_BYTES:
        raise _refused(
            source, f"it is {size >> 20} MB when unpacked; at most {MOST_BYTES >> 20} are taken"
        )


def _why_bad(one: zipfile.ZipInfo) -> str:
    name, kind = one.orig_filename, stat.S_IFMT(one.external_attr >> 16)
    parts = name.split("/")
    if name.startswith("/") or _DRIVE.match(name):
        return "which starts at the root of a drive"
    if ".." in parts:
        return "which leads out of its folder"
    if "\\" in name or "" in parts or "." in parts or not name.isprintable() or ":" in name:
        return "whose name is not the same on all systems"
    if len(name) > _LONGEST or any(_RESERVED.fullmatch(part) for part in parts):
        return "a name that not all systems can have"
    if kind not in (0, stat.S_IFREG):
        return "which is a link or no file"
    return "which is encrypted" if one.flag_bits & 0x1 else ""


def _judge_names(archive: Path, names: Iterable[str]) -> None:
    files, folders = set[str](), set[str]()
    for name in names:
        if fold(name) in files:
            raise _refused(archive, f"“{name}” is there twice")
        files.add(fold(name))
        parts = fold(name).split("/")
        folders |= {"/".join(parts[:depth]) for depth in range(1, len(parts))}
    if both := sorted(files & folders):
        raise _refused(archive, f"“{both[0]}” is a file and a folder in it")


def _write(source: zipfile.ZipFile, members: list[zipfile.ZipInfo], to: Path) -> None:
    left = MOST_BYTES
    for one in members:
        place = to / one.filename
        place.parent.mkdir(parents=True, exist_ok=True)
        with source.open(one) as packed, place.open("xb") as file:
            while block := packed.read(_BLOCK):
                left -= len(block)
                # The sizes in an archive are only what it says of itself.
                if left < 0:
                    raise _refused(Path(str(source.filename)), "it is larger than it says")
                file.write(block)


def remove_tree(place: Path) -> None:
    """Delete a folder of ours, also one that was made read-only."""

    def again(function: object, path: str, _error: object) -> None:
        os.chmod(path, stat.S_IRWXU)  # noqa: PTH101 - what rmtree hands over
        if callable(function):
            function(path)

    shutil.rmtree(place, onerror=again)


def _refused(source: Path, why: str, hint: str = "") -> InvalidInput:
    return InvalidInput(
        f"{source.name} was not installed: {why}.",
        code="plugin-archive",
        hint=hint or "Ask whoever gave it to you for one that was made properly.",
        where={"file": str(source)},
    )


def unusable(source: Path, error: OSError) -> InvalidInput:
    """A disk's error while a plugin is put there, as what it is."""
    place = f" ({error.filename})" if error.filename else ""
    return InvalidInput(
        f"{source.name} was not installed: {error.strerror or error}{place}.",
        code="plugin-storage",
        hint="Check that the file can be read, and that there is room on the disk.",
        where={"file": str(source)},
    )
