"""Images, decoded to their end."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

MEDIA = (
    "image/jpeg", "image/png", "image/tiff", "image/webp", "image/gif", "image/bmp", "image/jp2",
)  # fmt: skip
MAX_PIXELS = 1_000_000_000
_MAX_FRAMES = 50


def image(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Truncated and damaged images, and those too large to be decoded safely."""
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
    again = "Copy it again from its source."
    try:
        with Image.open(path) as opened:
            width, height = opened.size
            if width * height > MAX_PIXELS:
                yield _bomb(path, f"{width} x {height}")
                return
            for frame in range(min(getattr(opened, "n_frames", 1), _MAX_FRAMES)):
                opened.seek(frame)
                opened.load()
    except Image.DecompressionBombError:
        yield _bomb(path, "over a thousand million")
    except UnidentifiedImageError:
        yield "error", "no-image", f"{path.name} is no image that can be read.", again
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        message = f"{path.name} is damaged or breaks off: {error}."
        yield "error", "truncated", message, again


def _bomb(path: Path, size: str) -> tuple[str, str, str, str]:
    message = f"{path.name} says that it has {size} pixels; it was not decoded."
    return "error", "too-many-pixels", message, "Check it in an image program."
