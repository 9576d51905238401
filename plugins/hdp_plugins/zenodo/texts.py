"""Texts as the repository keeps them: signs mended, control characters and some HTML gone."""

from __future__ import annotations

import re
from functools import lru_cache

import ftfy
import nh3

# Such text is never rewritten, and looking closer costs time: signs of ASCII, umlauts, and
# other letters where no two of them stand together (damaged text has at least two).
PLAIN = re.compile(
    "(?:[\t\n\x20-\x25\x27-\x7e]|[äöüÄÖÜß](?![^\x00-\x7fäöüÄÖÜß])"
    "|[àáèéêëìíîïñòóôõøùúûýÿÀÁÈÉÊËÇçÑÒÓÔÕØÚÛŁłŠšŽžčřěů–—…°²³§½](?![^\x00-\x7f]))*"
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_KEPT_TAGS = {
    "a", "abbr", "acronym", "b", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt",
    "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "li", "ol", "p", "pre", "s", "span",
    "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u",
    "ul",
}  # fmt: skip
_KEPT_ATTRIBUTES = {
    "a": {"href", "title", "name", "target", "rel"},
    "abbr": {"title"},
    "acronym": {"title"},
}


@lru_cache(maxsize=8192)
def rewritten(text: str) -> str:
    """A text as it is kept: the library used there mends signs that it holds for broken."""
    if PLAIN.fullmatch(text):
        return text.strip()
    return CONTROL.sub("", ftfy.fix_text(text.strip())).replace("\u200b", "")


@lru_cache(maxsize=512)
def clean_html(text: str) -> str:
    """HTML as it is kept; the text inside tags that are taken out stays."""
    return nh3.clean(
        text,
        tags=_KEPT_TAGS,
        attributes=_KEPT_ATTRIBUTES,
        clean_content_tags=set(),
        link_rel=None,
        url_schemes={"http", "https", "mailto"},
    )


# What tables hold where somebody had nothing to say.
_NOTHING = {
    "n/a", "n.a", "nan", "null", "none", "tbd", "todo", "xxx", "k.a", "keineangabe", "#n/a",
    "notitle", "keintitel", "notavailable",
}  # fmt: skip


def says_nothing(text: str) -> bool:
    """Whether a text only stands where one is missing, such as N/A or dashes."""
    return text.casefold().replace(" ", "").rstrip(".") in _NOTHING or not re.search(r"\w", text)
