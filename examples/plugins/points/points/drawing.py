"""A picture of points: from above and the side, nearer ones darker."""

from __future__ import annotations

from io import BytesIO
from itertools import islice
from pathlib import Path

from hdp.sdk import InvalidInput
from PIL import Image

from .reading import read_points

MOST_POINTS = 500_000
SLOPE = 0.5


def draw(path: Path, size: int) -> bytes:
    """A PNG of `size` pixels at its longer side."""
    lines = islice(read_points(path), MOST_POINTS)
    points = [one[:3] for _, one in lines if not isinstance(one, str)]
    if not points:
        raise InvalidInput("It holds no points.")
    flat = [(x + y * SLOPE, z + y * SLOPE, y) for x, y, z in points]
    low = [min(one[axis] for one in flat) for axis in range(3)]
    span = [(max(one[axis] for one in flat) - low[axis]) or 1.0 for axis in range(3)]
    scale = (size - 1) / max(span[0], span[1])
    width, height = (max(1, round(span[axis] * scale) + 1) for axis in range(2))
    picture = Image.new("L", (width, height), 255)
    pixels = picture.load()
    assert pixels is not None
    for across, up, far in flat:
        place = int((across - low[0]) * scale), height - 1 - int((up - low[1]) * scale)
        shade = 30 + int(150 * (far - low[2]) / span[2])
        pixels[place] = min(shade, pixels[place])
    made = BytesIO()
    picture.save(made, "PNG")
    return made.getvalue()
