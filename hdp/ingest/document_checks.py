"""Documents and data: PDF, JSON, XML and plain text."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hdp.ingest.privacy import Traces, read_xmp, unreadable
from hdp.ingest.problems import COPY, EXPORT, Problem, doubtful, invalid, remark

MAX_JSON = 100 * 1024 * 1024
_MAX_TEXT = 200 * 1024 * 1024
_MAX_PACKET = 20 * 1024 * 1024
_BLOCK = 1024 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"),
         (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
         (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def pdf(path: Path) -> Iterator[Problem]:
    """PDF opened, its pages counted and each of them found."""
    with path.open("rb") as file:
        head = file.read(1024)
        file.seek(max(0, path.stat().st_size - 65536))
        tail = file.read()
    if b"%PDF-" not in head:
        yield invalid("pdf", f"{path.name} is no PDF.", EXPORT)
    elif b"%%EOF" not in tail:
        message = f"{path.name} breaks off: the end of the PDF is missing."
        yield invalid("truncated", message, COPY)
    else:
        yield from _pages(path)


def _pages(path: Path) -> Iterator[Problem]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            message = f"{path.name} is encrypted: nobody can read it without the password."
            yield doubtful("encrypted", message, "Save it without a password if it may be read.")
        else:
            yield invalid("pdf", f"{path.name} cannot be opened as a PDF: {error}.", EXPORT)
        return
    try:
        count = len(document)
        lost = [n + 1 for n in range(count) if not _has_page(document, n)]
    finally:
        document.close()
    if not count:
        yield invalid("pdf", f"{path.name} has no pages.", EXPORT)
    if lost:
        numbers = ", ".join(map(str, lost[:5]))
        message = f"{path.name} has {count} pages, and {len(lost)} cannot be read ({numbers})."
        yield invalid("pdf", message, EXPORT)


def _has_page(document: Any, number: int) -> bool:
    import pypdfium2

    try:
        document[number].close()
    except pypdfium2.PdfiumError:
        return False
    return True


def json_file(path: Path) -> Iterator[Problem]:
    """JSON parsed to its end."""
    if path.stat().st_size > MAX_JSON:
        yield from _begins_as_json(path)
        yield too_large_to_read(path)
        return
    constants: list[str] = []
    try:
        json.loads(path.read_bytes(), parse_constant=constants.append)
    except (ValueError, RecursionError) as error:
        yield invalid("json", f"{path.name} is no proper JSON: {error}.", "Correct or export it.")
    if constants:
        message = f"{path.name} holds {constants[0]}, for which JSON has no word."
        yield doubtful("json", message, "Other programs may refuse it; write null in its place.")


def _begins_as_json(path: Path) -> Iterator[Problem]:
    with path.open("rb") as file:
        head = file.read(64 * 1024).removeprefix(codecs.BOM_UTF8).lstrip()
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    if head and head[:1] not in b'{["-0123456789tfn':
        yield invalid("json", f"{path.name} does not begin as JSON does.", "Copy it again.")


def too_large_to_read(path: Path) -> Problem:
    """Said where only the beginning of a very large file was read."""
    message = f"{path.name} is very large; only its header was checked."
    return remark("not-read-whole", message, "Open it in its own program where that matters.")


def xml(path: Path) -> Iterator[Problem]:
    """XML parsed to its end, without opening what it refers to."""
    yield from parse_xml(path, None)


class _Unsafe(Exception):
    """Declares entities: text that stands for more text, or for other files."""


def parse_xml(path: Path, handler: Any) -> Iterator[Problem]:
    """Hand the elements of an XML file to a handler as SAX has it, and say what is wrong.

    A DTD that is named is not opened; one that declares entities is refused.
    """
    from xml.parsers.expat import ExpatError, ParserCreate

    parser = ParserCreate()
    parser.EntityDeclHandler = _refuse_entity
    if handler is not None:
        parser.StartElementHandler = handler.startElement
        parser.EndElementHandler = handler.endElement
        parser.CharacterDataHandler = handler.characters
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except _Unsafe:
        message = f"{path.name} refers to other files or expands itself; it was not read."
        yield invalid("xml-unsafe", message, "Export it without a DTD's entities.")
    except (ExpatError, ValueError, LookupError, RecursionError) as error:
        why = str(error).rstrip(".")
        yield invalid("xml", f"{path.name} is no proper XML: {why}.", "Correct or export it.")


def _refuse_entity(*_: Any) -> None:
    raise _Unsafe


def xmp(path: Path) -> Iterator[Problem]:
    """An XMP sidecar: proper XML, and what it tells about places and people."""
    found = list(xml(path))
    yield from found
    if found or path.stat().st_size > _MAX_PACKET:
        return
    traces = Traces()
    try:
        read_xmp(path.read_bytes(), traces)
    except ValueError as error:
        yield unreadable(path, error)
    yield from traces.problems(path.name)


def text(path: Path) -> Iterator[Problem]:
    """Plain text that is not UTF-8, or no text at all."""
    with path.open("rb") as file:
        head = file.read(4)
        name = next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")
        file.seek(0)
        decoder = codecs.getincrementaldecoder(name)()
        odd = zero = False
        for _ in range(_MAX_TEXT // _BLOCK):
            block = file.read(_BLOCK)
            zero = zero or b"\0" in block
            odd = odd or bool(_NOT_CP1252.search(block))
            if name and not _decodes(decoder, block):
                name = ""
            if not block:
                break
    yield from _encoding(path, name, odd=odd, zero=zero)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block, final=not block)
    except ValueError:
        return False
    return True


def _encoding(path: Path, name: str, *, odd: bool, zero: bool) -> Iterator[Problem]:
    hint = "Save it as UTF-8, so that everybody sees the same letters."
    if name in ("utf-16", "utf-32"):
        message = f"{path.name} is text in {name.upper()}, not in UTF-8."
        yield doubtful("not-utf8", message, hint)
    elif zero:
        message = f"{path.name} is called text and holds binary data."
        yield doubtful("text-binary", message, "Look whether it is what its name says.")
    elif not name:
        likely = "an unknown encoding" if odd else "Windows-1252 or Latin-1, as it seems"
        message = f"{path.name} is text in {likely}, not in UTF-8."
        yield doubtful("not-utf8", message, hint)
