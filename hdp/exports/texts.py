"""HTML of a record as plain text, for formats that know no markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

_BREAKS = {"p", "br", "div", "li", "ul", "ol", "tr", "table", "pre", "blockquote",
           "h1", "h2", "h3", "h4", "h5", "h6", "hr", "dt", "dd"}  # fmt: skip


def plain(markup: str) -> str:
    """The text of HTML, a line for each paragraph; scripts and styles say nothing."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    reader = _Reader()
    reader.feed(nh3.clean(markup))
    reader.close()
    lines = (re.sub(r"[ \t\f\v]+", " ", one).strip() for one in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS and tag not in ("br", "hr"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
