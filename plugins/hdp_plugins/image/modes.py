"""Modes of pixels: what a format can hold, and how an image is brought into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdp.sdk import LocalFile

if TYPE_CHECKING:
    from PIL.Image import Image


_HELD = {
    "JPEG": ("L", "RGB", "CMYK"),
    "WEBP": ("RGB", "RGBA"),
    "PNG": ("L", "LA", "RGB", "RGBA", "I;16"),
    "JPEG2000": ("L", "LA", "RGB", "RGBA", "I;16"),
}


def fit_mode(
    file: LocalFile, image: Image, kind: str, icc: bytes | None
) -> tuple[Image, bytes | None]:
    """The image as `kind` can hold it, and the profile that still fits it."""
    if kind in ("JPEG", "WEBP") and image.mode.startswith("I"):
        return to_eight_bit(image), None
    if image.mode == "CMYK" and kind not in ("JPEG", "TIFF"):
        return cmyk_to_rgb(image, icc), None
    if image.mode in ("LA", "RGBA", "La", "RGBa") and kind == "JPEG":
        return on_white(image), icc
    if kind != "TIFF" and image.mode not in _HELD[kind]:
        # The profile of a gray or Lab image does not fit the RGB copy.
        return image.convert("RGBA" if "A" in image.mode else "RGB"), None
    return image, icc


def to_eight_bit(image: Image) -> Image:
    """A gray image of 16 bits with 8."""
    import numpy
    from PIL import Image as pil

    return pil.fromarray((numpy.asarray(image).astype("uint32") // 257).astype("uint8"))


def cmyk_to_rgb(image: Image, icc: bytes | None) -> Image:
    """RGB by the image's own profile where it has a good one."""
    import io

    from PIL import ImageCms

    if icc:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            return (
                ImageCms.profileToProfile(
                    image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
                )
                or image
            )
        except (ImageCms.PyCMSError, OSError):
            pass  # a damaged profile: the plain conversion is what viewers do as well
    return image.convert("RGB")


def on_white(image: Image) -> Image:
    """What is transparent becomes white."""
    from PIL import Image as pil

    image = image.convert("RGBA")
    paper = pil.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def without_palette(image: Image) -> Image:
    """The image with its own colours instead of a palette's numbers."""
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")


def is_deep(image: Image) -> bool:
    """Whether its file holds more than 8 bits a colour; Pillow reads 8 unless it is gray."""
    if getattr(image, "format", "") == "JPEG2000":
        return image.mode.startswith("I") or _jpeg2000_bits(image) > 8
    bits = getattr(image, "tag_v2", {}).get(258, ())
    packed = [str(one[3]) for one in getattr(image, "tile", ())]
    return (
        image.mode.startswith("I")
        or any(one > 8 for one in bits)
        or any("16" in one for one in packed)
    )


def _jpeg2000_bits(image: Image) -> int:
    """The bits of its first colour, from the head of the code stream; 0 where it is not found."""
    stream = getattr(image, "fp", None)
    if stream is None or stream.closed:
        return 0
    place = stream.tell()
    stream.seek(0)
    head = stream.read(1 << 20)  # a profile may stand before it
    stream.seek(place)
    start = head.find(b"\xff\x4f\xff\x51")
    depth: bytes = head[start + 42 : start + 43] if start >= 0 else b""
    return (depth[0] & 0x7F) + 1 if depth else 0
