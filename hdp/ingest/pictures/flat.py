"""Small pictures of images and of pages of documents."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.ingest.pictures.problem import NoPicture

if TYPE_CHECKING:
    from PIL import Image as Images

MOST_PIXELS = 150_000_000  # decoded at once; larger ones only where a part or a scale can be read
_HEADER_PIXELS = 1_000_000_000
_MOST_OVERVIEWS = 32
_DNG = 50706  # a tag that only camera RAW has: what can be decoded is its small preview
_SUBFILE = 254


def draw_image(source: Path, size: int, page: int) -> Images.Image:
    """An image of at most `size` pixels, upright, in sRGB on white; NoPicture where none can be."""
    try:
        return _drawn(source, size, page, reduced=True)
    except OSError:  # a JPEG 2000 may hold fewer scales than are asked for
        if source.suffix.lower() not in (".jp2", ".jpx", ".j2k"):
            raise
        return _drawn(source, size, page, reduced=False)


def _drawn(source: Path, size: int, page: int, *, reduced: bool) -> Images.Image:
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _open(source) as opened:
            _to_page(opened, page)
            parts = _scale_while_reading(opened, size) if reduced else 1
            if opened.width * opened.height > MOST_PIXELS * parts:
                raise NoPicture("It has too many pixels for a picture.")
            profile = opened.info.get("icc_profile")
            small = ImageOps.exif_transpose(opened)
            if small.mode == "F" or small.mode.startswith("I"):
                small = _stretched(small, size)
            small.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
            return _on_white(_in_srgb(small, profile))


def _open(source: Path) -> Images.Image:
    from PIL import Image

    _know_heif()
    if not source.is_file():
        raise NoPicture("It is no file.")
    Image.MAX_IMAGE_PIXELS = _HEADER_PIXELS  # refused here, by the header, when it is known how
    opened = Image.open(source)
    if _DNG in getattr(opened, "tag_v2", {}):
        opened.close()
        raise NoPicture(RAW_NOTE)
    return opened


RAW_NOTE = (
    "Camera RAW is not shown: only its small preview could be read without developing it, and"
    " that may differ from the picture."
)


def _know_heif() -> None:
    with suppress(ImportError):
        from pi_heif import register_heif_opener

        register_heif_opener(thumbnails=False)


def _to_page(opened: Any, page: int) -> None:
    try:
        opened.seek(page - 1)
    except EOFError:
        raise NoPicture(f"It has no page {page}.") from None


def _scale_while_reading(opened: Any, size: int) -> int:
    """Let the decoder make it smaller where its format has a way.

    Returns of how many pixels one is read, where `opened.size` does not tell already.
    """
    if opened.format == "JPEG":
        opened.draft("RGB" if opened.mode == "RGB" else opened.mode, (size * 2, size * 2))
    elif opened.format == "JPEG2000":
        steps = max(0, (max(opened.size) // (size * 2)).bit_length() - 1)
        opened.reduce = min(steps, 5)
        return int(4 ** min(steps, 5))
    elif opened.format == "TIFF" and opened.width * opened.height > MOST_PIXELS:
        _to_overview(opened, size)
    return 1


def _to_overview(opened: Any, size: int) -> None:
    """Go to the smallest reduced copy in a large TIFF that is large enough, else stay."""
    here, shape = opened.tell(), opened.width / opened.height
    found: list[tuple[int, int]] = []
    for number in range(here + 1, here + _MOST_OVERVIEWS):
        try:
            opened.seek(number)
        except EOFError:
            break
        reduced = opened.tag_v2.get(_SUBFILE, 0) & 1
        alike = abs(opened.width / opened.height / shape - 1) < 0.02
        if reduced and alike and max(opened.size) >= size:
            found.append((max(opened.size), number))
    opened.seek(min(found)[1] if found else here)


def _in_srgb(image: Images.Image, profile: bytes | None) -> Images.Image:
    from PIL import ImageCms

    if profile and image.mode in ("RGB", "CMYK", "L"):
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            changed = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
            return changed or image
    return image


def _on_white(image: Images.Image) -> Images.Image:
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return image.convert("RGB")


def _stretched(image: Images.Image, size: int) -> Images.Image:
    import numpy
    from PIL import Image

    # 16-bit and floating-point scans: what is there becomes black to white
    image.thumbnail((size * 4, size * 4), Image.Resampling.NEAREST)
    values = numpy.nan_to_num(numpy.asarray(image.convert("F")), posinf=0, neginf=0)
    low, high = (float(one) for one in numpy.percentile(values, (0.1, 99.9)))
    scaled = (values - low) * (255 / max(high - low, 1e-9))
    return Image.fromarray(scaled.clip(0, 255).astype("uint8"))


def draw_page(source: Path, size: int, page: int) -> Images.Image:
    """A page of a PDF; forms and scripts in it are not run."""
    import pypdfium2

    document = pypdfium2.PdfDocument(str(source))
    try:
        if not 1 <= page <= len(document):
            raise NoPicture(f"It has no page {page}.")
        sheet = document[page - 1]
        longer = max(sheet.get_width(), sheet.get_height(), 1.0)
        picture: Images.Image = sheet.render(scale=size / longer).to_pil()
        picture.thumbnail((size, size))
        return picture.convert("RGB")
    finally:
        document.close()


def about_image(source: Path) -> dict[str, Any]:
    """Pages and pixels of an image by its headers, as it stands upright."""
    with _open(source) as opened:
        width, height = opened.size
        if opened.getexif().get(0x0112, 1) in (5, 6, 7, 8):
            width, height = height, width
        pages = getattr(opened, "n_frames", 1) if opened.format == "TIFF" else 1
        return {"pages": pages, "width": width, "height": height}


def about_document(source: Path) -> dict[str, Any]:
    """Pages of a PDF and the size of its first in points."""
    import pypdfium2

    document = pypdfium2.PdfDocument(str(source))
    try:
        sheet = document[0]
        width, height = round(sheet.get_width()), round(sheet.get_height())
        return {"pages": len(document), "width": width, "height": height}
    finally:
        document.close()


Drawer = Callable[[Path, int, int], "Images.Image"]
DRAWERS: dict[str, Drawer] = {"image": draw_image, "document": draw_page}
