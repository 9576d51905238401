"""Reads what is written inside one file; run where a crash harms nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hdp.ingest import embedded_tags as tags
from hdp.ingest.names import extension_of
from hdp.ingest.privacy import exif_tags, place_of

_MOST_VALUES, _LONGEST = 200, 20_000
_MAX_XMP = 20 * 1024 * 1024
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_OFFICE = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp")
_AUDIO = (".mp3", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".wav", ".aiff", ".aif", ".wma")
_EXIFTOOL_SECONDS = 15.0
Pair = tuple[str, str]


def read_all(path: Path, sidecars: Sequence[Path] = ()) -> dict[str, list[str]]:
    """Every value by "group:name" in small letters; sidecars say more than what is embedded."""
    found: dict[str, list[str]] = {}
    sources: list[Callable[[], Iterable[Pair]]] = [
        *(lambda one=one: _sidecar(one) for one in sidecars),
        lambda: _file(path),
        lambda: _inside(path),
    ]
    for source in sources:
        _join(found, _safely(source))
    if not any(not key.startswith("file:") for key in found):
        _join(found, _safely(lambda: _exiftool(path)))
    return found


def _join(found: dict[str, list[str]], pairs: Iterable[Pair]) -> None:
    """Add tags that no earlier source has."""
    new: dict[str, list[str]] = {}
    for name, value in pairs:
        text = value.replace("\0", "").strip()[:_LONGEST]
        if "date" in name.lower() and not text.strip("0: "):
            continue  # cameras without a clock write nought for every digit
        values = new.setdefault(name.lower(), [])
        if text and text not in values and len(values) < _MOST_VALUES:
            values.append(text)
    for name, values in new.items():
        if values:
            found.setdefault(name, values)


def _safely(source: Callable[[], Iterable[Pair]]) -> list[Pair]:
    found: list[Pair] = []
    try:
        for one in source():
            found.append(one)  # what was read before it breaks still counts
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - metadata of strangers breaks readers in any way
        return found
    return found


def _file(path: Path) -> Iterator[Pair]:
    from datetime import datetime

    yield "File:FileName", path.name
    yield "File:FileTypeExtension", extension_of(path.name).lstrip(".")
    changed = datetime.fromtimestamp(path.stat().st_mtime)
    yield "File:FileModifyDate", changed.strftime("%Y-%m-%d %H:%M:%S")


def _inside(path: Path) -> Iterator[Pair]:
    extension = extension_of(path.name)
    if extension == ".xmp":
        yield from _sidecar(path)
    elif extension == ".pdf":
        yield from _pdf(path)
    elif extension in _OFFICE:
        yield from _office(path)
    elif extension in _AUDIO:
        yield from _audio(path)
    else:
        yield from _image(path)


def _image(path: Path) -> Iterator[Pair]:
    from PIL import Image, UnidentifiedImageError

    from hdp.ingest.image_checks import prepare

    prepare()
    try:
        with Image.open(path) as opened:
            yield "File:ImageWidth", str(opened.size[0])
            yield "File:ImageHeight", str(opened.size[1])
            yield from _exif(opened.getexif())
            yield from _safely(lambda: _iptc(opened))
            yield from _safely(lambda: xmp_values(_packet(opened)))
    except UnidentifiedImageError:
        yield from _raw(path)


def _packet(opened: Any) -> bytes:
    from hdp.ingest.privacy import packet_of

    return packet_of(opened)


def _exif(exif: Any) -> Iterator[Pair]:
    from PIL.ExifTags import TAGS

    for part in (exif, exif.get_ifd(_EXIF_IFD)):
        for number, value in part.items():
            name = TAGS.get(number, "")
            if name and number not in (_EXIF_IFD, _GPS_IFD) and (text := _exif_text(name, value)):
                yield f"EXIF:{tags.EXIF.get(name, name)}", text
                yield f"EXIF:{name}", text
    if place := place_of(exif.get_ifd(_GPS_IFD)):
        latitude, _, longitude = place.partition(", ")
        yield "EXIF:GPSLatitude", latitude
        yield "EXIF:GPSLongitude", longitude


def _exif_text(name: str, value: Any) -> str:
    if isinstance(value, bytes):
        if name.startswith("XP"):
            return value.decode("utf-16-le", "replace").rstrip("\0")
        value = _decoded(value[8:] if value[:5] in (b"ASCII", b"UNICO", b"\0\0\0\0\0") else value)
    if isinstance(value, tuple):
        return " ".join(map(str, value[:50]))
    return _as_written(str(value)).rstrip("\0 ")


def _as_written(text: str) -> str:
    """The text in UTF-8, where it was read as Latin-1."""
    try:
        return _decoded(text.encode("latin-1"))
    except UnicodeEncodeError:
        return text


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _iptc(opened: Any) -> Iterator[Pair]:
    from PIL import IptcImagePlugin

    if opened.format not in ("JPEG", "TIFF"):
        return
    for key, value in (IptcImagePlugin.getiptcinfo(opened) or {}).items():
        name = tags.IPTC.get(key)
        for one in (value if isinstance(value, list) else [value]) if name else ():
            text = _decoded(one)
            yield f"IPTC:{name}", _iptc_date(text) if name in tags.IPTC_DATES else text


def _iptc_date(text: str) -> str:
    """18900000 is the year 1890: nothing is known of its month."""
    if not re.fullmatch(r"\d{8}", text, re.ASCII):
        return text
    parts = [text[:4], text[4:6], text[6:]]
    while len(parts) > 1 and parts[-1] == "00":
        parts.pop()
    return "-".join(parts)


def _raw(path: Path) -> Iterator[Pair]:
    """Camera RAW, whose Exif can be read without its picture."""
    for name, value in exif_tags(path).items():
        group, _, tag = name.partition(" ")
        if group in ("Image", "EXIF") and tag and (text := _exif_text(tag, str(value))):
            yield f"EXIF:{tags.EXIF.get(tag, tag)}", text
            yield f"EXIF:{tag}", text


def _sidecar(path: Path) -> Iterator[Pair]:
    if path.stat().st_size <= _MAX_XMP:
        yield from xmp_values(path.read_bytes())


def xmp_values(packet: bytes) -> Iterator[Pair]:
    """The properties of an XMP packet, with the one language that stands for all."""
    from defusedxml.ElementTree import fromstring

    packet = packet.strip(b" \t\r\n\0")
    if not packet:
        return
    for described in fromstring(packet).iter(f"{_RDF}Description"):
        for name, value in described.attrib.items():
            if tag := _xmp_tag(name):
                yield tag, value
        for one in described:
            if tag := _xmp_tag(one.tag):
                for value in _xmp_texts(one):
                    yield tag, value


def _xmp_tag(name: str) -> str:
    space, _, local = name.lstrip("{").rpartition("}")
    prefix = tags.XMP.get(space)
    return f"XMP-{prefix}:{local}" if prefix else ""


def _xmp_texts(one: Any) -> list[str]:
    entries = list(one.iter(f"{_RDF}li"))
    if not entries:
        return [one.text or ""] if len(one) == 0 else []
    if one.find(f"{_RDF}Alt") is not None:
        chosen = [li for li in entries if li.get(_LANGUAGE) == "x-default"] or entries[:1]
        return [chosen[0].text or ""]
    return [li.text or "" for li in entries]


def _pdf(path: Path) -> Iterator[Pair]:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        for name, value in document.get_metadata_dict(skip_empty=True).items():
            text = _pdf_date(value) if name in tags.PDF else value
            yield f"PDF:{tags.PDF.get(name, name)}", text
            yield f"PDF:{name}", text
    finally:
        document.close()


def _pdf_date(text: str) -> str:
    match = re.match(r"D:(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)(\d\d)?)?", text, re.ASCII)
    if match is None:
        return text
    day = "-".join(one for one in match.groups()[:3] if one)
    time = ":".join(one for one in match.groups()[3:] if one)
    return f"{day} {time}".strip()


def _office(path: Path) -> Iterator[Pair]:
    from defusedxml.ElementTree import fromstring

    with zipfile.ZipFile(path) as archive:
        part = "docProps/core.xml" if "docProps/core.xml" in archive.namelist() else "meta.xml"
        with archive.open(part) as file:
            root = fromstring(file.read(1024 * 1024))
    for one in root.iter():
        space, _, local = str(one.tag).lstrip("{").rpartition("}")
        for tag in tags.OFFICE.get((space, local), ()):
            yield tag, one.text or ""


def _audio(path: Path) -> Iterator[Pair]:
    from tinytag import TinyTag

    found = TinyTag.get(path)
    group = "ID3" if extension_of(path.name) == ".mp3" else "Vorbis"
    for name in ("title", "artist", "album", "year", "comment", "genre", "composer"):
        if value := getattr(found, name, None):
            yield f"{group}:{name}", str(value)
            yield f"Audio:{name}", str(value)


def _exiftool(path: Path) -> Iterator[Pair]:
    """What exiftool finds, where it is installed, in formats that are read here by nothing else."""
    program = shutil.which("exiftool")
    if program is None:
        return
    done = subprocess.run(  # the path is absolute, so it is never taken for an option
        [program, "-config", "", "-json", "-G0:1", "-fast", str(path.absolute())],
        capture_output=True, timeout=_EXIFTOOL_SECONDS, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    answers = json.loads(done.stdout or b"[]")
    for name, value in (answers[0] if answers else {}).items():
        groups, _, tag = name.rpartition(":")
        if not groups or groups.startswith(("File", "ExifTool", "Composite", "SourceFile")):
            continue
        values = value if isinstance(value, list) else [value]
        for group in dict.fromkeys(groups.split(":")):
            yield from ((f"{group}:{tag}", str(one)) for one in values)
