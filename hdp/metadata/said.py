"""What is to be said about a value, before it is known whose it is and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hdp.sdk.model import Severity


@dataclass(frozen=True)
class Said:
    """A finding without its place."""

    code: str
    message: str
    hint: str
    severity: Severity = "error"
    args: Mapping[str, Any] = field(default_factory=dict)


def brief(text: str) -> str:
    """The text, cut where it is long."""
    return text if len(text) <= 80 else f"{text[:79]}…"


def doubt(
    code: str, message: str, hint: str, severity: Severity = "error",
    args: Mapping[str, Any] | None = None,
) -> Said:  # fmt: skip
    """Something to be said about a value; `args` are the words of a translation."""
    return Said(code, message, hint, severity, args or {})
