"""What becomes of the files of the version before, decided by name patterns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from hdp.sdk import UsageError

if TYPE_CHECKING:
    from hdp.application.version_plan import Planned


@dataclass(frozen=True)
class Patterns:
    """Decisions for all records at once, by names such as *_web.jpg in any case.

    `regenerate` and `remove` come first, `carry` is for the rest: all, none, or the patterns of
    what stays, where what none of them names is removed; None decides nothing.
    """

    carry: str | Sequence[str] | None = None
    remove: Sequence[str] = ()
    regenerate: Sequence[str] = ()

    def decide(self, name: str, choices: Sequence[str]) -> str:
        """One of `choices` for a file, "" where nothing is decided."""
        if "regenerate" in choices and fits_any(name, self.regenerate):
            return "regenerate"
        if fits_any(name, self.remove):
            return "remove"
        if self.carry is None:
            return ""
        return "carry" if self.carry == "all" or fits_any(name, self.kept) else "remove"

    @property
    def kept(self) -> Sequence[str]:
        """The patterns of `carry`; none where it is a word for all files."""
        if self.carry in (None, "all", "none"):
            return ()
        return [self.carry] if isinstance(self.carry, str) else self.carry or ()


def fits_any(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name is like one of the patterns, in any case."""
    return any(fnmatchcase(name.casefold(), one.casefold()) for one in patterns)


def count_fits(planned: Sequence[Planned], patterns: Patterns) -> dict[str, int]:
    """Pattern -> how many files it names that had to be decided, and that it can decide."""
    open_rows = [row for one in planned for row in one.rows if row.choices]
    able = [row for row in open_rows if "regenerate" in row.choices]
    counts: Counter[str] = Counter()
    for given, rows in (
        (patterns.regenerate, able), (patterns.remove, open_rows), (patterns.kept, open_rows),
    ):  # fmt: skip
        for pattern in given:
            counts[pattern] += sum(fits_any(row.name, [pattern]) for row in rows)
    return dict(counts)


def check_kept(planned: Sequence[Planned], patterns: Patterns) -> None:
    """UsageError where patterns of what stays name nothing, so that all files would go."""
    gone = sum(row.action == "remove" for one in planned for row in one.rows)
    counts = count_fits(planned, patterns)
    if gone and patterns.kept and not any(counts[one] for one in patterns.kept):
        raise UsageError(
            f"No file of these records is like {', '.join(patterns.kept)}: all {gone} that no new"
            " file replaces would be removed. Nothing was sent.",
            code="pattern-names-nothing",
            hint="Look for a typing error; --carry-over none removes them all.",
        )
