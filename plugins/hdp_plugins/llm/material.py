"""What a model is given to read: texts within a limit, pictures made small and bare."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hdp.sdk import ComponentError, Finding, LocalFile
from hdp_plugins.image.opening import open_image


@dataclass
class Material:
    """Texts by file name, pictures as message parts, and what is to be told of both."""

    texts: dict[str, str] = field(default_factory=dict)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def gather(
    texts: Sequence[LocalFile], images: Sequence[LocalFile], *,
    characters: int, most_images: int, side: int,
) -> Material:  # fmt: skip
    """Read the files; at most `characters` of text and `most_images` pictures are taken."""
    found = Material()
    left = characters
    for file in texts:
        text = read_text(file)
        if len(text) > left:
            _say(found, file, f"only the first {left} of its {len(text)} characters were read")
        found.texts[file.relpath or file.name] = text[:left]
        left -= len(text[:left])
    for file in images[:most_images]:
        found.pictures.append(_picture(file, side))
    for file in images[most_images:]:
        _say(found, file, f"it was not shown: at most {most_images} pictures are")
    return found


def _say(found: Material, file: LocalFile, text: str) -> None:
    found.findings.append(
        Finding("warning", "llm-shortened", f"{file.name}: {text}.", where={"file": file.name})
    )


def read_text(file: LocalFile) -> str:
    """A text or table as text; old files are taken as Windows-1252."""
    try:
        raw = file.path.read_bytes()
    except OSError as error:
        raise ComponentError(f"{file.name} cannot be read: {error.strerror}.") from error
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def _picture(file: LocalFile, side: int) -> dict[str, Any]:
    from PIL import ImageOps

    with open_image(file) as image:
        image.draft("RGB", (side, side))
        small = ImageOps.exif_transpose(image).convert("RGB")
        small.thumbnail((side, side))
        # A new JPEG: neither the place nor the name in its metadata is sent.
        stored = io.BytesIO()
        small.save(stored, "JPEG", quality=85, exif=b"", icc_profile=None)
    url = f"data:image/jpeg;base64,{base64.b64encode(stored.getvalue()).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}
