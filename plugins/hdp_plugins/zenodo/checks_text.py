"""Checks of every text in a record: what cannot be stored, and what the repository rewrites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from hdp.sdk import Finding
from hdp_plugins.zenodo.findings import brief, found
from hdp_plugins.zenodo.texts import CONTROL, PLAIN, clean_html, rewritten

LONGEST = 200_000
HTML_FIELDS = ("description", "notes", "method")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Without a tag or an entity it is text; paragraphs and line breaks alone are never changed.
_MARKUP = re.compile(r"[<&]")
_SIMPLE = re.compile(
    r"(?:<p>(?:[^<>&]|&(?:amp|lt|gt|quot|#x27|#39);|<br>)*</p>\s*)+|(?:[^<>&]|&(?:amp|lt|gt);)*"
)


def check_texts(path: str, value: Any) -> Iterator[Finding]:
    """Findings about all texts of a field, at any depth."""
    for place, text in _texts(path, value):
        if not PLAIN.fullmatch(text) or len(text) > LONGEST:
            problems = list(_check_text(place, text))
            yield from problems
            if any(one.severity == "error" for one in problems):
                continue
        if place in HTML_FIELDS and _MARKUP.search(text) and not _SIMPLE.fullmatch(text):
            yield from check_html(place, text)


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list | tuple):
        for index, one in enumerate(value):
            yield from _texts(f"{path}.{index}", one)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _texts(f"{path}.{name}", one)


def _check_text(path: str, text: str) -> Iterator[Finding]:
    if len(text) > LONGEST:
        yield found(
            "error",
            "text-too-long",
            path,
            f"“{path}” has {len(text):,} characters; no repository page can show that.",
            "Put the text into a file of the record and say here what it is.",
        )
    elif _SURROGATE.search(text) or "\x00" in text:
        yield found(
            "error",
            "text-broken",
            path,
            f"“{path}” holds signs that are no text: {brief(ascii(text))}.",
            "Type it anew, or read the table with another encoding.",
            value=ascii(brief(text)),
        )
    elif (fixed := rewritten(text)) != text.strip():
        yield _rewritten(path, text, fixed)


def _rewritten(path: str, text: str, fixed: str) -> Finding:
    what = "takes control characters out of" if CONTROL.search(text) else "rewrites signs in"
    before, after = _difference(text.strip(), fixed)
    return found(
        "warning",
        "text-changed",
        path,
        f"Zenodo {what} “{path}”: {before} becomes {after}.",
        "Typographic quotes become straight ones; write it as Zenodo does to see no surprise.",
        value=brief(ascii(text) if CONTROL.search(text) else text),
        better=fixed if len(fixed) < 500 else "",
    )


def _difference(old: str, new: str) -> tuple[str, str]:
    """The words around the first place where two texts differ."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    begin = max(0, start - 8)
    return tuple(f"“{brief(ascii(one) if CONTROL.search(one) else one)}”"
                 for one in (old[begin : start + 12], new[begin : start + 12]))  # type: ignore[return-value]  # fmt: skip


def check_html(path: str, text: str) -> Iterator[Finding]:
    """What the repository takes out of HTML or adds to it."""
    result = clean_html(text)
    old, new = _parts(text), _parts(result)
    if old.texts == new.texts and old.tags == new.tags:
        return
    lost = sorted(set(old.names) - set(new.names))
    added = sorted(set(new.names) - set(old.names))
    told = "; ".join(
        part
        for part in (
            f"it takes out {', '.join(lost)}" if lost else "",
            f"it adds {', '.join(added)}" if added else "",
        )
        if part
    )
    yield found(
        "warning",
        "html-changed",
        path,
        f"Zenodo changes the HTML of “{path}”: {told or 'it closes or moves tags'}.",
        "Use plain text and simple HTML: paragraphs, lists, links, bold, tables.",
        value=", ".join(lost),
        better=result[:2000],
    )


class _Parts(HTMLParser):
    """Tags with their attributes, and the text, of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, ...]] = []
        self.names: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *sorted(f"{name}={value}" for name, value in attrs)))
        self.names += [tag, *(f"{tag} {name}" for name, _ in attrs)]

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", data))
        self.names.append("comment")

    @property
    def texts(self) -> str:
        return " ".join("".join(self.text).split())


def _parts(text: str) -> _Parts:
    parts = _Parts()
    parts.feed(text)
    parts.close()
    return parts
