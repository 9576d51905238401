"""image.convert: the same picture in another format; what cannot come along is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hdp.sdk import Component, Finding, LocalFile, Output, Params, Port, Result, Step
from hdp_plugins.image.carrying import carry, tell_lost, xmp_of
from hdp_plugins.image.modes import fit_mode, is_deep, to_eight_bit
from hdp_plugins.image.opening import open_image

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = {"jpeg": ("JPEG", ".jpg"), "png": ("PNG", ".png"), "webp": ("WEBP", ".webp"),
            "tiff": ("TIFF", ".tif"), "jp2": ("JPEG2000", ".jp2")}  # fmt: skip
_DEEP = ("PNG", "TIFF", "JPEG2000")
_CLEAR = ("PNG", "WEBP", "TIFF", "JPEG2000")
_ORIENTATION = 0x0112


@dataclass(frozen=True)
class ConvertParams(Params):
    """The format, and what is to be kept."""

    format: Literal["jpeg", "png", "webp", "tiff", "jp2"] = field(
        default="jpeg", metadata={"help": "The file format of the copy."}
    )
    quality: int = field(
        default=90, metadata={"help": "Quality of JPEG, WebP and JPEG 2000.", "min": 1, "max": 100}
    )
    lossless: bool = field(default=False, metadata={"help": "WebP and JPEG 2000 without any loss."})
    colours: Literal["keep", "srgb"] = field(
        default="keep", metadata={"help": "The profile stays, or colours become sRGB."}
    )
    depth: Literal["keep", "8"] = field(
        default="keep", metadata={"help": "Bits of gray images with 16."}
    )
    metadata: Literal["keep", "drop"] = field(default="keep", metadata={"help": "EXIF and XMP."})
    upright: bool = field(default=True, metadata={"help": "Turn the pixels as the direction says."})


class Convert(Component[ConvertParams]):
    """One copy in the other format for each image; JPEG XL is not written by any library here."""

    id = "image.convert"
    version = 1
    title = "Convert images"
    inputs = (Port("images", ("image/*",)),)
    outputs = (Port("images", ("image/*",)),)
    params = ConvertParams

    def run(self, step: Step[ConvertParams]) -> Result:
        """The copies, and what they could not keep."""
        made, findings = [], []
        for file in step.inputs["images"]:
            step.check_cancelled()
            path, found = _convert(file, step.params, step.workdir)
            made.append(Output(path, derived_from=(file.name,)))
            findings += found
        return Result({"images": made}, findings=findings)


def _convert(file: LocalFile, params: ConvertParams, workdir: Path) -> tuple[Path, list[Finding]]:
    kind, suffix = _FORMATS[params.format]
    path = workdir / f"{Path(file.name).stem}{suffix}"
    with open_image(file) as image:
        findings = list(_warn(file, image, kind, params))
        made, icc = _pixels(file, image, kind, params)
        kept = _kept(image, kind, params)  # afterwards: it takes the direction out
        icc = None if params.colours == "srgb" else icc
        made.save(path, kind, icc_profile=icc, **kept, **_settings(kind, params))
    return path, findings


def _pixels(
    file: LocalFile, image: Image, kind: str, params: ConvertParams
) -> tuple[Image, bytes | None]:
    from PIL import ImageOps

    image.load()
    made: Image = ImageOps.exif_transpose(image) if params.upright else image
    icc = image.info.get("icc_profile")
    if params.depth == "8" and made.mode.startswith("I"):
        made, icc = to_eight_bit(made), None
    made, fitting = fit_mode(file, made, kind, icc)
    # No library here writes a profile into JPEG 2000: the colours themselves are to be right.
    if fitting and (params.colours == "srgb" or _needs_srgb(kind, fitting)):
        made = _to_srgb(made, fitting)
    return made, fitting


def _needs_srgb(kind: str, icc: bytes) -> bool:
    """Whether the colours have to be changed, as the file cannot say which they are."""
    import io

    from PIL import ImageCms

    if kind != "JPEG2000":
        return False
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        return "srgb" not in ImageCms.getProfileDescription(profile).casefold()
    except (ImageCms.PyCMSError, OSError):
        return False


def _to_srgb(image: Image, icc: bytes) -> Image:
    import io

    from PIL import ImageCms

    if image.mode not in ("RGB", "RGBA", "L", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        target = ImageCms.createProfile("sRGB")
        mode = "RGB" if image.mode in ("L", "CMYK") else image.mode
        return ImageCms.profileToProfile(image, source, target, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError):
        return image  # a damaged profile says nothing of the colours


def _kept(image: Image, kind: str, params: ConvertParams) -> dict[str, Any]:
    if params.metadata == "drop":
        return {}
    exif = image.getexif()
    if params.upright:
        exif.pop(_ORIENTATION, None)
    dpi = {"dpi": image.info["dpi"]} if image.info.get("dpi") else {}
    return dpi | carry(kind, exif, xmp_of(image))


def _settings(kind: str, params: ConvertParams) -> dict[str, Any]:
    if kind == "JPEG2000":
        if params.lossless:
            return {"irreversible": False}
        return {
            "quality_mode": "dB",
            "quality_layers": [30 + params.quality / 5],
            "irreversible": True,
        }
    if kind == "WEBP":
        return {"quality": params.quality, "lossless": params.lossless}
    if kind == "JPEG":
        return {"quality": params.quality}
    return {"compression": "tiff_adobe_deflate"} if kind == "TIFF" else {}


def _warn(file: LocalFile, image: Image, kind: str, params: ConvertParams) -> Iterator[Finding]:
    where = {"file": file.name}
    gray = image.mode.startswith("I")
    if is_deep(image) and params.depth == "keep" and not (gray and kind in _DEEP):
        text = f"{file.name} has more than 8 bits a colour, and the copy has 8."
        yield Finding("warning", "image-depth", text, where=where)
    if "A" in image.getbands() and kind not in _CLEAR:
        text = f"{file.name}: what is transparent is white in the copy."
        yield Finding("warning", "image-transparency", text, where=where)
    if image.mode == "CMYK" and kind not in ("JPEG", "TIFF"):
        text = f"{file.name}: its printing colours (CMYK) are RGB in the copy."
        yield Finding("warning", "image-colours", text, where=where)
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        text = f"{file.name} has several pages; the copy shows the first one only."
        yield Finding("warning", "image-first-page", text, where=where)
    icc = image.info.get("icc_profile")
    if icc and params.colours == "keep" and image.mode != "CMYK" and _needs_srgb(kind, icc):
        text = f"{file.name}: JPEG 2000 gets no colour profile here; its colours are sRGB instead."
        yield Finding("info", "image-colours", text, where=where)
    if params.metadata == "keep":
        yield from tell_lost(file, image, kind)
