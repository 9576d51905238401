"""The names that exiftool gives to what EXIF, IPTC, XMP and documents hold."""

from __future__ import annotations

# Where Pillow's name is another than exiftool's.
EXIF = {
    "DateTime": "ModifyDate", "DateTimeDigitized": "CreateDate", "ISOSpeedRatings": "ISO",
    "PhotographicSensitivity": "ISO", "ImageLength": "ImageHeight",
    "BodySerialNumber": "SerialNumber", "CameraOwnerName": "OwnerName",
}  # fmt: skip
IPTC = {
    (2, 5): "ObjectName", (2, 15): "Category", (2, 20): "SupplementalCategories",
    (2, 25): "Keywords", (2, 40): "SpecialInstructions", (2, 55): "DateCreated",
    (2, 60): "TimeCreated", (2, 62): "DigitalCreationDate", (2, 80): "By-line",
    (2, 85): "By-lineTitle", (2, 90): "City", (2, 92): "Sub-location",
    (2, 95): "Province-State", (2, 100): "Country-PrimaryLocationCode",
    (2, 101): "Country-PrimaryLocationName", (2, 103): "OriginalTransmissionReference",
    (2, 105): "Headline", (2, 110): "Credit", (2, 115): "Source", (2, 116): "CopyrightNotice",
    (2, 118): "Contact", (2, 120): "Caption-Abstract", (2, 122): "Writer-Editor",
}  # fmt: skip
IPTC_DATES = ("DateCreated", "DigitalCreationDate")
XMP = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "iptcCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "iptcExt",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/pdf/1.3/": "pdf",
    "http://creativecommons.org/ns#": "cc",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://www.digikam.org/ns/1.0/": "digiKam",
    "http://purl.org/dc/terms/": "dcterms",
}
# The parts of office documents, as (namespace, name) -> exiftool's tags.
DC, CORE = (
    "http://purl.org/dc/elements/1.1/",
    ("http://schemas.openxmlformats.org/package/2006/metadata/core-properties"),
)
TERMS = "http://purl.org/dc/terms/"
META = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
OFFICE = {
    (DC, "title"): ("XMP-dc:Title", "XML:Title"),
    (DC, "subject"): ("XMP-dc:Subject", "XML:Subject"),
    (DC, "creator"): ("XMP-dc:Creator", "XML:Creator"),
    (DC, "description"): ("XMP-dc:Description", "XML:Description"),
    (DC, "language"): ("XMP-dc:Language", "XML:Language"),
    (DC, "date"): ("XMP-dc:Date", "XML:Date"),
    (CORE, "keywords"): ("XML:Keywords",),
    (CORE, "lastModifiedBy"): ("XML:LastModifiedBy",),
    (CORE, "category"): ("XML:Category",),
    (TERMS, "created"): ("XML:CreateDate",),
    (TERMS, "modified"): ("XML:ModifyDate",),
    (META, "keyword"): ("XML:Keyword", "XML:Keywords"),
    (META, "creation-date"): ("XML:Creation-date", "XML:CreateDate"),
    (META, "initial-creator"): ("XML:Initial-creator",),
}
PDF = {"CreationDate": "CreateDate", "ModDate": "ModifyDate"}
