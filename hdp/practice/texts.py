"""Texts as Zenodo keeps them: broken signs mended, control characters and some HTML gone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import ftfy
import nh3

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_TAGS = {
    "a", "abbr", "acronym", "b", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt",
    "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "li", "ol", "p", "pre", "s", "span",
    "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u",
    "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title", "name", "target", "rel"},
    "abbr": {"title"},
    "acronym": {"title"},
}


@lru_cache(maxsize=4096)
def repaired(text: str) -> str:
    """A text without its margins, with what looks like wrongly decoded signs decoded again."""
    text = text.strip()
    if text.isascii() and text.isprintable() and "&" not in text:
        return text
    return _CONTROL.sub("", ftfy.fix_text(text)).replace("\u200b", "")


def text_of(value: Any) -> str:
    """The repaired text, empty where the value is none."""
    return repaired(value) if isinstance(value, str) else ""


def clean_html(text: str) -> str:
    """HTML without scripts, styles and event handlers; the text inside them stays."""
    return nh3.clean(
        text, tags=_TAGS, attributes=_ATTRIBUTES, clean_content_tags=set(), link_rel=None,
        url_schemes={"http", "https", "mailto"},
    )  # fmt: skip
