"""Which items a command or batch action is about."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hdp.project import listing
from hdp.project.overview import Overview
from hdp.sdk import NotFound, UsageError


@dataclass(frozen=True)
class Selection:
    """Item ids, or filters that combine, or all that the action can act on.

    Dates are local days, `YYYY-MM-DD`; `state` is new, prepared, draft, in-review or published.
    """

    ids: tuple[int, ...] = ()
    all: bool = False
    search: str = ""
    title: str = ""
    since: str = ""
    until: str = ""
    state: str = ""
    first: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was selected."""
        return not (self.ids or self.all or self.has_filters)

    @property
    def has_filters(self) -> bool:
        """Whether any filter is set."""
        return bool(self.search or self.title or self.since or self.until or self.state)


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
            " --state.",
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
    since, until = _day(selection.since, "since"), _day(selection.until, "until")
    words = listing.fold(selection.search).split()
    for row in rows:
        if words and not _contains(row, words):
            continue
        if selection.title and not _fits(row, selection.title):
            continue
        if selection.state and selection.state != state_word(row):
            continue
        day = _prepared_day(row) if since or until else None
        if (since and (day is None or day < since)) or (until and (day is None or day > until)):
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


def _day(text: str, option: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{text} is no date.", code="bad-date", hint=f"Write --{option} 2026-11-22."
        ) from error


def _prepared_day(row: Overview) -> date | None:
    if row.first_prepared is None:
        return None
    return datetime.fromisoformat(row.first_prepared).astimezone().date()
