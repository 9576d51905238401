"""The metadata of a new version: carried over, with version, date and a note of what changed."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from hdp.project.deposits import Deposit

_NOT_CARRIED = ("doi", "prereserve_doi", "version", "publication_date")
_NUMBER = re.compile(r"(\d+)((?:\.\d+)*)$")


def propose_version(before: str, number: int) -> str:
    """The version that follows `before`: 1 -> 2, v1.2.3 -> v2.0.0; else the number itself.

    `number` says how many-th version of the record it is.
    """
    found = _NUMBER.search(before.strip())
    if found is None:
        return str(number)
    zeros = re.sub(r"\d+", "0", found[2])
    return f"{before.strip()[: found.start()]}{int(found[1]) + 1}{zeros}"


def carry_metadata(
    base: Deposit, number: int, *, today: date | None = None, note: str = "",
    changes: Mapping[str, Any] | None = None, rules: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:  # fmt: skip
    """Fields and origins of the version that follows `base`.

    `changes` win over everything; an empty value there takes the field away; `rules` are origins
    of those that the mapping makes. The note is added to the notes once, however often it is
    asked for. What the mapping made follows it later on; what is this version's own stays.
    """
    fields = {name: one for name, one in base.metadata.items() if name not in _NOT_CARRIED}
    strange = {"rule": "repository", "kept": True}
    origins = {name: base.origins.get(name) or strange for name in fields}
    fresh: dict[str, Any] = {
        "version": propose_version(str(base.metadata.get("version") or ""), number),
        "publication_date": (today or date.today()).isoformat(),
    }
    if note.strip():
        fresh["notes"] = add_note(str(fields.get("notes") or ""), note)
    for name, value in {**fresh, **(changes or {})}.items():
        if value in (None, "", [], {}):
            fields.pop(name, None)
            origins.pop(name, None)
            continue
        fields[name] = value
        origins[name] = (rules or {}).get(name) or {"rule": "version", "kept": True}
    return fields, origins


def add_note(notes: str, note: str) -> str:
    """The notes with one more paragraph, unless they say it already."""
    paragraph = f"<p>{html.escape(note.strip(), quote=False)}</p>"
    return notes if paragraph in notes else f"{notes}{paragraph}"
