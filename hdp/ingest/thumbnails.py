"""Small pictures of image files."""

from __future__ import annotations

import os
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hdp.ingest.image_checks import MEDIA

if TYPE_CHECKING:
    from PIL import Image as Images

__all__ = ["MEDIA", "make_thumbnail"]
SIZE = 96  # pixels, the longer side
MOST_PIXELS = 100_000_000  # a larger picture would hold too much memory for so little


def make_thumbnail(source: Path, target: Path) -> bool:
    """Write a JPEG of at most SIZE pixels to `target`; False where no picture can be made.

    Turned upright as the camera says; the header alone decides whether it is too large.
    """
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(source) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    return False
                opened.draft("RGB", (SIZE * 2, SIZE * 2))
                small = ImageOps.exif_transpose(opened)
                if small.mode == "F" or small.mode.startswith("I"):
                    small = _stretched(small)
                small.thumbnail((SIZE, SIZE))
                _save(_on_white(small), target)
    except Exception:  # noqa: BLE001 - a broken image raises anything; the page shows an icon
        return False
    return True


def _on_white(image: Images.Image) -> Images.Image:
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return image.convert("RGB")


def _stretched(image: Images.Image) -> Images.Image:
    import numpy
    from PIL import Image

    # 16-bit and floating-point scans: what is there becomes black to white
    image.thumbnail((SIZE * 4, SIZE * 4), Image.Resampling.NEAREST)
    values = numpy.nan_to_num(numpy.asarray(image.convert("F")))
    low, span = float(values.min()), max(float(values.max() - values.min()), 1e-9)
    return Image.fromarray(((values - low) * (255 / span)).astype("uint8"))


def _save(image: Images.Image, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            image.save(file, "JPEG", quality=82)
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
