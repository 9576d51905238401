"""A table's file: read once and whole, with a plain sentence for everything that is no table."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hdp.sdk import InvalidInput, NotFound

T = TypeVar("T")
SHEETS = (".xlsx", ".xlsm", ".xltx", ".xls", ".ods", ".ots", ".xlsb")
_MAX_BYTES = 1_000_000_000
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE = "Open it in a spreadsheet program and save it as XLSX or CSV (UTF-8)."


def wrong(path: Path, message: str, hint: str) -> InvalidInput:
    """The error for a file that holds no table we can read."""
    return InvalidInput(message, code="table", hint=hint, where={"table": str(path)})


def read_bytes(path: Path) -> bytes:
    """The file's bytes; refused where it is not there, changes meanwhile, or is no file."""
    data = _guarded(path, lambda: _read_quietly(path) or _read_quietly(path))
    if data is None:
        raise wrong(path, f"{path.name} is being changed.", "Wait until it is saved; try again.")
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise wrong(path, f"{path.name} is empty.", "Choose a file with a row of column names.")
    return data


def look_at(path: Path) -> tuple[int, int]:
    """Size and time of the file, opened for a moment; refused as `read_bytes` refuses."""
    return _guarded(path, lambda: _look(path))


def _look(path: Path) -> tuple[int, int]:
    with path.open("rb") as file:
        facts = os.fstat(file.fileno())
    if facts.st_size > _MAX_BYTES:
        raise wrong(path, f"{path.name} is over 1 GB.", "Split the table.")
    if not facts.st_size:
        raise wrong(path, f"{path.name} is empty.", "Export it again.")
    return facts.st_size, facts.st_mtime_ns


def _guarded(path: Path, read: Callable[[], T]) -> T:
    if path.is_dir():
        raise wrong(path, f"{path} is a folder, not a table.", "Choose the file itself.")
    if path.name.startswith(("~$", ".~lock.")):
        hint = "Choose the table itself; its name is the same without the beginning."
        raise wrong(path, f"{path.name} only marks a table as opened.", hint)
    try:
        return read()
    except FileNotFoundError:
        raise NotFound(
            f"There is no table {path}.", hint="Choose it again.", where={"table": str(path)}
        ) from None
    except PermissionError as error:
        hint = "Close it in the other program, or ask for the right to read it."
        raise wrong(path, f"{path.name} may not be read now.", hint) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise wrong(path, f"{path.name} cannot be read: {why}.", "Check it.") from error


def _read_quietly(path: Path) -> bytes | None:
    """The bytes, or None where the file changed while it was read."""
    with path.open("rb") as file:
        before = os.fstat(file.fileno())
        if before.st_size > _MAX_BYTES:
            raise wrong(path, f"{path.name} is over 1 GB.", "Split the table.")
        data = file.read()
        after = os.fstat(file.fileno())
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return data if same and len(data) == after.st_size else None


def is_spreadsheet(path: Path, data: bytes) -> bool:
    """Whether to read sheets or text; refused where ending and content contradict each other."""
    head = data[:2048].lstrip().lower()
    named = path.suffix.lower() in SHEETS
    binary = data.startswith((_ZIP, _OLE))
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")):
        raise wrong(path, f"{path.name} is a web page, not a table.", _SAVE)
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise wrong(path, f"{path.name} is XML of an old spreadsheet program.", _SAVE)
    if data.startswith(_OLE) and _ENCRYPTED in data:
        hint = "Save it without a password."
        raise wrong(path, f"{path.name} is protected by a password.", hint)
    if binary and not named:
        raise wrong(path, f"{path.name} is a spreadsheet or an archive.", "Name it .xlsx or .ods.")
    if named and not binary:
        hint = "It may be damaged, or a CSV with a wrong ending. Save it again."
        raise wrong(path, f"{path.name} is no spreadsheet file.", hint)
    return named
