"""Which problems of an item a person has accepted: those that were there, no others."""

from __future__ import annotations

import getpass
import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

BLOCKING = ("missing", "invalid", "changed", "conflict", "material-missing", "textures-missing")


class _File(Protocol):
    """A file as far as its problems are concerned."""

    @property
    def root(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def problems(self) -> Sequence[dict[str, Any]]: ...


def problem_mark(file: _File) -> str:
    """What is wrong with a file in a short text; "" where nothing holds it back.

    Another content, another status or another missing texture makes another mark.
    """
    if file.status not in BLOCKING:
        return ""
    errors = sorted(
        json.dumps([one["code"], one.get("args") or {}], sort_keys=True)
        for one in file.problems
        if one["severity"] == "error"
    )
    digest = hashlib.sha256(json.dumps([file.sha256, errors]).encode()).hexdigest()[:16]
    return f"{file.status} {digest} {file.root}/{file.path}"


def problem_marks(files: Iterable[_File]) -> list[str]:
    """The marks of all files that have a problem, sorted."""
    return sorted(mark for one in files if (mark := problem_mark(one)))


def is_accepted(marks: frozenset[str] | None, file: _File) -> bool:
    """Whether the problem of a file is among the accepted ones.

    `None` is of a project that was made before problems were noted: then all are.
    """
    return marks is None or problem_mark(file) in marks


def user_name() -> str:
    """Who is at this computer, as its system calls them; "" where it does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
