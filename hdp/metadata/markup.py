"""HTML in values: what is HTML and not text, what may stay, and what was taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

import nh3

from hdp.sdk import Finding

_KEPT = {
    "a", "abbr", "acronym", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl",
    "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "ol", "p", "pre", "s",
    "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "u", "ul",
}  # fmt: skip
_OTHERS = {
    "article", "aside", "audio", "base", "body", "button", "center", "cite", "dfn", "embed",
    "figcaption", "figure", "font", "footer", "form", "frame", "head", "header", "html", "iframe",
    "img", "input", "kbd", "link", "mark", "meta", "nav", "object", "q", "samp", "script",
    "section", "select", "small", "source", "style", "svg", "textarea", "title", "tt", "var",
    "video", "wbr",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "abbr": {"title"}, "acronym": {"title"}}
# The sign < before a word is no tag: "<d 5 cm" is a text, and stays one.
_TAG = re.compile(rf"</?(?:{'|'.join(_KEPT | _OTHERS)})(?:\s[^<>]*)?/?>|<!--", re.IGNORECASE)


def is_markup(text: str) -> bool:
    """Whether the text has tags of HTML in it."""
    return _TAG.search(text) is not None


@lru_cache(maxsize=16)  # a value is cleaned, and then asked what was lost
def clean_html(text: str) -> str:
    """The HTML without scripts, styles and anything that runs; nothing is added to it."""
    return nh3.clean(
        text, tags=_KEPT, attributes=_ATTRIBUTES, link_rel=None,
        url_schemes={"http", "https", "mailto"},
    )  # fmt: skip


def lost_in(text: str) -> list[str]:
    """The tags and attributes (`a href`) that `clean_html` takes out, each once, in order."""
    cleaned = clean_html(text)
    if cleaned == text:
        return []
    left = list(_names(cleaned))
    lost = []
    for name in _names(text):
        if name in left:
            left.remove(name)
        else:
            lost.append(name)
    return list(dict.fromkeys(lost))


def lost_markup(text: str, where: Mapping[str, Any]) -> list[Finding]:
    """A warning that names what `clean_html` takes out; none where that is nothing."""
    lost = ", ".join(lost_in(text))
    if not lost:
        return []
    return [
        Finding(
            "warning", "html-changed", f"This HTML is left out of “{where['field']}”: {lost}.",
            "Use plain text and simple HTML: paragraphs, lists, links, bold, tables.",
            dict(where), {"value": lost, "field": str(where["field"])},
        )
    ]  # fmt: skip


def _names(text: str) -> Iterator[str]:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    yield from reader.names


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names += [tag, *(f"{tag} {name}" for name, _ in attrs)]

    def handle_comment(self, data: str) -> None:
        self.names.append("<!-- -->")
