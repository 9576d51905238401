"""Patterns over many file names: Python's regular expressions, stopped where they run away."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache

from hdp.limited import LimitedWorker, WorkerDied
from hdp.sdk import Cancelled, UsageError

_MOST_CHARACTERS = 1000
# What all names together may take: far more than any pattern that does its work needs.
_SECONDS, _SECONDS_PER_NAME = 0.6, 10e-6
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_REPEATED_GROUP = re.compile(r"\)\s*[*+{]")
_CALLS_BACK = re.compile(r"\\[1-9]|\(\?(P=|[=!<(])")
_LONGEST_NAME = 256
_MOST_WAYS = 2**19

Cancel = Callable[[], bool]


def check_pattern(field: str, pattern: str) -> None:
    """Refuse what is no regular expression, with the place of the error."""
    if len(pattern) > _MOST_CHARACTERS:
        raise _refused(field, pattern[:40] + "...", f"it is longer than {_MOST_CHARACTERS}", 0)
    try:
        _compile(pattern)
    except re.error as error:
        raise _refused(field, pattern, error.msg, error.pos or 0) from None
    except (OverflowError, RecursionError, ValueError) as error:
        raise _refused(field, pattern, str(error) or type(error).__name__, 0) from None


@lru_cache(64)
def _compile(pattern: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(pattern)


def _refused(field: str, pattern: str, why: str, position: int) -> UsageError:
    place = position + 1
    return UsageError(
        f"The {field} “{pattern}” is no regular expression: {why}, at character {place}.",
        code="pattern",
        hint="Correct it there; a character that means itself is written with a \\ before it.",
        where={"field": field, "column": place},
        values={"pattern": pattern},
    )


def cut(stem: str, prefix: str, suffix: str) -> str:
    """The stem without one match of `prefix` at its start and one of `suffix` at its end."""
    if prefix and (match := _compile(prefix).match(stem)):
        stem = stem[match.end() :]
    if suffix:
        ends = _compile(suffix)
        for start in range(len(stem) + 1):
            if ends.fullmatch(stem, start):
                return stem[:start]
    return stem


def first_match(name: str, pattern: str, group: bool) -> str:
    """The first match, or its group 1 if `group` and there is one; "" where there is none."""
    match = _compile(pattern).search(name)
    if not match:
        return ""
    return (match[1] or "") if group and match.re.groups else match[0]


def keys(
    bundle: str, names: Sequence[str], patterns: Sequence[str], cancelled: Cancel | None = None
) -> list[str]:
    """The key of each name, "" for none.

    `patterns` are prefix and suffix over stems, or one pattern over whole names. Raises
    UsageError `pattern-too-slow` instead of waiting for one that runs away.
    """
    seconds = _SECONDS + _SECONDS_PER_NAME * len(names)
    if all(_is_tame(one) for one in patterns):
        return _keys_here(bundle, names, patterns, seconds, cancelled)
    given = (list(names), list(patterns))
    with LimitedWorker() as worker:
        worker.call(keys_of, bundle, [], [], cancelled=cancelled)  # its start does not count
        try:
            return worker.call(keys_of, bundle, *given, seconds=seconds, cancelled=cancelled)
        except WorkerDied:
            raise _too_slow(patterns) from None


def keys_of(bundle: str, names: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """The key of each name, however long it takes."""
    return [key_of(bundle, name, patterns) for name in names]


def key_of(bundle: str, name: str, patterns: Sequence[str]) -> str:
    """The key of one name, "" for none."""
    if bundle in ("core", "pattern"):
        return first_match(name, patterns[0], bundle == "pattern")
    return cut(name, patterns[0], patterns[1])


def _keys_here(
    bundle: str,
    names: Sequence[str],
    patterns: Sequence[str],
    seconds: float,
    cancelled: Cancel | None,
) -> list[str]:
    found, end = [], time.monotonic() + seconds
    for name in names:
        found.append(key_of(bundle, name, patterns))
        if time.monotonic() > end:
            raise _too_slow(patterns)
        if cancelled and len(found) % 1000 == 0 and cancelled():
            raise Cancelled("The scan was stopped.")
    return found


def _is_tame(pattern: str) -> bool:
    """Whether the pattern is sure to be done with one name within a moment.

    The number of ways in which it can be tried grows with each repeat; a repeated group has
    no such bound. Those that are not tame are tried in a process that can be stopped.
    """
    plain = _ESCAPED.sub("x", pattern)
    if _REPEATED_GROUP.search(plain) or _CALLS_BACK.search(pattern):
        return False
    repeats = sum(plain.count(one) for one in "*+{")
    choices = plain.count("?") + plain.count("|")
    ways: int = _LONGEST_NAME ** min(repeats, 8) * 2 ** min(choices, 64)
    return ways <= _MOST_WAYS


def _too_slow(patterns: Sequence[str]) -> UsageError:
    pattern = " ".join(one for one in patterns if one)
    return UsageError(
        f"The pattern “{pattern}” takes too long on these file names and was stopped.",
        code="pattern-too-slow",
        hint="Make it simpler, such as a+ in place of (a+)+.",
        values={"pattern": pattern},
    )
