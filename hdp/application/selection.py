"""Which items a command or batch action is about."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from hdp.application.site_status import site_status
from hdp.project import jobs, listing
from hdp.project.overview import Overview
from hdp.sdk import NotFound, UsageError

if TYPE_CHECKING:
    from hdp.application.app import Application

PROBLEMS = ("errors", "warnings", "without", "failed")
_ERRORS = ("missing", "invalid")
_SECONDS = len("2026-11-22T00:00:00")
_DATED: dict[str, Callable[[Overview], str | None]] = {
    "prepared": lambda row: row.first_prepared,
    "created": lambda row: row.created,
}


@dataclass(frozen=True)
class Selection:
    """Item ids, or filters that combine, or all that the action can act on.

    Dates are local days, `YYYY-MM-DD`, of what `dated` names: the day an item was first prepared,
    or the day it was created; `state` is new, prepared, draft, in-review or published; `problems`
    is one of PROBLEMS, and `failed` the items whose last action failed, to decide it by.
    """

    ids: tuple[int, ...] = ()
    all: bool = False
    search: str = ""
    title: str = ""
    since: str = ""
    until: str = ""
    state: str = ""
    first: int | None = None
    dated: str = "prepared"
    problems: str = ""
    failed: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was selected."""
        return not (self.ids or self.all or self.has_filters)

    @property
    def has_filters(self) -> bool:
        """Whether any filter is set."""
        texts = (self.search, self.title, self.since, self.until, self.state, self.problems)
        return any(texts)


def choose(
    rows: Sequence[Overview], selection: Selection, can_act: Callable[[Overview], bool]
) -> tuple[list[Overview], list[Overview]]:
    """The items an action is for, and those that `--all` or a filter leaves out.

    Ids are taken as they are; all and filters take what the action can act on.
    """
    if selection.is_empty:
        raise UsageError(
            "Nothing is selected.",
            code="nothing-selected",
            hint="Name item ids, or use --all, or filter: --search, --title, --since, --until,"
            " --state, --problems.",
        )
    if selection.ids and selection.all:
        raise UsageError(
            "Item ids and --all were given together.",
            code="ids-and-all",
            hint="Leave one of them out; nothing was done.",
        )
    if selection.ids:
        chosen = list(matching(_by_ids(rows, selection.ids), selection))
        return chosen[: selection.first], []
    here = list(matching((row for row in rows if row.set_aside is None), selection))
    able = [row for row in here if can_act(row)]
    return able[: selection.first], [row for row in here if not can_act(row)]


def with_failed(app: Application, env: str, selection: Selection) -> Selection:
    """The selection with what it needs to know of earlier actions; read only where it asks."""
    if not selection.problems:
        return selection
    return replace(selection, failed=app.project.read(lambda c: jobs.list_last_failed(c, env)))


def _by_ids(rows: Sequence[Overview], ids: Sequence[int]) -> list[Overview]:
    by_id = {row.id: row for row in rows}
    unknown = [one for one in ids if one not in by_id]
    if unknown:
        raise NotFound(
            f"There is no item {unknown[0]} in this project.",
            code="no-such-item",
            hint="List them with: hdp item list",
            where={"item": unknown[0]},
        )
    return [by_id[one] for one in dict.fromkeys(ids)]


def matching(rows: Iterable[Overview], selection: Selection) -> Iterable[Overview]:
    """The rows that pass the filters."""
    since, until = _begin(selection.since, "since"), _begin(selection.until, "until", later=1)
    dated = _DATED.get(selection.dated)
    if dated is None:
        raise _unknown(selection.dated, "dated", _DATED)
    if selection.problems and selection.problems not in PROBLEMS:
        raise _unknown(selection.problems, "problems", PROBLEMS)
    words = listing.fold(selection.search).split()
    for row in rows:
        if words and not _contains(row, words):
            continue
        if selection.title and not _fits(row, selection.title):
            continue
        if selection.state and selection.state != state_word(row):
            continue
        if (since or until) and not _is_between(dated(row), since, until):
            continue
        if selection.problems and not _is_troubled(row, selection):
            continue
        yield row


def state_word(row: Overview) -> str:
    """The state as the command line names it."""
    return (row.state or "new").replace("_", "-")


def _contains(row: Overview, words: Sequence[str]) -> bool:
    text = " ".join((row.key, row.primary, row.title, row.remote_id or "", row.doi or ""))
    folded = listing.fold(text)
    return all(word in folded for word in words)


def _fits(row: Overview, pattern: str) -> bool:
    return fnmatch.fnmatchcase((row.title or row.key).casefold(), pattern.casefold())


def _is_between(when: str | None, since: str, until: str) -> bool:
    return when is not None and since <= when[:_SECONDS] < (until or "A")


def _is_troubled(row: Overview, selection: Selection) -> bool:
    failed = bool(row.failed) or row.id in selection.failed
    errors = failed or row.worst in _ERRORS
    unsettled = row.doing is not None and row.doing != "upload"
    of_site = site_status(row)
    errors = errors or (of_site is not None and of_site[1] == "loss")
    if selection.problems == "failed":
        return failed
    if selection.problems == "errors":
        return errors
    warned = not errors and (row.worst != "valid" or unsettled or of_site is not None)
    return warned if selection.problems == "warnings" else not (errors or warned)


def _unknown(word: str, name: str, known: Iterable[str]) -> UsageError:
    return UsageError(
        f"There is no “{name}” {word}.", code="bad-request",
        hint=f"It is one of: {', '.join(known)}.", where={"field": name},
    )  # fmt: skip


def _begin(text: str, option: str, later: int = 0) -> str:
    """When a local day begins, as the project file writes times; "" where no day is given."""
    if not text:
        return ""
    try:
        day = date.fromisoformat(text) + timedelta(days=later)
        begin = datetime(day.year, day.month, day.day).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"{text} is no date.", code="bad-date", hint=f"Write --{option} 2026-11-22."
        ) from error
    return begin.isoformat()[:_SECONDS]
