"""Media types by content first, then by extension; the same on every machine."""

from __future__ import annotations

from hdp.ingest.names import extension_of
from hdp.ingest.signatures import agrees, by_content

HEAD = 4096
UNKNOWN = "application/octet-stream"

_BY_EXTENSION = {
    ".obj": "model/obj", ".mtl": "model/mtl", ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json", ".ply": "model/ply", ".stl": "model/stl", ".fbx": "model/x-fbx",
    ".dae": "model/vnd.collada+xml", ".usdz": "model/vnd.usdz+zip",
    ".usd": "model/vnd.usd", ".usda": "model/vnd.usd", ".usdc": "model/vnd.usd",
    ".x3d": "model/x3d+xml", ".e57": "model/e57", ".las": "application/vnd.las",
    ".laz": "application/vnd.laszip",
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".tif": "image/tiff",
    ".tiff": "image/tiff", ".webp": "image/webp", ".gif": "image/gif", ".bmp": "image/bmp",
    ".jp2": "image/jp2", ".heic": "image/heic", ".heif": "image/heic",
    ".svg": "image/svg+xml", ".tga": "image/x-tga",
    ".dng": "image/x-adobe-dng", ".cr2": "image/x-canon-cr2", ".cr3": "image/x-canon-cr3",
    ".nef": "image/x-nikon-nef", ".arw": "image/x-sony-arw", ".orf": "image/x-olympus-orf",
    ".raf": "image/x-fuji-raf", ".rw2": "image/x-panasonic-rw2", ".exr": "image/x-exr",
    ".hdr": "image/vnd.radiance", ".ktx2": "image/ktx2", ".dds": "image/vnd.ms-dds",
    ".wav": "audio/wav", ".flac": "audio/flac", ".mp3": "audio/mpeg", ".ogg": "audio/ogg",
    ".opus": "audio/ogg", ".m4a": "audio/mp4", ".aif": "audio/aiff", ".aiff": "audio/aiff",
    ".mp4": "video/mp4", ".mov": "video/quicktime", ".mkv": "video/matroska",
    ".avi": "video/vnd.avi", ".webm": "video/webm", ".mpg": "video/mpeg", ".mpeg": "video/mpeg",
    ".m4v": "video/mp4", ".mxf": "application/mxf", ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".rtf": "application/rtf", ".epub": "application/epub+zip", ".txt": "text/plain",
    ".md": "text/markdown", ".tex": "application/x-tex", ".html": "text/html",
    ".htm": "text/html", ".xml": "application/xml", ".xmp": "application/rdf+xml",
    ".json": "application/json", ".geojson": "application/geo+json", ".csv": "text/csv",
    ".tsv": "text/tab-separated-values", ".yaml": "application/yaml", ".yml": "application/yaml",
    ".gpkg": "application/geopackage+sqlite3", ".sqlite": "application/vnd.sqlite3",
    ".parquet": "application/vnd.apache.parquet", ".nc": "application/netcdf",
    ".h5": "application/x-hdf5", ".zip": "application/zip", ".tar": "application/x-tar",
    ".gz": "application/gzip", ".tar.gz": "application/gzip", ".tar.xz": "application/x-xz",
    ".tar.bz2": "application/x-bzip2", ".7z": "application/x-7z-compressed",
    ".whl": "application/zip", ".jar": "application/java-archive", ".py": "text/x-python",
    ".ipynb": "application/x-ipynb+json", ".r": "text/x-r",
}  # fmt: skip

# What people call these, whose content nothing here looks into, and what others are first of all.
_KINDS = {
    "model": ".las .laz .wrl .vrml .wrz .x3dv .x3dz .3ds .3mf .blend .max .c4d .lwo .ma .mb .skp"
    " .3dm .step .stp .iges .igs .off .vrm .abc .wrap .pcd .pts .ptx .u3d",
    "image": ".psd .psb .avif .jxl .jpe .jfif .j2k .jpf .jpx .pnm .ppm .pgm .xcf .nrw .srw .pef"
    " .3fr .fff .iiq .erf .mrw .kdc .dcr .x3f .eps .ai .ico .pcx .fits",
    "video": ".wmv .flv .mts .m2ts .3gp .ogv .vob .dv .mpe .m2v .mxf",
    "audio": ".wma .aac .amr .mka .mp2 .ape .oga .aifc .mid .midi",
    "document": ".doc .docm .dot .dotx .ott .ppt .pps .ppsx .pptm .pages .key .djvu .ps .xps .mobi"
    " .tex .htm",
    "data": ".xls .xlsm .xlsb .numbers .dbf .mdb .accdb .sav .dta .rdata .rds .mat .hdf5 .hdf .shp"
    " .kml .kmz .gpx .ttl .nt .jsonl .ndjson .db",
    "other": ".tar .gz .tar.gz .tar.xz .tar.bz2 .tar.zst .7z .rar .jar .whl .iso",
    "note": ".txt .md",
    "material": ".mtl",
}
_KIND_OF = {extension: kind for kind, some in _KINDS.items() for extension in some.split()}


def by_extension(name: str) -> str:
    """The media type that the extension promises."""
    return _BY_EXTENSION.get(extension_of(name), UNKNOWN)


def media_type(name: str, head: bytes) -> str:
    """What the file is: by its first bytes where they prove it, else by its extension."""
    named, proven = by_extension(name), by_content(head)
    return named if not proven or agrees(proven, named) else proven


def kind_of(name: str) -> str:
    """`model`, `image`, `video`, `audio`, `document`, `data`, `other`, `note` or `material`."""
    if kind := _KIND_OF.get(extension_of(name)):
        return kind
    media = by_extension(name)
    top = media.partition("/")[0]
    if top in ("model", "image", "video", "audio"):
        return top
    return _kind_of_document(media)


def _kind_of_document(media: str) -> str:
    if media in ("application/pdf", "application/rtf", "application/epub+zip", "text/html"):
        return "document"
    if any(word in media for word in ("wordprocessing", "presentation", "opendocument.text")):
        return "document"
    return "data" if media not in (UNKNOWN, "application/zip") else "other"
