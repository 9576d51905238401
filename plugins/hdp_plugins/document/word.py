"""The text of a DOCX: its paragraphs, one a line."""

from __future__ import annotations

import zipfile
import zlib
from typing import Any

from hdp.sdk import LocalFile
from hdp_plugins.document.opening import locked, unreadable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODY = "word/document.xml"
# A long book is 5 MB of XML; what unpacks to more is hostile or no text.
MAX_BYTES = 200_000_000
_CFB = bytes.fromhex("d0cf11e0a1b11ae1")


def docx_text(file: LocalFile) -> str:
    """Paragraphs of body and tables in order; ComponentError for a broken or locked file."""
    from defusedxml import DefusedXmlException, ElementTree

    try:
        root = ElementTree.fromstring(_body(file))
    except (ElementTree.ParseError, DefusedXmlException) as error:
        raise unreadable(file, "its text is damaged or hostile") from error
    return "\n".join(_paragraph(one) for one in root.iter(f"{_W}p"))


def _body(file: LocalFile) -> bytes:
    try:
        with file.path.open("rb") as stream:
            if stream.read(8) == _CFB:  # Word wraps a locked file into its old container
                raise locked(file)
        with zipfile.ZipFile(file.path) as archive:
            if archive.getinfo(_BODY).file_size > MAX_BYTES:
                raise unreadable(file, "its text unpacks to more than 200 MB")
            with archive.open(_BODY) as stream:
                return stream.read(MAX_BYTES)
    except KeyError as error:
        raise unreadable(file, "it holds no Word text") from error
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise unreadable(file, "this is no DOCX that can be opened") from error


def _paragraph(paragraph: Any) -> str:
    words = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n"}
    parts = (
        one.text or "" if one.tag == f"{_W}t" else words.get(one.tag, "")
        for one in paragraph.iter()
    )
    return "".join(parts)
