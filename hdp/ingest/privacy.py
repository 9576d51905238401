"""What an image tells about places, people and devices besides its picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hdp.ingest.problems import Problem, caution, remark

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_GPS, _EXIF, _MAKER_NOTE, _XMP = 0x8825, 0x8769, 0x927C, 700
_SERIALS = (0xA431, 0xA435, 0xC62F)
_TEXTS = (0x010E, 0x013B, 0x8298, 0x9286, 0x9C9B, 0x9C9C, 0x9C9D, 0xA430)
_COPYRIGHT = 0x8298
_IPTC_CONTACT, _IPTC_COPYRIGHT = (2, 118), (2, 116)
_MOST = 3
_LONGEST = 120
_HINT_REMOVE = "Publish it only if that is meant; otherwise publish a copy without it."
_HINT_RIGHTS = "See to it that the licence of the record agrees with it."


@dataclass
class Traces:
    """What was found in a file's metadata."""

    place: str = ""
    contacts: dict[str, None] = field(default_factory=dict)
    serials: dict[str, None] = field(default_factory=dict)
    rights: dict[str, None] = field(default_factory=dict)

    def add_text(self, value: Any) -> None:
        """Look for e-mail addresses in a text of the metadata."""
        for one in _EMAIL.findall(_text(value)):
            self.contacts[one] = None

    def problems(self, name: str) -> Iterator[Problem]:
        """The findings for all that is there."""
        if self.place:
            message = f"{name} holds the place where it was made: {self.place}."
            yield caution("gps", message, _HINT_REMOVE)
        if self.contacts:
            message = f"{name} holds contact data: {_listed(self.contacts)}."
            yield caution("contact-data", message, _HINT_REMOVE)
        if self.serials:
            message = f"{name} holds serial numbers of the camera or lens: {_listed(self.serials)}."
            yield remark("serial-number", message, _HINT_REMOVE)
        if self.rights:
            message = f"{name} holds a statement of rights: {_listed(self.rights)}."
            yield remark("rights-statement", message, _HINT_RIGHTS)


def image_remarks(path: Path, opened: Any) -> Iterator[Problem]:
    """The findings for an image that Pillow has opened."""
    traces = Traces()
    try:
        exif = opened.getexif()
        _read_exif(exif, traces)
        if _MAKER_NOTE in exif.get_ifd(_EXIF):
            _read_maker_note(path, traces)
        _read_iptc(opened, traces)
        read_xmp(packet_of(opened), traces)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - metadata of strangers breaks readers in any way
        yield unreadable(path, error)
    yield from traces.problems(path.name)


def unreadable(path: Path, error: Exception) -> Problem:
    """Metadata that cannot be read tells nothing about what it holds."""
    why = str(error).rstrip(".") or type(error).__name__
    message = f"The metadata inside {path.name} cannot be read: {why}."
    return remark("metadata-unreadable", message, "Look at it before you publish the file.")


def _read_exif(exif: Any, traces: Traces) -> None:
    details = exif.get_ifd(_EXIF)
    traces.place = traces.place or place_of(exif.get_ifd(_GPS))
    for number in _SERIALS:
        _note(traces.serials, details.get(number) or exif.get(number))
    for number in _TEXTS:
        traces.add_text(exif.get(number) or details.get(number))
    _note(traces.rights, exif.get(_COPYRIGHT))


def place_of(gps: Mapping[int, Any]) -> str:
    """Latitude and longitude as degrees, or "" where there are none."""
    if not gps.get(2) or not gps.get(4):
        return ""
    try:
        latitude = _degrees(gps[2], str(gps.get(1, "N")))
        longitude = _degrees(gps[4], str(gps.get(3, "E")))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return ""
    if latitude != latitude or longitude != longitude:  # 0/0, as written without reception
        return ""
    return f"{latitude:.4f}, {longitude:.4f}"


def _degrees(parts: Iterable[Any], side: str) -> float:
    degrees, minutes, seconds = (*(float(one) for one in parts), 0.0, 0.0)[:3]
    value = degrees + minutes / 60 + seconds / 3600
    return -value if side.upper().startswith(("S", "W")) else value


def _read_iptc(opened: Any, traces: Traces) -> None:
    from PIL import IptcImagePlugin

    if opened.format not in ("JPEG", "TIFF"):
        return
    found: Mapping[tuple[int, int], Any] = IptcImagePlugin.getiptcinfo(opened) or {}
    for key, value in found.items():
        for one in value if isinstance(value, list) else [value]:
            traces.add_text(one)
            if key == _IPTC_CONTACT:
                _note(traces.contacts, one)
            if key == _IPTC_COPYRIGHT:
                _note(traces.rights, one)


def packet_of(opened: Any) -> bytes:
    """The XMP packet of an image that Pillow has opened; empty where it has none."""
    data = opened.info.get("xmp") or opened.info.get("XML:com.adobe.xmp") or b""
    if not data and opened.format == "TIFF":
        data = opened.tag_v2.get(_XMP, b"")
    return data.encode() if isinstance(data, str) else bytes(data)


def read_xmp(data: bytes, traces: Traces) -> None:
    """Note what an XMP packet tells; it may have its properties as elements or attributes."""
    from defusedxml.ElementTree import fromstring

    data = data.strip(b" \t\r\n\0")
    if not data:
        return
    for element in fromstring(data).iter():
        _read_property(element.tag, "".join(element.itertext()), traces)
        for name, value in element.attrib.items():
            _read_property(name, value, traces)


def _read_property(name: str, value: str, traces: Traces) -> None:
    space, _, local = name.rpartition("}")
    text = " ".join(value.split())
    traces.add_text(text)
    if local.startswith("Ci") and "Iptc4xmpCore" in space:
        _note(traces.contacts, text)
    elif local in ("SerialNumber", "LensSerialNumber", "BodySerialNumber", "CameraSerialNumber"):
        _note(traces.serials, text)
    elif (local == "rights" and "/dc/" in space) or (
        "/rights/" in space and local in ("UsageTerms", "WebStatement", "Owner")
    ):
        _note(traces.rights, text)
    elif local == "GPSLatitude" and text:
        traces.place = traces.place or f"latitude {text}"


def _read_maker_note(path: Path, traces: Traces) -> None:
    for name, value in exif_tags(path).items():
        if name.startswith("MakerNote") and name.replace(" ", "").endswith("SerialNumber"):
            _note(traces.serials, value)


def exif_tags(path: Path) -> dict[str, Any]:
    """Exif by its tags' names, makers' notes too; empty where there is none to be read."""
    import exifread

    try:
        with path.open("rb") as file:
            found: dict[str, Any] = exifread.process_file(file, extract_thumbnail=False)
    except Exception:  # noqa: BLE001 - makers' notes are secret formats; what is not read is not told
        return {}
    return found


def raw_remarks(path: Path) -> Iterator[Problem]:
    """The findings for camera RAW, whose picture is not decoded here."""
    traces, tags = Traces(), exif_tags(path)
    gps = {2: "GPS GPSLatitude", 4: "GPS GPSLongitude", 1: "GPS GPSLatitudeRef",
           3: "GPS GPSLongitudeRef"}  # fmt: skip
    values = {key: tags[name].values for key, name in gps.items() if name in tags}
    traces.place = place_of(values)
    for name, value in tags.items():
        if name.endswith("SerialNumber"):
            _note(traces.serials, value)
        traces.add_text(value if name.startswith(("Image", "EXIF")) else "")
    _note(traces.rights, tags.get("Image Copyright"))
    yield from traces.problems(path.name)


def _note(place: dict[str, None], value: Any) -> None:
    text = " ".join(_text(value).split())
    if text.strip("0 "):
        place[text] = None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value[:10_000].replace(b"\0", b"").decode("utf-8", "replace")
    return str(value)[:10_000].replace("\0", "")


def _listed(values: Iterable[str]) -> str:
    found = [one if len(one) <= _LONGEST else one[: _LONGEST - 3] + "..." for one in values]
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return "; ".join(found[:_MOST]).rstrip(".") + more
