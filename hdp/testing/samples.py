"""Records and files to try a target with."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
from pathlib import Path
from typing import Any

from hdp.sdk import LocalFile, Record

FIELDS: dict[str, Any] = {
    "title": "Amphore, Dressel 1 – Μύκονος 文件 “x” & <y>",
    "upload_type": "image",
    "image_type": "photo",
    "publication_date": "2026-01-02",
    "description": "<p>Gefunden im Ägäischen Meer</p>",
    "creators": [{"name": "Doe, Jane", "orcid": "0000-0002-1825-0097", "affiliation": "Uni Åbo"}],
    "access_right": "open",
    "license": "cc-by-4.0",
    "keywords": ["Amphora", "Вино"],
    "version": "1.0",
}
# A picture of two by two points.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR42mNocFAQmLCA4f///wwMDAAk"
    "jwUeKp5hdgAAAABJRU5ErkJggg=="
)
# Names that people give files, and that servers and file systems stumble over.
NAMES = (
    "plain.txt", "with space.txt", "Fundstück Nr. 1 (ä).txt", "文件.txt", "100 %.txt", "a#b?c.txt",
    "semi;colon&and.txt", "quote'.txt", "no-extension", "UPPER.TXT",
)  # fmt: skip
HOSTILE_IDS = ("../../etc/passwd", "999999999999", "no such", "%2e%2e", "ключ", "a/b", "x" * 300)
HOSTILE_FIELDS: tuple[dict[str, Any], ...] = (
    {},
    {"title": None},
    {"title": ["a"], "creators": "Doe, Jane"},
    {"title": "A title", "creators": [None, 1, "x", {}]},
    {"title": "A title", "dates": [{"type": None}], "locations": {"a": 1}, "keywords": 7},
    {"title": "A\x00title", "unheard-of": {"deep": [[[]]]}},
)


def make_file(folder: Path, name: str, content: bytes) -> LocalFile:
    """A file in a folder, with its size and digests; the name in the record is `name`."""
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    path = folder / hashlib.sha256(name.encode() + content).hexdigest()[:16]
    path.write_bytes(content)
    return LocalFile(
        path=path,
        name=name,
        media_type=media_type,
        size=len(content),
        md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def make_record(fields: dict[str, Any] | None = None, **changed: Any) -> Record:
    """The sample record with some fields changed; None takes a field away."""
    merged = {**(fields if fields is not None else FIELDS), **changed}
    return Record({name: one for name, one in merged.items() if one is not None}, key="a key")
