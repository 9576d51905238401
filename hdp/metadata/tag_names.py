"""Names of what stands inside files, to tell a mistyped one."""

from __future__ import annotations

import difflib

# Of the programs and standards that write into files, as exiftool names them.
_GROUPS = {
    "exif", "exififd", "ifd0", "ifd1", "gps", "iptc", "xmp", "pdf", "xml", "file", "id3", "jfif",
    "png", "riff", "quicktime", "vorbis", "flac", "icc_profile", "photoshop", "makernotes",
    "composite", "rtf", "html", "flashpix", "zip", "theora", "matroska", "dicom", "gif", "svg",
    "ape", "asf", "aiff", "opus", "postscript", "psd", "iptc2", "adobe", "system", "mpf", "text",
}  # fmt: skip
_COMMON = (
    "EXIF:Artist", "EXIF:Copyright", "EXIF:DateTimeOriginal", "EXIF:CreateDate", "EXIF:Make",
    "EXIF:ModifyDate", "EXIF:ImageDescription", "EXIF:Model", "EXIF:UserComment",
    "EXIF:GPSLatitude", "EXIF:GPSLongitude", "EXIF:Software",
    "IPTC:By-line", "IPTC:Caption-Abstract", "IPTC:Headline", "IPTC:Keywords", "IPTC:ObjectName",
    "IPTC:DateCreated", "IPTC:CopyrightNotice", "IPTC:City", "IPTC:Credit", "IPTC:Source",
    "XMP-dc:title", "XMP-dc:creator", "XMP-dc:subject", "XMP-dc:description", "XMP-dc:rights",
    "XMP-dc:date", "XMP-dc:language", "XMP-dc:identifier", "XMP-dc:publisher", "XMP-dc:source",
    "PDF:Title", "PDF:Author", "PDF:Subject", "PDF:Keywords", "PDF:CreateDate", "PDF:ModifyDate",
    "File:FileName", "File:FileTypeExtension", "File:FileModifyDate", "File:ImageWidth",
    "File:ImageHeight", "File:MIMEType", "File:FileType", "File:FileSize",
)  # fmt: skip
_ALIKE = 0.9


def mistyped(name: str) -> str | None:
    """The right name of a tag that seems mistyped, "" where none is near; None if it seems right.

    Programs write tags of their own: a name that is like no known one is taken as it is, if its
    group is known.
    """
    folded = {one.casefold(): one for one in _COMMON}
    text = name.casefold()
    if text in folded:
        return None
    near = difflib.get_close_matches(text, folded, 1, _ALIKE)
    if near:
        return folded[near[0]]
    group = text.partition(":")[0].partition("-")[0]
    return None if group in _GROUPS else ""
