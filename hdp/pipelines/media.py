"""Media types and patterns such as image/*."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def matches(media_type: str, patterns: Iterable[str]) -> bool:
    """Whether a file of `media_type` fits one of the patterns."""
    return any(fnmatchcase(media_type.lower(), one.lower()) for one in patterns)


def can_meet(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether any media type fits a pattern of both sides."""
    rights = list(others)
    return any(_overlap(one, other) for one in some for other in rights)


def _overlap(one: str, other: str) -> bool:
    pairs = zip(one.lower().split("/", 1), other.lower().split("/", 1), strict=False)
    return all(fnmatchcase(a, b) or fnmatchcase(b, a) for a, b in pairs)
