"""Opening an image safely: the header is judged before a pixel is decoded."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hdp.sdk import ComponentError, LocalFile

if TYPE_CHECKING:
    from PIL.Image import Image

# Large scans are normal in this field; a billion pixels is where memory ends.
MAX_PIXELS = 1_000_000_000


@contextmanager
def open_image(file: LocalFile) -> Iterator[Image]:
    """The image, not yet decoded; ComponentError for a damaged, unknown or gigantic one."""
    from PIL import Image, UnidentifiedImageError

    # Pillow's own limit is below the size of a legal scan; ours is checked from the header.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(file.path) as image:
                _refuse_gigantic(file, image.width, image.height)
                yield image
        except UnidentifiedImageError:
            raise _unreadable(file, "this is no image that can be read here") from None
        except Image.DecompressionBombError as error:
            raise _gigantic(file, str(error)) from None
        except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
            raise _unreadable(file, str(error) or type(error).__name__) from error


def _unreadable(file: LocalFile, reason: str) -> ComponentError:
    return ComponentError(
        f"{file.name} cannot be read: {reason}.",
        code="image-unreadable",
        hint="Open it in an image viewer; export it again if it is damaged.",
        where={"file": file.name},
    )


def _refuse_gigantic(file: LocalFile, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _gigantic(file, f"{width} x {height} pixels")


def _gigantic(file: LocalFile, size: str) -> ComponentError:
    return ComponentError(
        f"{file.name} is too large to be opened ({size}; the limit is {MAX_PIXELS:,} pixels).",
        code="image-too-large",
        hint="Make a smaller copy with a program for large images, and use that.",
        where={"file": file.name},
    )
