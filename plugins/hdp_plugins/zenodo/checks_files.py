"""Checks of a record's files against Zenodo's limits."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from hdp.sdk import Finding, LocalFile

MOST_FILES = 100
MOST_BYTES = 50_000_000_000
LONGEST_NAME = 255


def check_files(files: Sequence[LocalFile]) -> Iterator[Finding]:
    """1 to 100 files, none empty, 50 GB together, names that can be sent and told apart."""
    if not files:
        yield _found("no-files", "A record needs at least one file.")
    if len(files) > MOST_FILES:
        yield _found(
            "too-many-files",
            f"{len(files)} files; Zenodo takes {MOST_FILES} in a record.",
            "Put some of them into an archive (ZIP).",
        )
    total = sum(file.size for file in files)
    if total > MOST_BYTES:
        yield _found(
            "too-large",
            f"{total / 1e9:.1f} GB; Zenodo takes 50 GB in a record.",
            "Divide it among several records.",
        )
    seen: dict[str, str] = {}
    for file in files:
        name = file.name or file.path.name
        yield from _check_name(name)
        key = unicodedata.normalize("NFC", name).casefold()
        if key in seen:
            yield _found(
                "file-name-twice",
                f"Two files have the same name: {seen[key]} and {name}.",
                "Rename one; capitals make no difference.",
                name,
            )
        seen[key] = name
        if _size(file) == 0:
            yield _found(
                "file-empty",
                f"{name} is empty; Zenodo refuses empty files.",
                "Take it out of the record.",
                name,
            )


def _check_name(name: str) -> Iterator[Finding]:
    if "/" in name or name in ("", ".", ".."):
        yield _found(
            "file-name",
            f"Zenodo cannot hold a file with the name “{name}”.",
            "There are no folders in a record: rename it.",
            name,
        )
    if len(name.encode("utf-8", "surrogateescape")) > LONGEST_NAME:
        yield _found(
            "file-name-long",
            f"The name is longer than {LONGEST_NAME} bytes: {name[:40]}…",
            "Shorten it.",
            name,
        )


def _size(file: LocalFile) -> int:
    if file.size:
        return file.size
    try:
        return file.path.stat().st_size
    except OSError:
        return -1


def _found(code: str, message: str, hint: str = "", file: str = "") -> Finding:
    return Finding("error", code, message, hint, {"file": file} if file else {"field": "files"})
