"""The pages of a scanned PDF or a picture, as RGB pictures of a bearable size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.sdk import LocalFile
from hdp_plugins.document.opening import PDF, chosen_pages, open_pdf, unreadable
from hdp_plugins.image.opening import open_image

if TYPE_CHECKING:
    from PIL.Image import Image

# Above this a page (a map, a poster, a hostile one) is drawn or read smaller.
MAX_PIXELS = 16_000_000


def scanned_pages(file: LocalFile, *, pages: str, dpi: int) -> Iterator[tuple[int, int, Image]]:
    """(number, count, picture) of each chosen page; damaged ones are a ComponentError."""
    if file.media_type == PDF or Path(file.name).suffix.lower() == ".pdf":
        yield from _of_pdf(file, pages, dpi)
    else:
        yield from _of_image(file, pages)


def _of_pdf(file: LocalFile, pages: str, dpi: int) -> Iterator[tuple[int, int, Image]]:
    import pypdfium2

    with open_pdf(file) as document:
        chosen = chosen_pages(pages, len(document))
        for index in chosen:
            try:
                yield index + 1, len(chosen), _drawn(document[index], dpi)
            except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
                raise unreadable(file, f"page {index + 1} is damaged") from error


def _drawn(page: Any, dpi: int) -> Image:
    width, height = page.get_size()
    scale = dpi / 72
    pixels = width * height * scale * scale
    if pixels > MAX_PIXELS:
        scale *= (MAX_PIXELS / pixels) ** 0.5
    if min(width, height) * scale < 1:
        raise ValueError("a page without an area")
    picture: Image = page.render(scale=scale).to_pil().convert("RGB")
    page.close()
    return picture


def _of_image(file: LocalFile, pages: str) -> Iterator[tuple[int, int, Image]]:
    from PIL import ImageOps

    with open_image(file) as image:
        chosen = chosen_pages(pages, int(getattr(image, "n_frames", 1)))
        for index in chosen:
            if index:
                image.seek(index)
            if image.mode.startswith("I;16"):
                page = image.point(lambda value: value / 256).convert("L")
            else:
                page = ImageOps.exif_transpose(image)
            if page.width * page.height > MAX_PIXELS:
                shrink = (MAX_PIXELS / (page.width * page.height)) ** 0.5
                page = page.resize((int(page.width * shrink), int(page.height * shrink)))
            yield index + 1, len(chosen), page.convert("RGB")
