"""Large XML read piece by piece, without entities: what declares them is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO
from xml.parsers import expat

_BLOCK = 1 << 18
Start = Callable[[str, dict[str, str]], None]


class UnsafeXml(Exception):
    """The XML declares a document type, through which it could expand or refer to files."""


class Enough(Exception):
    """Raised by a handler that has seen all it wants."""


def make_parser(
    start: Start, end: Callable[[str], None] | None, text: Callable[[str], None] | None
) -> expat.XMLParserType:
    """A parser that gives names as `namespace name`, and refuses document types."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise UnsafeXml


def feed(parser: expat.XMLParserType, file: IO[bytes], limit: int) -> None:
    """Parse to the end, or to where a handler raises Enough; at most `limit` bytes."""
    done = 0
    try:
        while block := file.read(_BLOCK):
            done += len(block)
            if done > limit:
                raise OverflowError("it unpacks to too many bytes")
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except Enough:
        return
