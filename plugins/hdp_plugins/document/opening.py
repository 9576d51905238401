"""Opening documents; broken, locked and empty ones are told in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hdp.sdk import ComponentError, InvalidInput, LocalFile

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_RANGE = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")


@contextmanager
def open_pdf(file: LocalFile) -> Iterator[Any]:
    """The document by PDFium; ComponentError for a broken, locked or empty one."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(file.path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).casefold():
            raise locked(file) from None
        raise unreadable(file, "this is no PDF that can be opened") from error
    except OSError as error:
        raise unreadable(file, error.strerror or str(error)) from error
    try:
        if not len(document):
            raise unreadable(file, "it has no pages")
        yield document
    finally:
        document.close()


def locked(file: LocalFile) -> ComponentError:
    """The error for a document that asks for a password."""
    return ComponentError(
        f"{file.name} is locked with a password.",
        code="document-locked",
        hint="Save a copy without a password, and use that.",
        where={"file": file.name},
    )


def unreadable(file: LocalFile, reason: str) -> ComponentError:
    """The error for a document that cannot be read, with the reason."""
    return ComponentError(
        f"{file.name} cannot be read: {reason}.",
        code="document-unreadable",
        hint="Open it in the program that made it, and save or export it again.",
        where={"file": file.name},
    )


def chosen_pages(text: str, count: int) -> list[int]:
    """The pages that `1-3, 8` names, counted from 0; all for an empty text.

    Pages beyond the end are left out; InvalidInput for what names no pages.
    """
    found: set[int] = set()
    for part in filter(None, (one.strip() for one in text.split(","))):
        match = _RANGE.fullmatch(part)
        first = int(match[1]) if match else 0
        last = int(match[2] or match[1]) if match else 0
        if not 1 <= first <= last:
            raise InvalidInput(
                f"“{part}” names no pages.", code="document-pages", hint="Write them as 1-3, 8."
            )
        found.update(range(first - 1, min(last, count)))
    if found or not text.strip():
        return sorted(found) if found else list(range(count))
    raise InvalidInput(
        f"The document has {count} page(s), and none of those asked for ({text}).",
        code="document-pages",
        hint="Name pages that it has, or leave the setting empty for all.",
    )
