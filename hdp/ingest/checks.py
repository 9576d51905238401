"""Whether a file is what it says: really opened, and told in sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hdp.ingest import image_checks, model_checks
from hdp.ingest.items import worst
from hdp.ingest.names import extension_of
from hdp.ingest.types import HEAD, UNKNOWN, by_content, by_extension, media_type
from hdp.sdk import Finding

_MAX_JSON = 100 * 1024 * 1024
_MAX_UNPACKED = 100 * 1024 * 1024 * 1024
_MAX_RATIO = 1000
Problem = tuple[str, str, str, str]


@dataclass(frozen=True)
class Checked:
    """What opening a file showed: `valid`, `problems` (usable) or `invalid` (not usable)."""

    status: str
    findings: tuple[Finding, ...] = ()


def check_file(path: Path, *, relpath: str = "") -> Checked:
    """Open the file and look for damage; never raises for what is in it."""
    where = {"file": relpath or path.name}
    found: list[Finding] = []
    status = "valid"
    try:
        for severity, code, message, hint in _problems(path):
            finding = Finding(severity, code, message, hint, where)  # type: ignore[arg-type]
            found.append(finding)
            status = worst(status, "invalid" if severity == "error" else "problems")
    except FileNotFoundError:
        gone = Finding("error", "missing", "The file is not there.", "Put it back.", where)
        return Checked("missing", (gone,))
    except Exception as error:  # noqa: BLE001 - parsers raise anything on hostile files
        message = f"{path.name} could not be read: {str(error) or type(error).__name__}."
        found.append(Finding("error", "unreadable", message, "Save it anew.", where))
        status = "invalid"
    return Checked(status, tuple(found))


def _problems(path: Path) -> Iterator[Problem]:
    size = path.stat().st_size
    if size == 0:
        yield "error", "empty", f"{path.name} is empty (0 bytes).", "Copy it again from its source."
        return
    with path.open("rb") as file:
        head = file.read(HEAD)
    proven, named = by_content(head), by_extension(path.name)
    media = media_type(path.name, head)
    if proven and named not in (UNKNOWN, proven) and media != named:
        message = f"{path.name} is {proven}, which its extension does not say."
        yield "warning", "wrong-extension", message, "Rename it if that is wrong."
    check = _CHECKS.get(media) or _CHECKS_BY_EXTENSION.get(extension_of(path.name))
    if check:
        yield from check(path)


def _json(path: Path) -> Iterator[Problem]:
    if path.stat().st_size > _MAX_JSON:
        return
    try:
        json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        message = f"{path.name} is no proper JSON: {error}."
        yield "error", "json", message, "Correct it or export it again."


def _pdf(path: Path) -> Iterator[Problem]:
    with path.open("rb") as file:
        head = file.read(1024)
        file.seek(max(0, path.stat().st_size - 4096))
        tail = file.read()
    if b"%PDF-" not in head:
        yield "error", "pdf", f"{path.name} is no PDF.", "Export it again."
    elif b"%%EOF" not in tail:
        message = f"{path.name} breaks off: the end of the PDF is missing."
        yield "error", "truncated", message, "Copy it again from its source."


def _xml(path: Path) -> Iterator[Problem]:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    try:
        for _, element in iterparse(path, forbid_dtd=False):
            element.clear()
    except ParseError as error:
        message = f"{path.name} is no proper XML: {error}."
        yield "error", "xml", message, "Correct it or export it again."
    except DefusedXmlException:
        message = f"{path.name} refers to other files or expands itself; it was not read."
        yield "error", "xml-unsafe", message, "Export it without a DTD's entities."


def _zip(path: Path) -> Iterator[Problem]:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            total = sum(one.file_size for one in entries)
            if total > _MAX_UNPACKED or total > _MAX_RATIO * max(1, path.stat().st_size):
                message = f"{path.name} unpacks to far more than it is; it was not opened."
                yield "error", "zip-bomb", message, "Make the archive anew."
                return
            for one in entries:
                if one.filename.startswith("/") or ".." in one.filename.split("/"):
                    message = f"{path.name} holds {one.filename}, which leads out of the archive."
                    yield "error", "zip-path", message, "Make the archive anew."
            broken = archive.testzip()
            if broken:
                message = f"{path.name} is damaged: {broken} does not match its checksum."
                yield "error", "damaged", message, "Copy it again from its source."
    except (zipfile.BadZipFile, EOFError) as error:
        yield "error", "damaged", f"{path.name} is no whole ZIP: {error}.", "Copy it again."


_CHECKS: dict[str, Callable[[Path], Iterator[Problem]]] = {
    **dict.fromkeys(image_checks.MEDIA, image_checks.image),
    "model/obj": model_checks.obj,
    "model/mtl": model_checks.mtl,
    "model/gltf-binary": model_checks.glb,
    "model/gltf+json": model_checks.gltf,
    "model/ply": model_checks.ply,
    "model/stl": model_checks.stl,
    "application/json": _json,
    "application/geo+json": _json,
    "application/pdf": _pdf,
    "application/xml": _xml,
    "application/rdf+xml": _xml,
    "application/zip": _zip,
}
_CHECKS_BY_EXTENSION: dict[str, Callable[[Path], Iterator[Problem]]] = {
    ".docx": _zip, ".xlsx": _zip, ".pptx": _zip, ".odt": _zip, ".ods": _zip, ".usdz": _zip,
}  # fmt: skip
