"""The parts of JPEG, PNG and WebP files, so that metadata goes and no pixel is touched.

Pillow can only write an image anew, which loses quality in JPEG and WebP. Sources: ITU T.81
annex B, the PNG specification (third edition) chapter 5, RFC 9649.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_PNG = b"\x89PNG\r\n\x1a\n"
# What draws the image: its pixels, colours and size; texts, dates and the like are not here.
_DRAWN = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
          b"cICP", b"mDCV", b"cLLI", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT")  # fmt: skip
_WEBP_DRAWN = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP")
_HAS_XMP, _HAS_EXIF = 0x04, 0x08


class Broken(ValueError):
    """The file's parts do not fit together."""


def clean_jpeg(data: bytes, exif: bytes, xmp: bytes) -> bytes:
    """The JPEG with these blocks instead of all that is not pixels, colours or resolution.

    What stands behind the image (second pictures, makers' trailers) goes too.
    """
    parts = [b"\xff\xd8"]
    ours = _segment(0xE1, b"Exif\0\0" + exif) if exif else b""
    ours += _segment(0xE1, _XMP + xmp) if xmp else b""
    placed = False
    for marker, part in _jpeg_parts(data):
        if not placed and marker != 0xE0:
            parts.append(ours)
            placed = True
        if _is_drawn(marker, part):
            parts.append(part)
    return b"".join([*parts, b"\xff\xd9"])


def _segment(marker: int, content: bytes) -> bytes:
    if len(content) > 0xFFFD:
        raise Broken("a block is too long")
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _is_drawn(marker: int, part: bytes) -> bool:
    if marker == 0xE0:
        return part[4:9] == b"JFIF\0" and part[16:18] == b"\0\0"  # without a thumbnail
    if marker == 0xE2:
        return part[4:16] == b"ICC_PROFILE\0"
    return marker == 0xEE or not (0xE0 <= marker <= 0xEF or marker == _COM)


def _jpeg_parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment; a scan comes with the pixels that follow it."""
    if data[:2] != b"\xff\xd8":
        raise Broken("it does not begin as a JPEG does")
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise Broken(f"byte {at} is no marker")
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == _EOI:
            return
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == _SOS:
            end = _end_of_scan(data, end)
        if end > len(data):
            raise Broken("it is cut off")
        yield marker, data[at:end]
        at = end
    if data[at : at + 2] != b"\xff\xd9":
        raise Broken("it is cut off")


def _end_of_scan(data: bytes, at: int) -> int:
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] == 0xFF:
            at += 1
        elif data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        else:
            return at
    raise Broken("it is cut off")


def clean_png(data: bytes, exif: bytes, xmp: bytes) -> bytes:
    """The PNG with these blocks instead of all texts; animations and any depth stay."""
    ours = [_chunk(b"eXIf", exif)] if exif else []
    ours += [_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)] if xmp else []
    parts = [_PNG]
    for kind, part in _png_parts(data):
        if kind == b"IDAT" and ours:
            parts += ours
            ours = []
        if kind in _DRAWN:
            parts.append(part)
    return b"".join(parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    summed = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + summed


def _png_parts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if data[:8] != _PNG:
        raise Broken("it does not begin as a PNG does")
    at = 8
    while at + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + size
        if end > len(data):
            break
        yield kind, data[at:end]
        if kind == b"IEND":
            return
        at = end
    raise Broken("it is cut off")


def clean_webp(data: bytes, exif: bytes, xmp: bytes) -> bytes:
    """The WebP with these blocks; one in the simple form has room for none and gets none."""
    chunks = [(kind, content) for kind, content in _webp_parts(data) if kind in _WEBP_DRAWN]
    extended = bool(chunks) and chunks[0][0] == b"VP8X"
    if extended:
        flags = chunks[0][1][0] & ~(_HAS_EXIF | _HAS_XMP)
        flags |= (_HAS_EXIF if exif else 0) | (_HAS_XMP if xmp else 0)
        chunks[0] = (b"VP8X", bytes([flags]) + chunks[0][1][1:])
        chunks += [(b"EXIF", exif)] if exif else []
        chunks += [(b"XMP ", xmp)] if xmp else []
    body = b"".join(
        kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
        for kind, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _webp_parts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise Broken("it does not begin as a WebP does")
    at, end = 12, 8 + struct.unpack_from("<I", data, 4)[0]
    while at + 8 <= min(end, len(data)):
        (size,) = struct.unpack_from("<I", data, at + 4)
        content = data[at + 8 : at + 8 + size]
        if len(content) < size:
            raise Broken("it is cut off")
        yield data[at : at + 4], content
        at += 8 + size + size % 2
