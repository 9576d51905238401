"""Scenes and point clouds: FBX, COLLADA, X3D, USD, LAS, E57."""

from __future__ import annotations

import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hdp.ingest.archive_checks import zip_entries
from hdp.ingest.document_checks import parse_xml, too_large_to_read
from hdp.ingest.model_checks import AGAIN
from hdp.ingest.problems import COPY, Problem, doubtful, invalid

_MAX_FBX = 500 * 1024 * 1024
_MAX_USD = 500 * 1024 * 1024
_USD = (".usd", ".usda", ".usdc")


def fbx(path: Path) -> Iterator[Problem]:
    """FBX loaded to its end; nothing that it names is opened."""
    with path.open("rb") as file:
        head = file.read(1024)
    if not head.startswith(b"Kaydara FBX Binary") and b"FBX" not in head:
        yield invalid("fbx", f"{path.name} has no FBX header.", AGAIN)
        return
    if path.stat().st_size > _MAX_FBX:
        yield too_large_to_read(path)
        return
    yield from _load_fbx(path)


def _load_fbx(path: Path) -> Iterator[Problem]:
    try:
        import ufbx
    except ImportError:
        yield too_large_to_read(path)
        return
    try:
        scene = ufbx.load_file(str(path))
        meshes = len(scene.meshes)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a library's errors of many kinds
        why = str(error).rstrip(".") or type(error).__name__
        yield invalid("fbx", f"{path.name} is damaged or breaks off: {why[:200]}.", COPY)
        return
    if not meshes:
        yield doubtful("no-faces", f"{path.name} has no meshes.", AGAIN)


class _Elements:
    """Counts elements and looks whether lists of numbers are as long as they say."""

    def __init__(self) -> None:
        self.root = ""
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._said: int | None = None
        self._words = 0
        self._open = False

    def startElement(self, name: str, attrs: Any) -> None:
        local = name.rpartition(":")[2]
        self.root = self.root or local
        self.seen[local] += 1
        self._said = None
        if local in ("float_array", "int_array") and attrs.get("count", "").isdigit():
            self._said, self._words, self._open = int(attrs["count"]), 0, False

    def characters(self, content: str) -> None:
        if self._said is None or not content:
            return
        words = len(content.split())
        joined = self._open and words and not content[0].isspace()
        self._words += words - bool(joined)
        self._open = not content[-1].isspace()

    def endElement(self, name: str) -> None:
        if self._said is not None and self._words != self._said:
            self.wrong.append(f"{self._words} of {self._said} numbers")
        self._said = None


def dae(path: Path) -> Iterator[Problem]:
    """COLLADA: proper XML with geometry, and lists as long as they say."""
    seen = _Elements()
    found = list(parse_xml(path, seen))
    yield from found
    if found:
        return
    if seen.root != "COLLADA":
        yield invalid("dae", f"{path.name} is XML, and no COLLADA.", AGAIN)
    elif seen.wrong:
        message = f"{path.name} has lists that are not as long as they say: {seen.wrong[0]}."
        yield invalid("dae", message, AGAIN)
    elif not seen.seen["geometry"]:
        yield doubtful("no-faces", f"{path.name} has no geometry.", AGAIN)


def x3d(path: Path) -> Iterator[Problem]:
    """X3D: proper XML with a scene."""
    seen = _Elements()
    found = list(parse_xml(path, seen))
    yield from found
    if not found and (seen.root != "X3D" or not seen.seen["Scene"]):
        yield invalid("x3d", f"{path.name} is XML, and no X3D scene.", AGAIN)


def usd(path: Path) -> Iterator[Problem]:
    """USD: its own layer read; the layers and pictures that it names are not opened."""
    with path.open("rb") as file:
        head = file.read(16)
    if not head.startswith((b"PXR-USDC", b"#usda", b"PK\x03\x04")):
        yield invalid("usd", f"{path.name} has no USD header.", AGAIN)
        return
    try:
        from pxr import Sdf, Tf
    except ImportError:
        yield too_large_to_read(path)
        return
    if path.stat().st_size > _MAX_USD:
        yield too_large_to_read(path)
        return
    try:
        layer = Sdf.Layer.OpenAsAnonymous(str(path))
    except Tf.ErrorException as error:
        why = " ".join(str(error).split())[:200]
        yield invalid("usd", f"{path.name} is damaged or breaks off: {why}.", COPY)
        return
    if not layer or not layer.rootPrims:
        yield doubtful("no-faces", f"{path.name} holds nothing.", AGAIN)


def usdz(path: Path) -> Iterator[Problem]:
    """USDZ: a ZIP whose first file is USD and whose files are stored as they are."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = list(zip_entries(path, archive))
            entries = archive.infolist()
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        why = str(error).rstrip(".")
        yield invalid("damaged", f"{path.name} is damaged or breaks off: {why}.", COPY)
        return
    yield from found
    if any(one.severity == "error" for one in found):
        return
    if not entries or not entries[0].filename.lower().endswith(_USD):
        message = f"{path.name} does not begin with a USD file, as it must."
        yield invalid("usd", message, AGAIN)
    elif any(one.compress_type for one in entries):
        message = f"{path.name} is compressed; viewers want its files stored as they are."
        yield doubtful("usd", message, AGAIN)


def las(path: Path) -> Iterator[Problem]:
    """LAS and LAZ: a whole header, and as many points as it says."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(375)
    if len(head) < 227 or head[:4] != b"LASF":
        yield invalid("las", f"{path.name} has no whole LAS header.", AGAIN)
        return
    minor = head[25]
    start, form, length, points = struct.unpack("<I4xBHI", head[96:111])
    if minor >= 4 and len(head) >= 255 and not points:
        points = struct.unpack("<Q", head[247:255])[0]
    packed = bool(form & 0x80)
    need = start if packed else start + points * length
    if need > size or (packed and points and size <= start + 8):
        message = f"{path.name} breaks off: {need} bytes are meant, {size} are there."
        yield invalid("truncated", message, COPY)
    elif not points:
        yield doubtful("no-faces", f"{path.name} has no points.", AGAIN)


def e57(path: Path) -> Iterator[Problem]:
    """E57: a whole header, the length it says, and its description where it says."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(48)
        if len(head) < 48 or head[:8] != b"ASTM-E57":
            yield invalid("e57", f"{path.name} has no whole E57 header.", AGAIN)
            return
        whole, start, length, page = struct.unpack("<QQQQ", head[16:48])
        if whole > size or start + length > size:
            message = f"{path.name} breaks off: {max(whole, start + length)} bytes are meant."
            yield invalid("truncated", message, COPY)
            return
        file.seek(start)
        description = file.read(min(length, page or 1024))
    if b"<e57Root" not in description and b"<?xml" not in description:
        yield invalid("e57", f"{path.name} has no description where its header says.", AGAIN)
    elif not length:
        yield doubtful("no-faces", f"{path.name} is empty.", AGAIN)
