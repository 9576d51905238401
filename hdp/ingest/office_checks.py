"""Office documents and books: ZIP files with parts that must be there."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from hdp.ingest.archive_checks import zip_entries
from hdp.ingest.names import extension_of
from hdp.ingest.problems import COPY, SAVE, Problem, caution, doubtful, invalid

OFFICE = {
    ".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".pptx": "ppt/presentation.xml",
    ".odt": "content.xml", ".ods": "content.xml", ".odp": "content.xml",
    ".epub": "META-INF/container.xml",
}  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MIMETYPES = {
    ".odt": b"application/vnd.oasis.opendocument.text",
    ".ods": b"application/vnd.oasis.opendocument.spreadsheet",
    ".odp": b"application/vnd.oasis.opendocument.presentation",
    ".epub": b"application/epub+zip",
}


def office(path: Path) -> Iterator[Problem]:
    """A whole ZIP with the parts of its kind; macros are noted."""
    with path.open("rb") as file:
        head = file.read(1024 * 1024)
    if head.startswith(_OLE):
        yield _old(path, encrypted=_ENCRYPTED in head)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            found = list(zip_entries(path, archive))
            yield from found
            if not any(one.severity == "error" for one in found):
                yield from _parts(path, archive)
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error, ValueError) as error:
        message = f"{path.name} is damaged or breaks off: {str(error).rstrip('.')}."
        yield invalid("damaged", message, COPY)


def _old(path: Path, *, encrypted: bool) -> Problem:
    if encrypted:
        message = f"{path.name} is encrypted: nobody can read it without the password."
        return doubtful("encrypted", message, "Save it without a password if it may be read.")
    message = f"{path.name} is a document of the old binary kind, which its extension does not say."
    return doubtful("wrong-extension", message, "Save it in the new format, or rename it.")


def _parts(path: Path, archive: zipfile.ZipFile) -> Iterator[Problem]:
    names = archive.namelist()
    extension = extension_of(path.name)
    wanted = OFFICE.get(extension)
    opc = extension in (".docx", ".xlsx", ".pptx")
    whole = wanted in names and (not opc or "[Content_Types].xml" in names)
    if wanted and not whole and not (opc and _is_elsewhere(archive, names)):
        message = f"{path.name} is a ZIP without the parts of such a document."
        yield invalid("office", message, SAVE)
    mimetype = _MIMETYPES.get(extension)
    if mimetype and "mimetype" in names and _read(archive, "mimetype").strip() != mimetype:
        message = f"{path.name} says inside that it is another kind of document."
        yield doubtful("wrong-extension", message, "Rename it if that is wrong.")
    if any(_is_macro(one) for one in names):
        message = f"{path.name} holds macros, which run on the computer of whoever opens it."
        yield caution("macros", message, "Save it without macros, if they are not needed.")


def _is_elsewhere(archive: zipfile.ZipFile, names: list[str]) -> bool:
    # Other programs put the main part elsewhere and name it in the types.
    return "[Content_Types].xml" in names and b"main+xml" in _read(archive, "[Content_Types].xml")


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read(1024 * 1024)


def _is_macro(name: str) -> bool:
    low = name.lower()
    basic = name.startswith(("Basic/", "Scripts/")) and not low.endswith(
        ("script-lc.xml", "script-lb.xml")
    )
    return low.endswith("vbaproject.bin") or (basic and not name.endswith("/"))
