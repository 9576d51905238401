"""How the checks word what they find."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, Literal

from hdp.sdk import Finding


def found(
    severity: Literal["error", "warning", "info"],
    code: str,
    field: str,
    message: str,
    hint: str = "",
    *,
    index: int | None = None,
    value: Any = None,
) -> Finding:
    """A finding about a field or one entry of it."""
    where: dict[str, Any] = {"field": field}
    if index is not None:
        where["index"] = index
    args = {} if value is None else {"value": value}
    return Finding(severity, code, message, hint, where, {"field": field, **args})


def required(field: str, message: str = "") -> Finding:
    """The field is missing."""
    return found(
        "error",
        "required",
        field,
        message or f"“{field}” is required.",
        "Fill it in the mapping or for this item.",
    )


def dropped(field: str, message: str, hint: str = "", index: int | None = None) -> Finding:
    """The repository would lose it without a word."""
    return found("warning", "field-dropped", field, message, hint, index=index)


def wrong_shape(field: str, shape: str, index: int | None = None) -> Finding:
    """The value has the wrong form."""
    return found("error", "wrong-shape", field, f"“{field}” must be {shape}.", index=index)


def unknown_term(field: str, value: Any, known: Iterable[str], index: int | None = None) -> Finding:
    """The value is not in the vocabulary; near ones are named."""
    near = difflib.get_close_matches(str(value), list(known), n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else "Choose one of the list."
    return found(
        "error",
        "unknown-term",
        field,
        f"“{value}” is no known value of “{field}”.",
        hint,
        index=index,
        value=str(value),
    )
