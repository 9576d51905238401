"""Writes what a camera and an archivist write into a photograph: EXIF and IPTC."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PIL import ExifTags, Image

JPEG_QUALITY = 84


@dataclass(frozen=True)
class Caption:
    """What is written into one photograph. `place` is latitude and longitude."""

    taken: datetime
    headline: str
    text: str
    keywords: Sequence[str]
    author: str
    camera: str = "Holzhausen Studio 2"
    place: tuple[float, float] | None = None
    turned: bool = False


def write_jpeg(image: Image.Image, caption: Caption) -> bytes:
    """The picture as JPEG; with `turned` its pixels lie on their side and a tag says so."""
    if caption.turned:
        image = image.transpose(Image.Transpose.ROTATE_90)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, exif=_exif(caption))
    return _add_iptc(out.getvalue(), caption)


def _exif(caption: Caption) -> Image.Exif:
    exif = Image.Exif()
    taken = caption.taken.strftime("%Y:%m:%d %H:%M:%S")
    exif[ExifTags.Base.Make] = "Museum am Fluss"
    exif[ExifTags.Base.Model] = caption.camera
    exif[ExifTags.Base.Orientation] = 6 if caption.turned else 1
    exif[ExifTags.Base.DateTime] = taken
    exif[ExifTags.Base.Artist] = caption.author
    exif[ExifTags.Base.Copyright] = "CC0 1.0"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = taken
    details[ExifTags.Base.DateTimeDigitized] = taken
    details[ExifTags.Base.ExposureTime] = 1 / 60
    details[ExifTags.Base.FNumber] = 11.0
    details[ExifTags.Base.ISOSpeedRatings] = 100
    details[ExifTags.Base.FocalLength] = 60.0
    if caption.place:
        _add_gps(exif, *caption.place)
    return exif


def _add_gps(exif: Image.Exif, latitude: float, longitude: float) -> None:
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N" if latitude >= 0 else "S"
    gps[ExifTags.GPS.GPSLatitude] = _degrees(abs(latitude))
    gps[ExifTags.GPS.GPSLongitudeRef] = "E" if longitude >= 0 else "W"
    gps[ExifTags.GPS.GPSLongitude] = _degrees(abs(longitude))


def _degrees(value: float) -> tuple[float, float, float]:
    minutes = value % 1 * 60
    return (float(int(value)), float(int(minutes)), round(minutes % 1 * 60, 2))


def _add_iptc(jpeg: bytes, caption: Caption) -> bytes:
    block = b"\x1c\x01\x5a" + struct.pack(">H", 3) + b"\x1b%G"  # what follows is UTF-8
    block += _dataset(5, caption.headline) + _dataset(105, caption.headline)
    block += b"".join(_dataset(25, word) for word in caption.keywords)
    block += _dataset(55, caption.taken.strftime("%Y%m%d")) + _dataset(80, caption.author)
    block += _dataset(110, "Sammlung Holzhausen, Museum am Fluss")
    block += _dataset(116, "CC0 1.0") + _dataset(120, caption.text)
    block += b"\0" * (len(block) % 2)
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(block)) + block
    segment = b"Photoshop 3.0\0" + resource
    end = _after_application_segments(jpeg)
    return jpeg[:end] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + jpeg[end:]


def _dataset(number: int, text: str) -> bytes:
    data = text.encode("utf-8")
    return bytes((0x1C, 2, number)) + struct.pack(">H", len(data)) + data


def _after_application_segments(jpeg: bytes) -> int:
    at = 2
    while jpeg[at] == 0xFF and 0xE0 <= jpeg[at + 1] <= 0xEF:
        at += 2 + int(struct.unpack(">H", jpeg[at + 2 : at + 4])[0])
    return at
