"""How the checks word what they find."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

from hdp.sdk import Finding


def found(
    severity: Literal["error", "warning", "info"],
    code: str,
    path: str,
    message: str,
    hint: str = "",
    *,
    value: Any = None,
    better: str = "",
    leave_out: str = "",
) -> Finding:
    """A finding about a field or a part of it; `path` is dotted, as in creators.0.orcid.

    `better` is the nearest right value, `leave_out` the path of the part that may be left
    out so that the rest can be published.
    """
    args: dict[str, Any] = {"field": path}
    if value is not None:
        args["value"] = value
    if better:
        args["better"] = better
    if leave_out:
        args["leave_out"] = {"field": leave_out}
    return Finding(severity, code, message, hint, {"field": path}, args)


def required(path: str, message: str = "", hint: str = "") -> Finding:
    """It is missing."""
    return found(
        "error",
        "required",
        path,
        message or f"“{path}” is required.",
        hint or "Fill it in the mapping or for this item.",
    )


def dropped(path: str, message: str, hint: str = "") -> Finding:
    """The repository would lose it without a word."""
    return found("warning", "field-dropped", path, message, hint)


def changed(path: str, value: Any, better: str, why: str = "") -> Finding:
    """The repository would write it in another way."""
    return found(
        "warning",
        "value-changed",
        path,
        f"Zenodo writes “{brief(better)}” for “{brief(value)}”{why}.",
        f"Write {brief(better)}.",
        value=brief(value),
        better=better,
    )


def wrong_shape(path: str, shape: str, value: Any) -> Finding:
    """The value has the wrong form."""
    return found(
        "error",
        "wrong-shape",
        path,
        f"“{path}” must be {shape}, not {kind_of(value)}.",
        "Correct the value in the table, the mapping or for this item.",
    )


def unknown_term(path: str, value: Any, vocabulary: Iterable[str]) -> Finding:
    """The value is not in the vocabulary; near ones are named."""
    near = nearest(brief(value), tuple(vocabulary))
    hint = f"Did you mean {' or '.join(near)}?" if near else "Choose one of the list."
    return found(
        "error",
        "unknown-term",
        path,
        f"“{brief(value)}” is no known value of “{path}”.",
        hint,
        value=brief(value),
        better=near[0] if near else "",
    )


@cache
def nearest(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """At most three words that look like the text."""
    lower = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(text.strip().casefold()[:100], lower, n=3)
    return tuple(lower[one] for one in near)


def brief(value: Any) -> str:
    """A value as one short line for a sentence."""
    text = value[:200] if isinstance(value, str) else str(value)[:200]
    # What cannot be written as text must not stop the sentence about it.
    line = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    return line if len(line) <= 80 else line[:79] + "…"


def kind_of(value: Any) -> str:
    """What a JSON value is, in words."""
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list | tuple):
        return "a list"
    return "an object" if isinstance(value, dict) else "empty" if value is None else "that"
