"""Searching depositions and records: the small part of the query language that clients use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from hdp.practice.answers import doi_of
from hdp.practice.catalogue import Deposition
from hdp.practice.refusals import Invalid, Problem, crash, refuse

_TERM = re.compile(r'(?:(?P<field>[\w.]+):)?(?:"(?P<quoted>[^"]*)"|(?P<word>\S+))')
_SORTS: dict[str, tuple[Callable[[Deposition], Any], bool]] = {
    "bestmatch": (lambda one: one.id, True),
    "mostrecent": (lambda one: one.shown.created, True),
    "-mostrecent": (lambda one: one.shown.created, False),
    "newest": (lambda one: one.shown.created, True),
    "oldest": (lambda one: one.shown.created, False),
    "publication_date": (lambda one: one.shown.metadata.get("publication_date", ""), True),
    "-publication_date": (lambda one: one.shown.metadata.get("publication_date", ""), False),
    "updated-desc": (lambda one: one.shown.modified, True),
    "updated-asc": (lambda one: one.shown.modified, False),
    "version": (lambda one: one.id, True),
}


def search(found: list[Deposition], query: Mapping[str, str], *, largest: int) -> list[Deposition]:
    """One page of what matches `q`, sorted; all versions only when asked for."""
    return page_of(found, query, largest=largest)[0]


def page_of(
    found: list[Deposition], query: Mapping[str, str], *, largest: int
) -> tuple[list[Deposition], int]:
    """One page of what matches `q`, and how many match."""
    size, page = _paging(query, largest)
    if query.get("shared_with_me") == "true":
        return [], 0
    if query.get("all_versions", "").lower() not in ("1", "true"):
        found = _latest(found)
    found = [one for one in found if _matches(one, query.get("q", ""))]
    found = _sorted(found, query.get("sort", "bestmatch"))
    return found[(page - 1) * size : page * size], len(found)


def _paging(query: Mapping[str, str], largest: int) -> tuple[int, int]:
    problems: list[Problem] = []
    size = _number(query.get("size", "25"), "size", problems)
    page = _number(query.get("page", "1"), "page", problems)
    if size > largest:
        problems.append(("size", f"Page size cannot be greater than {largest}."))
    if problems:
        raise Invalid(*problems)
    if size * page > 10_000:
        raise refuse(400, "Invalid querystring parameters.")
    return size, page


def _number(text: str, name: str, problems: list[Problem]) -> int:
    try:
        number = int(text)
    except ValueError:
        problems.append((name, "Not a valid integer."))
        return 1
    if number < 1:
        problems.append((name, "Must be greater than or equal to 1."))
    return number


def _sorted(found: list[Deposition], sort: str) -> list[Deposition]:
    if sort == "-bestmatch":
        raise crash()
    if sort not in _SORTS:
        raise Invalid(("_schema", f"Invalid sort option '{sort}'."))
    key, newest_first = _SORTS[sort]
    return sorted(found, key=lambda one: (key(one), one.id), reverse=newest_first)


def _latest(found: list[Deposition]) -> list[Deposition]:
    newest: dict[int, Deposition] = {}
    for one in found:
        if one.concept not in newest or newest[one.concept].id < one.id:
            newest[one.concept] = one
    return list(newest.values())


def _matches(one: Deposition, q: str) -> bool:
    return all(
        _term(one, match["field"] or "", match["quoted"] or match["word"] or "")
        for match in _TERM.finditer(q)
        if match[0] != "AND"
    )


def _term(one: Deposition, name: str, value: str) -> bool:
    value = value.replace("\\", "").lower()
    name = name.removeprefix("metadata.")
    exact: dict[str, Any] = {
        "is_published": str(bool(one.public)).lower(),
        "submitted": str(bool(one.public)).lower(),
        "id": str(one.id),
        "recid": str(one.id),
        "conceptrecid": str(one.concept),
        "parent.id": str(one.concept),
        "doi": str(one.shown.metadata.get("doi", "")).lower(),
        "pids.doi.identifier": str(one.shown.metadata.get("doi", "")).lower(),
        "conceptdoi": doi_of(one.concept) if one.concept_published else "",
    }
    if name in exact:
        return bool(exact[name] == value)
    return value in _words(one, name)


def _words(one: Deposition, name: str) -> str:
    metadata = one.shown.metadata
    if name:
        return str(metadata.get(name, "")).lower()
    texts = [metadata.get(part, "") for part in ("title", "description", "keywords", "creators")]
    return " ".join(str(text) for text in texts).lower()
