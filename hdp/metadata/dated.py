"""Dates of a record from what people wrote: one date, or the start and end of an entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hdp.metadata import date_words
from hdp.metadata.dates import needs_order
from hdp.metadata.datings import Dating, read_dating
from hdp.metadata.said import Said, brief, doubt
from hdp.metadata.schemas import Schema, fields_of

_TO = re.compile(date_words.TO)
PUBLICATION = "publication_date"


@dataclass
class Span:
    """An entry's `start` and `end`, the words that say more, and what is to be said."""

    values: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)


def is_date(schema: Schema) -> bool:
    """Whether the target wants a date: EDTF, or its level 0."""
    form = schema.get("format")
    return form is not None and str(form).startswith("edtf")


def has_span(schema: Schema) -> bool:
    """Whether the entry has a start and an end."""
    attributes = fields_of(schema)
    return all(is_date(attributes.get(one, {})) for one in ("start", "end"))


def two_meanings(text: str) -> bool:
    """Whether day and month of a date in the text could be each other."""
    places = [0, *(n for one in _TO.finditer(text) for n in one.span()), len(text)]
    return needs_order(text) or any(
        needs_order(text[a:b]) for a in places for b in places if a < b and b - a <= 24
    )


def unreadable(text: str, order: str) -> Said:
    """Why no date could be made of the text."""
    args = {"value": text}
    if not order and len(text) <= 60 and two_meanings(text):
        message = f'"{brief(text)}" is in two months, as day or month come first.'
        hint = "Say once for the column which it is: date: dmy or date: mdy beside column."
        return doubt("date-order", message, hint, args=args)
    message = f'"{brief(text)}" is no date that can be read with certainty.'
    hint = "Write YYYY-MM-DD, YYYY-MM or YYYY, “um 1890”, “1890-1900” or “19. Jh.”."
    if order:
        hint = f"{hint} Numbers are read in the order {order}."
    return doubt("date-unclear", message, hint, args=args)


def one_date(name: str, text: str, order: str, schema: Schema) -> tuple[str, list[Said]]:
    """A field's date, and what is to be said; "" where the words are no such date."""
    found = read_dating(text, order)
    if found is None:
        return text, [unreadable(text, order)]
    if name == PUBLICATION and _is_age(found):
        return "", [_age(text)]
    if found.before_our_era and schema.get("format") == "edtf0":
        return text, []  # the target's own check says what it cannot take
    if found.exact and found.start and found.end:
        return (found.start if found.start == found.end else f"{found.start}/{found.end}"), []
    if schema.get("format") == "edtf0":
        return text, [unreadable(text, order)]
    return found.edtf, []


def _is_age(found: Dating) -> bool:
    """Nobody publishes "about" a day; only a time of day says more without any doubt."""
    day = found.start == found.end and len(found.start) == 10
    return found.before_our_era or not (found.exact or (day and not found.mark))


def _age(text: str) -> Said:
    message = f'"{brief(text)}" is the age of an object, not the day on which it is published.'
    hint = "Map the column to dates with the type created; for publication_date write today."
    return doubt("age-as-publication-date", message, hint, args={"value": text})


def read_span(
    name: str, texts: Mapping[str, tuple[str, str]], schema: Schema, *, elsewhere: bool
) -> Span:
    """Start and end of an entry from the texts and orders of `start` and `end`.

    `elsewhere` says that another field keeps the words; so a date that cannot be said may go.
    """
    made, found = Span(), {}
    for key, (text, order) in texts.items():
        one = read_dating(text, order)
        if one is None:
            made.said.append(_with_leave_out(unreadable(text, order), f"{name}.{key}", text))
        elif one.before_our_era and schema.get("format", "edtf0") == "edtf0":
            made.said.append(_not_said(f"{name}.{key}", text, elsewhere=elsewhere))
        else:
            found[key] = one
    if len(found) == len(texts):
        _fill(made, found, {key: text for key, (text, _) in texts.items()})
    return made


def _fill(made: Span, found: Mapping[str, Dating], texts: Mapping[str, str]) -> None:
    first, last = found.get("start"), found.get("end") or found.get("start")
    start, end = first.start if first else "", last.end if last else ""
    if start and end and start[:4] > end[:4]:
        words = f"{texts.get('start', '')} - {texts.get('end', '')}"
        message, hint = f'"{brief(words)}" ends before it begins.', "Correct start and end."
        made.said.append(doubt("date-reversed", message, hint, args={"value": words}))
        return
    inexact = [texts[key] for key, one in found.items() if not one.exact or _hides(key, one, found)]
    made.words = list(dict.fromkeys(inexact))
    made.values = {key: one for key, one in (("start", start), ("end", end)) if one}
    if start == end and not inexact:
        del made.values["end"]
    if inexact:
        made.said.append(_approximate(made))


def _hides(key: str, one: Dating, found: Mapping[str, Dating]) -> bool:
    """Whether part of a dating is not taken, as the other attribute has its own."""
    if key == "start":
        return "end" in found and one.start != one.end and one.end != found["end"].end
    return one.start != one.end and ("start" not in found or one.start != found["start"].start)


def _approximate(made: Span) -> Said:
    words = " - ".join(made.words)
    ends = [made.values.get(key, "..") for key in ("start", "end")]
    sent = "/".join(dict.fromkeys(ends))
    message = f'"{brief(words)}" is sent as {sent}, with these words as the description.'
    hint = "Nothing to do if that is what it means."
    return doubt("date-approximate", message, hint, "info", {"value": words, "sent": sent})


def _not_said(path: str, text: str, *, elsewhere: bool) -> Said:
    message = f'The repository takes no date before our era: "{brief(text)}".'
    args = {"value": text, "leave_out": {"field": path, "value": text}}
    if elsewhere:
        hint = "It is left out here; another field has the words."
        return doubt("date-left-out", message, hint, "warning", args)
    hint = "Map the column to notes or description too; then it is left out here alone."
    return doubt("date-before-era", message, hint, args=args)


def _with_leave_out(said: Said, path: str, text: str) -> Said:
    if said.code == "date-order":
        return said
    args = {"value": text, "leave_out": {"field": path, "value": text}}
    return doubt(said.code, said.message, said.hint, said.severity, args)
