"""image.thumbnails and image.contact_sheet: small pictures, alone or on one page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

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
from hdp_plugins.image.modes import fit_mode, without_palette
from hdp_plugins.image.opening import open_image

if TYPE_CHECKING:
    from PIL.Image import Image

_MARGIN, _LINE = 12, 18
_MOST = 2000  # pictures on one sheet


@dataclass(frozen=True)
class ThumbnailParams(Params):
    """How small."""

    side: int = field(
        default=256, metadata={"help": "Pixels on the longer side.", "min": 16, "unit": "px"}
    )


class Thumbnails(Component[ThumbnailParams]):
    """One small JPEG in sRGB for each image, without metadata."""

    id = "image.thumbnails"
    version = 1
    title = "Make thumbnails"
    inputs = (Port("images", ("image/*",)),)
    outputs = (Port("images", ("image/jpeg",)),)
    params = ThumbnailParams

    def run(self, step: Step[ThumbnailParams]) -> Result:
        """The thumbnails."""
        made = []
        for file in step.inputs["images"]:
            step.check_cancelled()
            path = step.workdir / f"{Path(file.name).stem}_thumb.jpg"
            _small(file, step.params.side).save(path, "JPEG", quality=85)
            made.append(Output(path, derived_from=(file.name,)))
        return Result({"images": made})


@dataclass(frozen=True)
class SheetParams(Params):
    """How the page looks."""

    side: int = field(
        default=240, metadata={"help": "Pixels of each picture.", "min": 32, "unit": "px"}
    )
    columns: int = field(default=5, metadata={"help": "Pictures in a row.", "min": 1, "max": 40})
    names: bool = field(default=True, metadata={"help": "File names below the pictures."})


class ContactSheet(Component[SheetParams]):
    """All images small on one page, in the order of their names."""

    id = "image.contact_sheet"
    version = 1
    title = "Make a contact sheet"
    inputs = (Port("images", ("image/*",), many=True),)
    outputs = (Port("sheet", ("image/jpeg",)),)
    params = SheetParams

    def run(self, step: Step[SheetParams]) -> Result:
        """The page; images that cannot be read are left out, and told."""
        files = sorted(step.inputs["images"], key=lambda one: one.name.casefold())
        findings, pictures = [], []
        for number, file in enumerate(files[:_MOST]):
            step.check_cancelled()
            step.progress(number, len(files), file.name)
            try:
                pictures.append((file, _small(file, step.params.side)))
            except ComponentError as error:
                findings.append(Finding("warning", error.name, error.message, hint=error.hint,
                                        where=error.where))  # fmt: skip
        if not pictures:
            raise ComponentError("There is no image for a contact sheet.", code="sheet-empty")
        if len(files) > _MOST:
            text = f"The sheet shows the first {_MOST} of {len(files)} images."
            findings.append(Finding("warning", "sheet-full", text))
        path = step.workdir / "contact-sheet.jpg"
        _sheet(pictures, step.params).save(path, "JPEG", quality=88)
        output = Output(path, derived_from=[file.name for file, _ in pictures])
        return Result({"sheet": [output]}, findings=findings)


def _small(file: LocalFile, side: int) -> Image:
    from PIL import Image as pil
    from PIL import ImageOps

    with open_image(file) as image:
        image.draft("RGB", (side, side))  # a large JPEG is decoded small
        icc = image.info.get("icc_profile")
        upright = ImageOps.exif_transpose(image)
        plain = without_palette(upright) if upright.mode in ("P", "PA", "1") else upright
        small, _ = fit_mode(file, plain, "JPEG", icc)
        small = small.copy()
        small.thumbnail((side, side), pil.Resampling.LANCZOS)
        return small.convert("RGB")


def _sheet(pictures: Sequence[tuple[LocalFile, Image]], params: SheetParams) -> Image:
    from PIL import Image as pil
    from PIL import ImageDraw, ImageFont

    columns = min(params.columns, len(pictures))
    width = params.side + _MARGIN
    height = params.side + _MARGIN + (_LINE if params.names else 0)
    rows = math.ceil(len(pictures) / columns)
    page = pil.new("RGB", (columns * width + _MARGIN, rows * height + _MARGIN), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=12)
    for number, (file, small) in enumerate(pictures):
        left = _MARGIN + (number % columns) * width
        top = _MARGIN + (number // columns) * height
        page.paste(small, (left + (params.side - small.width) // 2,
                           top + (params.side - small.height) // 2))  # fmt: skip
        if params.names:
            draw.text((left, top + params.side + 2), _fitting(draw, font, file.name, params.side),
                      fill="#333", font=font)  # fmt: skip
    return page


def _fitting(draw: object, font: object, name: str, width: int) -> str:
    """The name, cut in the middle where it is too long."""
    measure = draw.textlength  # type: ignore[attr-defined]
    text, keep = name, len(name)
    while measure(text, font=font) > width and keep > 4:
        keep -= 1
        text = f"{name[: keep // 2]}…{name[-(keep - keep // 2) :]}"
    return text
