"""Make the sample collection in hdp/_samples: `.venv/bin/python -m tools.make_samples [NAME...]`.

Everything is drawn by computation, so the collection is ours to give away (CC0). Without
names all files are made anew, which takes a few minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

from PIL import Image

from tools.samples import bodies_built, bodies_turned, meshes
from tools.samples.collection import THINGS, Thing
from tools.samples.document import report_pdf
from tools.samples.studio import Scene, photograph
from tools.samples.table import objects_xlsx
from tools.samples.tags import Caption, write_jpeg

FOLDER = Path(__file__).resolve().parent.parent / "hdp" / "_samples"
TEXTURE = "SH-2011-031 red slip.jpg"
MATERIAL = "SH-2011-031_bowl.mtl"
WITH_PLACE = ("column", "mosaic")
PORTRAIT = "figurine"


def photo(thing: Thing) -> bytes:
    """The photograph of a thing with its tags."""
    make: Callable[[], Scene] = getattr(bodies_turned, thing.body, None) or getattr(
        bodies_built, thing.body
    )
    return write_jpeg(_framed(photograph(make()), thing), _caption(thing))


def _framed(image: Image.Image, thing: Thing) -> Image.Image:
    if thing.body != PORTRAIT:
        return image
    return image.crop((262, 0, 938, 900))


def _caption(thing: Thing) -> Caption:
    moment = datetime.combine(thing.made, time(10, 5 + len(thing.body) * 3, 20))
    place = (thing.lat, thing.lon) if thing.body in WITH_PLACE else None
    words = [word.strip() for word in thing.keywords.split(";")]
    family, given = thing.author.split(", ")
    return Caption(
        moment, thing.title, f"{thing.text} {thing.text_en}", words, f"{given} {family}",
        place=place, turned=thing.body == PORTRAIT,
    )  # fmt: skip


def makers() -> dict[str, Callable[[], bytes]]:
    """What makes each file, by its name."""
    all_: dict[str, Callable[[], bytes]] = {
        "objects.xlsx": lambda: objects_xlsx(THINGS),
        "SH-2011-000_report.pdf": report_pdf,
        "SH-2011-031_bowl.obj": lambda: meshes.bowl_obj(MATERIAL).encode(),
        MATERIAL: lambda: meshes.bowl_material(TEXTURE).encode(),
        TEXTURE: meshes.bowl_texture,
        "SH-2011-032_jar.glb": meshes.jar_glb,
    }
    for thing in THINGS:
        if thing.body:
            all_[thing.file] = lambda thing=thing: photo(thing)  # type: ignore[misc]
    return all_


def main(names: list[str]) -> None:
    """Write the named files, or all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name, make in makers().items():
        if not names or any(wanted in name for wanted in names):
            data = make()
            (FOLDER / name).write_bytes(data)
            sys.stdout.write(f"{len(data):>9,}  {name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
