"""What goes with the pixels, EXIF and XMP, as the writer of each format takes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hdp.sdk import Finding, LocalFile

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

_DETAILS, _GPS, _XMP = 0x8769, 0x8825, 700
# What a TIFF says of its picture, its maker and its rights; all else is of how pixels lie.
_TIFF_TAGS = (0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x8298)
_PNG_XMP = "XML:com.adobe.xmp"
_WITH_EXIF = ("JPEG", "PNG", "WEBP")


def carry(kind: str, exif: Exif, xmp: bytes | None) -> dict[str, Any]:
    """The settings of `Image.save` that write EXIF and XMP into a file of this format."""
    if kind == "TIFF":
        info = {tag: exif[tag] for tag in _TIFF_TAGS if tag in exif}
        return {"tiffinfo": info | ({_XMP: xmp} if xmp else {})}
    found: dict[str, Any] = {"exif": exif.tobytes()} if len(exif) and kind in _WITH_EXIF else {}
    if xmp and kind == "PNG":
        from PIL.PngImagePlugin import PngInfo

        chunks = PngInfo()
        chunks.add_itxt(_PNG_XMP, xmp.decode("utf-8", "replace"))
        found["pnginfo"] = chunks
    elif xmp and kind in _WITH_EXIF:
        found["xmp"] = xmp
    return found


def tell_lost(file: LocalFile, image: Image, kind: str) -> Iterator[Finding]:
    """Say what of an image's EXIF and XMP a file of this format cannot hold here."""
    text = ""
    if kind == "JPEG2000" and _has_any(image):
        text = f"{file.name}: its EXIF and XMP are not in the copy."
    elif kind == "TIFF" and any(image.getexif().get_ifd(one) for one in (_DETAILS, _GPS)):
        text = f"{file.name}: the details of its EXIF (exposure, place) are not in the copy."
    if text:
        yield Finding("warning", "image-metadata", text, where={"file": file.name})


def xmp_of(image: Image) -> bytes | None:
    """The image's XMP, whatever its format."""
    found = image.info.get("xmp") or image.info.get(_PNG_XMP)
    return found.encode() if isinstance(found, str) else found or None


def _has_any(image: Image) -> bool:
    # Among the tags of a TIFF its size and layout are always there.
    tags = set(image.getexif())
    if image.format == "TIFF":
        tags &= {*_TIFF_TAGS, _DETAILS, _GPS}
    return bool(xmp_of(image) or tags)
