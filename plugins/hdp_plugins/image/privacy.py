"""image.privacy: copies that tell nothing of people and places; no pixel is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from hdp.sdk import (
    Component,
    ComponentError,
    Finding,
    LocalFile,
    Output,
    Params,
    Port,
    Result,
    Step,
)
from hdp_plugins.image.opening import open_image
from hdp_plugins.image.segments import Broken, clean_jpeg, clean_png, clean_webp
from hdp_plugins.image.tags import read_rights, read_tags

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

_EXIF_IFD, _ORIENTATION = 0x8769, 0x0112
# Only these go into the copy: what nobody has thought of yet cannot tell anything.
_NEEDED = (0x0112, 0x011A, 0x011B, 0x0128)  # direction and resolution
_RIGHTS = (0x013B, 0x8298)
_DESCRIPTION = (0x010E,)
_TIME, _TIME_DETAILS = (0x0132,), (0x9003, 0x9004, 0x9010, 0x9011)
_CAMERA = (0x010F, 0x0110)
_CAMERA_DETAILS = (0x829A, 0x829D, 0x8822, 0x8827, 0x9201, 0x9202, 0x9204, 0x9207, 0x9209, 0x920A,
                   0xA402, 0xA403, 0xA405, 0xA406, 0xA433, 0xA434)  # fmt: skip
_COLOUR = (0xA001,)


@dataclass(frozen=True)
class PrivacyParams(Params):
    """What may stay; place, serial numbers, owners and contact data never do."""

    rights: bool = field(default=True, metadata={"help": "Creator, copyright and licence stay."})
    description: bool = field(default=True, metadata={"help": "Title, description, keywords stay."})
    time: bool = field(default=True, metadata={"help": "When it was taken stays."})
    camera: bool = field(default=True, metadata={"help": "Make, model and exposure stay."})


class Privacy(Component[PrivacyParams]):
    """Cleaned copies under the same names, to be uploaded instead of the sources."""

    id = "image.privacy"
    version = 1
    title = "Take private data out of images"
    inputs = (Port("images", ("image/*",)),)
    outputs = (Port("images", ("image/*",)),)
    params = PrivacyParams

    def run(self, step: Step[PrivacyParams]) -> Result:
        """One copy for each image, read again to prove what it holds."""
        made, findings = [], []
        for file in step.inputs["images"]:
            step.check_cancelled()
            path = step.workdir / Path(file.name).name
            findings += _clean(file, path, step.params)
            made.append(Output(path, derived_from=(file.name,)))
        return Result({"images": made}, findings=findings)


def _clean(file: LocalFile, path: Path, params: PrivacyParams) -> list[Finding]:
    with open_image(file) as image:
        kind = "JPEG" if image.format == "MPO" else str(image.format)
        exif, xmp = _exif(image, params), _xmp(image, params)
        if kind == "TIFF":
            _clean_tiff(file, image, path, exif, xmp)
        elif kind in _CLEANERS:
            _rewrite(file, kind, path, exif, xmp)
        else:
            raise ComponentError(
                f"{file.name}: a {kind} cannot be cleaned without changing it.",
                code="image-privacy-format", where={"file": file.name},
                hint="Put image.convert before this step, into JPEG, PNG, WebP or TIFF.",
            )  # fmt: skip
    _prove(file, path, exif, xmp)
    return [_told(file, path)]


_CLEANERS = {"JPEG": clean_jpeg, "PNG": clean_png, "WEBP": clean_webp}


def _rewrite(file: LocalFile, kind: str, path: Path, exif: Exif, xmp: bytes) -> None:
    block = exif.tobytes().removeprefix(b"Exif\0\0") if len(exif) else b""
    try:
        path.write_bytes(_CLEANERS[kind](file.path.read_bytes(), block, xmp))
    except (Broken, IndexError, ValueError) as error:
        raise ComponentError(
            f"{file.name} cannot be cleaned: {error}.", code="image-unreadable",
            hint="Open it in an image viewer; export it again if it is damaged.",
            where={"file": file.name},
        ) from error  # fmt: skip


def _exif(image: Image, params: PrivacyParams) -> Exif:
    """The blocks' whitelisted values as a new block."""
    from PIL.Image import Exif

    try:
        old = image.getexif()
        details = old.get_ifd(_EXIF_IFD)
    except Exception:  # noqa: BLE001 - hostile blocks fail in every way there is; none is kept
        return Exif()
    kept = [*_NEEDED, *_if(params.rights, _RIGHTS), *_if(params.time, _TIME),
            *_if(params.description, _DESCRIPTION), *_if(params.camera, _CAMERA)]  # fmt: skip
    inner = [*_COLOUR, *_if(params.time, _TIME_DETAILS), *_if(params.camera, _CAMERA_DETAILS)]
    new = Exif()
    _copy(old, new, kept)
    chosen = {tag: details[tag] for tag in inner if tag in details}
    if chosen:
        _copy(chosen, new.get_ifd(_EXIF_IFD), inner)
    return _writable(new)


def _if(wanted: bool, tags: tuple[int, ...]) -> tuple[int, ...]:
    return tags if wanted else ()


def _copy(old: Mapping[int, Any], new: Any, tags: list[int]) -> None:
    for tag in tags:
        if tag in old:
            new[tag] = old[tag]


def _writable(exif: Exif) -> Exif:
    """The block, or an empty one where a value in it is of no use."""
    from PIL.Image import Exif

    try:
        exif.tobytes()
    except Exception:  # noqa: BLE001 - a value of a wrong type; Pillow raises what it likes
        return Exif()
    return exif


def _xmp(image: Image, params: PrivacyParams) -> bytes:
    """A new packet of what XMP and IPTC said and may stay; nothing where that is nothing."""
    said = read_tags(image, location=False).described
    parts = []
    if params.description:
        parts += [
            _alt("dc:title", said.get("title")),
            _alt("dc:description", said.get("description")),
        ]
        parts.append(_list("dc:subject", "Bag", said.get("keywords", ())))
    if params.rights:
        parts.append(_alt("dc:rights", said.get("copyright")))
        parts.append(_list("dc:creator", "Seq", [one["name"] for one in said.get("creators", ())]))
        parts += [f"<{name}>{escape(text)}</{name}>" for name, text in read_rights(image).items()]
    body = "".join(parts)
    return _PACKET.format(body=body).encode() if body else b""


_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"'
    ' xmlns:cc="http://creativecommons.org/ns#">{body}</rdf:Description></rdf:RDF></x:xmpmeta>'
    '<?xpacket end="w"?>'
)


def _alt(name: str, text: Any) -> str:
    if not text:
        return ""
    item = f'<rdf:li xml:lang="x-default">{escape(str(text))}</rdf:li>'
    return f"<{name}><rdf:Alt>{item}</rdf:Alt></{name}>"


def _list(name: str, kind: str, texts: Any) -> str:
    items = "".join(f"<rdf:li>{escape(str(one))}</rdf:li>" for one in texts)
    return f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>" if items else ""


def _clean_tiff(file: LocalFile, image: Image, path: Path, exif: Exif, xmp: bytes) -> None:
    """All pages anew, compressed without loss, and compared pixel by pixel."""
    from PIL import ImageSequence

    pages = [page.copy() for page in ImageSequence.Iterator(image)]
    for page in pages:
        page.info = {name: page.info[name] for name in ("icc_profile", "dpi") if name in page.info}
        page.getexif().clear()
    # Pillow has turned the pixels upright as it read them.
    info = {tag: exif[tag] for tag in exif if tag not in (_EXIF_IFD, _ORIENTATION)}
    info |= {700: xmp} if xmp else {}
    try:
        pages[0].save(
            path, "TIFF", compression="tiff_adobe_deflate", tiffinfo=info, save_all=True,
            append_images=pages[1:], icc_profile=pages[0].info.get("icc_profile"),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise _not_the_same(file) from error
    with open_image(LocalFile(path, file.name)) as made:
        for number, page in enumerate(pages):
            made.seek(number)
            if made.mode != page.mode or made.tobytes() != page.tobytes():
                raise _not_the_same(file)


def _not_the_same(file: LocalFile) -> ComponentError:
    return ComponentError(
        f"{file.name}: this TIFF cannot be written anew without changing its pixels.",
        code="image-privacy-format", where={"file": file.name},
        hint="Put image.convert before this step, into PNG or TIFF.",
    )  # fmt: skip


def _prove(file: LocalFile, path: Path, exif: Exif, xmp: bytes) -> None:
    """ComponentError where the copy, read again, holds anything but what was chosen."""
    from PIL import IptcImagePlugin

    with open_image(LocalFile(path, file.name)) as made:
        found = made.getexif()
        # The layout of a TIFF's pixels stands among its tags.
        allowed = found if made.format == "TIFF" else {_EXIF_IFD, *exif}
        extra = [one for one in found if one not in allowed]
        private = [0x8825 in found, 0x927C in found.get_ifd(_EXIF_IFD),
                   bool(IptcImagePlugin.getiptcinfo(made))]  # type: ignore[arg-type]  # fmt: skip
        packet = made.info.get("xmp") or made.info.get("XML:com.adobe.xmp") or b""
    there = packet.encode() if isinstance(packet, str) else packet
    if extra or any(private) or there.strip(b"\0") not in (b"", xmp):
        raise ComponentError(
            f"{file.name}: its copy still holds metadata that should be gone; it was not kept.",
            code="image-privacy-left", where={"file": file.name},
            hint="Tell the plugin's author; image.convert without metadata works meanwhile.",
        )  # fmt: skip


def _told(file: LocalFile, path: Path) -> Finding:
    less = file.path.stat().st_size - path.stat().st_size
    return Finding(
        "info", "image-cleaned", f"{file.name}: cleaned, {max(less, 0)} bytes of metadata less.",
        where={"file": file.name},
    )  # fmt: skip
