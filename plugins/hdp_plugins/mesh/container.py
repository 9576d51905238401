"""The file of a glTF model: its JSON and its bytes, read from GLB or glTF and written as GLB."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

_JSON, _BIN = 0x4E4F534A, 0x004E4942
_PADDING = 4


def read_container(data: bytes, read: Callable[[str], bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """The JSON and the buffers of a model; `read` gives a file that it names.

    A buffer without bytes, which only a packed one may be, is empty. ValueError where it is none.
    """
    chunks = _chunks(data) if data[:4] == b"glTF" else {_JSON: data}
    document = json.loads(chunks[_JSON])
    if not isinstance(document, dict):
        raise ValueError("its JSON is no object")
    own = chunks.get(_BIN, b"")
    return document, [_buffer(one, own, read) for one in document.get("buffers", [])]


def _chunks(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        length, kind = struct.unpack_from("<II", data, at)
        found.setdefault(kind, data[at + 8 : at + 8 + length])
        at += 8 + length
    return found


def _buffer(one: dict[str, Any], own: bytes, read: Callable[[str], bytes]) -> bytes:
    uri = one.get("uri")
    if uri is None:
        return b"" if "EXT_meshopt_compression" in one.get("extensions", {}) else own
    if uri.startswith("data:"):
        return base64.b64decode(uri.partition(",")[2])
    return read(uri)


def write_container(document: dict[str, Any], views: Sequence[bytes]) -> bytes:
    """A GLB with one buffer of these views; each view's offset and length are set here."""
    body = bytearray()
    for view, data in zip(document["bufferViews"], views, strict=True):
        place = view.get("extensions", {}).get("EXT_meshopt_compression", view)
        place |= {"buffer": 0, "byteOffset": len(body), "byteLength": len(data)}
        body += data + bytes(-len(data) % _PADDING)
    rest = [one for one in document.get("buffers", []) if one.get("extensions")]
    document["buffers"] = [{"byteLength": len(body)}, *rest]
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _PADDING)
    head = struct.pack("<4sII", b"glTF", 2, 12 + 8 + len(text) + 8 + len(body))
    return b"".join((
        head, struct.pack("<II", len(text), _JSON), text,
        struct.pack("<II", len(body), _BIN), bytes(body),
    ))  # fmt: skip
