"""What the first bytes of a file prove, and which names agree with it."""

from __future__ import annotations

import re

import filetype

_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), media)
    for pattern, media in (
        (rb"glTF[\x01\x02]\0\0\0", "model/gltf-binary"),
        (rb"ply\r?\n", "model/ply"),
        (rb"Kaydara FBX Binary", "model/x-fbx"),
        (rb"ASTM-E57", "model/e57"),
        (rb"PXR-USDC|#usda 1", "model/vnd.usd"),
        (rb"LASF", "application/vnd.las"),
        (rb"%PDF-", "application/pdf"),
        (rb"solid [^\0]{0,300}?facet\s+normal", "model/stl"),
        (rb"FUJIFILMCCD-RAW", "image/x-fuji-raf"),
        (rb"IIRO|IIRS|MMOR", "image/x-olympus-orf"),
        (rb"IIU\0", "image/x-panasonic-rw2"),
        (rb"II\*\0.{4}CR\x02", "image/x-canon-cr2"),
        (rb".{4}ftypcrx ", "image/x-canon-cr3"),
        (rb"\x76\x2f\x31\x01", "image/x-exr"),
        (rb"#\?(RADIANCE|RGBE)\n", "image/vnd.radiance"),
        (rb"\xabKTX 20\xbb\r\n\x1a\n", "image/ktx2"),
        (rb"DDS \x7c\0\0\0", "image/vnd.ms-dds"),
        (rb"\{\\rtf", "application/rtf"),
        (rb"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
        (rb"CDF[\x01\x02\x05]", "application/netcdf"),
        (rb"PAR1", "application/vnd.apache.parquet"),
        (rb"(\xef\xbb\xbf)?\s*(?i:<!doctype\s+html|<html)(?i:[\s>])", "text/html"),
        (rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<svg[\s>]", "image/svg+xml"),
        (rb"(\xef\xbb\xbf)?\s*<\?xml\s", "application/xml"),
    )
)
_SAME = {
    "audio/x-wav": "audio/wav", "audio/x-flac": "audio/flac", "image/jpx": "image/jp2",
    "video/x-msvideo": "video/vnd.avi", "audio/x-aiff": "audio/aiff",
    "audio/m4a": "audio/mp4", "video/x-m4v": "video/mp4", "video/x-matroska": "video/matroska",
    "application/x-sqlite3": "application/vnd.sqlite3", "image/heif": "image/heic",
    "application/x-hdf": "application/x-hdf5",
}  # fmt: skip
_RAW = {
    "image/tiff", "image/x-adobe-dng", "image/x-canon-cr2", "image/x-nikon-nef",
    "image/x-sony-arw",
}  # fmt: skip
_BOXES = {"video/mp4", "video/quicktime", "audio/mp4", "image/heic", "image/x-canon-cr3"}
# Containers whose content the extension knows better than the first bytes do.
_HOLDS: dict[str, set[str]] = {
    "image/tiff": _RAW,
    "image/x-canon-cr2": _RAW,
    "video/mp4": _BOXES,
    "video/quicktime": _BOXES,
    "audio/mp4": {"video/mp4", "video/quicktime"},
    "video/matroska": {"video/webm"},
    "audio/ogg": {"video/ogg"},
    "application/vnd.las": {"application/vnd.laszip"},
    "application/vnd.sqlite3": {"application/geopackage+sqlite3"},
    "application/x-hdf5": {"application/netcdf"},
    "text/html": {"application/xml", "application/xhtml+xml"},
}


def by_content(head: bytes) -> str:
    """The media type that the first bytes prove, or "" where they prove none."""
    for pattern, media in _SIGNATURES:
        if pattern.match(head):
            return media
    # The two letters of some binary formats also begin many a text.
    guess = filetype.guess_mime(head) if head and not _is_text(head[:512]) else None
    return _SAME.get(guess, str(guess)) if guess else ""


def _is_text(data: bytes) -> bool:
    return not re.search(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]", data)


def agrees(proven: str, named: str) -> bool:
    """Whether content of one media type may bear the name of another."""
    if named == proven or named in _HOLDS.get(proven, ()):
        return True
    if proven == "application/zip":
        return _is_zip(named)
    if proven == "application/xml":
        return named.endswith("xml") or named in ("text/html", "text/plain")
    if _is_zip(proven) and _is_zip(named):
        return "officedocument" not in proven and "opendocument" not in proven
    return proven == "application/gzip" and named.endswith("+gzip")


def _is_zip(media: str) -> bool:
    return (
        media in ("application/zip", "application/java-archive")
        or media.endswith("+zip")
        or "officedocument" in media
        or "opendocument" in media
    )
