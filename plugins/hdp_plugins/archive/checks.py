"""What a bag cannot hold, found before anything is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from hdp.sdk import Finding, LocalFile, Record
from hdp_plugins.archive import names


def check_record(record: Record) -> Iterator[Finding]:
    """A title, metadata that can be written as JSON, and files with names that all can keep."""
    if not str(record.fields.get("title") or "").strip():
        yield _found("required", "“title” is required.", "Map it or enter it.", field="title")
    try:
        json.dumps({**record.fields, **record.extra.get("archive", {})}).encode()
    except (TypeError, ValueError, RecursionError):
        yield _found(
            "wrong-shape", "The metadata holds a value that cannot be written.",
            "Correct it in the table, the mapping or for this item.", field="",
        )  # fmt: skip
    yield from _check_files(record.files)


def _check_files(files: Sequence[LocalFile]) -> Iterator[Finding]:
    if not files:
        yield _found("no-files", "A record needs at least one file.", "", file="")
    seen: dict[str, str] = {}
    for one in files:
        name = one.name or one.path.name
        if problem := names.file_problem(name):
            told = f"A bag cannot hold a file with the name “{name}”: {problem}."
            yield _found("file-name", told, "Give it another name in the record.", file=name)
        if (other := seen.setdefault(names.plain(name), name)) != name:
            told = f"“{name}” and “{other}” are the same name for many systems."
            yield _found("file-name-twice", told, "Rename one of them.", file=name)


def _found(code: str, message: str, hint: str, **where: str) -> Finding:
    place = {name: one for name, one in where.items() if one}
    return Finding("error", code, message, hint, place or {"field": "files"})
