"""Images, decoded to their end."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from hdp.ingest.privacy import image_remarks
from hdp.ingest.problems import COPY, Problem, doubtful, invalid

MEDIA = (
    "image/jpeg", "image/png", "image/tiff", "image/webp", "image/gif", "image/bmp", "image/jp2",
)  # fmt: skip
MORE_MEDIA = ("image/heic", "image/x-tga")
MAX_PIXELS = 1_000_000_000


def image(path: Path) -> Iterator[Problem]:
    """Truncated and damaged images, those too large to be decoded safely, and what they tell."""
    from PIL import Image, UnidentifiedImageError

    prepare()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(path) as opened:
            yield from _frames(path, opened)
            if opened.format == "PNG":
                yield from _png_end(path)
    except Image.DecompressionBombError:
        yield _bomb(path, f"more than {2 * MAX_PIXELS // 1_000_000} million")
    except UnidentifiedImageError:
        yield invalid("no-image", f"{path.name} is no image that can be read.", COPY)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - decoders raise anything on damaged data
        why = str(error).strip().rstrip(".") or type(error).__name__
        yield invalid("truncated", f"{path.name} is damaged or breaks off: {why}.", COPY)


@cache
def prepare() -> None:
    """Have Pillow read HEIC too, and not warn of pictures that are large."""
    from PIL import Image

    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
    try:
        from pi_heif import register_heif_opener
    except ImportError:
        return  # such images then read "no image", as other unknown formats do
    register_heif_opener(thumbnails=False)


def _frames(path: Path, opened: Any) -> Iterator[Problem]:
    frame = 0
    while True:
        width, height = opened.size
        if width * height > MAX_PIXELS:
            yield _bomb(path, f"{width} x {height}")
            return
        opened.load()
        if frame == 0:
            yield from image_remarks(path, opened)
        frame += 1
        try:
            opened.seek(frame)
        except EOFError:
            break
    said = getattr(opened, "n_frames", 1)
    if said > frame:
        message = f"{path.name} says it has {said} images, and {frame} can be read."
        yield doubtful("frames-missing", message, COPY)


def _png_end(path: Path) -> Iterator[Problem]:
    # The last bytes of a PNG may be lost without its picture being harmed.
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65536))
        if b"IEND\xaeB`\x82" not in file.read():
            yield invalid("truncated", f"{path.name} breaks off: its end is missing.", COPY)


def _bomb(path: Path, size: str) -> Problem:
    most = MAX_PIXELS // 1_000_000
    message = f"{path.name} says that it has {size} pixels (limit {most} million); not decoded."
    return invalid("too-many-pixels", message, "Check it in an image program.")
