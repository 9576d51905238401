"""What runs in the limited process: makes one picture and puts it where it is kept."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdp.ingest.pictures.flat import DRAWERS, about_document, about_image
from hdp.ingest.pictures.problem import NoPicture
from hdp.plugin_formats import PluginFunction

if TYPE_CHECKING:
    from PIL import Image as Images

SIZES = (96, 480, 2048)
_MODEL_SIDE = 1024
_QUALITY = 84
_NICE = 10
_UNREADABLE = "It cannot be read as a picture."  # why, a check says in words for people
_DOCUMENTS = ("application/pdf",)
_IMAGES = (
    "image/jpeg", "image/png", "image/tiff", "image/webp", "image/gif", "image/bmp", "image/jp2",
    "image/heic", "image/x-tga", "image/vnd.ms-dds",
)  # fmt: skip
_MODELS = (
    "model/obj", "model/gltf-binary", "model/gltf+json", "model/ply", "model/stl",
    "model/vnd.collada+xml",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """A picture to be made, by the thumbnailer of a `plugin` or by ourselves.

    `files` are the others of the item by their paths relative to the model's folder; no
    other file is opened. A picture of several `sizes` is drawn once.
    """

    kind: str
    source: str
    targets: dict[int, str]  # pixels of the longer side -> the JPEG to be written
    page: int = 1
    files: dict[str, str] = field(default_factory=dict)
    plugin: PluginFunction | None = None


BY_PLUGIN = "plugin"


def kind_of_picture(media_type: str) -> str:
    """`image`, `document`, `model`, or "" for what is never shown as a picture."""
    if media_type in _IMAGES:
        return "image"
    if media_type in _DOCUMENTS:
        return "document"
    return "model" if media_type in _MODELS else ""


def make_picture(wanted: Wanted) -> str:
    """Write the JPEGs; returns "" or the reason why there is no picture.

    Runs in a process of its own: whatever a broken file does, ends there. Raises OSError
    where the picture cannot be written, HdpError where a library is not installed.
    """
    try:
        image = _drawn(wanted)
    except MemoryError:
        raise
    except NoPicture as error:
        return error.message
    except ImportError as error:
        raise NoPicture(f"{error.name} is not installed.", code="not-available") from error
    except Exception:  # noqa: BLE001 - decoders raise anything on damaged data
        return _UNREADABLE
    for size, target in sorted(wanted.targets.items(), reverse=True):
        image.thumbnail((size, size))
        _save(image, Path(target))
    return ""


def be_nice() -> None:
    """Let everything else on this computer go first; may be called again."""
    with suppress(AttributeError, OSError):  # Windows has no such call
        os.nice(max(0, _NICE - os.nice(0)))


def _drawn(wanted: Wanted) -> Images.Image:
    source, size = Path(wanted.source), max(wanted.targets)
    if not source.is_file():
        raise NoPicture("It is no file.")
    if wanted.plugin is not None:
        from hdp.ingest.pictures.foreign import draw_with

        return draw_with(wanted.plugin, source, size)
    if wanted.kind == "model":
        return _drawn_model(source, min(size, _MODEL_SIDE), wanted.files)
    return DRAWERS[wanted.kind](source, size, wanted.page)


def _drawn_model(source: Path, size: int, files: dict[str, str]) -> Images.Image:
    from PIL import Image

    from hdp.ingest.pictures.draw import draw
    from hdp.ingest.pictures.model import read_model

    # drawn at twice the size, so that edges are smooth
    image = Image.fromarray(draw(read_model(source, files), size * 2))
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    return image


def _save(image: Images.Image, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            image.save(file, "JPEG", quality=_QUALITY)
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def about_file(kind: str, source: str) -> dict[str, Any]:
    """`pages`, `width` and `height` by the file's header, or a `note` why not."""
    try:
        if kind == "image":
            return about_image(Path(source))
        if kind == "document":
            return about_document(Path(source))
    except MemoryError:
        raise
    except NoPicture as error:
        return {"note": error.message}
    except Exception:  # noqa: BLE001 - decoders raise anything on damaged data
        return {"note": _UNREADABLE}
    return {}


def can_draw_models() -> str:
    """ "" where models can be drawn here, else the reason; may end the process without OpenGL."""
    try:
        from hdp.ingest.pictures.draw import can_draw

        return "" if can_draw() else "there is no OpenGL here"
    except ImportError as error:
        return f"{(error.name or 'vtk').partition('.')[0]} is not installed"
    except Exception as error:  # noqa: BLE001 - drivers raise anything
        return str(error)
