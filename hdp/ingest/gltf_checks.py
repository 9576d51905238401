"""glTF and GLB: the file around the scene, and the data that the scene needs."""

from __future__ import annotations

import base64
import binascii
import json
import stat
import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from hdp.ingest.gltf_accessors import Accessors
from hdp.ingest.gltf_rules import index_problems, shape_problems
from hdp.ingest.model_checks import AGAIN
from hdp.ingest.problems import COPY, Problem, doubtful, invalid
from hdp.ingest.references import MAX_GLTF

_MOST_PROBLEMS = 20
_MAX_EMBEDDED = 1024**3


def gltf(path: Path, root: Path | None = None) -> Iterator[Problem]:
    """A glTF against the rules of its format; buffers are opened inside `root` only."""
    size = path.stat().st_size
    if size > MAX_GLTF:
        yield invalid("gltf", f"{path.name} has far more JSON than a glTF has.", AGAIN)
        return
    with path.open("rb") as file:
        yield from _document(path, file.read(MAX_GLTF), None, root or path.parent)


def glb(path: Path, root: Path | None = None) -> Iterator[Problem]:
    """A GLB: lengths that add up to the file, chunks in their order, and its scene."""
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(20)
        if len(header) < 20 or header[:4] != b"glTF":
            yield invalid("glb", f"{path.name} has no GLB header.", AGAIN)
            return
        version, length, chunk = struct.unpack("<4xIII", header[:16])
        if version == 1:
            message = f"{path.name} is glTF 1.0, which today's programs do not open."
            yield doubtful("gltf-version", message, "Export it as glTF 2.0.")
            return
        if header[16:20] != b"JSON":
            yield invalid("glb", f"{path.name} has no GLB header.", AGAIN)
            return
        if length != size or chunk + 20 > size:
            message = f"{path.name} says it has {length} bytes and has {size}: it breaks off."
            yield (invalid if size < max(length, chunk + 20) else doubtful)(
                "truncated", message, COPY
            )
        if chunk + 20 > size or chunk > MAX_GLTF:
            return
        text = file.read(chunk)
    if length > size:
        return
    yield from _chunks(path, 20 + chunk, length)
    yield from _document(path, text, _binary(path, 20 + chunk), root or path.parent)


def _chunks(path: Path, at: int, end: int) -> Iterator[Problem]:
    if at % 4:
        yield doubtful("glb", f"{path.name} has a chunk whose length is no multiple of 4.", AGAIN)
    with path.open("rb") as file:
        for _ in range(1000):
            if at >= end:
                return
            file.seek(at)
            head = file.read(8)
            length = struct.unpack("<I", head[:4])[0] if len(head) == 8 else 0
            at += 8 + length
            if len(head) < 8 or at > end:
                message = f"{path.name} has a chunk that is longer than the file."
                yield invalid("truncated", message, COPY)
                return


def _binary(path: Path, at: int) -> Any:
    """The BIN chunk, mapped and not read; None where there is none."""
    import numpy

    with path.open("rb") as file:
        file.seek(at)
        head = file.read(8)
    if len(head) < 8 or head[4:] != b"BIN\0":
        return None
    length = min(struct.unpack("<I", head[:4])[0], path.stat().st_size - at - 8)
    if length < 1:
        return numpy.zeros(0, numpy.uint8)
    return numpy.memmap(path, numpy.uint8, "r", at + 8, (length,))


def _document(path: Path, data: bytes, binary: Any, root: Path) -> Iterator[Problem]:
    try:
        document: Any = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        yield invalid("gltf", f"{path.name} has no proper JSON: {error}.", AGAIN)
        return
    asset = document.get("asset") if isinstance(document, dict) else None
    version = asset.get("version") if isinstance(asset, dict) else None
    if not isinstance(version, str):
        yield invalid("gltf", f"{path.name} does not say its glTF version.", AGAIN)
        return
    if version.partition(".")[0] != "2":
        message = f"{path.name} is glTF {version}, which today's programs do not open."
        yield doubtful("gltf-version", message, "Export it as glTF 2.0.")
        return
    found = list(islice(shape_problems(path.name, document), _MOST_PROBLEMS))
    yield from found
    if found:
        return
    yield from islice(_content(path, document, binary, root), _MOST_PROBLEMS)
    if not document.get("meshes"):
        yield doubtful("no-faces", f"{path.name} has no meshes.", AGAIN)


def _content(path: Path, document: dict[str, Any], binary: Any, root: Path) -> Iterator[Problem]:
    broken = False
    for one in index_problems(path.name, document):
        broken = broken or one.severity == "error"
        yield one
    buffers: list[Any] = []
    for number, buffer in enumerate(document.get("buffers", ())):
        content, problem = _buffer(path, number, buffer, binary, root)
        buffers.append(content)
        if problem:
            yield problem
    if not broken:  # else the numbers lead nowhere
        accessors = Accessors(path.name, document, buffers)
        yield from accessors.problems()
        yield from _images(path, document, accessors)


def _buffer(
    path: Path, number: int, buffer: dict[str, Any], binary: Any, root: Path
) -> tuple[Any, Problem | None]:
    """The bytes of a buffer, or None where they cannot be looked at."""
    uri = buffer.get("uri")
    try:
        if uri is None:
            content = binary if number == 0 else None
        elif uri.startswith("data:"):
            content = _decoded(uri)
        else:
            content = _mapped(path.parent / unquote(uri), root)
    except (ValueError, binascii.Error):
        message = f"{path.name} has an embedded buffer {number} that cannot be decoded."
        return None, invalid("gltf-buffer", message, AGAIN)
    length = buffer["byteLength"]
    if content is None:
        if uri is None and "EXT_meshopt_compression" not in buffer.get("extensions", {}):
            message = f"{path.name} has a buffer {number} of {length} bytes that is nowhere."
            return None, invalid("gltf-buffer", message, AGAIN)
        return None, None  # the references say that a file is missing
    if len(content) < length:
        message = f"{path.name} needs {length} bytes of buffer {number}; {len(content)} are there."
        return None, invalid("gltf-buffer", message, COPY)
    return content[:length], None


def _decoded(uri: str) -> Any:
    import numpy

    head, comma, data = uri.partition(",")
    if not comma or len(data) > _MAX_EMBEDDED:
        raise ValueError(head[:100])
    if head.endswith(";base64"):
        content = base64.b64decode(unquote(data) if "%" in data else data, validate=True)
    else:
        content = unquote(data).encode("latin-1")
    return numpy.frombuffer(content, numpy.uint8)


def _mapped(path: Path, root: Path) -> Any:
    import numpy

    try:
        real = path.resolve(strict=True)
        info = real.stat()
    except (OSError, RuntimeError, ValueError):
        return None
    if not real.is_relative_to(root.resolve()) or not stat.S_ISREG(info.st_mode):
        return None
    if not info.st_size:
        return numpy.zeros(0, numpy.uint8)
    return numpy.memmap(real, numpy.uint8, "r")


def _images(path: Path, document: dict[str, Any], accessors: Accessors) -> Iterator[Problem]:
    for number, one in enumerate(document.get("images", ())):
        uri = one.get("uri")
        try:
            if uri is not None:
                data = _decoded(uri) if uri.startswith("data:") else None
            else:
                data = accessors.view(one.get("bufferView"))
            if data is not None:
                _decode_image(data)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - decoders raise anything on damaged data
            why = str(error).rstrip(".")[:100] or type(error).__name__
            message = f"{path.name} has an embedded image {number} that cannot be read: {why}."
            yield invalid("gltf-image", message, AGAIN)


def _decode_image(data: Any) -> None:
    import io

    from PIL import Image

    raw = data.tobytes()
    if raw.startswith(b"\xabKTX 20"):
        return
    Image.MAX_IMAGE_PIXELS = 500_000_000
    with Image.open(io.BytesIO(raw)) as opened:
        opened.load()
