"""VRML and the classic form of X3D: what stands after `url`, in plain or packed files."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from hdp.ingest.formats.reference import Check, Reference, decode, line_blocks
from hdp.ingest.formats.scenes import from_urls, strings

_MOST_UNPACKED = 512 * 1024 * 1024
_CARRY = 16 * 1024
_MARK = re.compile(rb"\b(?:\w*[uU]rl|filename)\b")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
_VALUE = re.compile(rb'\s*(?:\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]|("(?:[^"\\]|\\.)*"))', re.DOTALL)
_NODE = re.compile(rb"(\w+)\s*\{")
_NO_PARTS = (b"Anchor", b"Script", b"WWWAnchor")


def vrml(path: Path, check: Check) -> Iterator[Reference]:
    """The textures and parts of a scene."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if not packed:
        with path.open("rb") as file:
            yield from _stream(file, check, None)
        return
    try:
        with gzip.open(path) as unpacked:
            yield from _stream(cast("BinaryIO", unpacked), check, _MOST_UNPACKED)
    except (EOFError, zlib.error) as error:
        raise ValueError(f"its packed content is damaged: {error}") from None


def _stream(file: BinaryIO, check: Check, most: int | None) -> Iterator[Reference]:
    carried, done = b"", 0
    for block in line_blocks(file, check):
        done += len(block)
        if most is not None and done > most:
            raise ValueError("it unpacks to more than is read of one file")
        text = carried + block
        if b"rl" in text or b"filename" in text:
            yield from _found(text)
        start = max(text.rfind(b"rl", -_CARRY), text.rfind(b"filename", -_CARRY))
        # A list may go on in the next block: what is found twice counts once.
        carried = text[text.rfind(b"\n", 0, start) + 1 :] if start >= 0 else b""


def _found(text: bytes) -> Iterator[Reference]:
    for mark in _MARK.finditer(text):
        begin = max(text.rfind(end, 0, mark.start()) for end in (b"\n", b"\r"))
        line = text[begin + 1 : mark.start()]
        if b"#" in _QUOTED.sub(b"", line[-_CARRY:]):
            continue  # a comment
        value = _VALUE.match(text, mark.end(), mark.end() + _CARRY)
        nodes = _NODE.findall(text, max(0, mark.start() - 400), mark.start()) or [b""]
        if value and nodes[-1] not in _NO_PARTS:
            role = "texture" if b"Texture" in nodes[-1] else ""
            if reference := from_urls(strings(decode(value[1] or value[2])), role):
                yield reference
