"""Whether a file is what it says: really opened, and told in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hdp.ingest import (
    archive_checks,
    document_checks,
    gltf_checks,
    image_checks,
    image_headers,
    media_checks,
    model_checks,
    office_checks,
    scene_checks,
)
from hdp.ingest.items import worst
from hdp.ingest.names import extension_of
from hdp.ingest.problems import SAVE, Check, Problem, doubtful, invalid
from hdp.ingest.signatures import by_content
from hdp.ingest.types import HEAD, UNKNOWN, by_extension, media_type
from hdp.sdk import Finding


@dataclass(frozen=True)
class Checked:
    """What opening a file showed: `valid`, `problems` (usable) or `invalid` (not usable).

    A valid file may have findings too: what it tells about places, people and rights.
    """

    status: str
    findings: tuple[Finding, ...] = ()


def check_file(path: Path, *, relpath: str = "") -> Checked:
    """Open the file and look for damage; never raises for what is in it.

    A native library may still crash on a hostile file: `Checker` does this in a process that
    may be lost. Nothing is opened outside of the folder that `relpath` is relative to.
    """
    found: list[Problem] = []
    try:
        found += _problems(path, _root(path, relpath))
    except FileNotFoundError:
        gone = invalid("missing", "The file is not there.", "Put it back.")
        return Checked("missing", (_finding(gone, path, relpath),))
    except MemoryError:
        raise  # the limited process answers for it
    except Exception as error:  # noqa: BLE001 - parsers raise anything on hostile files
        why = str(error).rstrip(".") or type(error).__name__
        found.append(invalid("unreadable", f"{path.name} could not be read: {why}.", SAVE))
    statuses = [_status(one) for one in found]
    return Checked(worst("valid", *statuses), tuple(_finding(one, path, relpath) for one in found))


def lost(path: Path, relpath: str, code: str, message: str, hint: str) -> Checked:
    """What is said of a file that took its checker along."""
    problem = invalid(code, f"{path.name} could not be checked. {message}", hint)
    return Checked("invalid", (_finding(problem, path, relpath),))


def _root(path: Path, relpath: str) -> Path:
    depth = relpath.count("/")
    return path.parents[depth] if depth < len(path.parents) else path.parent


def _status(problem: Problem) -> str:
    if problem.remark:
        return "valid"
    return "invalid" if problem.severity == "error" else "problems"


def _finding(problem: Problem, path: Path, relpath: str) -> Finding:
    where = {"file": relpath or path.name}
    return Finding(problem.severity, problem.code, problem.message, problem.hint, where)


def _problems(path: Path, root: Path) -> Iterator[Problem]:
    if not path.is_file():
        path.stat()  # raises where it is gone
        yield invalid("unreadable", f"{path.name} is no ordinary file; it was not opened.", SAVE)
        return
    if path.stat().st_size == 0:
        message = f"{path.name} is empty (0 bytes)."
        yield invalid("empty", message, "Copy it again from its source.")
        return
    with path.open("rb") as file:
        head = file.read(HEAD)
    proven, named = by_content(head), by_extension(path.name)
    media = media_type(path.name, head)
    if proven and named not in (UNKNOWN, proven) and media != named:
        message = f"{path.name} is {proven}, which its extension does not say."
        yield doubtful("wrong-extension", message, "Rename it if that is wrong.")
    if not proven and named in _PROVEN_ONLY:
        message = f"{path.name} does not begin as {named} does."
        yield invalid("no-header", message, "Copy it again from its source.")
    elif media == "model/gltf+json":
        yield from gltf_checks.gltf(path, root)
    elif media == "model/gltf-binary":
        yield from gltf_checks.glb(path, root)
    elif check := _check_for(media, extension_of(path.name)):
        yield from check(path)


# Formats that always begin in the same way, and whose content is not looked into.
_PROVEN_ONLY = {
    "application/x-7z-compressed", "application/vnd.sqlite3", "application/geopackage+sqlite3",
    "application/x-hdf5", "application/netcdf", "application/vnd.apache.parquet",
    "application/rtf",
}  # fmt: skip


def _check_for(media: str, extension: str) -> Check | None:
    if extension in office_checks.OFFICE and not media.startswith(("image/", "text/", "model/")):
        return office_checks.office
    check = _CHECKS.get(media)
    if check is None and media.startswith("text/"):
        return document_checks.text
    if check is None and media.endswith("+xml"):
        return document_checks.xml
    return check


_CHECKS: dict[str, Check] = {
    **dict.fromkeys((*image_checks.MEDIA, *image_checks.MORE_MEDIA), image_checks.image),
    **dict.fromkeys(image_headers.RAW, image_headers.tiff_raw),
    "image/x-fuji-raf": image_headers.raf,
    "image/x-canon-cr3": image_headers.cr3,
    "image/svg+xml": image_headers.svg,
    "image/x-exr": image_headers.exr,
    "image/vnd.radiance": image_headers.radiance,
    "image/ktx2": image_headers.ktx2,
    "image/vnd.ms-dds": image_headers.dds,
    "model/obj": model_checks.obj,
    "model/mtl": model_checks.mtl,
    "model/ply": model_checks.ply,
    "model/stl": model_checks.stl,
    "model/x-fbx": scene_checks.fbx,
    "model/vnd.collada+xml": scene_checks.dae,
    "model/x3d+xml": scene_checks.x3d,
    "model/vnd.usd": scene_checks.usd,
    "model/vnd.usdz+zip": scene_checks.usdz,
    "model/e57": scene_checks.e57,
    "application/vnd.las": scene_checks.las,
    "application/vnd.laszip": scene_checks.las,
    **{
        media: partial(media_checks.audio, extension=extension)
        for media, extension in media_checks.TAGGED.items()
    },
    "audio/wav": media_checks.wav,
    "audio/mp4": media_checks.sound_boxes,
    "video/mp4": media_checks.boxes,
    "video/quicktime": media_checks.boxes,
    "video/vnd.avi": media_checks.riff,
    "video/matroska": media_checks.matroska,
    "video/webm": media_checks.matroska,
    "video/mpeg": media_checks.mpeg,
    "application/mxf": media_checks.mpeg,
    "application/pdf": document_checks.pdf,
    "application/json": document_checks.json_file,
    "application/geo+json": document_checks.json_file,
    "application/x-ipynb+json": document_checks.json_file,
    "application/xml": document_checks.xml,
    "application/rdf+xml": document_checks.xmp,
    "application/yaml": document_checks.text,
    "application/x-tex": document_checks.text,
    "application/zip": archive_checks.zip_file,
    "application/java-archive": archive_checks.zip_file,
    "application/x-tar": archive_checks.tar_file,
    "application/gzip": archive_checks.compressed,
    "application/x-bzip2": archive_checks.compressed,
    "application/x-xz": archive_checks.compressed,
}
