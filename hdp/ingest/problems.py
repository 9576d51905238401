"""What a check of a file has to say, before the file's place is put to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from hdp.sdk.model import Severity

COPY = "Copy it again from its source."
EXPORT = "Export it again."
SAVE = "Open it in another program and save it anew."


class Problem(NamedTuple):
    """One sentence about a file; `remark` says that the file is sound all the same."""

    severity: Severity
    code: str
    message: str
    hint: str
    remark: bool = False


Check = Callable[[Path], Iterator[Problem]]


def invalid(code: str, message: str, hint: str) -> Problem:
    """The file cannot be used as it is."""
    return Problem("error", code, message, hint)


def doubtful(code: str, message: str, hint: str) -> Problem:
    """The file can be used, and a person should look at it."""
    return Problem("warning", code, message, hint)


def remark(code: str, message: str, hint: str) -> Problem:
    """The file is sound; this should be known before it is published."""
    return Problem("info", code, message, hint, remark=True)


def caution(code: str, message: str, hint: str) -> Problem:
    """The file is sound; publishing it would show what somebody may want to keep."""
    return Problem("warning", code, message, hint, remark=True)
