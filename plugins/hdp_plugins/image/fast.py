"""Shrinking by libvips where it is installed: a stream of rows instead of a whole picture."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

# 8 bits without a palette; libvips gives these the same pixels as Pillow does.
_MODES = {"L": 1, "RGB": 3, "RGBA": 4}
_KINDS = ("JPEG", "MPO", "TIFF", "WEBP")  # PNG takes both as long
_SMALL = 2_000_000  # pixels; below, its start costs more than it saves


def shrink(path: Path, image: Image, side: int) -> Image | None:
    """The picture with at most `side` pixels on its longer side; None where Pillow is to do it.

    Orientation, colours and everything beside the pixels stay the caller's business.
    """
    large = image.width * image.height >= _SMALL and max(image.size) > side
    fits = image.mode in _MODES and image.format in _KINDS
    if not (large and fits and is_there()):
        return None
    try:
        return _shrunk(path, image.mode, side)
    except _vips().Error:
        return None  # Pillow reads more, and says better what is wrong


@cache
def is_there() -> bool:
    """Whether libvips is installed; a Python package without its library counts as none."""
    if importlib.util.find_spec("pyvips") is None:
        return False
    try:
        _vips()
    except (ImportError, OSError):
        return False
    return True


@cache
def _vips() -> Any:
    import logging

    logging.getLogger("pyvips").setLevel(logging.WARNING)
    import pyvips

    # Each worker is a process of its own, and all processors have one.
    pyvips.cache_set_max(0)
    return pyvips


def _shrunk(path: Path, mode: str, side: int) -> Image | None:
    from PIL import Image as pil

    small = _vips().Image.thumbnail(
        str(path), side, height=side, size="down", no_rotate=True, fail_on="error"
    )
    if small.bands != _MODES[mode] or small.format != "uchar":
        return None
    return pil.frombytes(mode, (small.width, small.height), small.write_to_memory())
