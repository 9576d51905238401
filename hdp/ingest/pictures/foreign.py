"""Pictures that thumbnailers of plugins make, taken over with care: they may give anything."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from hdp.ingest.pictures.problem import NoPicture
from hdp.plugin_formats import PluginFunction, say_raised
from hdp.sdk import HdpError

if TYPE_CHECKING:
    from PIL import Image as Images

_MOST_POINTS = 50_000_000


def draw_with(plugin: PluginFunction, source: Path, size: int) -> Images.Image:
    """The picture of a file as a plugin draws it; NoPicture says why there is none."""
    try:
        given = plugin.load()(source, size)
    except MemoryError:
        raise
    except HdpError as error:
        raise NoPicture(f"{error.message} ({_named(plugin)})") from None
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit too
        raise NoPicture(f"{_named(plugin)} failed: {say_raised(error)}.") from None
    if not isinstance(given, bytes | bytearray):
        told = f"{_named(plugin)} gave {type(given).__name__}, not the bytes of a picture."
        raise NoPicture(told)
    return _opened(plugin, bytes(given))


def lost_with(plugin: PluginFunction, message: str) -> str:
    """Why there is no picture of a file with which the plugin took its process along."""
    return f"{_named(plugin)} made no picture. {message}"


def _opened(plugin: PluginFunction, data: bytes) -> Images.Image:
    from PIL import Image

    try:
        picture = Image.open(BytesIO(data), formats=("PNG", "JPEG"))
        if picture.width * picture.height > _MOST_POINTS:
            raise ValueError(f"{picture.width} x {picture.height} points are too many")
        # Transparent parts would turn black in a JPEG.
        whole = Image.new("RGBA", picture.size, "white")
        whole.alpha_composite(picture.convert("RGBA"))
        return whole.convert("RGB")
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - decoders raise anything on damaged data
        told = f"{_named(plugin)} gave no PNG or JPEG: {say_raised(error)}."
        raise NoPicture(told) from None


def _named(plugin: PluginFunction) -> str:
    return f"{plugin.called[0].upper()}{plugin.called[1:]}"
