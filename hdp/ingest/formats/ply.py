"""PLY: the textures that its header names in comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hdp.ingest.formats.reference import MAX_LINE, Check, Reference, clean, decode

_TEXTURE_FILE = re.compile(rb"^comment[ \t]+TextureFile[ \t]+([^\r\n]+)", re.MULTILINE | re.I)
_END = re.compile(rb"^end_header", re.MULTILINE)


def ply(path: Path, check: Check) -> Iterator[Reference]:
    """The textures of a PLY, text or binary: nothing behind the header is looked at."""
    check()
    with path.open("rb") as file:
        head = file.read(MAX_LINE).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    end = _END.search(head)
    for match in _TEXTURE_FILE.finditer(head[: end.start() if end else len(head)]):
        if name := clean(decode(match[1])):
            yield Reference(name, "texture")
