"""A line of text in a corner of a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hdp.sdk import Component, ComponentError, Finding, Params, Port, Result, Step
from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".tif": "TIFF", ".tiff": "TIFF"}
_MARGIN = 0.02


@dataclass(frozen=True)
class WatermarkParams(Params):
    """What is written, where, and how strongly."""

    text: str = field(default="", metadata={"help": "The text; empty: the record's licence."})
    corner: str = field(
        default="bottom right",
        metadata={
            "help": "Where it stands.",
            "choices": ("bottom right", "bottom left", "top right", "top left"),
        },
    )
    height: float = field(
        default=3.0,
        metadata={
            "help": "Height of the letters.",
            "min": 0.5,
            "max": 25,
            "unit": "% of the height",
        },
    )
    opacity: int = field(
        default=60, metadata={"help": "0 is unseen.", "min": 5, "max": 100, "unit": "%"}
    )


class Watermark(Component[WatermarkParams]):
    """Writes a text into a corner of each picture; the original stays as it is."""

    id = "watermark.text"
    version = 1
    title = "Write a watermark"
    inputs = (Port("images", ("image/*",)),)
    outputs = (Port("images", ("image/*",)),)
    params = WatermarkParams
    reads = ("license",)

    def run(self, step: Step[WatermarkParams]) -> Result:
        """Draw on a copy; the result has the format of the input, or PNG."""
        file = step.inputs["images"][0]
        text = step.params.text.strip() or str(step.record.fields.get("license") or "").upper()
        if not text:
            raise ComponentError(
                "There is nothing to write: no text is given and the record has no licence.",
                hint="Give the step a `text`.",
            )
        try:
            with Image.open(file.path) as opened:
                picture = ImageOps.exif_transpose(opened).convert("RGBA")
                profile = opened.info.get("icc_profile")
        except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
            raise ComponentError(f"{file.name} is no picture that can be read: {error}.") from error
        step.check_cancelled()
        marked, cut = draw_text(picture, text, step.params)
        made = save(marked, Path(file.name), step.workdir, profile)
        told = f"The text is wider than {file.name} and was written smaller."
        findings = [Finding("info", "watermark-smaller", told)] if cut else []
        return Result(files={"images": [made]}, findings=findings)


def draw_text(picture: Image.Image, text: str, params: WatermarkParams) -> tuple[Image.Image, bool]:
    """The picture with the text, and whether it had to be smaller than was asked for."""
    size = max(8, round(picture.height * params.height / 100))
    margin = round(min(picture.size) * _MARGIN)
    room, wanted = picture.width - 2 * margin, size
    font = ImageFont.load_default(size)
    while size > 8 and font.getlength(text) > room:
        size -= 1
        font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(text)
    x = margin - left if "left" in params.corner else picture.width - margin - right
    y = margin - top if "top" in params.corner else picture.height - margin - bottom
    alpha = round(255 * params.opacity / 100)
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    # A dark edge: readable on bright and dark pictures alike.
    ImageDraw.Draw(layer).text(
        (x, y), text, font=font, fill=(255, 255, 255, alpha),
        stroke_width=max(1, size // 16), stroke_fill=(0, 0, 0, alpha),
    )  # fmt: skip
    return Image.alpha_composite(picture, layer), size < wanted


def save(picture: Image.Image, name: Path, folder: Path, profile: bytes | None) -> Path:
    """The picture as a file of the same kind, without transparency where the kind has none."""
    kind = _FORMATS.get(name.suffix.lower(), "PNG")
    made = folder / (name.name if name.suffix.lower() in _FORMATS else f"{name.stem}.png")
    keep = {"icc_profile": profile} if profile else {}
    if kind == "JPEG":
        picture.convert("RGB").save(made, kind, quality=92, **keep)
    else:
        picture.save(made, kind, **keep)
    return made
