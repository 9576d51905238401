"""FBX, through ufbx: run where it can do no harm, as native code may crash on damaged files."""

from __future__ import annotations

from typing import Any

from hdp.ingest.formats.reference import MAX_REFERENCES, Reference
from hdp.ingest.names import basename, stem_of

# Folders beside an FBX in which programs put its textures.
_FOLDERS = ("textures", "Textures", "Materials", "materials")


def fbx(path: str) -> list[Reference]:
    """The textures of an FBX that are not embedded in it; ImportError where ufbx is missing."""
    import ufbx

    try:
        scene = ufbx.load_file(path, ignore_geometry=True, ignore_animation=True)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a library's errors of many kinds
        why = str(error).rstrip(".") or type(error).__name__
        raise ValueError(f"it is no proper FBX: {why[:200]}") from None
    elements = [*_some(scene.textures), *_some(scene.videos)]
    names = [(_name_of(one), bool(one.content)) for one in elements]
    inside = {basename(name.replace("\\", "/")).lower() for name, embedded in names if embedded}
    stem = stem_of(basename(path.replace("\\", "/")))
    found = dict.fromkeys(
        _reference(name, stem)
        for name, _ in names
        if name and basename(name.replace("\\", "/")).lower() not in inside
    )
    return list(found)


def _some(elements: Any) -> list[Any]:
    return [elements[n] for n in range(min(len(elements), MAX_REFERENCES))]


def _name_of(element: Any) -> str:
    """The relative path where there is one: absolute ones are of the machine it was made on."""
    return str(element.relative_filename or element.absolute_filename or element.filename or "")


def _reference(name: str, stem: str) -> Reference:
    last = basename(name.replace("\\", "/"))
    places = (last, f"{stem}.fbm/{last}", *(f"{one}/{last}" for one in _FOLDERS))
    return Reference(name, "texture", places=places)
