"""Values as the target's schema wants them: texts, HTML, lists, entries, numbers."""

from __future__ import annotations

import html
import re
from typing import Any

from hdp.metadata.markup import clean_html
from hdp.metadata.schemas import Schema, canonical, is_html

_TRUE = {"true", "yes", "ja", "1", "x", "wahr"}
_FALSE = {"false", "no", "nein", "0", "falsch"}


def text_to_html(text: str) -> str:
    """Plain text as HTML: escaped, blank lines as paragraphs, line breaks kept."""
    blocks = re.split(r"\n[ \t]*\n\s*", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    parts = [html.escape(one.strip(), quote=False) for one in blocks if one.strip()]
    return "".join(f"<p>{one}</p>".replace("\n", "<br>") for one in parts)


def plain_text(markup: str) -> str:
    """The text of HTML as one line, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


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
    if kind == "object":
        return value, "" if isinstance(value, dict) else f'"{value}" is no entry with attributes.'
    text = as_word(value)
    if is_html(schema):
        return (clean_html(text) if markup else text_to_html(text)), ""
    text = _plain(text, schema.get("format"))
    return canonical(text, schema), ""


def as_word(value: Any) -> str:
    """A single value as the text a person would write: "1.0" and "00123" stay as they are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


# An address in front of an identifier says nothing more than the identifier.
_ADDRESSES = {
    "orcid": re.compile(r"(?i)^(?:(?:https?://)?(?:www\.)?orcid\.org/|orcid:\s*)"),
    "gnd": re.compile(r"(?i)^(?:(?:https?://)?d-nb\.info/gnd/|gnd:\s*)"),
    "doi": re.compile(r"(?i)^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)"),
}


def _plain(text: str, form: Any) -> str:
    """An identifier without its address, an ORCID in its four groups."""
    if form not in _ADDRESSES:
        return text
    bare = _ADDRESSES[form].sub("", text.strip())
    digits = re.sub(r"[-\s‐‑–]", "", bare)
    if form == "orcid" and re.fullmatch(r"\d{15}[\dXx]", digits, re.ASCII):
        return "-".join(digits.upper()[n : n + 4] for n in range(0, 16, 4))
    return bare


def _number(value: Any, *, whole: bool) -> tuple[Any, str]:
    if isinstance(value, bool):
        return value, f'"{as_word(value)}" is no number.'
    text = str(value).strip().replace("\u2212", "-")
    if re.fullmatch(r"[-+]?\d+,\d+", text, re.ASCII):
        text = text.replace(",", ".")
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text, re.ASCII):
        return value, f'"{value}" is no number.'
    if re.fullmatch(r"[-+]?\d{1,400}", text, re.ASCII) and whole:
        return int(text), ""
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
