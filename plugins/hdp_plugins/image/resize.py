"""image.resize: a smaller copy that keeps colours, direction and metadata."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

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
from hdp_plugins.image.carrying import carry, tell_lost, xmp_of
from hdp_plugins.image.fast import shrink
from hdp_plugins.image.modes import fit_mode, without_palette
from hdp_plugins.image.opening import open_image

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

_FORMATS = {"jpeg": ("JPEG", ".jpg"), "png": ("PNG", ".png"), "webp": ("WEBP", ".webp")}
_WRITABLE = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif"}
_ORIENTATION, _WIDTH, _HEIGHT = 0x0112, 0x0100, 0x0101
_EXIF_IFD, _EXIF_WIDTH, _EXIF_HEIGHT = 0x8769, 0xA002, 0xA003
# Where the pixels of the original lie in the file, and how: wrong in a copy.
_LAYOUT = (0x0102, 0x0103, 0x0106, 0x0111, 0x0115, 0x0116, 0x0117, 0x011C, 0x013D, 0x0142, 0x0143,
           0x0144, 0x0145, 0x0152, 0x0153, 0x0201, 0x0202, 0x0212, 0x8773)  # fmt: skip


@dataclass(frozen=True)
class ResizeParams(Params):
    """What the copy should be."""

    longest_side: int = field(
        default=2000, metadata={"help": "Pixels on the longer side.", "min": 1, "unit": "px"}
    )
    quality: int = field(
        default=90, metadata={"help": "Quality of JPEG and WebP.", "min": 1, "max": 100}
    )
    format: Literal["keep", "jpeg", "png", "webp"] = field(
        default="keep", metadata={"help": "The file format of the copy; keep: as the original."}
    )


class Resize(Component[ResizeParams]):
    """Smaller copies; an image that is small enough keeps its size."""

    id = "image.resize"
    version = 1
    title = "Resize images"
    inputs = (Port("images", ("image/*",)),)
    outputs = (Port("images", ("image/*",)),)
    params = ResizeParams

    def run(self, step: Step[ResizeParams]) -> Result:
        """One copy for each image."""
        outputs, findings = [], []
        files = step.inputs["images"]
        for number, file in enumerate(files):
            step.check_cancelled()
            path, found = _resize(file, step.params, step.workdir)
            outputs.append(Output(path, derived_from=(file.name,)))
            findings += found
            step.progress(number + 1, len(files), file.name)
        return Result({"images": outputs}, findings=findings)


def _resize(file: LocalFile, params: ResizeParams, workdir: Path) -> tuple[Path, list[Finding]]:
    with open_image(file) as image:
        kind, suffix = _format_of(file, image, params.format)
        findings = list(_warn(file, image, params))
        findings += tell_lost(file, image, kind)
        small = _shrink(file.path, image, params.longest_side)
        kept = carry(kind, _exif_of(image, small), xmp_of(image))
        if image.info.get("dpi"):
            kept["dpi"] = image.info["dpi"]
        small, icc = fit_mode(file, small, kind, image.info.get("icc_profile"))
        path = workdir / f"{Path(file.name).stem}{suffix}"
        small.save(path, kind, icc_profile=icc, **kept, **_quality(kind, params))
    return path, findings


def _format_of(file: LocalFile, image: Image, wanted: str) -> tuple[str, str]:
    if wanted != "keep":
        return _FORMATS[wanted]
    # Multi-picture JPEGs of phones and cameras are JPEGs with a second image behind.
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    if kind not in _WRITABLE:
        raise ComponentError(
            f"{file.name}: a copy in the format {kind} cannot be made.",
            code="image-format",
            hint="Choose the format jpeg, png or webp for the step.",
            where={"file": file.name},
        )
    return kind, Path(file.name).suffix or _WRITABLE[kind]


def _warn(file: LocalFile, image: Image, params: ResizeParams) -> Iterator[Finding]:
    where = {"file": file.name}
    if max(image.size) <= params.longest_side:
        yield Finding(
            "info",
            "image-not-enlarged",
            f"{file.name} has {image.width} x {image.height} pixels and is small enough;"
            " its copy keeps that size.",
            where=where,
        )
    if getattr(image, "n_frames", 1) > 1 and image.format not in ("MPO", "JPEG"):
        yield Finding(
            "warning",
            "image-first-page",
            f"{file.name} has several pages; the copy shows the first one only.",
            where=where,
        )


def _shrink(path: Path, image: Image, side: int) -> Image:
    from PIL import Image as pil
    from PIL import ImageOps

    if (fast := shrink(path, image, side)) is not None:
        small = fast
    elif image.mode.startswith("I;16") or image.mode == "I":
        small = _sixteen_bit(image, side)
    else:
        # Palettes would be mixed up by a filter.
        small = image if image.mode not in ("P", "PA", "1") else without_palette(image)
        small = small.copy() if small is not image else small
        small.thumbnail((side, side), pil.Resampling.LANCZOS, reducing_gap=2.0)
    if image.getexif().get(_ORIENTATION, 1) != 1:
        small.getexif()[_ORIENTATION] = image.getexif()[_ORIENTATION]
        small = ImageOps.exif_transpose(small)
    return small


def _sixteen_bit(image: Image, side: int) -> Image:
    import numpy
    from PIL import Image as pil

    # Pillow cannot filter 16-bit gray and clips it when it converts: go through floats.
    pixels = pil.fromarray(numpy.asarray(image).astype("float32"))
    scale = min(1.0, side / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = numpy.asarray(pixels.resize(size, pil.Resampling.LANCZOS))
    return pil.fromarray(numpy.clip(small.round(), 0, 65535).astype("uint16"))


def _exif_of(image: Image, small: Image) -> Exif:
    exif = image.getexif()
    details = exif.get_ifd(_EXIF_IFD)
    for tag in (_ORIENTATION, _WIDTH, _HEIGHT, *_LAYOUT):
        exif.pop(tag, None)
    for tag, value in ((_EXIF_WIDTH, small.width), (_EXIF_HEIGHT, small.height)):
        if tag in details:
            details[tag] = value
    return exif


def _quality(kind: str, params: ResizeParams) -> dict[str, Any]:
    if kind in ("JPEG", "WEBP"):
        return {"quality": params.quality}
    return {"compression": "tiff_adobe_deflate"} if kind == "TIFF" else {"optimize": False}
