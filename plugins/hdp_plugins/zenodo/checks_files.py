"""Checks of a record's files against Zenodo's limits."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from hdp.sdk import Finding, LocalFile
from hdp_plugins.zenodo.findings import brief

MOST_FILES = 100
MOST_BYTES = 50_000_000_000
LONGEST_NAME = 255


def check_files(files: Sequence[LocalFile], most: int = MOST_FILES) -> Iterator[Finding]:
    """1 to `most` files, none empty, 50 GB together, names that can be sent and told apart."""
    if not files:
        yield _found("no-files", "A record needs at least one file.")
    if len(files) > most:
        yield _found(
            "too-many-files",
            f"{len(files)} files; Zenodo takes {most} in a record.",
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
                f"Two files have the same name: {brief(seen[key])} and {brief(name)}.",
                "Rename one; capitals make no difference.",
                name,
            )
        seen[key] = name
        if _size(file) == 0:
            yield _found(
                "file-empty",
                f"{brief(name)} is empty; Zenodo refuses empty files.",
                "Take it out of the record.",
                name,
            )


def _check_name(name: str) -> Iterator[Finding]:
    sent = name.encode("utf-8", "surrogatepass")
    if "/" in name or name in ("", ".", ".."):
        yield _found(
            "file-name",
            f"Zenodo cannot hold a file with the name “{brief(name)}”.",
            "There are no folders in a record: rename it.",
            name,
        )
    elif "\x00" in name or sent != name.encode("utf-8", "replace"):
        yield _found(
            "file-name",
            f"The name “{brief(name)}” holds signs that are no text.",
            "Rename the file.",
            name,
        )
    if len(sent) > LONGEST_NAME:
        yield _found(
            "file-name-long",
            f"The name is longer than {LONGEST_NAME} bytes: {brief(name[:40])}…",
            "Shorten it.",
            name,
        )


def _size(file: LocalFile) -> int:
    if file.size:
        return file.size
    try:
        return file.path.stat().st_size
    except (OSError, ValueError):
        return -1


def _found(code: str, message: str, hint: str = "", file: str = "") -> Finding:
    where = {"file": file} if file else {"field": "files"}
    return Finding("error", code, message, hint, where, dict(where))
