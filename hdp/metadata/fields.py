"""Values as the target's schema wants them: texts, HTML, lists, entries, numbers."""

from __future__ import annotations

import html
import re
from typing import Any

import nh3

from hdp.metadata.schemas import Schema, canonical, is_html

_TRUE = {"true", "yes", "ja", "1", "x", "wahr"}
_FALSE = {"false", "no", "nein", "0", "falsch"}
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "i",
    "li", "ol", "p", "pre", "span", "strong", "sub", "sup", "table", "tbody", "td", "th",
    "thead", "tr", "u", "ul",
}  # fmt: skip


def text_to_html(text: str) -> str:
    """Plain text as HTML: escaped, blank lines as paragraphs, line breaks kept."""
    blocks = re.split(r"\n[ \t]*\n\s*", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    parts = [html.escape(one.strip(), quote=False) for one in blocks if one.strip()]
    return "".join(f"<p>{one}</p>".replace("\n", "<br>") for one in parts)


def clean_html(text: str) -> str:
    """The HTML without scripts, styles and anything that runs."""
    return nh3.clean(text, tags=_TAGS, attributes={"a": {"href", "title"}})


def coerce(value: Any, schema: Schema, *, markup: bool = False) -> tuple[Any, str]:
    """The value in the schema's type and what is wrong with it, or "".

    `markup` says that the text is HTML already.
    """
    kind = schema.get("type")
    if kind in ("number", "integer"):
        return _number(value, whole=kind == "integer")
    if kind == "boolean":
        return _boolean(value)
    if kind == "array":
        one, problem = coerce(value, schema.get("items", {}), markup=markup)
        return [one], problem
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if is_html(schema):
        return (clean_html(text) if markup else text_to_html(text)), ""
    return canonical(text, schema), ""


def _number(value: Any, *, whole: bool) -> tuple[Any, str]:
    text = str(value).strip()
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        text = text.replace(",", ".")
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text):
        return value, f'"{value}" is no number.'
    number = float(text)
    if abs(number) == float("inf") or (whole and not number.is_integer()):
        return value, f'"{value}" is no {"whole " if whole else ""}number.'
    return (int(number) if whole else number), ""


def _boolean(value: Any) -> tuple[Any, str]:
    word = str(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE, ""
    return value, f'"{value}" is neither yes nor no.'


def as_text(value: Any) -> str:
    """A field's value as one line, for `{field:...}` in templates."""
    if isinstance(value, list):
        return "; ".join(one for one in map(as_text, value) if one)
    if isinstance(value, dict):
        return str(next(iter(value.values()), ""))
    return "" if value is None else str(value)
